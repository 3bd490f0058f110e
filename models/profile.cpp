// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/profile.h"

#include "models/jsonfields.h"
#include "models/profilefields.h"

#include <QUuid>

#include <algorithm>
#include <array>
#include <limits>

namespace salvor {

namespace {

constexpr std::array<std::string_view, 4> kTlsModes = {"disable", "require", "verify-ca", "verify-full"};
constexpr std::array<std::string_view, 4> kSecretKinds = {"", "keychain", "file", "credentials"};
constexpr std::size_t kLongestTitle = 200;

bool hasControlCharacter(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

tl::unexpected<Error> badField(const char* field, std::string_view problem, std::string hint = {}) {
    return failure(ErrorCode::InvalidInput,
                   "the profile's " + std::string(field) + " " + std::string(problem), std::move(hint),
                   {{"field", field}});
}

Result<> validateText(const char* field, std::string_view text, bool required) {
    if (required && text.empty())
        return badField(field, "is missing");
    if (hasControlCharacter(text))
        return badField(field, "holds a control character");
    return {};
}

Result<> validateTls(const Profile& profile) {
    if (std::find(kTlsModes.begin(), kTlsModes.end(), profile.tlsMode) == kTlsModes.end())
        return badField("tls_mode", "is not known: \"" + profile.tlsMode + "\"",
                        "use disable, require, verify-ca or verify-full");
    SALVOR_TRY(validateText("tls_ca_file", profile.tlsCaFile, false));
    if (!profile.tlsCaFile.empty() && profile.tlsCaFile.front() != '/')
        return badField("tls_ca_file", "is not an absolute path: \"" + profile.tlsCaFile + "\"",
                        "timers run in another folder: give the full path");
    return {};
}

} // namespace

Result<> validate(const Profile& profile) {
    if (QUuid::fromString(toQt(profile.uuid)).toString(QUuid::WithoutBraces) != toQt(profile.uuid))
        return badField("uuid", "is not a UUID in lower case: \"" + profile.uuid + "\"");
    SALVOR_TRY(validateText("title", profile.title, true));
    if (profile.title.size() > kLongestTitle)
        return badField("title", "is longer than 200 bytes");
    SALVOR_TRY(validateText("engine", profile.engine, true));
    SALVOR_TRY(validateText("host", profile.host, false));
    SALVOR_TRY(validateText("user", profile.user, false));
    SALVOR_TRY(validateText("database", profile.database, false));
    SALVOR_TRY(validateTls(profile));
    if (std::find(kSecretKinds.begin(), kSecretKinds.end(), profile.secretKind) == kSecretKinds.end())
        return badField("secret_kind", "is not known: \"" + profile.secretKind + "\"",
                        "use keychain, file or credentials");
    if (!profile.toolsCommand.empty() && profile.toolsCommand.front().empty())
        return badField("tools_command", "starts with an empty word");
    for (const auto& word : profile.toolsCommand) {
        if (word.find('\0') != std::string::npos)
            return badField("tools_command", "holds a NUL character");
    }
    return {};
}

Result<> validateFor(const Profile& profile, const EngineDescription& engine) {
    SALVOR_TRY(validate(profile));
    for (const auto& field : engine.fields) {
        const std::string value = fieldValue(profile, field.key);
        const char* const key = field.key.c_str();
        if (field.required && value.empty())
            return badField(key, "is missing",
                            field.defaultValue.empty() ? std::string() : "usual is " + field.defaultValue);
        const bool isChosen = value.empty() || field.choices.empty() ||
                              std::any_of(field.choices.begin(), field.choices.end(),
                                          [&](const FieldChoice& one) { return one.value == value; });
        if (!isChosen)
            return badField(key, "is not one that " + engine.label + " has: \"" + value + "\"");
    }
    return {};
}

QJsonObject toJson(const Profile& profile) {
    return {
        {QStringLiteral("uuid"), toQt(profile.uuid)},
        {QStringLiteral("title"), toQt(profile.title)},
        {QStringLiteral("engine"), toQt(profile.engine)},
        {QStringLiteral("host"), toQt(profile.host)},
        {QStringLiteral("port"), profile.port},
        {QStringLiteral("user"), toQt(profile.user)},
        {QStringLiteral("database"), toQt(profile.database)},
        {QStringLiteral("tls_mode"), toQt(profile.tlsMode)},
        {QStringLiteral("tls_ca_file"), toQt(profile.tlsCaFile)},
        {QStringLiteral("secret_kind"), toQt(profile.secretKind)},
        {QStringLiteral("tools_command"), toJsonArray(profile.toolsCommand)},
        {QStringLiteral("options"), toJsonObject(profile.options)},
        {QStringLiteral("revision"), static_cast<qint64>(profile.revision)},
    };
}

Result<Profile> profileFromJson(const QJsonObject& object) {
    JsonFields fields(object, "profile");
    Profile profile;
    profile.uuid = fields.text("uuid");
    profile.title = fields.text("title");
    profile.engine = fields.text("engine");
    profile.host = fields.textOr("host");
    const std::uint64_t port = fields.countOr("port", 0);
    if (port > std::numeric_limits<std::uint16_t>::max())
        fields.fail("port", "is over 65535");
    profile.port = static_cast<std::uint16_t>(port);
    profile.user = fields.textOr("user");
    profile.database = fields.textOr("database");
    profile.tlsMode =
        fields.text("tls_mode"); // no default: a file that lost it must not weaken or change TLS
    profile.tlsCaFile = fields.textOr("tls_ca_file");
    profile.secretKind = fields.textOr("secret_kind");
    profile.toolsCommand = fields.textsOr("tools_command");
    profile.options = fields.textMapOr("options");
    profile.revision = static_cast<std::int64_t>(fields.countOr("revision", 0));
    SALVOR_TRY(fields.finish());
    return profile;
}

std::string makeUuid() { return fromQt(QUuid::createUuid().toString(QUuid::WithoutBraces)); }

} // namespace salvor
