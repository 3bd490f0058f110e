// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/freedspace.h"

#include <string>

namespace salvor {

namespace {

/// A list of objects that is lost, damaged or cannot be read: not a store that is away, nor a wrong id.
bool isOfList(const Error& error) {
    const auto key = error.context.find("key");
    if (key == error.context.end() || !key->second.starts_with("refs/"))
        return false;
    return error.code == ErrorCode::Corrupt || error.code == ErrorCode::NotFound ||
           error.code == ErrorCode::IoError || error.code == ErrorCode::PermissionDenied;
}

} // namespace

Result<FreedSpace> freedAsFarAsKnown(const Core::Private& core, const OpenedRepository& opened,
                                     const std::vector<std::string>& backupIds, const CancelToken& cancel) {
    auto freed = opened.repository->freedBy(backupIds, cancel);
    if (freed || !isOfList(freed.error()))
        return freed;
    SALVOR_TRY(checkCancelled(cancel));
    Error error = std::move(freed).error();
    error.message = "how much deleting would free is not known: " + error.message;
    core.tell(opened.pin, error);
    FreedSpace unknown;
    unknown.known = false;
    return unknown;
}

} // namespace salvor
