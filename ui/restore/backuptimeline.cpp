// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/backuptimeline.h"

#include "ui/backups/backuptexts.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <QLocale>
#include <QPainter>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace salvor {

namespace {

constexpr int kMargin = 18;
constexpr int kMark = 14;
constexpr int kReach = 9;
constexpr int kTick = 4;

QDateTime localTime(Instant at) {
    return QDateTime::fromSecsSinceEpoch(
        std::chrono::floor<std::chrono::seconds>(at).time_since_epoch().count());
}

} // namespace

BackupTimeline::BackupTimeline(QWidget* parent)
    : CellWidget(parent) {
    setObjectName(QStringLiteral("backupTimeline"));
    setAccessibleName(tr("Backups by time"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void BackupTimeline::setBackups(std::vector<BackupRecord> backups, const std::string& current) {
    m_backups = std::move(backups);
    std::sort(m_backups.begin(), m_backups.end(), [](const BackupRecord& a, const BackupRecord& b) {
        return a.started != b.started ? a.started < b.started : a.id < b.id;
    });
    const int known = cellOf(current);
    resetCells(known >= 0 ? known : cellCount() - 1);
}

void BackupTimeline::setDamage(std::map<std::string, Damage> damage) {
    m_damage = std::move(damage);
    update();
}

const Damage* BackupTimeline::damageOf(const BackupRecord& backup) const {
    const auto found = m_damage.find(backup.id);
    return found == m_damage.end() ? nullptr : &found->second;
}

const BackupRecord* BackupTimeline::backup(int cell) const {
    return cell < 0 || cell >= cellCount() ? nullptr : &m_backups[static_cast<std::size_t>(cell)];
}

int BackupTimeline::cellOf(const std::string& id) const {
    for (int cell = 0; cell < cellCount(); ++cell) {
        if (backup(cell)->id == id)
            return cell;
    }
    return -1;
}

int BackupTimeline::lineY() const { return kMark / 2 + 10; }

double BackupTimeline::xOf(Instant at) const {
    const auto from = m_backups.front().started;
    const auto span = static_cast<double>((m_backups.back().started - from).count());
    if (span <= 0)
        return width() / 2.0;
    return kMargin + static_cast<double>((at - from).count()) / span * (width() - 2 * kMargin);
}

QRect BackupTimeline::cellRect(int cell) const {
    const int x = static_cast<int>(std::lround(xOf(backup(cell)->started)));
    return {x - kMark / 2, lineY() - kMark / 2, kMark, kMark};
}

QString BackupTimeline::cellText(int cell) const {
    QStringList badges;
    for (const auto& badge : badgesOf(*backup(cell), damageOf(*backup(cell))))
        badges << badge.text;
    return tr("%1, %2: %3")
        .arg(Format::time(backup(cell)->started), Format::size(backup(cell)->sizeBytes),
             badges.join(tr(", ", "list")));
}

int BackupTimeline::cellAt(const QPoint& at) const {
    int best = -1;
    int distance = kReach + 1;
    for (int cell = 0; cell < cellCount(); ++cell) {
        const int away = std::abs(cellRect(cell).center().x() - at.x());
        if (away < distance) {
            best = cell;
            distance = away;
        }
    }
    return best;
}

QSize BackupTimeline::sizeHint() const {
    return {480, lineY() + kMark / 2 + 4 + kTick + fontMetrics().height() + 6};
}

QSize BackupTimeline::minimumSizeHint() const { return {240, sizeHint().height()}; }

std::vector<BackupTimeline::AxisMark> BackupTimeline::axisMarks() const {
    if (m_backups.empty())
        return {};
    const auto from = m_backups.front().started;
    const auto span = m_backups.back().started - from;
    const bool oneDay = localTime(from).date() == localTime(from + span).date();
    const QString format =
        oneDay ? tr("d MMM yyyy HH:mm", "date and time format") : tr("d MMM yyyy", "date format");
    const QDateTime widest(QDate(2026, 9, 28), QTime(0, 0));
    const int needed = fontMetrics().horizontalAdvance(QLocale().toString(widest, format)) + 24;
    const int ticks = span.count() > 0 ? std::clamp((width() - 2 * kMargin) / needed, 1, 8) : 0;
    std::vector<AxisMark> marks;
    QString before;
    for (int i = 0; i <= ticks; ++i) {
        const Instant at = ticks == 0 ? from : from + span * i / ticks;
        const QString text = QLocale().toString(localTime(at), format);
        marks.push_back({at, text == before ? QString() : text});
        before = text;
    }
    return marks;
}

QStringList BackupTimeline::axisTexts() const {
    QStringList texts;
    for (const auto& mark : axisMarks()) {
        if (!mark.text.isEmpty())
            texts << mark.text;
    }
    return texts;
}

void BackupTimeline::paintAxis(QPainter& painter) const {
    painter.setPen(palette().color(QPalette::Mid));
    painter.drawLine(kMargin / 2, lineY(), width() - kMargin / 2, lineY());
    const int top = lineY() + kMark / 2 + 4;
    painter.setPen(palette().color(QPalette::PlaceholderText));
    for (const auto& [at, text] : axisMarks()) {
        const int x = static_cast<int>(std::lround(xOf(at)));
        painter.drawLine(x, top, x, top + kTick);
        if (text.isEmpty())
            continue;
        const int wide = fontMetrics().horizontalAdvance(text);
        painter.drawText(std::clamp(x - wide / 2, 0, std::max(0, width() - wide)),
                         top + kTick + fontMetrics().ascent() + 1, text);
    }
}

void BackupTimeline::paintMark(QPainter& painter, int cell) const {
    const BackupRecord& one = *backup(cell);
    const QRectF box = QRectF(cellRect(cell)).adjusted(2, 2, -2, -2);
    const bool current = cell == currentCell();
    if (current) {
        painter.setPen(QPen(palette().color(hasFocus() ? QPalette::Highlight : QPalette::Text), 2));
        painter.setBrush(palette().color(QPalette::Base));
        painter.drawEllipse(box.adjusted(-4, -4, 4, 4));
    }
    const bool damaged = damageOf(one) != nullptr;
    if (damaged || one.restoredAt) {
        StateMark::paint(painter, box.adjusted(-1, -1, 1, 1), damaged ? Tone::Bad : Tone::Good, palette());
        return;
    }
    const QColor ink = Theme::tone(one.readBackAt ? Tone::Running : Tone::Neutral, palette());
    painter.setPen(QPen(ink, 1.6));
    painter.setBrush(one.readBackAt ? ink : palette().color(QPalette::Base));
    painter.drawEllipse(box.adjusted(1, 1, -1, -1));
}

void BackupTimeline::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    if (m_backups.empty())
        return;
    paintAxis(painter);
    for (int cell = 0; cell < cellCount(); ++cell) {
        if (cell != currentCell())
            paintMark(painter, cell);
    }
    paintMark(painter, currentCell()); // above its neighbours
}

} // namespace salvor
