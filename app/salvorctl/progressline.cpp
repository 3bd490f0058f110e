// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/progressline.h"

#include "app/salvorctl/command.h"
#include "models/jobphase.h"

#include <QJsonDocument>

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace salvor::ctl {

namespace {

QString wordsOf(JobPhase phase) {
    switch (phase) {
    case JobPhase::Waiting:
        return Text::tr("Waiting for the repository");
    case JobPhase::Connecting:
        return Text::tr("Connecting");
    case JobPhase::Hook:
        return Text::tr("Running a command of the policy");
    case JobPhase::Snapshot:
        return Text::tr("Taking the snapshot");
    case JobPhase::Server:
        return Text::tr("Starting a private server");
    case JobPhase::Creating:
        return Text::tr("Making the new database");
    case JobPhase::PreData:
        return Text::tr("Schema");
    case JobPhase::Catalog:
        return Text::tr("Extension's catalog");
    case JobPhase::Data:
        return Text::tr("Data");
    case JobPhase::Sequences:
        return Text::tr("Sequences");
    case JobPhase::PostData:
        return Text::tr("Indexes and constraints");
    case JobPhase::Finish:
        return Text::tr("Finishing");
    case JobPhase::Commit:
        return Text::tr("Making the backup durable");
    case JobPhase::Proof:
        return Text::tr("Proving");
    case JobPhase::Checks:
        return Text::tr("Running the check queries");
    case JobPhase::Reveal:
        return Text::tr("Giving it its name");
    case JobPhase::Verify:
        return Text::tr("Verifying");
    case JobPhase::Prune:
        return Text::tr("Deleting what nothing needs");
    case JobPhase::Scan:
        return Text::tr("Reading what the store holds");
    }
    return {};
}

} // namespace

QString phaseText(const std::string& phase) {
    if (phase.empty())
        return Text::tr("Starting");
    const auto known = jobPhaseFrom(phase);
    return known ? wordsOf(*known) : toQt(phase);
}

ProgressLine::ProgressLine(Style style, int terminalColumns)
    : m_style(style)
    , m_columns(terminalColumns)
    , m_phaseStart(std::chrono::steady_clock::now()) {}

void ProgressLine::progressed(const Progress& progress) {
    if (m_style == Style::None)
        return;
    const std::lock_guard lock(m_mutex);
    const auto now = std::chrono::steady_clock::now();
    const bool newPhase = progress.phase != m_phase;
    if (newPhase) {
        m_phase = progress.phase;
        m_phaseStart = now;
    }
    if (!newPhase && m_drawn && now - m_lastDrawn < std::chrono::milliseconds(200))
        return;
    m_lastDrawn = now;
    m_drawn = true;
    draw(progress, std::chrono::duration<double>(now - m_phaseStart).count());
}

void ProgressLine::draw(const Progress& progress, double secondsInPhase) const {
    const double rate = secondsInPhase > 0.5 ? static_cast<double>(progress.bytesDone) / secondsInPhase : 0;
    double left = -1;
    if (rate > 0 && progress.bytesTotal > progress.bytesDone)
        left = static_cast<double>(progress.bytesTotal - progress.bytesDone) / rate;
    if (m_style == Style::JsonLines) {
        QJsonObject object{
            {QStringLiteral("progress"), QString::fromStdString(progress.phase)},
            {QStringLiteral("item"), QString::fromStdString(progress.item)},
            {QStringLiteral("items_done"), static_cast<qint64>(progress.itemsDone)},
            {QStringLiteral("items_total"), static_cast<qint64>(progress.itemsTotal)},
            {QStringLiteral("done_bytes"), static_cast<qint64>(progress.bytesDone)},
            {QStringLiteral("total_bytes"), static_cast<qint64>(progress.bytesTotal)},
            {QStringLiteral("stored_bytes"), static_cast<qint64>(progress.bytesStored)},
        };
        if (left >= 0)
            object.insert(QStringLiteral("left_seconds"), left);
        std::fprintf(stderr, "%s\n", QJsonDocument(object).toJson(QJsonDocument::Compact).constData());
        return;
    }
    QString line = phaseText(progress.phase);
    if (progress.itemsTotal > 0)
        line += Text::tr("  %1 of %2 items").arg(progress.itemsDone).arg(progress.itemsTotal);
    if (progress.bytesDone > 0)
        line += QStringLiteral("  ") + QString::fromStdString(size(progress.bytesDone));
    if (rate > 0)
        line += Text::tr("  %1/s").arg(QString::fromStdString(size(static_cast<std::uint64_t>(rate))));
    if (left >= 0)
        line += Text::tr("  about %1 left").arg(QString::fromStdString(duration(left)));
    if (!progress.item.empty())
        line += QStringLiteral("  ") + QString::fromStdString(printable(progress.item));
    std::fprintf(stderr, "\r\x1b[K%s", line.left(m_columns - 1).toUtf8().constData());
    std::fflush(stderr);
}

void ProgressLine::end() {
    const std::lock_guard lock(m_mutex);
    if (m_style == Style::Terminal && m_drawn) {
        std::fputs("\r\x1b[K", stderr);
        std::fflush(stderr);
    }
    m_drawn = false;
}

std::unique_ptr<ProgressLine> makeProgressLine(bool json, bool quiet) {
    auto style = ProgressLine::Style::None;
    int columns = 80;
    if (json && !quiet) {
        style = ProgressLine::Style::JsonLines;
    } else if (!quiet && isatty(STDERR_FILENO) != 0) {
        style = ProgressLine::Style::Terminal;
        winsize window{};
        if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) == 0 && window.ws_col > 20)
            columns = window.ws_col;
    }
    return std::make_unique<ProgressLine>(style, columns);
}

} // namespace salvor::ctl
