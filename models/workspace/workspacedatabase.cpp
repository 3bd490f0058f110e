// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/workspace/workspacedatabase.h"

#include "models/workspace/documenttable.h"
#include "models/workspace/workspaceschema.h"

#include <QSqlError>

namespace salvor {

namespace {

/// Runs `body` in a transaction and gives its value out.
template <typename T>
Result<T> inTransaction(SqliteDatabase& database, const std::function<Result<T>()>& body) {
    std::optional<T> value;
    SALVOR_TRY(database.transaction([&]() -> Result<> {
        SALVOR_ASSIGN(value, body());
        return {};
    }));
    return *std::move(value);
}

Result<> checkNamed(const char* noun, const std::string& id, const std::string& title) {
    if (id.empty() || title.empty())
        return failure(ErrorCode::InvalidInput,
                       std::string("the ") + noun + " has no " + (id.empty() ? "id" : "title"));
    return {};
}

QJsonObject settingDocument(const std::optional<std::string>& value) {
    return value ? QJsonObject{{QStringLiteral("value"), toQt(*value)}} : QJsonObject();
}

QJsonObject parseDocument(const QVariant& text) {
    return QJsonDocument::fromJson(text.toString().toUtf8()).object();
}

} // namespace

WorkspaceDatabase::WorkspaceDatabase(std::unique_ptr<SqliteDatabase> database, const Clock& clock,
                                     std::string who)
    : m_database(std::move(database))
    , m_clock(clock)
    , m_who(std::move(who)) {}

WorkspaceDatabase::~WorkspaceDatabase() = default;

AuditContext WorkspaceDatabase::auditContext() { return {*m_database, m_clock, m_who}; }

Result<std::unique_ptr<WorkspaceDatabase>> WorkspaceDatabase::open(const std::string& path,
                                                                   const Clock& clock, std::string who,
                                                                   std::chrono::milliseconds busyTimeout) {
    SALVOR_ASSIGN(auto database, SqliteDatabase::open(path, workspaceSchema(), busyTimeout));
    return std::unique_ptr<WorkspaceDatabase>(
        new WorkspaceDatabase(std::move(database), clock, std::move(who)));
}

Result<std::vector<Profile>> WorkspaceDatabase::profiles() {
    return DocumentTable<ProfileTraits>(auditContext()).all();
}

Result<Profile> WorkspaceDatabase::profile(const std::string& uuidOrTitle) {
    return DocumentTable<ProfileTraits>(auditContext()).find(uuidOrTitle);
}

Result<Profile> WorkspaceDatabase::insertProfile(Profile profile) {
    SALVOR_TRY(validate(profile));
    return inTransaction<Profile>(
        *m_database, [&] { return DocumentTable<ProfileTraits>(auditContext()).insert(std::move(profile)); });
}

Result<Profile> WorkspaceDatabase::updateProfile(Profile profile) {
    SALVOR_TRY(validate(profile));
    return inTransaction<Profile>(
        *m_database, [&] { return DocumentTable<ProfileTraits>(auditContext()).update(std::move(profile)); });
}

Result<> WorkspaceDatabase::removeProfile(const std::string& uuid, std::int64_t revision) {
    return m_database->transaction([&]() -> Result<> {
        DocumentTable<PolicyTraits> table(auditContext());
        SALVOR_ASSIGN(const std::vector<Policy> policies,
                      table.select(QStringLiteral("profile_id = ?"), {toQt(uuid)}));
        for (const auto& policy : policies)
            SALVOR_TRY(table.remove(policy.uuid, policy.revision));
        return DocumentTable<ProfileTraits>(auditContext()).remove(uuid, revision);
    });
}

Result<std::vector<Policy>> WorkspaceDatabase::policies() {
    return DocumentTable<PolicyTraits>(auditContext()).all();
}

Result<std::vector<Policy>> WorkspaceDatabase::policiesOfProfile(const std::string& profileUuid) {
    return DocumentTable<PolicyTraits>(auditContext())
        .select(QStringLiteral("profile_id = ?"), {toQt(profileUuid)});
}

Result<Policy> WorkspaceDatabase::policy(const std::string& uuidOrTitle) {
    return DocumentTable<PolicyTraits>(auditContext()).find(uuidOrTitle);
}

Result<> WorkspaceDatabase::checkReferences(const Policy& policy) {
    SALVOR_TRY(checkNamed("policy", policy.uuid, policy.title));
    SALVOR_TRY(DocumentTable<ProfileTraits>(auditContext()).byId(policy.profileUuid));
    SALVOR_TRY(DocumentTable<RepositoryTraits>(auditContext()).byId(policy.repositoryId));
    return {};
}

Result<Policy> WorkspaceDatabase::insertPolicy(Policy policy) {
    SALVOR_TRY(validate(policy));
    return inTransaction<Policy>(*m_database, [&]() -> Result<Policy> {
        SALVOR_TRY(checkReferences(policy));
        return DocumentTable<PolicyTraits>(auditContext()).insert(std::move(policy));
    });
}

Result<Policy> WorkspaceDatabase::updatePolicy(Policy policy) {
    SALVOR_TRY(validate(policy));
    return inTransaction<Policy>(*m_database, [&]() -> Result<Policy> {
        SALVOR_TRY(checkReferences(policy));
        return DocumentTable<PolicyTraits>(auditContext()).update(std::move(policy));
    });
}

Result<> WorkspaceDatabase::removePolicy(const std::string& uuid, std::int64_t revision) {
    return m_database->transaction(
        [&] { return DocumentTable<PolicyTraits>(auditContext()).remove(uuid, revision); });
}

Result<std::vector<Channel>> WorkspaceDatabase::channels() {
    return DocumentTable<ChannelTraits>(auditContext()).all();
}

Result<Channel> WorkspaceDatabase::channel(const std::string& uuidOrTitle) {
    return DocumentTable<ChannelTraits>(auditContext()).find(uuidOrTitle);
}

Result<Channel> WorkspaceDatabase::insertChannel(Channel channel) {
    SALVOR_TRY(validate(channel));
    return inTransaction<Channel>(
        *m_database, [&] { return DocumentTable<ChannelTraits>(auditContext()).insert(std::move(channel)); });
}

Result<> WorkspaceDatabase::checkUnnamed(const Channel& channel) {
    SALVOR_ASSIGN(const auto policies, this->policies());
    for (const auto& policy : policies) {
        if (!channelsOf({policy}, {channel}).empty())
            return failure(ErrorCode::Conflict,
                           "the policy \"" + policy.title + "\" tells the channel \"" + channel.title + "\"",
                           "change the policy first", {{"policy", policy.title}});
    }
    return {};
}

Result<Channel> WorkspaceDatabase::updateChannel(Channel channel) {
    SALVOR_TRY(validate(channel));
    return inTransaction<Channel>(*m_database, [&]() -> Result<Channel> {
        DocumentTable<ChannelTraits> table(auditContext());
        SALVOR_ASSIGN(const Channel before, table.byId(channel.uuid));
        if (before.title != channel.title || before.kind != channel.kind)
            SALVOR_TRY(checkUnnamed(before));
        return table.update(std::move(channel));
    });
}

Result<> WorkspaceDatabase::removeChannel(const std::string& uuid, std::int64_t revision) {
    return m_database->transaction([&]() -> Result<> {
        DocumentTable<ChannelTraits> table(auditContext());
        SALVOR_ASSIGN(const Channel before, table.byId(uuid));
        SALVOR_TRY(checkUnnamed(before));
        return table.remove(uuid, revision);
    });
}

Result<std::vector<RepositoryPin>> WorkspaceDatabase::repositories() {
    return DocumentTable<RepositoryTraits>(auditContext()).all();
}

Result<RepositoryPin> WorkspaceDatabase::repository(const std::string& idOrTitle) {
    return DocumentTable<RepositoryTraits>(auditContext()).find(idOrTitle);
}

Result<RepositoryPin> WorkspaceDatabase::insertRepository(RepositoryPin pin) {
    SALVOR_TRY(checkNamed("repository", pin.id, pin.title));
    return inTransaction<RepositoryPin>(
        *m_database, [&] { return DocumentTable<RepositoryTraits>(auditContext()).insert(std::move(pin)); });
}

Result<RepositoryPin> WorkspaceDatabase::updateRepository(RepositoryPin pin) {
    SALVOR_TRY(checkNamed("repository", pin.id, pin.title));
    return inTransaction<RepositoryPin>(*m_database, [&]() -> Result<RepositoryPin> {
        DocumentTable<RepositoryTraits> table(auditContext());
        SALVOR_ASSIGN(const RepositoryPin before, table.byId(pin.id));
        if (before.highestCatalogSeen > pin.highestCatalogSeen) { // a job was faster than this edit
            pin.highestCatalogSeen = before.highestCatalogSeen;
            pin.highestCatalogHash = before.highestCatalogHash;
        }
        return table.update(std::move(pin));
    });
}

Result<> WorkspaceDatabase::removeRepository(const std::string& id, std::int64_t revision) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_ASSIGN(const std::vector<Policy> users,
                      DocumentTable<PolicyTraits>(auditContext())
                          .select(QStringLiteral("repository_id = ?"), {toQt(id)}));
        if (!users.empty())
            return failure(
                ErrorCode::Conflict, "the policy \"" + users.front().title + "\" uses the repository",
                "remove the policy, or let it use another repository", {{"policy", users.front().title}});
        return DocumentTable<RepositoryTraits>(auditContext()).remove(id, revision);
    });
}

Result<RepositoryPin> WorkspaceDatabase::noteCatalogSeen(const std::string& id, std::uint64_t number,
                                                         const std::string& hash) {
    return inTransaction<RepositoryPin>(*m_database, [&]() -> Result<RepositoryPin> {
        DocumentTable<RepositoryTraits> table(auditContext());
        SALVOR_ASSIGN(RepositoryPin pin, table.byId(id));
        if (number == pin.highestCatalogSeen && number > 0 && hash != pin.highestCatalogHash)
            return failure(
                ErrorCode::PinMismatch,
                "catalog " + std::to_string(number) + " of the repository \"" + pin.title +
                    "\" was seen before with other content",
                "somebody rewrote the store's history: compare it with another copy before trusting it",
                {{"seen", pin.highestCatalogHash}, {"found", hash}});
        if (number > pin.highestCatalogSeen) {
            pin.highestCatalogSeen = number;
            pin.highestCatalogHash = hash;
            SALVOR_TRY(table.write(pin));
        }
        return pin;
    });
}

Result<std::optional<std::string>> WorkspaceDatabase::setting(const std::string& name) {
    SALVOR_ASSIGN(
        QSqlQuery row,
        m_database->query(QStringLiteral("SELECT value FROM settings WHERE name = ?"), {toQt(name)}));
    if (row.next())
        return fromQt(row.value(0).toString());
    if (row.lastError().isValid())
        return failure(m_database->errorOf(row, "reading"));
    return std::nullopt;
}

Result<> WorkspaceDatabase::setSetting(const std::string& name, const std::string& value) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_ASSIGN(const auto before, setting(name));
        if (before == value)
            return {};
        SALVOR_TRY(
            m_database->execute(QStringLiteral("INSERT INTO settings (name, value) VALUES (?, ?) "
                                               "ON CONFLICT (name) DO UPDATE SET value = excluded.value"),
                                {toQt(name), toQt(value)}));
        return writeAudit(auditContext(), "setting.edit", name, settingDocument(before),
                          settingDocument(value));
    });
}

Result<> WorkspaceDatabase::removeSetting(const std::string& name) {
    return m_database->transaction([&]() -> Result<> {
        SALVOR_ASSIGN(const auto before, setting(name));
        if (!before)
            return {};
        SALVOR_TRY(m_database->execute(QStringLiteral("DELETE FROM settings WHERE name = ?"), {toQt(name)}));
        return writeAudit(auditContext(), "setting.remove", name, settingDocument(before), {});
    });
}

Result<> WorkspaceDatabase::recordAudit(const std::string& action, const std::string& subject,
                                        const QJsonObject& before, const QJsonObject& after) {
    return m_database->transaction(
        [&] { return writeAudit(auditContext(), action, subject, before, after); });
}

Result<std::vector<AuditRecord>> WorkspaceDatabase::auditTrail(const AuditFilter& filter) {
    QString where = QStringLiteral("1");
    QVariantList values;
    const auto narrow = [&](const char* condition, const QVariant& value) {
        where += QStringLiteral(" AND ") + QLatin1String(condition);
        values.append(value);
    };
    if (!filter.subject.empty())
        narrow("subject = ?", toQt(filter.subject));
    if (!filter.action.empty()) // "policy" or "policy.edit"
        narrow("instr(action || '.', ? || '.') = 1", toQt(filter.action));
    if (filter.since)
        narrow("at_us >= ?", qint64(filter.since->time_since_epoch().count()));
    if (filter.until)
        narrow("at_us <= ?", qint64(filter.until->time_since_epoch().count()));
    values.append(static_cast<qint64>(filter.limit));
    values.append(static_cast<qint64>(filter.offset));
    SALVOR_ASSIGN(QSqlQuery rows,
                  m_database->query(
                      QStringLiteral("SELECT number, at_us, who, action, subject, before, after FROM audit "
                                     "WHERE %1 ORDER BY number DESC LIMIT ? OFFSET ?")
                          .arg(where),
                      values));
    std::vector<AuditRecord> trail;
    while (rows.next()) {
        AuditRecord record;
        record.number = rows.value(0).toLongLong();
        record.at = Instant(std::chrono::microseconds(rows.value(1).toLongLong()));
        record.who = fromQt(rows.value(2).toString());
        record.action = fromQt(rows.value(3).toString());
        record.subject = fromQt(rows.value(4).toString());
        record.before = parseDocument(rows.value(5));
        record.after = parseDocument(rows.value(6));
        trail.push_back(std::move(record));
    }
    if (rows.lastError().isValid())
        return failure(m_database->errorOf(rows, "reading"));
    return trail;
}

} // namespace salvor
