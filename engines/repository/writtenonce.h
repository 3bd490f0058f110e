// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The files that are written once: both keys, and salvor-repository.json. The catalog names their hashes.
// Internal to the repository.
#pragma once

#include "engines/repository/catalogdocument.h"
#include "engines/storage/store.h"

#include <string>
#include <vector>

namespace salvor {

class RepositoryImpl;

struct WrittenOnceFault {
    std::string key;
    bool mendable = false; ///< absent, or other bytes; not: there, and it cannot be read
    Error error;
};
/// Errors only where the store does not answer.
Result<std::vector<WrittenOnceFault>> findWrittenOnceFaults(Store& store, const CatalogDocument& document,
                                                            const CancelToken& cancel);

/// Writes anew what is amiss and can be made again, and names it in `next`, which is to be published. Under
/// the writer's lock. An interruption before that leaves a file that the catalog does not name: it is written
/// once more. What the store refuses stays as it is.
Result<> mendWrittenOnce(const RepositoryImpl& repository, const WriterKeys& keys, CatalogDocument& next,
                         const CancelToken& cancel);

} // namespace salvor
