// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Who changed what, when, from what to what. Written in the same transaction as the change.
#pragma once

#include "models/base/clock.h"

#include <QJsonObject>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace salvor {

/// One line of "who did what".
struct AuditRecord {
    std::int64_t number = 0; ///< rises with time
    Instant at{};
    std::string who;
    std::string action;  ///< "profile.add", "policy.edit", "setting.remove" …
    std::string subject; ///< UUID, repository id or name of the setting
    QJsonObject before;  ///< empty where there was nothing
    QJsonObject after;   ///< empty where nothing is left
};

/// Which lines a list shows; empty fields do not narrow it.
struct AuditFilter {
    std::string subject;
    std::string action; ///< "policy.edit", or the noun alone: "policy"
    std::optional<Instant> since;
    std::optional<Instant> until;
    std::size_t limit = 100;
    std::size_t offset = 0;
};

/// {"number", "at", "who", "action", "subject", "before", "after"}
QJsonObject toJson(const AuditRecord& record);

} // namespace salvor
