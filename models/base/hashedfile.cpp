// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/hashedfile.h"

#include "models/base/json.h"

#include <QCryptographicHash>

namespace salvor {

namespace {

std::string sha256Of(std::string_view bytes) {
    QCryptographicHash hash(QCryptographicHash::Sha256);
    hash.addData(QByteArray(bytes.data(), static_cast<qsizetype>(bytes.size())));
    return hash.result().toHex().toStdString();
}

tl::unexpected<Error> notOne(const HashedFileKind& kind, const std::string& why) {
    return failure(ErrorCode::Corrupt, std::string("this is not a ") + kind.noun + ": " + why,
                   std::string(kind.noun) + "s are made by " + kind.madeBy);
}

} // namespace

Result<std::string> writeHashedFile(const HashedFileKind& kind, QJsonObject payload) {
    payload.insert(QStringLiteral("document"), toQt(kind.document));
    payload.insert(QStringLiteral("schema_version"), static_cast<qint64>(kind.schemaVersion));
    SALVOR_ASSIGN(const std::string line, toCanonicalJson(payload));
    return line + "\n{\"sha256\":\"" + sha256Of(line) + "\"}\n";
}

Result<HashedFile> readHashedFile(const HashedFileKind& kind, std::string_view bytes) {
    const std::string noun = kind.noun;
    const auto end = bytes.find('\n');
    if (end == std::string_view::npos)
        return notOne(kind, "it has no second line with its hash");
    const std::string_view line = bytes.substr(0, end);
    const auto seal = parseJsonObject(bytes.substr(end + 1), "the second line");
    if (!seal)
        return notOne(kind, seal.error().message);
    SALVOR_ASSIGN(const std::string said, requireString(*seal, "sha256", "the " + noun + "'s second line"));
    HashedFile file;
    file.sha256 = sha256Of(line);
    if (said != file.sha256)
        return failure(ErrorCode::Corrupt,
                       "the " + noun + " was changed after it was made: it says that its SHA-256 is " + said +
                           ", and it is " + file.sha256,
                       noun + "s are never edited: " + kind.changeHint + ". Nothing was run",
                       {{"expected", said}, {"found", file.sha256}});
    auto payload = parseJsonObject(line, "the " + noun);
    if (!payload)
        return notOne(kind, payload.error().message);
    if (payload->value(QLatin1String("document")).toString() != QLatin1String(kind.document))
        return notOne(kind, "it does not say that it is one");
    SALVOR_ASSIGN(const std::uint64_t version, requireCount(*payload, "schema_version", noun));
    if (version > kind.schemaVersion)
        return failure(ErrorCode::NewerFormat,
                       "the " + noun + " has schema version " + std::to_string(version) +
                           ", this Salvor knows versions up to " + std::to_string(kind.schemaVersion),
                       "a newer Salvor made it: use that one, or update this one");
    file.payload = std::move(*payload);
    return file;
}

} // namespace salvor
