// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A file that another program reads at any moment: it is there whole, or as it was.
#pragma once

#include "models/base/result.h"

#include <set>
#include <string>

namespace salvor {

/// Mode 0644, by a temporary file beside it whose name does not end like the file's (the node exporter reads
/// "*.prom"). PermissionDenied, NotFound (the folder), NoSpace, IoError; then what was there stays.
Result<> writeTextfile(const std::string& path, const std::string& text);

/// Deletes what an earlier watch of this user wrote and no installed one writes any longer: the node exporter
/// would serve it for ever, before the new one's. `installed`: the files that installed watches write now;
/// they are noted in the state folder ("metrics-files"), and only what was noted goes, if it is this user's
/// own regular file with metrics of `user`. What cannot be deleted stays noted. Errors of the state folder.
Result<> followTextfiles(const std::string& stateFolder, const std::string& root,
                         const std::set<std::string>& installed, const std::string& user);

} // namespace salvor
