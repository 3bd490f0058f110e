// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Files that a timer's program reads instead of a workspace: two lines, each ended by a line feed. The first
// is the payload's canonical bytes, the second {"sha256": hex of the first line without its end}.
// docs/jobs.md.
#pragma once

#include "models/base/result.h"

#include <QJsonObject>

#include <cstdint>
#include <string>
#include <string_view>

namespace salvor {

/// What messages call such a file, and what they tell its owner to do.
struct HashedFileKind {
    const char* document;   ///< "job", the value of the payload's field "document"
    const char* noun;       ///< "job file"
    const char* madeBy;     ///< the command that makes one
    const char* changeHint; ///< what to do instead of editing it
    std::uint64_t schemaVersion;
};

struct HashedFile {
    QJsonObject payload;
    std::string sha256; ///< of the payload's line, in hex
};

/// Adds "document" and "schema_version" to the payload. Internal for numbers that JSON cannot keep exactly.
Result<std::string> writeHashedFile(const HashedFileKind& kind, QJsonObject payload);
/// Corrupt: not such a file, or changed after it was made (context "expected", "found"); NewerFormat.
Result<HashedFile> readHashedFile(const HashedFileKind& kind, std::string_view bytes);

} // namespace salvor
