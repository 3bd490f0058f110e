// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobdetails.h"

#include "ui/activity/runtexts.h"
#include "ui/jobs/jobrow.h"
#include "ui/jobs/leftdatabase.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"

#include <QApplication>
#include <QClipboard>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QLabel>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

QStringList linesOf(const BackupOutcome& outcome) {
    QStringList lines = runWarningsText(outcome.run);
    for (const auto& backup : outcome.backups) {
        lines << JobDetails::tr("%1: backup %2").arg(qt(backup.database), qt(backup.id))
              << JobDetails::tr("    %1, %2, %3; %4 stored, %5 of it new")
                     .arg(Format::items(backup.items), Format::rows(backup.rows),
                          Format::size(backup.sizeBytes), Format::size(backup.storedBytes),
                          Format::size(backup.newStoredBytes))
              << JobDetails::tr("    took %1").arg(Format::took(backup.started, backup.ended));
        for (const auto& note : backup.notes)
            lines << QStringLiteral("    ") + Format::told(note);
    }
    for (const auto& failed : outcome.failures)
        lines
            << JobDetails::tr("%1: FAILED: %2").arg(qt(failed.database), Format::told(failed.error.toText()));
    if (const QString copies = leftOutCopiesText(outcome.run); !copies.isEmpty())
        lines << copies;
    return lines;
}

QStringList linesOf(const VerifyOutcome& outcome) {
    const VerifyReport& report = outcome.report;
    QStringList lines{JobDetails::tr("%1 backups and %2 objects checked, %3 read")
                          .arg(Format::count(report.backups), Format::count(report.objects),
                               Format::size(report.bytesRead))};
    for (const auto& problem : report.problems) {
        const QString told = Format::told(problem.error.toText());
        lines << QString()
              << (problem.unread ? JobDetails::tr("Cannot be read by this user: %1").arg(told) : told);
        for (const auto& id : problem.backupIds)
            lines << JobDetails::tr("    hits backup %1").arg(qt(id));
        for (const auto& item : problem.items)
            lines << JobDetails::tr("    hits %1").arg(qt(item));
    }
    if (!report.ok() && !report.intactBackupIds.empty()) {
        lines << QString() << JobDetails::tr("Intact:");
        for (const auto& id : report.intactBackupIds)
            lines << QStringLiteral("    ") + qt(id);
    }
    return lines;
}

QStringList linesOf(const RestoreOutcome& outcome) {
    QStringList lines{
        JobDetails::tr("Backup %1, restored as %2").arg(qt(outcome.backupId), qt(outcome.database)),
        JobDetails::tr("%1, %2, %3")
            .arg(Format::items(outcome.items), Format::rows(outcome.rows), Format::size(outcome.bytes)),
        JobDetails::tr("Restored in %1, proved in %2")
            .arg(Format::duration(outcome.restoreSeconds), Format::duration(outcome.proofSeconds))};
    for (const auto& difference : outcome.differences)
        lines << JobDetails::tr("DIFFERENT: %1: expected %2, found %3")
                     .arg(qt(difference.item), qt(difference.expected), qt(difference.found));
    for (const auto& off : outcome.leftOff)
        lines << JobDetails::tr("Left off: %1").arg(Format::told(off));
    return lines;
}

QStringList linesOf(const DrillOutcome& outcome) {
    QStringList lines{
        JobDetails::tr("Backup %1, restored as a test").arg(qt(outcome.backupId)),
        JobDetails::tr("%1, %2, %3")
            .arg(Format::items(outcome.items), Format::rows(outcome.rows), Format::size(outcome.bytes)),
        JobDetails::tr("Restored in %1, proved in %2")
            .arg(Format::duration(outcome.restoreSeconds), Format::duration(outcome.proofSeconds))};
    for (const auto& difference : outcome.differences)
        lines << JobDetails::tr("DIFFERENT: %1: expected %2, found %3")
                     .arg(qt(difference.item), qt(difference.expected), qt(difference.found));
    for (const auto& check : outcome.checks)
        lines << (check.passed ? JobDetails::tr("Check passed: %1").arg(qt(check.name))
                               : JobDetails::tr("CHECK FAILED: %1: expected %2, found %3")
                                     .arg(qt(check.name), qt(check.expected), qt(check.found)));
    for (const auto& off : outcome.run.details.value(QLatin1String("left_off")).toArray())
        lines << JobDetails::tr("Left off: %1").arg(Format::told(off.toString().toStdString()));
    for (const auto& sentence : outcome.leftBehind)
        lines << Format::told(sentence);
    return lines;
}

} // namespace

QString pruneReportText(const PruneOutcome& outcome) {
    const PruneReport& report = outcome.report;
    QStringList lines;
    for (const auto& id : outcome.preview.dropIds)
        lines << JobDetails::tr("To the trash: %1").arg(qt(id));
    for (const auto& id : report.purged)
        lines << JobDetails::tr("Gone for good: %1").arg(qt(id));
    lines << JobDetails::tr("%1 freed; %2 of it were left by runs that did not end")
                 .arg(Format::size(report.freedBytes()), Format::size(report.orphans.bytes));
    if (report.retainedBecause)
        lines << JobDetails::tr("Kept by the store: %1").arg(Format::told(report.retainedBecause->toText()));
    if (report.failedBecause)
        lines << JobDetails::tr("NOT DELETED: %1").arg(Format::told(report.failedBecause->toText()));
    if (report.clockJumped)
        lines << JobDetails::tr("The clock jumped: every grace begins anew, and nothing went.");
    return lines.join(QLatin1Char('\n'));
}

QString jobReportText(const JobReport& report) {
    return std::visit([](const auto& outcome) { return linesOf(outcome); }, report).join(QLatin1Char('\n'));
}

QString jobLeftBehind(const Job& job) {
    if (const auto left = leftDatabase(job))
        return JobDetails::tr("%1 Existing databases are untouched.").arg(leftDatabaseText(*left));
    return job.prune ? JobDetails::tr("What had gone by then is gone; the next prune goes on from there.")
                     : jobLeftBehind(job.request);
}

QString jobLeftBehind(const JobRequest& request) {
    if (std::holds_alternative<BackupJob>(request))
        return JobDetails::tr("No backup was recorded by this run. Earlier backups are untouched.");
    if (std::holds_alternative<RestoreJob>(request))
        return JobDetails::tr("No database of the wanted name was made, and existing ones are untouched.");
    if (std::holds_alternative<DrillJob>(request))
        return JobDetails::tr("What the test restore made was dropped. Databases in use were not touched.");
    return JobDetails::tr("Verifying changes nothing.");
}

JobDetails::JobDetails(const Job& job, QWidget* parent)
    : QDialog(parent) {
    setObjectName(QStringLiteral("jobDetailsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(job.title);
    auto* layout = new QVBoxLayout(this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    if (const Error* failed = job.error()) {
        auto* error = new ErrorPanel(this);
        error->showError(*failed, jobLeftBehind(job));
        layout->addWidget(error);
        layout->addStretch(1);
        resize(560, 240);
    } else if (job.isFinished()) {
        auto* sentence = new QLabel(describeEnd(job).sentence, this);
        sentence->setWordWrap(true);
        sentence->setTextFormat(Qt::PlainText);
        auto* text = new QPlainTextEdit(
            job.pruned ? pruneReportText(**job.pruned) : jobReportText(**job.result), this);
        text->setObjectName(QStringLiteral("jobReport"));
        text->setAccessibleName(tr("Report"));
        text->setReadOnly(true);
        text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
        auto* copy = buttons->addButton(tr("&Copy"), QDialogButtonBox::ActionRole);
        copy->setObjectName(QStringLiteral("copyReport"));
        copy->setIcon(Icons::of(Icons::Copy));
        connect(copy, &QPushButton::clicked, text, [title = job.title, text] {
            QApplication::clipboard()->setText(title + QLatin1Char('\n') + text->toPlainText());
        });
        layout->addWidget(sentence);
        layout->addWidget(text, 1);
        resize(720, 420);
    }
    layout->addWidget(buttons);
}

} // namespace salvor
