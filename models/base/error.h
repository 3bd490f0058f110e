// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The one error type of the program. Errors are values; only ui/ and app/ translate them.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace salvor {

/// What went wrong, in terms an admin can act on. The text form (toString) is stable: scripts match on it.
enum class ErrorCode {
    Cancelled,            ///< the user or a timer asked to stop; never shown as a failure
    InvalidInput,         ///< an argument, file or document that cannot be understood
    NotFound,             ///< what was named does not exist
    AlreadyExists,        ///< create-only met something that is there already
    Conflict,             ///< changed by somebody else meanwhile (stale revision)
    Busy,                 ///< another process holds the lock
    PermissionDenied,     ///< the operating system or the store refuses
    MissingRight,         ///< the database role lacks a right; the hint has the SQL that grants it
    AuthenticationFailed, ///< wrong password or login
    ConnectionFailed,     ///< host, port or network
    ConnectionLost,       ///< was connected, is no longer
    TlsFailed,            ///< TLS refused, or the certificate does not verify
    Timeout,              ///< a bounded wait ended
    Unsupported,          ///< known, but not supported (yet); never done incompletely
    ToolMissing,          ///< a program that is needed (pg_dump …) was not found, or is too old
    ToolFailed,           ///< a child process failed
    VersionMismatch,      ///< server, extension or format versions do not fit together
    ServerError,          ///< the database server answered with an error
    SourceChanged,        ///< a table was dropped, truncated or rewritten during the backup
    NoSpace,              ///< disk or quota full (permanent until somebody frees space)
    IoError,              ///< reading or writing failed
    Corrupt,              ///< bytes are not what their hash, signature or format says
    NotARepository,       ///< there is no repository at that place
    NewerFormat,          ///< written by a newer Salvor
    ForeignWriter,        ///< another (machine, user) writes this repository
    PinMismatch,          ///< the store says other keys or another id than what is pinned
    RolledBack,           ///< the store shows an older catalog than was seen before
    WrongIdentity,        ///< this identity cannot open the repository's objects
    SecretUnavailable,    ///< secret store locked or absent, or the secret is not in it
    ProofFailed,          ///< what was restored is not equal to what was backed up
    Interrupted,          ///< the process that did it ended in the middle: killed, crashed, power lost
    NeverElapses,         ///< a calendar expression that can be read, but has no next time
    Internal,             ///< a bug
};

/// Stable snake_case name of a code, as it stands in JSON ("permission_denied").
std::string_view toString(ErrorCode code);
/// The code of a stable name; Internal for a name that is not known (written by a newer version).
ErrorCode errorCodeFromString(std::string_view name);

/// A failure. `message` is lower case and says what was tried, on what, and what happened; `hint` says what
/// to do. No secret ever enters any of the fields. Values are copied freely; no thread affinity.
struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message;
    std::string hint;
    bool retryable = false;                     ///< the same call may succeed later without any change
    std::map<std::string, std::string> context; ///< snake_case keys: "host", "relation", "path", "sqlstate" …

    bool isCancelled() const { return code == ErrorCode::Cancelled; }
    /// "message (hint)" for logs.
    std::string toText() const;
};

} // namespace salvor
