// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/freedspace.h"

namespace salvor {

Result<FreedSpace> freedAsFarAsKnown(const Core::Private& core, const OpenedRepository& opened,
                                     const std::vector<std::string>& backupIds, const CancelToken& cancel) {
    auto freed = opened.repository->freedBy(backupIds, cancel);
    if (freed || freed.error().isCancelled())
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
