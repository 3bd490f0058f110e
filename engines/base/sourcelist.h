// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a backup asks of a server before it begins.
#pragma once

#include "engines/base/engine.h"

namespace salvor {

/// What an engine may offer beside Engine. Who does not find it calls Engine::testConnection().
class SourceLister {
public:
    virtual ~SourceLister() = default;
    /// As testConnection(), with nothing but versions, system identifier, encryption, and each database's
    /// name and identifier: no database is entered or measured, no right and no tool is looked for. On a
    /// server with many databases that is seconds less.
    virtual Result<ConnectionReport> listSources(const Connection& connection, const CancelToken& cancel) = 0;
};

inline Result<ConnectionReport> listSourcesOf(Engine& engine, const Connection& connection,
                                              const CancelToken& cancel) {
    auto* lister = dynamic_cast<SourceLister*>(&engine);
    return lister != nullptr ? lister->listSources(connection, cancel)
                             : engine.testConnection(connection, cancel);
}

} // namespace salvor
