// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reading and writing small files of a repository through a store that may fail for a moment. Internal to the
// repository.
#pragma once

#include "engines/storage/store.h"

#include <string>
#include <string_view>

namespace salvor {

/// Create-only, and harmless to repeat: up to three attempts, and a file that exists with the same bytes is
/// success (a put may time out after it worked). AlreadyExists when it exists with others.
Result<> putExactly(Store& store, std::string_view key, ByteView bytes, const CancelToken& cancel);

/// The whole file, with up to three attempts at a fault that may pass.
Result<Bytes> getFile(Store& store, std::string_view key, const CancelToken& cancel);

/// The same as text.
Result<std::string> getText(Store& store, std::string_view key, const CancelToken& cancel);

/// Absent is success; up to three attempts at a fault that may pass.
Result<> removeFile(Store& store, std::string_view key, const CancelToken& cancel);

/// Makes the 4 MiB file that prune gives up on a full disk, where the store can be full and the file is
/// missing.
Result<> ensureReserve(Store& store, const CancelToken& cancel);

} // namespace salvor
