// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Opening, backups, proofs, items, whole repositories. Runs and sources: catalogruns.cpp.
#include "models/catalog/catalogdatabase.h"

#include "models/base/json.h"
#include "models/catalog/catalogrows.h"
#include "models/catalog/catalogschema.h"
#include "models/catalog/catalogsql.h"
#include "models/jsonfields.h"

#include <QJsonDocument>
#include <QSqlError>

#include <algorithm>
#include <span>

namespace salvor {

namespace {

/// Items of a page are compressed together: a few kilobytes each, and a damaged one hurts no other.
constexpr std::size_t kItemsPerPage = 500;

QJsonObject toJson(const BackupItemRow& item) {
    return {
        {QStringLiteral("id"), toQt(item.id)},
        {QStringLiteral("kind"), toQt(item.kind)},
        {QStringLiteral("name"), toQt(item.name)},
        {QStringLiteral("group"), toQt(item.group)},
        {QStringLiteral("rows"), toJsonCount(item.rows)},
        {QStringLiteral("size_bytes"), toJsonCount(item.sizeBytes)},
        {QStringLiteral("content_hash"), toQt(item.contentHash)},
        {QStringLiteral("details"), item.details},
    };
}

Result<BackupItemRow> itemFromJson(const QJsonObject& object) {
    JsonFields fields(object, "item in the catalog");
    BackupItemRow item;
    item.id = fields.text("id");
    item.kind = fields.text("kind");
    item.name = fields.text("name");
    item.group = fields.textOr("group");
    item.rows = fields.count("rows");
    item.sizeBytes = fields.count("size_bytes");
    item.contentHash = fields.textOr("content_hash");
    item.details = fields.objectOr("details");
    SALVOR_TRY(fields.finish());
    return item;
}

QByteArray packItems(std::span<const BackupItemRow> items) {
    QJsonArray array;
    for (const auto& item : items)
        array.append(toJson(item));
    return qCompress(QJsonDocument(array).toJson(QJsonDocument::Compact));
}

Result<> unpackItems(const QByteArray& bytes, std::vector<BackupItemRow>& items) {
    const QJsonDocument document = QJsonDocument::fromJson(qUncompress(bytes));
    if (!document.isArray())
        return failure(ErrorCode::Corrupt, "a page of items in the catalog is damaged",
                       catalogSchema().damagedHint);
    for (const auto& element : document.array()) {
        SALVOR_ASSIGN(BackupItemRow item, itemFromJson(element.toObject()));
        items.push_back(std::move(item));
    }
    return {};
}

Proof proofFromRow(const QSqlQuery& row) {
    Proof proof;
    proof.backupId = fromQt(row.value(0).toString());
    proof.id = fromQt(row.value(1).toString());
    proof.kind = fromQt(row.value(2).toString());
    proof.at = fromMicroseconds(row.value(3));
    proof.machine = fromQt(row.value(4).toString());
    proof.user = fromQt(row.value(5).toString());
    proof.keyId = fromQt(row.value(6).toString());
    proof.registered = row.value(7).toBool();
    proof.details = QJsonDocument::fromJson(row.value(8).toString().toUtf8()).object();
    return proof;
}

} // namespace

CatalogDatabase::CatalogDatabase(std::unique_ptr<SqliteDatabase> database)
    : m_database(std::move(database)) {}

CatalogDatabase::~CatalogDatabase() = default;

Result<std::unique_ptr<CatalogDatabase>> CatalogDatabase::open(const std::string& path,
                                                               std::chrono::milliseconds busyTimeout) {
    SALVOR_ASSIGN(auto database, SqliteDatabase::open(path, catalogSchema(), busyTimeout));
    return std::unique_ptr<CatalogDatabase>(new CatalogDatabase(std::move(database)));
}

namespace {

/// Older versions wrote times with whole seconds into the repository, and take the rest off when they write a
/// catalog. Read again from there, what is known here more exactly stays.
QString moreExact(const char* column) {
    return QStringLiteral("CASE WHEN excluded.%1 % 1000000 = 0 AND backups.%1 / 1000000 = excluded.%1 / "
                          "1000000 THEN backups.%1 ELSE excluded.%1 END")
        .replace(QLatin1String("%1"), QLatin1String(column));
}

} // namespace

Result<> CatalogDatabase::writeBackup(const BackupRecord& backup) {
    SALVOR_TRY(m_database->execute(
        QStringLiteral(
            "INSERT INTO backups (repository_id, id, run_id, profile_uuid, profile_title, database, "
            "started_us, ended_us, size_bytes, stored_bytes, held, read_back_us, restored_us, document) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (repository_id, id) DO UPDATE SET "
            "run_id = excluded.run_id, profile_uuid = excluded.profile_uuid, "
            "profile_title = excluded.profile_title, database = excluded.database, "
            "started_us = %1, ended_us = %2, "
            "size_bytes = excluded.size_bytes, stored_bytes = excluded.stored_bytes, held = excluded.held, "
            "read_back_us = excluded.read_back_us, restored_us = excluded.restored_us, "
            "document = excluded.document")
            .arg(moreExact("started_us"), moreExact("ended_us")),
        {toQt(backup.repositoryId), toQt(backup.id), toQt(backup.runId), toQt(backup.profileUuid),
         toQt(backup.profileTitle), toQt(backup.database), toMicroseconds(backup.started),
         toMicroseconds(backup.ended), static_cast<qint64>(backup.sizeBytes),
         static_cast<qint64>(backup.storedBytes), backup.held ? 1 : 0, toMicroseconds(backup.readBackAt),
         toMicroseconds(backup.restoredAt),
         QString::fromUtf8(QJsonDocument(salvor::toJson(backup)).toJson(QJsonDocument::Compact))}));
    return refreshBadges(backup.repositoryId, backup.id);
}

/// Raises the badges to what registered proofs say; never lowers them.
Result<> CatalogDatabase::refreshBadges(const std::string& repositoryId, const std::string& backupId) {
    const auto newest = [](const char* column, const char* kind) {
        return QStringLiteral("%1 = nullif(max(coalesce(%1, 0), coalesce((SELECT max(at_us) FROM proofs AS p "
                              "WHERE p.repository_id = backups.repository_id AND p.backup_id = backups.id "
                              "AND p.kind = '%2' AND p.registered = 1), 0)), 0)")
            .arg(QLatin1String(column), QLatin1String(kind));
    };
    return m_database->execute(
        QStringLiteral("UPDATE backups SET %1, %2 WHERE repository_id = ? AND id = ?")
            .arg(newest("read_back_us", "read_back"), newest("restored_us", "restored")),
        {toQt(repositoryId), toQt(backupId)});
}

Result<> CatalogDatabase::saveBackup(const BackupRecord& backup) {
    return m_database->transaction([&] { return writeBackup(backup); });
}

Result<> CatalogDatabase::removeBackup(const std::string& repositoryId, const std::string& backupId) {
    SALVOR_TRY(m_database->execute(QStringLiteral("DELETE FROM backups WHERE repository_id = ? AND id = ?"),
                                   {toQt(repositoryId), toQt(backupId)}));
    if (m_database->changedRows() == 0)
        return failure(ErrorCode::NotFound, "the catalog has no backup " + backupId + " of this repository");
    return {};
}

Result<BackupRecord> CatalogDatabase::backup(const std::string& idPrefix, const std::string& repositoryId) {
    SqlCondition condition = idBeginsWith(idPrefix);
    if (!repositoryId.empty()) {
        condition.where += QStringLiteral(" AND repository_id = ?");
        condition.values << toQt(repositoryId);
    }
    SALVOR_ASSIGN(auto found,
                  rowsOf<BackupRecord>(*m_database,
                                       QStringLiteral("SELECT %1 FROM backups WHERE %2 ORDER BY id LIMIT 10")
                                           .arg(backupColumns(), condition.where),
                                       condition.values, backupFromRow));
    return onlyOne("backup", idPrefix, std::move(found));
}

Result<Page<BackupRecord>> CatalogDatabase::backups(const BackupFilter& filter) {
    return pageOf<BackupRecord>(*m_database, QStringLiteral("backups"), backupColumns(), conditionOf(filter),
                                filter.limit, filter.offset, backupFromRow);
}

Result<std::vector<BackupRecord>> CatalogDatabase::backupsForWatch(const CancelToken& cancel) {
    const QString sql = QStringLiteral(
        "SELECT repository_id, id, run_id, profile_uuid, profile_title, database, started_us, ended_us, "
        "size_bytes, "
        "stored_bytes, held, read_back_us, restored_us, json_extract(document, '$.policy_uuid'), "
        "json_extract(document, '$.system_id'), json_extract(document, '$.database_id'), "
        "json_extract(document, '$.kind'), json_extract(document, '$.trigger'), "
        "json_extract(document, '$.new_stored_bytes') FROM backups ORDER BY started_us DESC, id DESC");
    return rowsOf<BackupRecord>(
        *m_database, sql, {},
        [](const QSqlQuery& row) {
            int column = 0;
            const auto text = [&] { return fromQt(row.value(column++).toString()); };
            const auto count = [&] { return static_cast<std::uint64_t>(row.value(column++).toLongLong()); };
            BackupRecord record;
            record.repositoryId = text();
            record.id = text();
            record.runId = text();
            record.profileUuid = text();
            record.profileTitle = text();
            record.database = text();
            record.started = fromMicroseconds(row.value(column++));
            record.ended = fromMicroseconds(row.value(column++));
            record.sizeBytes = count();
            record.storedBytes = count();
            record.held = count() != 0;
            record.readBackAt = instantIfThere(row.value(column++));
            record.restoredAt = instantIfThere(row.value(column++));
            record.policyUuid = text();
            record.systemId = text();
            record.databaseId = text();
            record.kind = text();
            record.trigger = text();
            record.newStoredBytes = count();
            return Result<BackupRecord>(std::move(record));
        },
        cancel);
}

Result<std::unordered_map<std::string, CatalogDatabase::Marks>>
CatalogDatabase::marks(const std::string& repositoryId) {
    SALVOR_ASSIGN(
        QSqlQuery row,
        m_database->query(
            QStringLiteral("SELECT id, held, read_back_us, restored_us FROM backups WHERE repository_id = ?"),
            {toQt(repositoryId)}));
    std::unordered_map<std::string, Marks> found;
    while (row.next())
        found.emplace(
            fromQt(row.value(0).toString()),
            Marks{row.value(1).toInt() != 0, instantIfThere(row.value(2)), instantIfThere(row.value(3))});
    if (row.lastError().isValid())
        return failure(m_database->errorOf(row, "reading"));
    return found;
}

Result<bool> CatalogDatabase::hasBackup(const std::string& repositoryId, const std::string& backupId) {
    SALVOR_ASSIGN(
        QSqlQuery row,
        m_database->query(QStringLiteral("SELECT 1 FROM backups WHERE repository_id = ? AND id = ?"),
                          {toQt(repositoryId), toQt(backupId)}));
    return row.next();
}

Result<> CatalogDatabase::requireBackup(const std::string& repositoryId, const std::string& backupId) {
    SALVOR_ASSIGN(const bool isThere, hasBackup(repositoryId, backupId));
    if (!isThere)
        return failure(ErrorCode::NotFound, "the catalog has no backup " + backupId + " of this repository",
                       "run: salvorctl repository rebuild", {{"backup", backupId}});
    return {};
}

Result<> CatalogDatabase::writeProof(const std::string& repositoryId, const Proof& proof) {
    SALVOR_TRY(m_database->execute(
        QStringLiteral("INSERT OR REPLACE INTO proofs (repository_id, backup_id, id, kind, at_us, machine, "
                       "user, key_id, "
                       "registered, details) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
        {toQt(repositoryId), toQt(proof.backupId), toQt(proof.id), toQt(proof.kind), toMicroseconds(proof.at),
         toQt(proof.machine), toQt(proof.user), toQt(proof.keyId), proof.registered ? 1 : 0,
         QString::fromUtf8(QJsonDocument(proof.details).toJson(QJsonDocument::Compact))}));
    return refreshBadges(repositoryId, proof.backupId);
}

Result<> CatalogDatabase::saveProof(const std::string& repositoryId, const Proof& proof) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_TRY(requireBackup(repositoryId, proof.backupId));
        return writeProof(repositoryId, proof);
    });
}

Result<std::vector<Proof>> CatalogDatabase::proofs(const std::string& repositoryId,
                                                   const std::string& backupId) {
    return rowsOf<Proof>(
        *m_database,
        QStringLiteral("SELECT backup_id, id, kind, at_us, machine, user, key_id, registered, details "
                       "FROM proofs WHERE repository_id = ? AND backup_id = ? ORDER BY at_us, id"),
        {toQt(repositoryId), toQt(backupId)},
        [](const QSqlQuery& row) { return Result<Proof>(proofFromRow(row)); });
}

Result<> CatalogDatabase::saveItems(const std::string& repositoryId, const std::string& backupId,
                                    const std::vector<BackupItemRow>& items) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_TRY(requireBackup(repositoryId, backupId));
        SALVOR_TRY(m_database->execute(
            QStringLiteral("DELETE FROM item_pages WHERE repository_id = ? AND backup_id = ?"),
            {toQt(repositoryId), toQt(backupId)}));
        qint64 page = 0;
        std::size_t from = 0;
        do { // an empty list leaves one empty page: known to have none
            const std::size_t count = std::min(kItemsPerPage, items.size() - from);
            SALVOR_TRY(m_database->execute(QStringLiteral("INSERT INTO item_pages VALUES (?, ?, ?, ?)"),
                                           {toQt(repositoryId), toQt(backupId), page++,
                                            packItems(std::span(items).subspan(from, count))}));
            from += count;
        } while (from < items.size());
        return {};
    });
}

Result<std::optional<BackupItems>> CatalogDatabase::items(const std::string& repositoryId,
                                                          const std::string& backupId) {
    SALVOR_ASSIGN(const auto pages,
                  rowsOf<QByteArray>(
                      *m_database,
                      QStringLiteral("SELECT document FROM item_pages WHERE repository_id = ? AND "
                                     "backup_id = ? ORDER BY page"),
                      {toQt(repositoryId), toQt(backupId)},
                      [](const QSqlQuery& row) { return Result<QByteArray>(row.value(0).toByteArray()); }));
    if (pages.empty())
        return std::nullopt;
    std::vector<BackupItemRow> items;
    for (const auto& page : pages)
        SALVOR_TRY(unpackItems(page, items));
    return std::make_shared<const std::vector<BackupItemRow>>(std::move(items));
}

Result<> CatalogDatabase::replaceRepository(const std::string& repositoryId,
                                            const RepositoryContents& contents) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_TRY(m_database->execute(QStringLiteral("DELETE FROM backups WHERE repository_id = ?"),
                                       {toQt(repositoryId)}));
        for (const auto& backup : contents.backups) {
            if (backup.repositoryId != repositoryId)
                return failure(ErrorCode::Internal,
                               "a backup of another repository was given for the catalog");
            SALVOR_TRY(writeBackup(backup));
        }
        for (const auto& proof : contents.proofs) {
            SALVOR_ASSIGN(const bool isThere, hasBackup(repositoryId, proof.backupId));
            if (isThere)
                SALVOR_TRY(writeProof(repositoryId, proof));
        }
        for (const auto& run : contents.runs)
            SALVOR_TRY(writeRun(run, std::nullopt));
        return {};
    });
}

Result<> CatalogDatabase::removeRepository(const std::string& repositoryId) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_TRY(m_database->execute(QStringLiteral("DELETE FROM backups WHERE repository_id = ?"),
                                       {toQt(repositoryId)}));
        return m_database->execute(QStringLiteral("DELETE FROM runs WHERE repository_id = ?"),
                                   {toQt(repositoryId)});
    });
}

} // namespace salvor
