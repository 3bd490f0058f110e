// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/catalogdocument.h"

#include "engines/crypto/signeddocument.h"
#include "engines/repository/format.h"
#include "models/jsonfields.h"

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

QJsonObject principalJson(const Principal& principal) {
    return {{QStringLiteral("machine"), toQt(principal.machine)},
            {QStringLiteral("user"), toQt(principal.user)}};
}

Result<Principal> principalOf(const QJsonObject& object, std::string_view what) {
    Principal principal;
    SALVOR_ASSIGN(principal.machine, requireString(object, "machine", what));
    SALVOR_ASSIGN(principal.user, requireString(object, "user", what));
    return principal;
}

QJsonArray stringsJson(const auto& strings) {
    QJsonArray array;
    for (const auto& text : strings)
        array.append(toQt(text));
    return array;
}

QJsonObject entryJson(const CatalogEntry& entry, const std::map<std::string, qint64>& refNumbers) {
    QJsonArray refs;
    for (const auto& ref : entry.refs)
        refs.append(refNumbers.at(ref));
    QJsonObject object{
        {QStringLiteral("id"), toQt(entry.backupId)},
        {QStringLiteral("manifest"), toQt(entry.manifestHash)},
        {QStringLiteral("manifest_plain_bytes"), static_cast<qint64>(entry.manifestPlainBytes)},
        {QStringLiteral("manifest_stored_bytes"), static_cast<qint64>(entry.manifestStoredBytes)},
        {QStringLiteral("refs"), refs},
        {QStringLiteral("summary"), toJson(entry.summary)},
        {QStringLiteral("trashed"), entry.trashed}};
    if (entry.trashed) {
        object.insert(QStringLiteral("trashed_at"), toJsonTime(entry.trashedAt));
        object.insert(QStringLiteral("trash_grace_seconds"), static_cast<qint64>(entry.grace.count()));
    }
    return object;
}

Result<CatalogEntry> entryOf(const QJsonObject& object, const std::vector<std::string>& refs,
                             std::string_view what) {
    CatalogEntry entry;
    SALVOR_ASSIGN(entry.backupId, requireString(object, "id", what));
    SALVOR_ASSIGN(entry.manifestHash, requireString(object, "manifest", what));
    if (!format::isRecordId(entry.backupId) || !format::isHash(entry.manifestHash))
        return failure(ErrorCode::Corrupt, std::string(what) + ": malformed id or hash of a backup");
    SALVOR_ASSIGN(entry.manifestPlainBytes, requireCount(object, "manifest_plain_bytes", what));
    SALVOR_ASSIGN(entry.manifestStoredBytes, requireCount(object, "manifest_stored_bytes", what));
    SALVOR_ASSIGN(const QJsonArray numbers, requireArray(object, "refs", what));
    for (const auto& value : numbers) {
        const auto number = value.toInteger(-1);
        if (number < 0 || static_cast<std::size_t>(number) >= refs.size())
            return failure(ErrorCode::Corrupt, std::string(what) + ": backup " + entry.backupId +
                                                   " names a list that the catalog does not have");
        entry.refs.push_back(refs[static_cast<std::size_t>(number)]);
    }
    SALVOR_ASSIGN(const QJsonObject summary, requireObject(object, "summary", what));
    SALVOR_ASSIGN(entry.summary, backupRecordFromJson(summary));
    entry.trashed = object.value(QLatin1String("trashed")).toBool();
    if (!entry.trashed)
        return entry;
    // Without a date it counts from the next catalog on: never early.
    JsonFields dates(object, std::string(what));
    entry.trashedAt = dates.timeIfThere("trashed_at").value_or(Instant{});
    entry.grace = std::chrono::seconds(dates.countOr("trash_grace_seconds", kTrashGrace.count()));
    SALVOR_TRY(dates.finish());
    return entry;
}

Result<std::vector<std::string>> stringsOf(const QJsonArray& array, std::string_view what) {
    std::vector<std::string> strings;
    for (const auto& value : array) {
        if (!value.isString())
            return failure(ErrorCode::Corrupt,
                           std::string(what) + ": a list of strings has something else in it");
        strings.push_back(fromQt(value.toString()));
    }
    return strings;
}

QJsonObject payload(const CatalogDocument& document) {
    const Catalog& catalog = document.catalog;
    std::set<std::string> refs;
    for (const auto& entry : catalog.entries)
        refs.insert(entry.refs.begin(), entry.refs.end());
    std::map<std::string, qint64> refNumbers;
    for (const auto& ref : refs)
        refNumbers.emplace(ref, static_cast<qint64>(refNumbers.size()));
    QJsonArray backups;
    for (const auto& entry : catalog.entries)
        backups.append(entryJson(entry, refNumbers));
    QJsonArray readers;
    for (const auto& reader : catalog.readers) {
        QJsonObject object = principalJson(reader.principal);
        object.insert(QStringLiteral("key"), toQt(reader.publicKey));
        readers.append(object);
    }
    return {{QStringLiteral("backups"), backups},
            {QStringLiteral("created"), toQt(toRfc3339(catalog.created))},
            {QStringLiteral("document"), QStringLiteral("catalog")},
            {QStringLiteral("encrypted"), document.encrypted},
            {QStringLiteral("epoch"), static_cast<qint64>(catalog.epoch)},
            {QStringLiteral("files"), toJsonObject(document.files)},
            {QStringLiteral("format"), static_cast<qint64>(format::kVersion)},
            {QStringLiteral("number"), static_cast<qint64>(catalog.number)},
            {QStringLiteral("previous"),
             QJsonObject{{QStringLiteral("hash"), toQt(document.previousHash)},
                         {QStringLiteral("number"), static_cast<qint64>(document.previousNumber)}}},
            {QStringLiteral("readers"), readers},
            {QStringLiteral("recipients"), stringsJson(catalog.recipients)},
            {QStringLiteral("refs"), stringsJson(refs)},
            {QStringLiteral("repository"), toQt(document.repositoryId)},
            {QStringLiteral("writer"), principalJson({catalog.writerMachine, catalog.writerUser})}};
}

Result<> readHeader(const QJsonObject& object, std::uint64_t number, const CatalogTrust& trust,
                    std::string_view what, CatalogDocument& document) {
    SALVOR_ASSIGN(const std::uint64_t version, requireCount(object, "format", what));
    if (version > format::kVersion)
        return failure(ErrorCode::NewerFormat, std::string(what) + " was written by a newer Salvor",
                       "install a Salvor that knows format " + std::to_string(version));
    SALVOR_ASSIGN(const std::string kind, requireString(object, "document", what));
    SALVOR_ASSIGN(document.repositoryId, requireString(object, "repository", what));
    SALVOR_ASSIGN(document.catalog.number, requireCount(object, "number", what));
    if (kind != "catalog" || document.repositoryId != trust.repositoryId || document.catalog.number != number)
        return failure(ErrorCode::Corrupt,
                       std::string(what) + " is another signed document, put in its place");
    SALVOR_ASSIGN(document.catalog.epoch, requireCount(object, "epoch", what));
    document.encrypted = object.value(QLatin1String("encrypted")).toBool(true);
    SALVOR_ASSIGN(const std::string created, requireString(object, "created", what));
    SALVOR_ASSIGN(document.catalog.created, fromRfc3339(created));
    SALVOR_ASSIGN(const QJsonObject files, requireObject(object, "files", what));
    for (auto it = files.begin(); it != files.end(); ++it)
        document.files.emplace(fromQt(it.key()), fromQt(it.value().toString()));
    SALVOR_ASSIGN(const QJsonObject previous, requireObject(object, "previous", what));
    SALVOR_ASSIGN(document.previousNumber, requireCount(previous, "number", what));
    SALVOR_ASSIGN(document.previousHash, requireString(previous, "hash", what));
    SALVOR_ASSIGN(const QJsonObject writerObject, requireObject(object, "writer", what));
    SALVOR_ASSIGN(const Principal writer, principalOf(writerObject, what));
    document.catalog.writerMachine = writer.machine;
    document.catalog.writerUser = writer.user;
    return {};
}

Result<> readLists(const QJsonObject& object, std::string_view what, Catalog& catalog) {
    SALVOR_ASSIGN(const QJsonArray recipients, requireArray(object, "recipients", what));
    SALVOR_ASSIGN(catalog.recipients, stringsOf(recipients, what));
    SALVOR_ASSIGN(const QJsonArray refArray, requireArray(object, "refs", what));
    SALVOR_ASSIGN(const auto refs, stringsOf(refArray, what));
    if (!std::ranges::all_of(refs, [](const std::string& ref) { return format::isHash(ref); }))
        return failure(ErrorCode::Corrupt, std::string(what) + ": malformed hash of a list");
    SALVOR_ASSIGN(const QJsonArray readers, requireArray(object, "readers", what));
    for (const auto& value : readers) {
        ReaderKey reader;
        SALVOR_ASSIGN(reader.publicKey, requireString(value.toObject(), "key", what));
        SALVOR_ASSIGN(reader.principal, principalOf(value.toObject(), what));
        catalog.readers.push_back(std::move(reader));
    }
    SALVOR_ASSIGN(const QJsonArray backups, requireArray(object, "backups", what));
    for (const auto& value : backups) {
        SALVOR_ASSIGN(CatalogEntry entry, entryOf(value.toObject(), refs, what));
        catalog.entries.push_back(std::move(entry));
    }
    return {};
}

} // namespace

Result<std::string> signCatalog(const CatalogDocument& document, const SigningKey& key) {
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(payload(document)));
    return signDocument(text, key);
}

Result<CatalogDocument> readCatalog(std::string_view bytes, std::uint64_t number, const CatalogTrust& trust) {
    const std::string what = format::catalogKey(number);
    const auto parse = [&]() -> Result<CatalogDocument> {
        SALVOR_ASSIGN(const std::string text, verifyDocument(bytes, trust.key));
        SALVOR_ASSIGN(const QJsonObject object, parseJsonObject(text, what));
        CatalogDocument document;
        SALVOR_TRY(readHeader(object, number, trust, what, document));
        SALVOR_TRY(readLists(object, what, document.catalog));
        document.catalog.hash = format::hashOf(asBytes(bytes));
        return document;
    };
    auto document = parse();
    if (document || document.error().code == ErrorCode::NewerFormat)
        return document;
    Error error = std::move(document).error();
    const auto signer = signedDocumentKeyId(bytes);
    error.code = signer && *signer != trust.key.id() ? ErrorCode::PinMismatch : ErrorCode::Corrupt;
    error.message = "catalog " + what + " is damaged or forged: " + error.message;
    error.context["key"] = what;
    return failure(std::move(error));
}

} // namespace salvor
