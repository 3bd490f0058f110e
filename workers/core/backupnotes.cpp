// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/backupnotes.h"

#include "engines/base/sourcenotes.h"
#include "workers/core/coreprivate.h"

namespace salvor {

Result<std::vector<std::string>> backupNotes(Core& core, const Profile& profile, const std::string& database,
                                             const CancelToken& cancel) {
    const Core::Private& inside = core.inside();
    SALVOR_ASSIGN(Engine * engine, inside.engine(profile.engine));
    auto* notes = dynamic_cast<SourceNotes*>(engine);
    if (notes == nullptr)
        return std::vector<std::string>();
    SALVOR_ASSIGN(const Login login, inside.login(profile, cancel));
    return notes->sourceNotes(login.connection(), database, cancel);
}

} // namespace salvor
