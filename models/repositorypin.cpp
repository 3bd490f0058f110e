// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/repositorypin.h"

#include "models/jsonfields.h"

namespace salvor {

QJsonObject toJson(const RepositoryPin& pin) {
    QJsonObject object{
        {QStringLiteral("id"), toQt(pin.id)},
        {QStringLiteral("title"), toQt(pin.title)},
        {QStringLiteral("url"), toQt(pin.url)},
        {QStringLiteral("format_version"), toJsonCount(pin.formatVersion)},
        {QStringLiteral("encrypted"), pin.encrypted},
        {QStringLiteral("recipients"), toJsonArray(pin.recipients)},
        {QStringLiteral("signing_public_key"), toQt(pin.signingPublicKey)},
        {QStringLiteral("secret_kind"), toQt(pin.secretKind)},
        {QStringLiteral("writer_machine"), toQt(pin.writerMachine)},
        {QStringLiteral("writer_user"), toQt(pin.writerUser)},
        {QStringLiteral("is_writer"), pin.isWriter},
        {QStringLiteral("highest_catalog_seen"), toJsonCount(pin.highestCatalogSeen)},
        {QStringLiteral("highest_catalog_hash"), toQt(pin.highestCatalogHash)},
        {QStringLiteral("rehearsed"), pin.rehearsed},
        {QStringLiteral("recovery_file"), toQt(pin.recoveryFile)},
        {QStringLiteral("revision"), static_cast<qint64>(pin.revision)},
    };
    if (pin.rehearsedAt)
        object.insert(QStringLiteral("rehearsed_at"), toQt(toRfc3339(*pin.rehearsedAt)));
    return object;
}

Result<RepositoryPin> repositoryPinFromJson(const QJsonObject& object) {
    JsonFields fields(object, "repository pin");
    RepositoryPin pin;
    pin.id = fields.text("id");
    pin.title = fields.text("title");
    pin.url = fields.text("url");
    pin.formatVersion = fields.count("format_version");
    // What decides about trust has no default: a pin that lost such a field must be refused, not weakened.
    pin.recipients = fields.textsOr("recipients");
    if (!object.contains(QLatin1String("encrypted")))
        fields.fail("encrypted", "is missing");
    pin.encrypted = fields.flagOr("encrypted", true);
    if (pin.encrypted && pin.recipients.empty())
        fields.fail("recipients", "is empty although the repository is encrypted");
    pin.signingPublicKey = fields.text("signing_public_key");
    pin.secretKind = fields.textOr("secret_kind");
    pin.writerMachine = fields.textOr("writer_machine");
    pin.writerUser = fields.textOr("writer_user");
    pin.isWriter = fields.flagOr("is_writer", false);
    pin.highestCatalogSeen = fields.count("highest_catalog_seen");
    pin.highestCatalogHash = fields.text("highest_catalog_hash");
    pin.rehearsed = fields.flagOr("rehearsed", false);
    pin.rehearsedAt = fields.timeIfThere("rehearsed_at");
    pin.recoveryFile = fields.textOr("recovery_file");
    pin.revision = static_cast<std::int64_t>(fields.countOr("revision", 0));
    SALVOR_TRY(fields.finish());
    return pin;
}

std::string_view toString(Rehearsal state) {
    switch (state) {
    case Rehearsal::NotNeeded:
        return "not_needed";
    case Rehearsal::Never:
        return "never";
    case Rehearsal::Due:
        return "due";
    case Rehearsal::Fresh:
        break;
    }
    return "fresh";
}

Rehearsal rehearsalOf(const RepositoryPin& pin, Instant now) {
    if (!pin.encrypted)
        return Rehearsal::NotNeeded;
    if (!pin.rehearsed)
        return Rehearsal::Never;
    // A date that is still to come says nothing; the clock may be an hour off.
    if (!pin.rehearsedAt || *pin.rehearsedAt > now + std::chrono::hours(1) ||
        now - *pin.rehearsedAt >= kRehearsalInterval)
        return Rehearsal::Due;
    return Rehearsal::Fresh;
}

std::optional<Instant> rehearsalDueAt(const RepositoryPin& pin, Instant now) {
    if (rehearsalOf(pin, now) != Rehearsal::Fresh)
        return std::nullopt;
    return *pin.rehearsedAt + kRehearsalInterval;
}

} // namespace salvor
