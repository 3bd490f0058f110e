// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is about to become of backups stands in the audit before it is done, and again with what came of it:
// a process that is killed in between leaves a beginning without an end. Internal to workers/core.
#pragma once

#include "workers/core/coreprivate.h"

#include <string>
#include <vector>

namespace salvor {

class AuditedAct {
public:
    /// `act` is in both records, and ties them together: a run's id, or a new one.
    AuditedAct(const Core::Private& core, const OpenedRepository& opened, std::string action, std::string act)
        : m_core(core)
        , m_opened(opened)
        , m_action(std::move(action))
        , m_act(std::move(act)) {}

    /// Nothing may be changed when it fails.
    Result<> begin(const std::vector<std::string>& ids) { return record(ids, "started", {}); }
    /// Writes nothing about an act that neither began nor did anything.
    Result<> end(const std::vector<std::string>& ids, const QJsonObject& more = {}) {
        return m_begun || !ids.empty() ? record(ids, "done", more) : Result<>();
    }
    /// The error, whatever comes of writing it down.
    Error fail(Error error) {
        if (m_begun)
            (void)record({}, "failed", {{QStringLiteral("error"), QString::fromStdString(error.message)}});
        return error;
    }

private:
    Result<> record(const std::vector<std::string>& ids, const char* state, QJsonObject more) {
        m_begun = true;
        more.insert(QStringLiteral("act"), QString::fromStdString(m_act));
        more.insert(QStringLiteral("state"), QLatin1String(state));
        return m_core.auditBackups(m_action, m_opened, ids, more);
    }

    const Core::Private& m_core;
    const OpenedRepository& m_opened;
    const std::string m_action;
    const std::string m_act;
    bool m_begun = false;
};

} // namespace salvor
