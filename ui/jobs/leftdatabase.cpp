// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/leftdatabase.h"

#include <QCoreApplication>

namespace salvor {

namespace {

/// The engine says under which name it is.
bool isWhole(const Error& error) { return error.context.contains("restored"); }

} // namespace

std::optional<LeftDatabase> leftDatabase(const RunRecord& run) {
    const QString hidden = run.details.value(QLatin1String("hidden_database")).toString();
    if (run.kind != "restore" || hidden.isEmpty() || run.outcome == RunOutcome::Running)
        return std::nullopt;
    return LeftDatabase{QString::fromStdString(run.profileUuid), hidden, run.error && isWhole(*run.error)};
}

std::optional<LeftDatabase> leftDatabase(const Job& job) {
    if (!job.result || !std::holds_alternative<RestoreJob>(job.request))
        return std::nullopt;
    if (*job.result)
        return leftDatabase(std::get<RestoreOutcome>(**job.result).run);
    const auto& context = job.result->error().context;
    const auto name = context.find("left_behind");
    const auto server = context.find("left_on");
    if (name == context.end() || server == context.end())
        return std::nullopt;
    return LeftDatabase{QString::fromStdString(server->second), QString::fromStdString(name->second),
                        isWhole(job.result->error())};
}

QString leftDatabaseText(const LeftDatabase& left) {
    if (left.isWhole)
        return QCoreApplication::translate("LeftDatabase",
                                           "The restored database is on the server as %1, until it is "
                                           "renamed, swapped or dropped.")
            .arg(left.database);
    return QCoreApplication::translate("LeftDatabase",
                                       "What was made so far is on the server still, hidden as %1, until it "
                                       "is dropped.")
        .arg(left.database);
}

} // namespace salvor
