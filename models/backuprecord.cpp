// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/backuprecord.h"

#include "models/jsonfields.h"

#include <QRandomGenerator>

#include <array>
#include <utility>

namespace salvor {

namespace {

constexpr std::array kOutcomes = {
    std::pair{RunOutcome::Running, std::string_view("running")},
    std::pair{RunOutcome::Ok, std::string_view("ok")},
    std::pair{RunOutcome::Partial, std::string_view("partial")},
    std::pair{RunOutcome::Failed, std::string_view("failed")},
    std::pair{RunOutcome::Cancelled, std::string_view("cancelled")},
    std::pair{RunOutcome::Skipped, std::string_view("skipped")},
};

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

} // namespace

std::string_view toString(RunOutcome outcome) {
    for (const auto& [value, name] : kOutcomes) {
        if (value == outcome)
            return name;
    }
    return "failed";
}

RunOutcome runOutcomeFromString(std::string_view name) {
    for (const auto& [value, text] : kOutcomes) {
        if (text == name)
            return value;
    }
    return RunOutcome::Failed;
}

QJsonObject toJson(const Error& error) {
    return {
        {QStringLiteral("code"), toQt(toString(error.code))},
        {QStringLiteral("message"), toQt(error.message)},
        {QStringLiteral("hint"), toQt(error.hint)},
        {QStringLiteral("retryable"), error.retryable},
        {QStringLiteral("context"), toJsonObject(error.context)},
    };
}

Error errorFromJson(const QJsonObject& object) {
    // Lenient: an error that was written by another version is still worth showing.
    const auto text = [&](const char* key) { return fromQt(object.value(QLatin1String(key)).toString()); };
    Error error;
    error.code = errorCodeFromString(text("code"));
    error.message = text("message");
    error.hint = text("hint");
    error.retryable = object.value(QLatin1String("retryable")).toBool();
    const QJsonObject context = object.value(QLatin1String("context")).toObject();
    for (auto it = context.begin(); it != context.end(); ++it)
        error.context.emplace(fromQt(it.key()), fromQt(it.value().toString()));
    return error;
}

QJsonObject toJson(const BackupRecord& record) {
    QJsonObject object{
        {QStringLiteral("id"), toQt(record.id)},
        {QStringLiteral("repository_id"), toQt(record.repositoryId)},
        {QStringLiteral("run_id"), toQt(record.runId)},
        {QStringLiteral("policy_uuid"), toQt(record.policyUuid)},
        {QStringLiteral("profile_uuid"), toQt(record.profileUuid)},
        {QStringLiteral("profile_title"), toQt(record.profileTitle)},
        {QStringLiteral("engine"), toQt(record.engine)},
        {QStringLiteral("system_id"), toQt(record.systemId)},
        {QStringLiteral("database_id"), toQt(record.databaseId)},
        {QStringLiteral("database"), toQt(record.database)},
        {QStringLiteral("method"), toQt(record.method)},
        {QStringLiteral("kind"), toQt(record.kind)},
        {QStringLiteral("trigger"), toQt(record.trigger)},
        {QStringLiteral("items"), toJsonCount(record.items)},
        {QStringLiteral("rows"), toJsonCount(record.rows)},
        {QStringLiteral("size_bytes"), toJsonCount(record.sizeBytes)},
        {QStringLiteral("stored_bytes"), toJsonCount(record.storedBytes)},
        {QStringLiteral("new_stored_bytes"), toJsonCount(record.newStoredBytes)},
        {QStringLiteral("server_version"), toQt(record.serverVersion)},
        {QStringLiteral("notes"), toJsonArray(record.notes)},
        {QStringLiteral("held"), record.held},
    };
    insertExactTime(object, "started", record.started);
    insertExactTime(object, "ended", record.ended);
    if (record.readBackAt)
        object.insert(QStringLiteral("read_back_at"), toJsonTime(*record.readBackAt));
    if (record.restoredAt)
        object.insert(QStringLiteral("restored_at"), toJsonTime(*record.restoredAt));
    return object;
}

Result<BackupRecord> backupRecordFromJson(const QJsonObject& object) {
    JsonFields fields(object, "backup record");
    BackupRecord record;
    record.id = fields.text("id");
    record.repositoryId = fields.text("repository_id");
    record.runId = fields.textOr("run_id");
    record.policyUuid = fields.textOr("policy_uuid");
    record.profileUuid = fields.textOr("profile_uuid");
    record.profileTitle = fields.textOr("profile_title");
    record.engine = fields.text("engine");
    record.systemId = fields.textOr("system_id");
    record.databaseId = fields.textOr("database_id");
    record.database = fields.textOr("database");
    record.method = fields.textOr("method");
    record.kind = fields.textOr("kind");
    record.trigger = fields.textOr("trigger");
    record.started = fields.exactTime("started");
    record.ended = fields.exactTime("ended");
    record.items = fields.countOr("items", 0);
    record.rows = fields.countOr("rows", 0);
    record.sizeBytes = fields.countOr("size_bytes", 0);
    record.storedBytes = fields.countOr("stored_bytes", 0);
    record.newStoredBytes = fields.countOr("new_stored_bytes", 0);
    record.serverVersion = fields.textOr("server_version");
    record.notes = fields.textsOr("notes");
    record.held = fields.flagOr("held", false);
    record.readBackAt = fields.timeIfThere("read_back_at");
    record.restoredAt = fields.timeIfThere("restored_at");
    SALVOR_TRY(fields.finish());
    return record;
}

QJsonObject toJson(const RunRecord& record) {
    QJsonObject object{
        {QStringLiteral("id"), toQt(record.id)},
        {QStringLiteral("kind"), toQt(record.kind)},
        {QStringLiteral("repository_id"), toQt(record.repositoryId)},
        {QStringLiteral("policy_uuid"), toQt(record.policyUuid)},
        {QStringLiteral("profile_uuid"), toQt(record.profileUuid)},
        {QStringLiteral("profile_title"), toQt(record.profileTitle)},
        {QStringLiteral("database"), toQt(record.database)},
        {QStringLiteral("trigger"), toQt(record.trigger)},
        {QStringLiteral("host"), toQt(record.host)},
        {QStringLiteral("outcome"), toQt(toString(record.outcome))},
        {QStringLiteral("size_bytes"), toJsonCount(record.sizeBytes)},
        {QStringLiteral("stored_bytes"), toJsonCount(record.storedBytes)},
        {QStringLiteral("backup_ids"), toJsonArray(record.backupIds)},
        {QStringLiteral("details"), record.details},
    };
    insertExactTime(object, "started", record.started);
    if (record.ended)
        insertExactTime(object, "ended", *record.ended);
    if (record.error)
        object.insert(QStringLiteral("error"), toJson(*record.error));
    return object;
}

Result<RunRecord> runRecordFromJson(const QJsonObject& object) {
    JsonFields fields(object, "run record");
    RunRecord record;
    record.id = fields.text("id");
    record.kind = fields.text("kind");
    record.repositoryId = fields.textOr("repository_id");
    record.policyUuid = fields.textOr("policy_uuid");
    record.profileUuid = fields.textOr("profile_uuid");
    record.profileTitle = fields.textOr("profile_title");
    record.database = fields.textOr("database");
    record.trigger = fields.textOr("trigger");
    record.host = fields.textOr("host");
    record.started = fields.exactTime("started");
    record.ended = fields.exactTimeIfThere("ended");
    record.outcome = runOutcomeFromString(fields.text("outcome"));
    record.sizeBytes = fields.countOr("size_bytes", 0);
    record.storedBytes = fields.countOr("stored_bytes", 0);
    if (const QJsonObject error = fields.objectOr("error"); !error.isEmpty())
        record.error = errorFromJson(error);
    record.backupIds = fields.textsOr("backup_ids");
    record.details = fields.objectOr("details");
    SALVOR_TRY(fields.finish());
    return record;
}

std::string makeRecordId(Instant now) {
    std::string id = toCompactUtc(now) + "-";
    for (int i = 0; i < 6; ++i)
        id.push_back(kCrockford[QRandomGenerator::system()->bounded(32U)]);
    return id;
}

} // namespace salvor
