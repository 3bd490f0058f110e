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

Result<std::vector<RunRecord>> RepositoryImpl::runs(const CancelToken& cancel, std::vector<Error>* leftOut) {
    const auto read = known();
    std::uint64_t newest = read == nullptr ? 0 : read->document.catalog.number;
    if (newest == 0) {
        SALVOR_ASSIGN(newest, catalog(cancel).map([](const Catalog& found) { return found.number; }));
    }
    return runLog().all(newest, leftOut, cancel);
}

} // namespace salvor
