// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A table of records kept as JSON documents with a title and a revision; one template for profiles, policies
// and pins.
#pragma once

#include "models/backuprecord.h"
#include "models/base/clock.h"
#include "models/base/json.h"
#include "models/database/sqlitedatabase.h"
#include "models/policy/policy.h"
#include "models/profile.h"
#include "models/repositorypin.h"
#include "models/watch/channel.h"

#include <QJsonDocument>
#include <QSqlError>

namespace salvor {

/// Who writes an audit line, and when.
struct AuditContext {
    SqliteDatabase& database;
    const Clock& clock;
    const std::string& who;
};

inline QString toText(const QJsonObject& object) {
    return QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

inline Result<> writeAudit(const AuditContext& context, const std::string& action, const std::string& subject,
                           const QJsonObject& before, const QJsonObject& after) {
    const qint64 at = context.clock.now().time_since_epoch().count();
    return context.database.execute(
        QStringLiteral(
            "INSERT INTO audit (at_us, who, action, subject, before, after) VALUES (?, ?, ?, ?, ?, ?)"),
        {at, toQt(context.who), toQt(action), toQt(subject), toText(before), toText(after)});
}

struct ProfileTraits {
    using Record = Profile;
    static constexpr const char* kNoun = "profile";
    static constexpr const char* kTable = "profiles";
    static const std::string& id(const Profile& profile) { return profile.uuid; }
    static Result<Profile> parse(const QJsonObject& object) { return profileFromJson(object); }
    static QStringList extraColumns() { return {}; }
    static QVariantList extraValues(const Profile&) { return {}; }
};

struct PolicyTraits {
    using Record = Policy;
    static constexpr const char* kNoun = "policy";
    static constexpr const char* kTable = "policies";
    static const std::string& id(const Policy& policy) { return policy.uuid; }
    static Result<Policy> parse(const QJsonObject& object) { return policyFromJson(object); }
    static QStringList extraColumns() {
        return {QStringLiteral("profile_id"), QStringLiteral("repository_id")};
    }
    static QVariantList extraValues(const Policy& policy) {
        return {toQt(policy.profileUuid), toQt(policy.repositoryId)};
    }
};

struct RepositoryTraits {
    using Record = RepositoryPin;
    static constexpr const char* kNoun = "repository";
    static constexpr const char* kTable = "repositories";
    static const std::string& id(const RepositoryPin& pin) { return pin.id; }
    static Result<RepositoryPin> parse(const QJsonObject& object) { return repositoryPinFromJson(object); }
    static QStringList extraColumns() { return {}; }
    static QVariantList extraValues(const RepositoryPin&) { return {}; }
};

struct ChannelTraits {
    using Record = Channel;
    static constexpr const char* kNoun = "channel";
    static constexpr const char* kTable = "channels";
    static const std::string& id(const Channel& channel) { return channel.uuid; }
    static Result<Channel> parse(const QJsonObject& object) { return channelFromJson(object); }
    static QStringList extraColumns() { return {}; }
    static QVariantList extraValues(const Channel&) { return {}; }
};

/// Every changing method expects to be inside a transaction of its caller.
template <typename Traits>
class DocumentTable {
public:
    using Record = typename Traits::Record;
    explicit DocumentTable(AuditContext audit)
        : m_audit(audit) {}

    /// `where` is put behind WHERE.
    Result<std::vector<Record>> select(const QString& where, const QVariantList& values) {
        SALVOR_ASSIGN(
            QSqlQuery rows,
            m_audit.database.query(QStringLiteral("SELECT document, revision FROM %1 WHERE %2 ORDER BY title")
                                       .arg(table(), where),
                                   values));
        std::vector<Record> records;
        while (rows.next()) {
            const QByteArray document = rows.value(0).toString().toUtf8();
            SALVOR_ASSIGN(
                const QJsonObject object,
                parseJsonObject({document.data(), static_cast<std::size_t>(document.size())}, Traits::kNoun));
            SALVOR_ASSIGN(Record record, Traits::parse(object));
            record.revision = rows.value(1).toLongLong();
            records.push_back(std::move(record));
        }
        if (rows.lastError().isValid())
            return failure(m_audit.database.errorOf(rows, "reading"));
        return records;
    }

    Result<std::vector<Record>> all() { return select(QStringLiteral("1"), {}); }

    /// An id wins over another's title.
    Result<Record> find(const std::string& name) {
        SALVOR_ASSIGN(std::vector<Record> found,
                      select(QStringLiteral("id = ? OR title = ?"), {toQt(name), toQt(name)}));
        for (auto& record : found) {
            if (Traits::id(record) == name || found.size() == 1)
                return std::move(record);
        }
        return failure(ErrorCode::NotFound, "there is no " + noun() + " \"" + name + "\"",
                       "salvorctl " + noun() + " list shows what there is", {{"name", name}});
    }

    Result<Record> insert(Record record) {
        if (byId(Traits::id(record)))
            return failure(ErrorCode::AlreadyExists,
                           "there is a " + noun() + " " + Traits::id(record) + " already", "edit that one",
                           {{"id", Traits::id(record)}});
        SALVOR_TRY(checkUnique(record));
        record.revision = 1;
        QStringList columns{QStringLiteral("id"), QStringLiteral("title"), QStringLiteral("revision"),
                            QStringLiteral("document")};
        columns += Traits::extraColumns();
        QVariantList values{toQt(Traits::id(record)), toQt(record.title), qint64(record.revision),
                            toText(toJson(record))};
        values += Traits::extraValues(record);
        const QString marks = QStringList(values.size(), QStringLiteral("?")).join(QStringLiteral(", "));
        SALVOR_TRY(m_audit.database.execute(QStringLiteral("INSERT INTO %1 (%2) VALUES (%3)")
                                                .arg(table(), columns.join(QStringLiteral(", ")), marks),
                                            values));
        SALVOR_TRY(writeAudit(m_audit, noun() + ".add", Traits::id(record), {}, toJson(record)));
        return record;
    }

    Result<Record> update(Record record) {
        SALVOR_ASSIGN(const Record before, current(Traits::id(record), record.revision, &record));
        SALVOR_TRY(checkUnique(record));
        ++record.revision;
        SALVOR_TRY(write(record));
        SALVOR_TRY(writeAudit(m_audit, noun() + ".edit", Traits::id(record), toJson(before), toJson(record)));
        return record;
    }

    Result<> remove(const std::string& id, std::int64_t revision) {
        SALVOR_ASSIGN(const Record before, current(id, revision, nullptr));
        SALVOR_TRY(
            m_audit.database.execute(QStringLiteral("DELETE FROM %1 WHERE id = ?").arg(table()), {toQt(id)}));
        return writeAudit(m_audit, noun() + ".remove", id, toJson(before), {});
    }

    /// The record of exactly this id, whatever its revision.
    Result<Record> byId(const std::string& id) {
        SALVOR_ASSIGN(std::vector<Record> found, select(QStringLiteral("id = ?"), {toQt(id)}));
        if (found.empty())
            return failure(ErrorCode::NotFound, "there is no " + noun() + " \"" + id + "\"",
                           "it may have been removed meanwhile", {{"name", id}});
        return std::move(found.front());
    }

    /// Overwrites the row of the record's id.
    Result<> write(const Record& record) {
        QString assignments = QStringLiteral("title = ?, revision = ?, document = ?");
        for (const auto& column : Traits::extraColumns())
            assignments += QStringLiteral(", %1 = ?").arg(column);
        QVariantList values{toQt(record.title), qint64(record.revision), toText(toJson(record))};
        values += Traits::extraValues(record);
        values += toQt(Traits::id(record));
        return m_audit.database.execute(
            QStringLiteral("UPDATE %1 SET %2 WHERE id = ?").arg(table(), assignments), values);
    }

private:
    static std::string noun() { return Traits::kNoun; }
    static QString table() { return QLatin1String(Traits::kTable); }

    /// `mine` is what a stale edit wanted: the error holds both.
    Result<Record> current(const std::string& id, std::int64_t revision, const Record* mine) {
        SALVOR_ASSIGN(Record record, byId(id));
        if (record.revision == revision)
            return record;
        Error error{ErrorCode::Conflict,
                    "the " + noun() + " \"" + record.title + "\" was changed by somebody else meanwhile: " +
                        "revision " + std::to_string(revision) + " was read, it has " +
                        std::to_string(record.revision) + " now",
                    "read it again and repeat the change",
                    false,
                    {{"revision", std::to_string(revision)}, {"current", std::to_string(record.revision)}}};
        if (mine != nullptr) {
            error.message += differences(toJson(record), toJson(*mine));
            error.context.emplace("yours", fromQt(toText(toJson(*mine))));
            error.context.emplace("theirs", fromQt(toText(toJson(record))));
        }
        return failure(std::move(error));
    }

    /// "; theirs and yours differ in: title, what".
    static std::string differences(const QJsonObject& theirs, const QJsonObject& yours) {
        QStringList names;
        for (const QString& key : theirs.keys() + yours.keys()) {
            if (key != QLatin1String("revision") && theirs.value(key) != yours.value(key) &&
                !names.contains(key))
                names.append(key);
        }
        return names.isEmpty() ? std::string()
                               : "; theirs and yours differ in: " + fromQt(names.join(QStringLiteral(", ")));
    }

    Result<> checkUnique(const Record& record) {
        SALVOR_ASSIGN(const std::vector<Record> same, select(QStringLiteral("title = ? AND id <> ?"),
                                                             {toQt(record.title), toQt(Traits::id(record))}));
        if (!same.empty())
            return failure(ErrorCode::AlreadyExists,
                           "there is a " + noun() + " called \"" + record.title + "\" already",
                           "choose another name", {{"title", record.title}});
        return {};
    }

    AuditContext m_audit;
};

} // namespace salvor
