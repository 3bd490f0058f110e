// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/workspace/workspaceschema.h"

namespace salvor {

SqliteSchema workspaceSchema() {
    SqliteSchema schema;
    schema.what = "workspace";
    schema.applicationId = 0x53'56'57'53; // "SVWS"
    schema.damagedHint =
        "move the file away: Salvor starts with an empty workspace, then add the profiles again and open "
        "each repository with its recovery file; every backup holds the profile it was made with";
    // The record is the document; columns beside it are what is searched, unique, or refers to something.
    schema.migrations = {{
        QStringLiteral("CREATE TABLE profiles (id TEXT PRIMARY KEY, title TEXT NOT NULL UNIQUE, revision "
                       "INTEGER NOT NULL, "
                       "document TEXT NOT NULL) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE TABLE repositories (id TEXT PRIMARY KEY, title TEXT NOT NULL UNIQUE, "
                       "revision INTEGER NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE TABLE policies (id TEXT PRIMARY KEY, title TEXT NOT NULL UNIQUE, revision "
                       "INTEGER NOT NULL, "
                       "document TEXT NOT NULL, "
                       "profile_id TEXT NOT NULL REFERENCES profiles (id), "
                       "repository_id TEXT NOT NULL REFERENCES repositories (id)) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE INDEX policies_by_profile ON policies (profile_id)"),
        QStringLiteral("CREATE INDEX policies_by_repository ON policies (repository_id)"),
        QStringLiteral(
            "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID"),
        QStringLiteral(
            "CREATE TABLE audit (number INTEGER PRIMARY KEY AUTOINCREMENT, at_us INTEGER NOT NULL, "
            "who TEXT NOT NULL, action TEXT NOT NULL, subject TEXT NOT NULL, before TEXT NOT NULL, "
            "after TEXT NOT NULL) STRICT"),
    }};
    // Version 2: policies are documents of schema version 1. Those of version 1 are read as they are and
    // rewritten with their next edit; the step keeps an older Salvor, which would not understand the new
    // ones, out of the file.
    schema.migrations.push_back({
        QStringLiteral("CREATE INDEX audit_by_subject ON audit (subject, number)"),
        QStringLiteral("CREATE INDEX audit_by_time ON audit (at_us)"),
    });
    // Channels for notifications; their secrets are in a secret store.
    schema.migrations.push_back({
        QStringLiteral("CREATE TABLE channels (id TEXT PRIMARY KEY, title TEXT NOT NULL UNIQUE, revision "
                       "INTEGER NOT NULL, document TEXT NOT NULL) STRICT, WITHOUT ROWID"),
    });
    return schema;
}

} // namespace salvor
