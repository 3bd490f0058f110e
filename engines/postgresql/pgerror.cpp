// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgerror.h"

#include <array>
#include <utility>

namespace salvor {

namespace {

struct StateMeaning {
    std::string_view state; ///< five characters, or the two of a class
    ErrorCode code;
    std::string_view hint;
};

constexpr std::array kMeanings{
    StateMeaning{"28P01", ErrorCode::AuthenticationFailed,
                 "check the user name and the password of the profile"},
    StateMeaning{"28", ErrorCode::AuthenticationFailed,
                 "check the user name, and that pg_hba.conf lets it in from this computer, into every "
                 "database: until it is proved, a restored one has a name of its own (NAME_salvor_RUN)"},
    StateMeaning{"3D000", ErrorCode::NotFound, "check the database name"},
    StateMeaning{"42501", ErrorCode::MissingRight,
                 "test the connection: it lists missing rights with the SQL that grants them"},
    StateMeaning{"42P04", ErrorCode::AlreadyExists, "choose another name"},
    StateMeaning{"53100", ErrorCode::NoSpace, "free space on the database server"},
    StateMeaning{
        "53300", ErrorCode::ConnectionFailed,
        "the limit that the message names is reached, of the server (max_connections), the role or the "
        "database (CONNECTION LIMIT): try again later, or raise it"},
    StateMeaning{"53200", ErrorCode::ServerError,
                 "the server is out of memory or of lock table: raise max_locks_per_transaction"},
    // Who reads in one snapshot and writes nothing meets it on a standby only.
    StateMeaning{
        "40001", ErrorCode::SourceChanged,
        "try again; if it comes back where a standby is backed up, raise max_standby_streaming_delay there "
        "(against VACUUM hot_standby_feedback = on helps too), or back up the primary"},
    StateMeaning{"55P03", ErrorCode::Timeout,
                 "another session holds a lock, see pg_locks: try again later, or end that session"},
    StateMeaning{"55006", ErrorCode::Busy, "other sessions use it: end them, then try again"},
    StateMeaning{"57014", ErrorCode::Timeout,
                 "somebody cancelled the statement, or a time-out of the server ended it"},
    StateMeaning{"57P03", ErrorCode::ConnectionFailed, "the server is starting or stopping: try again later"},
    StateMeaning{"57P", ErrorCode::ConnectionLost,
                 "the server was stopped or ended the session: try again when it is up"},
    StateMeaning{"0A000", ErrorCode::Unsupported, ""},
    StateMeaning{"08", ErrorCode::ConnectionLost, "check the network and the server, then try again"},
    StateMeaning{"58030", ErrorCode::IoError, "look into the database server's log"},
    StateMeaning{"XX001", ErrorCode::Corrupt, "the server found damaged data: look into its log"},
    StateMeaning{"XX002", ErrorCode::Corrupt, "the server found a damaged index: look into its log"},
};

const StateMeaning* meaningOf(std::string_view sqlState) {
    for (const auto& meaning : kMeanings) {
        if (sqlState.substr(0, meaning.state.size()) == meaning.state)
            return &meaning;
    }
    return nullptr;
}

bool isRetryable(ErrorCode code) {
    return code == ErrorCode::Busy || code == ErrorCode::ConnectionLost ||
           code == ErrorCode::ConnectionFailed || code == ErrorCode::Timeout ||
           code == ErrorCode::SourceChanged;
}

constexpr std::string_view kPastThePooler =
    "give the profile the address and port of the PostgreSQL server itself: through a pooler the sessions, "
    "their settings and their snapshots are not Salvor's own";

std::string field(const PGresult* result, int code) {
    const char* text = PQresultErrorField(result, code);
    return text != nullptr ? text : "";
}

/// The server's words out of "FATAL:  28P01: password authentication failed …".
std::string afterState(std::string_view line, std::string_view state) {
    const auto at = line.find(std::string(state) + ": ");
    return std::string(at == std::string_view::npos ? line : line.substr(at + state.size() + 2));
}

Error networkError(std::string_view server, PgConnectStage stage, std::string_view text) {
    if (stage == PgConnectStage::Tls) {
        return {ErrorCode::TlsFailed,
                "connecting to " + std::string(server) + " with TLS failed: " + pgFirstLine(text),
                "check that the server has TLS switched on, that its certificate names this host, and which "
                "CA signed it",
                false,
                {}};
    }
    if (stage == PgConnectStage::Login) {
        return {ErrorCode::ConnectionLost,
                "the server " + std::string(server) + " ended the connection at login: " + pgFirstLine(text),
                "check that it is a PostgreSQL server, and that it is not stopping: look into its log",
                true,
                {}};
    }
    return {ErrorCode::ConnectionFailed,
            "connecting to " + std::string(server) + " failed: " + pgFirstLine(text),
            "check host and port, that the server is running and listens there, and the firewall",
            true,
            {}};
}

} // namespace

ErrorCode pgErrorCode(std::string_view sqlState) {
    const auto* meaning = meaningOf(sqlState);
    return meaning != nullptr ? meaning->code : ErrorCode::ServerError;
}

std::string pgErrorHint(std::string_view sqlState) {
    const auto* meaning = meaningOf(sqlState);
    return std::string(meaning != nullptr ? meaning->hint : "");
}

Error pgServerError(std::string_view doing, const PGresult* result) {
    const std::string state = field(result, PG_DIAG_SQLSTATE);
    std::string primary = field(result, PG_DIAG_MESSAGE_PRIMARY);
    if (primary.empty())
        primary = pgFirstLine(PQresultErrorMessage(result));
    const ErrorCode code = pgErrorCode(state);
    Error error{code, std::string(doing) + ": " + primary, pgErrorHint(state), isRetryable(code), {}};
    error.context["sqlstate"] = state;
    for (const auto& [key, id] :
         {std::pair{"detail", PG_DIAG_MESSAGE_DETAIL}, std::pair{"server_hint", PG_DIAG_MESSAGE_HINT},
          std::pair{"relation", PG_DIAG_TABLE_NAME}, std::pair{"where", PG_DIAG_CONTEXT},
          std::pair{"schema", PG_DIAG_SCHEMA_NAME}, std::pair{"constraint", PG_DIAG_CONSTRAINT_NAME},
          std::pair{"datatype", PG_DIAG_DATATYPE_NAME}}) {
        if (auto text = field(result, id); !text.empty())
            error.context[key] = std::move(text);
    }
    return error;
}

Error pgLastWord(const Error& said, const Error& gone) {
    return gone.code == ErrorCode::ConnectionLost && said.code != ErrorCode::ServerError ? said : gone;
}

Error pgConnectError(std::string_view server, std::string_view user, std::string_view database,
                     PgConnectStage stage, bool needsPassword, bool hadPassword, std::string_view text) {
    const std::string state = pgSqlStateIn(text);
    Error error;
    if (needsPassword && !hadPassword) {
        error = {ErrorCode::AuthenticationFailed,
                 "the server " + std::string(server) + " wants a password for " + std::string(user) +
                     " and the profile has none",
                 "give the profile a password",
                 false,
                 {}};
    } else if (state.empty()) {
        error = networkError(server, stage, text);
    } else {
        const ErrorCode code = pgErrorCode(state);
        error = {code,
                 "connecting to " + std::string(server) + " failed: " + afterState(pgFirstLine(text), state),
                 pgErrorHint(state),
                 isRetryable(code),
                 {}};
        if (code == ErrorCode::MissingRight)
            error.hint = "GRANT CONNECT ON DATABASE … TO … lets this user in";
        // PgBouncer's words, which it says in English only; no PostgreSQL server says them.
        if (text.find("unsupported startup parameter") != std::string_view::npos) {
            error.code = ErrorCode::Unsupported;
            error.message += ", as a connection pooler says it";
            error.hint = kPastThePooler;
            error.retryable = false;
        }
        error.context["sqlstate"] = state;
    }
    error.context["server"] = server;
    error.context["user"] = user;
    error.context["database"] = database;
    return error;
}

Error pgPoolerError(std::string_view server) {
    return {ErrorCode::Unsupported,
            "connecting to " + std::string(server) +
                ": a connection pooler (PgBouncer, pgpool-II or the like) answers there, and no PostgreSQL "
                "server",
            std::string(kPastThePooler),
            false,
            {{"server", std::string(server)}}};
}

Error pgServersError(std::string_view server) {
    return {ErrorCode::Unsupported,
            "several sessions reached different PostgreSQL servers: " + std::string(server) +
                " leads to more than one, and they share no snapshot",
            "give the profile the address of one server, a standby or the primary, and none that leads to "
            "several by turns (a balancer, a read-only service, a name with several addresses)",
            false,
            {{"server", std::string(server)}}};
}

std::string pgSqlStateIn(std::string_view verboseText) {
    const auto isStateCharacter = [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z'); };
    for (std::size_t at = verboseText.find(":  "); at != std::string_view::npos;
         at = verboseText.find(":  ", at + 1)) {
        const auto candidate = verboseText.substr(at + 3, 6);
        if (candidate.size() < 6 || candidate[5] != ':')
            continue;
        bool good = true;
        for (const char c : candidate.substr(0, 5))
            good = good && isStateCharacter(c);
        if (good)
            return std::string(candidate.substr(0, 5));
    }
    return {};
}

std::string pgFirstLine(std::string_view text) {
    const auto end = text.find('\n');
    std::string line(text.substr(0, end));
    while (!line.empty() && (line.back() == ' ' || line.back() == '\r'))
        line.pop_back();
    return line.empty() ? "no reason given" : line;
}

} // namespace salvor
