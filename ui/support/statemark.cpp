// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/statemark.h"

#include <QApplication>
#include <QIconEngine>
#include <QPainter>
#include <QPainterPath>

namespace salvor {

namespace {

class MarkEngine final : public QIconEngine {
public:
    explicit MarkEngine(Tone tone)
        : m_tone(tone) {}
    QIconEngine* clone() const override { return new MarkEngine(m_tone); }
    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QRectF box = rect;
        if (mode == QIcon::Selected) { // on the colour of a selection it needs ground of its own
            painter->save();
            painter->setRenderHint(QPainter::Antialiasing);
            painter->setPen(Qt::NoPen);
            painter->setBrush(QApplication::palette().base());
            painter->drawRoundedRect(box, box.width() * .25, box.height() * .25);
            painter->restore();
            box = box.adjusted(1.5, 1.5, -1.5, -1.5);
        }
        StateMark::paint(*painter, box, m_tone, QApplication::palette());
    }
    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

private:
    Tone m_tone;
};

} // namespace

Tone StateMark::tone(SourceState state) {
    switch (state) {
    case SourceState::Ok:
        return Tone::Good;
    case SourceState::Partial:
        return Tone::Warning;
    case SourceState::Failed:
    case SourceState::Lost:
        return Tone::Bad;
    case SourceState::Running:
        return Tone::Running;
    case SourceState::Never:
    case SourceState::Gone:
        break;
    }
    return Tone::Neutral;
}

Tone StateMark::tone(RunOutcome outcome) {
    switch (outcome) {
    case RunOutcome::Ok:
        return Tone::Good;
    case RunOutcome::Partial:
        return Tone::Warning;
    case RunOutcome::Failed:
        return Tone::Bad;
    case RunOutcome::Running:
        return Tone::Running;
    case RunOutcome::Cancelled:
    case RunOutcome::Skipped:
        break;
    }
    return Tone::Neutral;
}

Tone StateMark::tone(Protection protection) {
    switch (protection) {
    case Protection::Protected:
        return Tone::Good;
    case Protection::Gone:
    case Protection::Removed:
        return Tone::Neutral;
    case Protection::Untimed:
    case Protection::Incomplete:
    case Protection::Waiting:
    case Protection::Paused:
    case Protection::Partial:
    case Protection::Behind:
    case Protection::Overdue:
        return Tone::Warning;
    case Protection::Unprotected:
    case Protection::Never:
    case Protection::FutureDated:
    case Protection::Unreachable:
    case Protection::Failed:
    case Protection::Lost:
    case Protection::StoreLost:
        break;
    }
    return Tone::Bad;
}

QString StateMark::text(Protection protection) {
    switch (protection) {
    case Protection::Protected:
        return tr("protected");
    case Protection::Untimed:
        return tr("protected, no timer");
    case Protection::Incomplete:
        return tr("protected, run incomplete");
    case Protection::Gone:
        return tr("gone from the server");
    case Protection::Removed:
        return tr("server removed");
    case Protection::Waiting:
        return tr("first run to come");
    case Protection::Paused:
        return tr("paused");
    case Protection::Partial:
        return tr("last backup partial");
    case Protection::Behind:
        return tr("old data");
    case Protection::Overdue:
        return tr("overdue");
    case Protection::Unprotected:
        return tr("unprotected");
    case Protection::Never:
        return tr("never backed up");
    case Protection::FutureDated:
        return tr("dated in the future");
    case Protection::Unreachable:
        return tr("server unreachable");
    case Protection::Failed:
        return tr("last backup failed");
    case Protection::Lost:
        return tr("not on its server any more");
    case Protection::StoreLost:
        return tr("store does not answer");
    }
    return {};
}

QString StateMark::text(SourceState state) {
    switch (state) {
    case SourceState::Never:
        return tr("never backed up");
    case SourceState::Ok:
        return tr("protected");
    case SourceState::Partial:
        return tr("last backup partial");
    case SourceState::Failed:
        return tr("last backup failed");
    case SourceState::Running:
        return tr("backup running");
    case SourceState::Gone:
        return tr("gone from the server");
    case SourceState::Lost:
        return tr("not on its server any more");
    }
    return {};
}

QString StateMark::text(RunOutcome outcome) {
    switch (outcome) {
    case RunOutcome::Running:
        return tr("running");
    case RunOutcome::Ok:
        return tr("ok");
    case RunOutcome::Partial:
        return tr("partial");
    case RunOutcome::Failed:
        return tr("failed");
    case RunOutcome::Cancelled:
        return tr("cancelled");
    case RunOutcome::Skipped:
        return tr("skipped");
    }
    return {};
}

void StateMark::paint(QPainter& painter, const QRectF& rect, Tone tone, const QPalette& palette) {
    const double side = std::min(rect.width(), rect.height());
    const QRectF box = QRectF(rect.center() - QPointF(side / 2, side / 2), QSizeF(side, side))
                           .adjusted(side * .08, side * .08, -side * .08, -side * .08);
    const QColor colour = Theme::tone(tone, palette);
    const auto at = [&](double x, double y) {
        return QPointF(box.left() + x * box.width(), box.top() + y * box.height());
    };
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    QPen cut(palette.color(QPalette::Base), side * .13, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin);
    painter.setPen(Qt::NoPen);
    painter.setBrush(colour);
    switch (tone) {
    case Tone::Good:
        painter.drawEllipse(box);
        painter.setPen(cut);
        painter.drawPolyline(QPolygonF{at(.27, .52), at(.44, .69), at(.74, .34)});
        break;
    case Tone::Warning:
        painter.drawPolygon(QPolygonF{at(.5, .02), at(1, .95), at(0, .95)});
        painter.setPen(cut);
        painter.drawLine(at(.5, .38), at(.5, .62));
        painter.drawPoint(at(.5, .80));
        break;
    case Tone::Bad:
        painter.drawRoundedRect(box.adjusted(side * .03, side * .03, -side * .03, -side * .03), side * .1,
                                side * .1);
        painter.setPen(cut);
        painter.drawLine(at(.3, .3), at(.7, .7));
        painter.drawLine(at(.7, .3), at(.3, .7));
        break;
    case Tone::Running:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, side * .16, Qt::SolidLine, Qt::RoundCap));
        painter.drawArc(box.adjusted(side * .08, side * .08, -side * .08, -side * .08), 40 * 16, 280 * 16);
        break;
    case Tone::Neutral:
        painter.setBrush(Qt::NoBrush);
        painter.setPen(QPen(colour, side * .12));
        painter.drawEllipse(box.adjusted(side * .08, side * .08, -side * .08, -side * .08));
        break;
    }
    painter.restore();
}

QIcon StateMark::icon(Tone tone) { return QIcon(new MarkEngine(tone)); }

} // namespace salvor
