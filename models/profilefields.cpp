// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/profilefields.h"

#include <charconv>

namespace salvor {

namespace {

/// Null: a key of the options, or one of the two that are no text.
std::string Profile::* memberOf(const std::string& key) {
    static const std::map<std::string, std::string Profile::*> kMembers{{"host", &Profile::host},
                                                                        {"user", &Profile::user},
                                                                        {"database", &Profile::database},
                                                                        {"tls_mode", &Profile::tlsMode},
                                                                        {"tls_ca_file", &Profile::tlsCaFile}};
    const auto found = kMembers.find(key);
    return found == kMembers.end() ? nullptr : found->second;
}

bool isOption(const std::string& key) {
    return memberOf(key) == nullptr && key != "port" && key != "password" && key != "tools_command";
}

} // namespace

Profile freshProfile(const EngineDescription& engine) {
    Profile profile;
    profile.engine = engine.id;
    for (const auto& field : engine.fields) {
        if (!field.defaultValue.empty())
            (void)setFieldValue(profile, field.key, field.defaultValue);
    }
    return profile;
}

std::string fieldValue(const Profile& profile, const std::string& key) {
    if (const auto member = memberOf(key))
        return profile.*member;
    if (key == "port")
        return profile.port == 0 ? std::string() : std::to_string(profile.port);
    const auto option = profile.options.find(key);
    return option == profile.options.end() ? std::string() : option->second;
}

Result<> setFieldValue(Profile& profile, const std::string& key, std::string value) {
    if (const auto member = memberOf(key)) {
        profile.*member = std::move(value);
    } else if (key == "port") {
        std::uint16_t port = 0;
        const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), port);
        if (error != std::errc{} || end != value.data() + value.size() || port == 0)
            return failure(ErrorCode::InvalidInput, "the port is not a number from 1 to 65535", {},
                           {{"field", "port"}});
        profile.port = port;
    } else if (isOption(key)) {
        if (value.empty())
            profile.options.erase(key);
        else
            profile.options.insert_or_assign(key, std::move(value));
    }
    return {};
}

} // namespace salvor
