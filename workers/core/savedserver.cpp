// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/savedserver.h"

#include "models/base/json.h"
#include "workers/core/restoresource.h"

#include <sstream>

namespace salvor {

Result<SavedServer> savedServer(const Core& core, const std::string& backup, const std::string& repository,
                                const CancelToken& cancel) {
    const Core::Private& inside = core.inside();
    RestoreSource source;
    SALVOR_TRY(source.find(inside, repository, backup, cancel));
    SavedServer out;
    out.backupId = source.backupId;
    out.database = source.manifest.record.database;
    out.profile = source.manifest.profile;
    SALVOR_ASSIGN(const std::string text, source.textOf("globals", cancel));
    std::istringstream lines(text); // JSON escapes what would break a line
    for (std::string line; std::getline(lines, line);) {
        if (line.empty())
            continue;
        // Older backups have comments and settings that are not UTF-8: the other lines count.
        SALVOR_ASSIGN(const QJsonObject object,
                      parseJsonObject(fromQt(toQt(line)), "the roles of backup " + source.backupId));
        const auto word = [&](const char* key) {
            return fromQt(object.value(QLatin1String(key)).toString());
        };
        const std::string kind = word("kind");
        if (kind == "role" || kind == "role_setting")
            out.statements.push_back({kind, word(kind == "role" ? "name" : "role"), word("sql")});
        else if (kind == "membership")
            out.statements.push_back({kind, word("member"), word("sql")});
    }
    return out;
}

} // namespace salvor
