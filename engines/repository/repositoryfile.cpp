// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/repositoryfile.h"

#include "engines/repository/catalogchain.h"
#include "engines/repository/format.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

bool isId(std::string_view text) {
    return text.size() == 32 &&
           std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

tl::unexpected<Error> notARepository(const Store& store, const std::string& why) {
    return failure(ErrorCode::NotARepository, store.location() + " is not a Salvor repository: " + why,
                   "check the address: it is the folder that holds the file " +
                       std::string(format::kRepositoryKey),
                   {{"location", store.location()}});
}

/// Where there is nothing else, a disk may not be mounted.
tl::unexpected<Error> hasNoFile(Store& store, const CancelToken& cancel) {
    auto none = notARepository(store, "it has no file " + std::string(format::kRepositoryKey));
    const auto isFirst = [](const StoreEntry&) -> Result<> {
        return failure(ErrorCode::Conflict, "one is enough");
    };
    if (store.list("", isFirst, cancel))
        none.value().hint = "is its disk mounted? If it is, " + none.value().hint;
    return none;
}

Result<> checkVersion(const Store& store, std::uint64_t version) {
    const std::string place = "the repository at " + store.location();
    if (version > format::kVersion)
        return failure(ErrorCode::NewerFormat,
                       place + " has format " + std::to_string(version) + ", this Salvor knows up to " +
                           std::to_string(format::kVersion),
                       "install a newer Salvor", {{"format", std::to_string(version)}});
    if (version < format::kVersion)
        return failure(ErrorCode::VersionMismatch,
                       place + " has format " + std::to_string(version) +
                           ", which only development versions wrote",
                       "make a new repository", {{"format", std::to_string(version)}});
    return {};
}

} // namespace

Result<std::string> writeRepositoryFile(const RepositoryFile& file, Instant created) {
    const QJsonObject object{{QStringLiteral("created"), toQt(toRfc3339(created))},
                             {QStringLiteral("document"), QStringLiteral("salvor-repository")},
                             {QStringLiteral("encrypted"), file.encrypted},
                             {QStringLiteral("format"), static_cast<qint64>(file.formatVersion)},
                             {QStringLiteral("id"), toQt(file.id)},
                             {QStringLiteral("title"), toQt(file.title)}};
    SALVOR_ASSIGN(std::string text, toCanonicalJson(object));
    return text + "\n";
}

Result<RepositoryFile> loadRepositoryFile(Store& store, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto there, store.stat(format::kRepositoryKey, cancel));
    if (!there)
        return hasNoFile(store, cancel);
    if (there->sizeBytes > 65536)
        return notARepository(store, std::string(format::kRepositoryKey) + " is too large");
    SALVOR_ASSIGN(const std::string text, getText(store, format::kRepositoryKey, cancel));
    const auto object = parseJsonObject(text, format::kRepositoryKey);
    if (!object)
        return notARepository(store, object.error().message);
    if (object->value(QLatin1String("document")).toString() != QLatin1String("salvor-repository"))
        return notARepository(store, std::string(format::kRepositoryKey) + " is something else");
    // The version first: a newer format may have changed all the rest.
    const auto version = requireCount(*object, "format", format::kRepositoryKey);
    if (!version)
        return notARepository(store, version.error().message);
    SALVOR_TRY(checkVersion(store, *version));
    RepositoryFile file;
    file.formatVersion = *version;
    file.id = fromQt(object->value(QLatin1String("id")).toString());
    file.title = fromQt(object->value(QLatin1String("title")).toString());
    file.encrypted = object->value(QLatin1String("encrypted")).toBool(true);
    if (!isId(file.id))
        return notARepository(store, std::string(format::kRepositoryKey) + " has no valid id");
    return file;
}

Result<> requireCatalogs(Store& store, const Error& why, const CancelToken& cancel) {
    // Missing, something else, a bad sector, another owner's; NotFound is the place that is gone.
    const bool isOfTheFile =
        why.code == ErrorCode::NotARepository || (why.code != ErrorCode::NotFound && concernsOneFile(why));
    if (!isOfTheFile)
        return failure(why);
    SALVOR_ASSIGN(const auto numbers, catalogNumbers(store, {}, cancel));
    return numbers.empty() ? Result<>(failure(why)) : Result<>();
}

Result<std::vector<AgeRecipient>> parseRecipients(const std::vector<std::string>& texts) {
    std::vector<AgeRecipient> recipients;
    for (const auto& text : texts) {
        SALVOR_ASSIGN(recipients.emplace_back(), AgeRecipient::parse(text));
    }
    if (recipients.empty())
        return failure(ErrorCode::InvalidInput, "no recipients are pinned for the repository");
    return recipients;
}

Result<VerifyKey> parseVerifyKey(const std::string& hex) {
    SALVOR_ASSIGN(const Bytes raw, fromHex(hex));
    return VerifyKey::fromRaw(raw);
}

} // namespace salvor
