// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgendpoint.h"

#include <array>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace salvor {

namespace {

std::string systemCaFile() {
    for (const char* path :
         {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"}) {
        std::error_code ignored;
        if (std::filesystem::exists(path, ignored))
            return path;
    }
    return {};
}

std::string quoteConninfo(std::string_view value) {
    std::string out = "'";
    for (const char c : value) {
        if (c == '\'' || c == '\\')
            out.push_back('\\');
        out.push_back(c);
    }
    return out + "'";
}

} // namespace

Result<PgEndpointPtr> makePgEndpoint(const Connection& connection) {
    if (connection.profile == nullptr)
        return failure(ErrorCode::Internal, "a connection without a profile");
    const Profile& profile = *connection.profile;
    auto endpoint = std::make_shared<PgEndpoint>();
    endpoint->host = profile.host;
    endpoint->port = profile.port != 0 ? profile.port : std::uint16_t{5432};
    endpoint->user = profile.user;
    endpoint->database = profile.database.empty() ? "postgres" : profile.database;
    endpoint->tlsMode = profile.tlsMode;
    endpoint->tlsCaFile = profile.tlsCaFile;
    endpoint->toolsCommand = profile.toolsCommand;
    if (endpoint->host.empty())
        return failure(ErrorCode::InvalidInput, "the profile " + profile.title + " names no host",
                       "give it a host or a socket folder");
    if (endpoint->user.empty())
        return failure(ErrorCode::InvalidInput, "the profile " + profile.title + " names no user",
                       "give it a user");
    if (endpoint->isSocket())
        endpoint->tlsMode = "disable"; // nothing leaves the computer, and the server offers none there
    else if (endpoint->tlsMode.empty())
        endpoint->tlsMode = "verify-full";
    static constexpr std::array<std::string_view, 4> kModes{"disable", "require", "verify-ca", "verify-full"};
    bool known = false;
    for (const auto mode : kModes)
        known = known || mode == endpoint->tlsMode;
    if (!known)
        return failure(ErrorCode::InvalidInput,
                       "the profile " + profile.title + " has an unknown TLS mode: " + endpoint->tlsMode,
                       "use disable, require, verify-ca or verify-full");
    if (endpoint->tlsMode.starts_with("verify") && endpoint->tlsCaFile.empty())
        endpoint->tlsCaFile = systemCaFile();
    if (connection.password != nullptr && !connection.password->empty()) {
        endpoint->password = connection.password->clone();
        endpoint->hasPassword = true;
    }
    return PgEndpointPtr(std::move(endpoint));
}

PgEndpointPtr pgWithOptions(const PgEndpoint& endpoint, const std::string& options) {
    auto out = std::make_shared<PgEndpoint>();
    out->host = endpoint.host;
    out->port = endpoint.port;
    out->user = endpoint.user;
    out->database = endpoint.database;
    out->tlsMode = endpoint.tlsMode;
    out->tlsCaFile = endpoint.tlsCaFile;
    out->password = endpoint.password.clone();
    out->hasPassword = endpoint.hasPassword;
    out->toolsCommand = endpoint.toolsCommand;
    out->options = endpoint.options + (endpoint.options.empty() ? "" : " ") + options;
    return PgEndpointPtr(std::move(out));
}

std::string pgToolConninfo(const PgEndpoint& endpoint, const std::string& database) {
    std::string out = "host=" + quoteConninfo(endpoint.host) + " port=" + std::to_string(endpoint.port) +
                      " user=" + quoteConninfo(endpoint.user) + " dbname=" + quoteConninfo(database) +
                      " sslmode=" + endpoint.tlsMode;
    if (endpoint.tlsMode.starts_with("verify") && !endpoint.tlsCaFile.empty())
        out += " sslrootcert=" + quoteConninfo(endpoint.tlsCaFile);
    if (!endpoint.options.empty())
        out += " options=" + quoteConninfo(endpoint.options);
    return out + " gssencmode=disable connect_timeout=15 keepalives_idle=30 keepalives_interval=10 "
                 "keepalives_count=3";
}

Result<Secret> pgPassfile(const PgEndpoint& endpoint) {
    std::string line = "*:*:*:*:";
    for (const char c : endpoint.password.text()) {
        if (c == '\n' || c == '\r')
            return failure(ErrorCode::InvalidInput,
                           "the password has a line end, which pg_dump's password file cannot hold",
                           "use a password without line ends");
        if (c == ':' || c == '\\')
            line.push_back('\\');
        line.push_back(c);
    }
    line.push_back('\n');
    Secret secret(line);
    explicit_bzero(line.data(), line.size());
    return secret;
}

} // namespace salvor
