// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/repositoryimpl.h"

namespace salvor {

Result<> RepositoryImpl::recordRun(const RunRecord& run, const CancelToken& cancel) {
    const RunLog log = runLog();
    SALVOR_TRY(log.spool(run));
    // The store itself may be what failed: the record is safe in the spool, and goes out with a later one.
    (void)log.send(cancel);
    return {};
}

Result<std::vector<RunRecord>> RepositoryImpl::runs(const CancelToken& cancel) {
    return runLog().all(nullptr, cancel);
}

} // namespace salvor
