// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/progressline.h"

#include "app/salvorctl/command.h"

#include <QJsonDocument>

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace salvor::ctl {

namespace {

QString phaseText(const std::string& phase) {
    if (phase == "connecting")
        return Text::tr("Connecting");
    if (phase == "snapshot")
        return Text::tr("Taking the snapshot");
    if (phase == "schema")
        return Text::tr("Schema");
    if (phase == "data")
        return Text::tr("Data");
    if (phase == "commit")
        return Text::tr("Making the backup durable");
    if (phase == "indexes" || phase == "post_data")
        return Text::tr("Indexes and constraints");
    if (phase == "proof")
        return Text::tr("Proving");
    if (phase == "verify")
        return Text::tr("Verifying");
    return QString::fromStdString(phase);
}

} // namespace

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
