// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/error.h"

#include <array>
#include <utility>

namespace salvor {

namespace {

constexpr std::array kNames = {
    std::pair{ErrorCode::Cancelled, std::string_view("cancelled")},
    std::pair{ErrorCode::InvalidInput, std::string_view("invalid_input")},
    std::pair{ErrorCode::NotFound, std::string_view("not_found")},
    std::pair{ErrorCode::AlreadyExists, std::string_view("already_exists")},
    std::pair{ErrorCode::Conflict, std::string_view("conflict")},
    std::pair{ErrorCode::Busy, std::string_view("busy")},
    std::pair{ErrorCode::PermissionDenied, std::string_view("permission_denied")},
    std::pair{ErrorCode::MissingRight, std::string_view("missing_right")},
    std::pair{ErrorCode::AuthenticationFailed, std::string_view("authentication_failed")},
    std::pair{ErrorCode::ConnectionFailed, std::string_view("connection_failed")},
    std::pair{ErrorCode::ConnectionLost, std::string_view("connection_lost")},
    std::pair{ErrorCode::TlsFailed, std::string_view("tls_failed")},
    std::pair{ErrorCode::Timeout, std::string_view("timeout")},
    std::pair{ErrorCode::Unsupported, std::string_view("unsupported")},
    std::pair{ErrorCode::ToolMissing, std::string_view("tool_missing")},
    std::pair{ErrorCode::ToolFailed, std::string_view("tool_failed")},
    std::pair{ErrorCode::VersionMismatch, std::string_view("version_mismatch")},
    std::pair{ErrorCode::ServerError, std::string_view("server_error")},
    std::pair{ErrorCode::SourceChanged, std::string_view("source_changed")},
    std::pair{ErrorCode::NoSpace, std::string_view("no_space")},
    std::pair{ErrorCode::IoError, std::string_view("io_error")},
    std::pair{ErrorCode::Corrupt, std::string_view("corrupt")},
    std::pair{ErrorCode::NotARepository, std::string_view("not_a_repository")},
    std::pair{ErrorCode::NewerFormat, std::string_view("newer_format")},
    std::pair{ErrorCode::ForeignWriter, std::string_view("foreign_writer")},
    std::pair{ErrorCode::PinMismatch, std::string_view("pin_mismatch")},
    std::pair{ErrorCode::RolledBack, std::string_view("rolled_back")},
    std::pair{ErrorCode::WrongIdentity, std::string_view("wrong_identity")},
    std::pair{ErrorCode::SecretUnavailable, std::string_view("secret_unavailable")},
    std::pair{ErrorCode::ProofFailed, std::string_view("proof_failed")},
    std::pair{ErrorCode::Interrupted, std::string_view("interrupted")},
    std::pair{ErrorCode::NeverElapses, std::string_view("never_elapses")},
    std::pair{ErrorCode::Internal, std::string_view("internal")},
};

} // namespace

std::string_view toString(ErrorCode code) {
    for (const auto& [value, name] : kNames) {
        if (value == code)
            return name;
    }
    return "internal";
}

ErrorCode errorCodeFromString(std::string_view name) {
    for (const auto& [value, text] : kNames) {
        if (text == name)
            return value;
    }
    return ErrorCode::Internal;
}

std::string Error::toText() const { return hint.empty() ? message : message + " (" + hint + ")"; }

} // namespace salvor
