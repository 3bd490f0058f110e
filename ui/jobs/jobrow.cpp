// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobrow.h"

#include "models/damagedbackups.h"
#include "models/watch/serverchange.h"
#include "ui/jobs/leftdatabase.h"
#include "ui/jobs/phasetexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QToolButton>

#include <algorithm>
#include <climits>

namespace salvor {

namespace {

JobEnd describe(const BackupOutcome& outcome) {
    std::uint64_t bytes = 0;
    std::uint64_t stored = 0;
    for (const auto& backup : outcome.backups) {
        bytes += backup.sizeBytes;
        stored += backup.newStoredBytes;
    }
    QString sentence = outcome.failures.empty()
                           ? JobRow::tr("Backed up %n database(s): %1, stored in %2.", nullptr,
                                        static_cast<int>(outcome.backups.size()))
                                 .arg(Format::size(bytes), Format::size(stored))
                           : JobRow::tr("Partial: %1 backed up, %2 failed.")
                                 .arg(outcome.backups.size())
                                 .arg(outcome.failures.size());
    const bool isOtherServer = outcome.run.details.contains(QLatin1String(kServerWarningKey));
    if (isOtherServer)
        sentence += QLatin1Char(' ') + JobRow::tr("The server is another one than before: see the details.");
    return {sentence,
            static_cast<int>(outcome.failures.empty() && !isOtherServer ? Tone::Good : Tone::Warning)};
}

JobEnd describe(const VerifyOutcome& outcome) {
    if (outcome.report.ok())
        return {JobRow::tr("All intact: %1 object(s), %2 read back.", nullptr,
                           static_cast<int>(std::min<std::uint64_t>(outcome.report.objects, INT_MAX)))
                    .arg(Format::count(outcome.report.objects), Format::size(outcome.report.bytesRead)),
                static_cast<int>(Tone::Good)};
    return {
        JobRow::tr("Damage found: %n problem(s).", nullptr, static_cast<int>(outcome.report.problems.size())),
        static_cast<int>(Tone::Bad)};
}

JobEnd describe(const RestoreOutcome& outcome) {
    const QString name = QString::fromStdString(outcome.database);
    if (outcome.proved)
        return {JobRow::tr("Restored as %1 and proved equal: %2, %3, in %4.")
                    .arg(name, Format::items(outcome.items), Format::rows(outcome.rows),
                         Format::duration(outcome.restoreSeconds + outcome.proofSeconds)),
                static_cast<int>(Tone::Good)};
    return {JobRow::tr("Restored as %1, not proved.").arg(name), static_cast<int>(Tone::Warning)};
}

JobEnd describe(const DrillOutcome& outcome) {
    if (!outcome.proved)
        return {JobRow::tr("The test restore failed: what was restored is not equal to the backup."),
                static_cast<int>(Tone::Bad)};
    for (const auto& check : outcome.checks) {
        if (!check.passed)
            return {JobRow::tr("The test restore failed at the check “%1”.")
                        .arg(QString::fromStdString(check.name)),
                    static_cast<int>(Tone::Bad)};
    }
    return {JobRow::tr("Restored as a test in %1 and proved equal.")
                .arg(Format::duration(outcome.restoreSeconds)),
            static_cast<int>(outcome.leftBehind.empty() ? Tone::Good : Tone::Warning)};
}

JobEnd describe(const PruneOutcome& outcome) {
    const PruneReport& report = outcome.report;
    const QString text = JobRow::tr("%n backup(s) gone for good, %1 freed; %2 went to the trash.", nullptr,
                                    static_cast<int>(report.purged.size()))
                             .arg(Format::size(report.freedBytes()))
                             .arg(outcome.preview.dropIds.size());
    if (report.failed.files > 0)
        return {text + QLatin1Char(' ') +
                    JobRow::tr("%n file(s) could not be deleted.", nullptr,
                               static_cast<int>(report.failed.files)),
                static_cast<int>(Tone::Warning)};
    return {text, static_cast<int>(Tone::Good)};
}

JobEnd describe(const Error& error) {
    if (error.isCancelled() && !damagedIn(error).empty())
        return {JobRow::tr("Cancelled. Damage was found before: the backups that it hits are marked."),
                static_cast<int>(Tone::Warning)};
    if (error.isCancelled())
        return {JobRow::tr("Cancelled. Nothing half made is left."), static_cast<int>(Tone::Neutral)};
    return {ErrorPanel::title(error.code) + QStringLiteral(": ") + Format::told(error.message),
            static_cast<int>(Tone::Bad)};
}

} // namespace

JobEnd describeEnd(const Result<JobReport>& result) {
    return result ? std::visit([](const auto& outcome) { return describe(outcome); }, *result)
                  : describe(result.error());
}

JobEnd describeEnd(const Job& job) {
    if (const auto left = leftDatabase(job); left && job.error() != nullptr && job.error()->isCancelled())
        return {JobRow::tr("Cancelled. %1").arg(leftDatabaseText(*left)), static_cast<int>(Tone::Warning)};
    if (job.pruned)
        return *job.pruned ? describe(**job.pruned) : describe(job.pruned->error());
    return describeEnd(*job.result);
}

JobRow::JobRow(const QString& title, QWidget* parent)
    : QFrame(parent) {
    setObjectName(QStringLiteral("jobRow"));
    setAccessibleName(title);
    m_title = new QLabel(title, this);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_title->setTextFormat(Qt::PlainText);
    m_state = new QLabel(tr("Starting"), this);
    m_state->setObjectName(QStringLiteral("jobState"));
    m_state->setTextFormat(Qt::PlainText);
    m_state->setWordWrap(true);
    m_state->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_steps = new QLabel(this);
    m_steps->setObjectName(QStringLiteral("jobSteps"));
    m_steps->setTextFormat(Qt::PlainText);
    m_steps->setWordWrap(true);
    recolourSteps();
    m_steps->hide();
    m_bar = new QProgressBar(this);
    m_bar->setObjectName(QStringLiteral("jobBar"));
    m_bar->setAccessibleName(tr("Progress of: %1").arg(title));
    m_bar->setTextVisible(false);
    m_bar->setRange(0, 0);
    m_bar->setFixedHeight(6);
    m_details = new QToolButton(this);
    m_details->setObjectName(QStringLiteral("jobDetails"));
    m_details->setText(tr("Details"));
    m_details->setAccessibleName(tr("Details of: %1").arg(title));
    m_details->hide();
    m_drop = new QToolButton(this);
    m_drop->setObjectName(QStringLiteral("jobDrop"));
    m_drop->setText(tr("Drop it…"));
    m_drop->setIcon(Icons::of(Icons::Trash));
    m_drop->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_drop->setAccessibleName(tr("Drop what is left of: %1").arg(title));
    m_drop->hide();
    m_stop = new QToolButton(this);
    m_stop->setObjectName(QStringLiteral("jobCancel"));
    m_stop->setText(tr("Cancel"));
    m_stop->setIcon(Icons::of(Icons::Cancel));
    m_stop->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_stop->setAccessibleName(tr("Cancel: %1").arg(title));
    connect(m_details, &QToolButton::clicked, this, &JobRow::detailsWanted);
    connect(m_stop, &QToolButton::clicked, this, [this] {
        if (m_finished)
            emit dismissWanted();
        else
            emit cancelWanted();
    });

    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_title);
    texts->addWidget(m_state);
    texts->addWidget(m_steps);
    texts->addWidget(m_bar);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 8, 14, 8);
    row->addLayout(texts, 1);
    row->addWidget(m_drop, 0, Qt::AlignVCenter);
    row->addWidget(m_details, 0, Qt::AlignVCenter);
    row->addWidget(m_stop, 0, Qt::AlignVCenter);
}

void JobRow::update(const Job& job, qint64 nowMs) {
    if (job.isFinished())
        showResult(job);
    else
        showRunning(job, nowMs);
}

void JobRow::showRunning(const Job& job, qint64 nowMs) {
    const Progress& progress = job.progress;
    QStringList parts;
    if (progress.itemsTotal > 0)
        parts << tr("%1 of %2 items")
                     .arg(Format::count(progress.itemsDone), Format::count(progress.itemsTotal));
    if (progress.bytesDone > 0)
        parts << Format::size(progress.bytesDone);
    const double seconds = static_cast<double>(nowMs - job.phaseStartedMs) / 1000;
    const std::uint64_t bytes = progress.bytesDone - std::min(progress.bytesDone, job.phaseStartBytes);
    if (seconds > 1 && bytes > 0) {
        const double rate = static_cast<double>(bytes) / seconds;
        parts << Format::rate(rate);
        if (progress.bytesTotal > progress.bytesDone)
            parts << Format::left(static_cast<double>(progress.bytesTotal - progress.bytesDone) / rate);
    }
    const QString figures = parts.join(QStringLiteral("  ·  "));
    m_state->setText(jobPhaseText(progress.phase) +
                     (figures.isEmpty() ? QString() : QStringLiteral("  ·  ") + figures));
    m_state->setToolTip(QString::fromStdString(progress.item));
    showSteps(job);
    if (progress.bytesTotal > 0) {
        m_bar->setRange(0, 1000);
        const double share =
            static_cast<double>(progress.bytesDone) / static_cast<double>(progress.bytesTotal);
        m_bar->setValue(static_cast<int>(std::min(1.0, share) * 1000));
    } else {
        m_bar->setRange(0, 0);
    }
}

/// "✓ Connecting  ✓ Schema"; each stays in one piece where the line is broken.
void JobRow::showSteps(const Job& job) {
    QStringList steps;
    QStringList names;
    for (const auto& phase : job.phasesDone) {
        names << jobPhaseText(phase);
        QString step = QStringLiteral("✓ ") + names.last();
        steps << step.replace(QLatin1Char(' '), QChar(QChar::Nbsp));
    }
    m_steps->setText(steps.join(QStringLiteral("  ")));
    m_steps->setAccessibleName(
        steps.isEmpty() ? QString() : tr("Done: %1").arg(names.join(tr(", ", "between items of a list"))));
    m_steps->setVisible(!steps.isEmpty());
}

void JobRow::showResult(const Job& job) {
    m_finished = true;
    m_steps->hide();
    const JobEnd end = describeEnd(job);
    m_state->setText(end.sentence);
    m_tone = end.tone;
    recolour();
    m_bar->hide();
    m_details->show();
    m_left = leftDatabase(job);
    if (m_left) {
        m_drop->show();
        m_drop->setToolTip(leftDatabaseText(*m_left));
        m_drop->disconnect(this);
        connect(m_drop, &QToolButton::clicked, this,
                [this] { emit dropWanted(m_left->profileUuid, m_left->database); });
    }
    m_stop->setText(tr("Close"));
    m_stop->setAccessibleName(tr("Close: %1").arg(m_title->text()));
    setAccessibleDescription(end.sentence);
}

void JobRow::recolour() {
    QPalette coloured = QApplication::palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(static_cast<Tone>(m_tone), coloured));
    m_state->setPalette(coloured);
}

void JobRow::recolourSteps() {
    QPalette coloured = QApplication::palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(Tone::Good, coloured));
    m_steps->setPalette(coloured);
}

void JobRow::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() != QEvent::PaletteChange)
        return;
    recolourSteps();
    if (m_finished)
        recolour();
}

void JobRow::dropped(const QString& profileUuid, const QString& database) {
    if (!m_left || m_left->profileUuid != profileUuid || m_left->database != database)
        return;
    m_left.reset();
    m_drop->hide();
    m_state->setText(tr("What it had left on the server, %1, is dropped.").arg(database));
    m_tone = static_cast<int>(Tone::Neutral); // settled
    recolour();
    setAccessibleDescription(m_state->text());
}

} // namespace salvor
