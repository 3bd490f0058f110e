// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// From what libpq and the server say to the program's error codes.
#pragma once

#include "models/base/result.h"

#include <libpq-fe.h>

#include <string>
#include <string_view>

namespace salvor {

/// The code for a SQLSTATE (PostgreSQL documentation, appendix A). ServerError for whatever has no better
/// answer.
ErrorCode pgErrorCode(std::string_view sqlState);
/// What to do about it; may be empty.
std::string pgErrorHint(std::string_view sqlState);
/// "<doing>: <primary message>" with the SQLSTATE, and what the server says in detail, in the context.
Error pgServerError(std::string_view doing, const PGresult* result);
/// Of a session that ended: what the server `said` before ("terminating connection due to administrator
/// command"), where that has a meaning of its own; else that the connection is `gone`.
Error pgLastWord(const Error& said, const Error& gone);
/// How far a connection attempt had come when it failed. libpq's own words are translated into the user's
/// language, so they are shown but never matched.
enum class PgConnectStage { Network, Tls, Login };
/// Where a connection attempt ended. `text` is libpq's message, made with PQERRORS_VERBOSE so that it holds
/// the SQLSTATE.
Error pgConnectError(std::string_view server, std::string_view user, std::string_view database,
                     PgConnectStage stage, bool needsPassword, bool hadPassword, std::string_view text);
/// Behind that address is a pooler, which hands its own sessions out to one client after the other.
Error pgPoolerError(std::string_view server);
/// Sessions reached different servers by that address: a snapshot is known to one of them only.
Error pgServersError(std::string_view server);
/// The SQLSTATE inside a message of verbosity PQERRORS_VERBOSE; empty if there is none.
std::string pgSqlStateIn(std::string_view verboseText);
/// First line of a libpq message without its ends.
std::string pgFirstLine(std::string_view text);

} // namespace salvor
