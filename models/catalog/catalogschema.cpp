// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/catalog/catalogschema.h"

#include "models/base/json.h"

namespace salvor {

SqliteSchema catalogSchema() {
    SqliteSchema schema;
    schema.what = "catalog";
    schema.applicationId = 0x53'56'43'54; // "SVCT"
    schema.damagedHint = "it is only a cache: move the file away and run: salvorctl repository rebuild";
    schema.durable = false;
    // The record is the document; columns beside it are what is searched, sorted by, or finer than the
    // document.
    schema.migrations = {{
        QStringLiteral(
            "CREATE TABLE runs (id TEXT PRIMARY KEY, kind TEXT NOT NULL, repository_id TEXT NOT NULL, "
            "profile_uuid TEXT NOT NULL, profile_title TEXT NOT NULL, database TEXT NOT NULL, "
            "outcome TEXT NOT NULL, started_us INTEGER NOT NULL, ended_us INTEGER, "
            "size_bytes INTEGER NOT NULL, document TEXT NOT NULL, machine TEXT, boot_id TEXT, "
            "pid_namespace TEXT, pid INTEGER, start_ticks INTEGER) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE INDEX runs_by_start ON runs (started_us, id)"),
        QStringLiteral("CREATE INDEX runs_running ON runs (outcome) WHERE outcome = 'running'"),
        QStringLiteral(
            "CREATE TABLE run_databases (run_id TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE, "
            "database TEXT NOT NULL, kind TEXT NOT NULL, profile_uuid TEXT NOT NULL, outcome TEXT NOT NULL, "
            "started_us INTEGER NOT NULL, PRIMARY KEY (run_id, database)) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE INDEX run_databases_by_source "
                       "ON run_databases (kind, profile_uuid, database, started_us, run_id, outcome)"),
        QStringLiteral(
            "CREATE TABLE backups (repository_id TEXT NOT NULL, id TEXT NOT NULL, run_id TEXT NOT NULL, "
            "profile_uuid TEXT NOT NULL, profile_title TEXT NOT NULL, database TEXT NOT NULL, "
            "started_us INTEGER NOT NULL, ended_us INTEGER NOT NULL, size_bytes INTEGER NOT NULL, "
            "stored_bytes INTEGER NOT NULL, held INTEGER NOT NULL, read_back_us INTEGER, "
            "restored_us INTEGER, document TEXT NOT NULL, "
            "PRIMARY KEY (repository_id, id)) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE INDEX backups_by_id ON backups (id)"),
        QStringLiteral("CREATE INDEX backups_by_start ON backups (started_us, id)"),
        QStringLiteral("CREATE INDEX backups_by_source ON backups (profile_uuid, database, started_us)"),
        QStringLiteral(
            "CREATE TABLE proofs (repository_id TEXT NOT NULL, backup_id TEXT NOT NULL, id TEXT NOT NULL, "
            "kind TEXT NOT NULL, at_us INTEGER NOT NULL, machine TEXT NOT NULL, user TEXT NOT NULL, "
            "key_id TEXT NOT NULL, registered INTEGER NOT NULL, details TEXT NOT NULL, "
            "PRIMARY KEY (repository_id, backup_id, id), FOREIGN KEY (repository_id, backup_id) "
            "REFERENCES backups (repository_id, id) ON DELETE CASCADE) STRICT, WITHOUT ROWID"),
        QStringLiteral("CREATE TABLE item_pages (repository_id TEXT NOT NULL, backup_id TEXT NOT NULL, "
                       "page INTEGER NOT NULL, document BLOB NOT NULL, "
                       "PRIMARY KEY (repository_id, backup_id, page), FOREIGN KEY (repository_id, backup_id) "
                       "REFERENCES backups (repository_id, id) ON DELETE CASCADE) STRICT"),
    }};
    return schema;
}

QString backupColumns() {
    return QStringLiteral("document, started_us, ended_us, read_back_us, restored_us");
}
QString runColumns() { return QStringLiteral("document, started_us, ended_us"); }

namespace {

Result<QJsonObject> documentOf(const QSqlQuery& row, const char* what) {
    const QByteArray document = row.value(0).toString().toUtf8();
    return parseJsonObject({document.data(), static_cast<std::size_t>(document.size())}, what);
}

} // namespace

Result<BackupRecord> backupFromRow(const QSqlQuery& row) {
    SALVOR_ASSIGN(const QJsonObject document, documentOf(row, "backup in the catalog"));
    SALVOR_ASSIGN(BackupRecord record, backupRecordFromJson(document));
    record.started = fromMicroseconds(row.value(1));
    record.ended = fromMicroseconds(row.value(2));
    record.readBackAt = instantIfThere(row.value(3));
    record.restoredAt = instantIfThere(row.value(4));
    return record;
}

Result<RunRecord> runFromRow(const QSqlQuery& row) {
    SALVOR_ASSIGN(const QJsonObject document, documentOf(row, "run in the catalog"));
    SALVOR_ASSIGN(RunRecord record, runRecordFromJson(document));
    record.started = fromMicroseconds(row.value(1));
    record.ended = instantIfThere(row.value(2));
    return record;
}

} // namespace salvor
