// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/runtexts.h"

#include "ui/backups/backuptexts.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <QJsonArray>
#include <QJsonObject>

namespace salvor {

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

} // namespace

QString runKindText(const std::string& kind) {
    return kind == "backup"    ? RunTexts::tr("backup")
           : kind == "verify"  ? RunTexts::tr("verification")
           : kind == "restore" ? RunTexts::tr("restore")
           : kind == "drill"   ? RunTexts::tr("test restore")
           : kind == "prune"   ? RunTexts::tr("prune")
                               : qt(kind);
}

QString runDurationText(const RunRecord& run) {
    return run.ended ? Format::took(run.started, *run.ended) : QString();
}

QString runSummaryText(const RunRecord& run) {
    const QString kind = runKindText(run.kind);
    const QString what = run.database.empty()
                             ? qt(run.profileTitle)
                             : RunTexts::tr("%1 on %2").arg(qt(run.database), qt(run.profileTitle));
    return RunTexts::tr("%1 of %2: %3", "kind of run, database, outcome")
        .arg(kind.left(1).toUpper() + kind.mid(1), what, StateMark::text(run.outcome));
}

QString leftOutCopiesText(const RunRecord& run) {
    QStringList names;
    for (const auto& name : run.details.value(QLatin1String("restored_copies")).toArray())
        names << name.toString();
    return names.isEmpty()
               ? QString()
               : RunTexts::tr("Left out, as restored copies: %1. Swap one in, or name it in a rule "
                              "of the policy, to have it backed up.")
                     .arg(names.join(RunTexts::tr(", ", "list")));
}

QStringList runWarningsText(const RunRecord& run) {
    QStringList lines;
    for (const auto& warning : run.details.value(QLatin1String("warnings")).toArray())
        lines << RunTexts::tr("Warning: %1").arg(Format::told(warning.toString().toStdString()));
    return lines;
}

QString runFactsText(const RunRecord& run) {
    QStringList lines{RunTexts::tr("Run %1").arg(qt(run.id))};
    lines << (run.ended ? RunTexts::tr("From %1 to %2, %3")
                              .arg(Format::timeExact(run.started), Format::timeExact(*run.ended),
                                   runDurationText(run))
                        : RunTexts::tr("Since %1; nobody saw the end").arg(Format::timeExact(run.started)));
    if (run.outcome == RunOutcome::Running)
        lines.last() = RunTexts::tr("Since %1; still running").arg(Format::timeExact(run.started));
    const QString user = run.details.value(QLatin1String("user")).toString(); // by hand
    lines << RunTexts::tr("Started by %1, on %2")
                 .arg(user.isEmpty() ? triggerText(run.trigger) : user, qt(run.host));
    if (const QString by = run.details.value(QLatin1String("cancelled_by")).toString(); !by.isEmpty())
        lines << RunTexts::tr("Cancelled by %1", "user").arg(by);
    if (run.sizeBytes > 0)
        lines << RunTexts::tr("%1 read, %2 stored")
                     .arg(Format::size(run.sizeBytes), Format::size(run.storedBytes));
    if (run.kind == "prune") {
        const auto count = [&](const char* key) {
            return Format::count(
                static_cast<std::uint64_t>(run.details.value(QLatin1String(key)).toDouble()));
        };
        lines << RunTexts::tr("%1 backups went to the trash, %2 were deleted for good, %3 freed")
                     .arg(count("trashed_backups"), count("pruned_backups"),
                          Format::size(static_cast<std::uint64_t>(
                              run.details.value(QLatin1String("freed_bytes")).toDouble())));
    }
    lines << runWarningsText(run);
    if (const QString copies = leftOutCopiesText(run); !copies.isEmpty())
        lines << copies;
    for (const auto& one : run.details.value(QLatin1String("left_out")).toArray())
        lines << RunTexts::tr("Not as in the backup: %1 %2", "a kind, and a name")
                     .arg(one[QStringLiteral("kind")].toString(), one[QStringLiteral("name")].toString());
    for (const auto& id : run.backupIds)
        lines << RunTexts::tr("Backup %1").arg(qt(id));
    return lines.join(QLatin1Char('\n'));
}

} // namespace salvor
