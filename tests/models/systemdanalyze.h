// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What `systemd-analyze calendar` says of expressions, many in one process.
#pragma once

#include <QString>
#include <QStringList>

#include <cstdint>
#include <string>
#include <vector>

namespace salvor::test {

struct SystemdAnswer {
    bool read = false;   ///< systemd could read the expression
    bool gaveUp = false; ///< it could, but the search failed; then nothing else is known
    std::string normalForm;
    std::vector<std::int64_t> times; ///< whole seconds since 1970
};

/// One installed systemd-analyze; `command` may begin with a loader.
class SystemdAnalyze {
public:
    explicit SystemdAnalyze(QStringList command)
        : m_command(std::move(command)) {}
    /// 252, 257 …; 0 when it does not run.
    int version() const;
    /// An answer for each expression; empty, with a warning, when the output was not understood.
    /// No expression may be empty or hold a line break.
    std::vector<SystemdAnswer> ask(const std::string& zone, std::int64_t baseSeconds, int iterations,
                                   const std::vector<std::string>& expressions) const;

private:
    struct Output {
        QStringList lines;
        QString errors;
        bool ran = false;
    };
    Output run(const QStringList& arguments, const std::string& zone) const;
    QStringList m_command;
};

} // namespace salvor::test
