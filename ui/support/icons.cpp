// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/icons.h"

#include <QApplication>
#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPalette>
#include <QSvgRenderer>

namespace salvor {

namespace {

const char* fileName(Icons::Name name) {
    switch (name) {
    case Icons::Overview:
        return "overview";
    case Icons::Backups:
        return "backups";
    case Icons::Charts:
        return "charts";
    case Icons::Stores:
        return "stores";
    case Icons::Trash:
        return "trash";
    case Icons::Hold:
        return "hold";
    case Icons::Activity:
        return "activity";
    case Icons::Database:
        return "database";
    case Icons::Server:
        return "server";
    case Icons::Restore:
        return "restore";
    case Icons::Backup:
        return "backup";
    case Icons::Verify:
        return "verify";
    case Icons::Key:
        return "key";
    case Icons::Table:
        return "table";
    case Icons::Chunk:
        return "chunk";
    case Icons::Folder:
        return "folder";
    case Icons::Cancel:
        return "cancel";
    case Icons::Add:
        return "add";
    case Icons::Copy:
        return "copy";
    case Icons::Settings:
        return "settings";
    case Icons::Policies:
        return "policies";
    case Icons::Calendar:
        return "calendar";
    }
    return "overview";
}

/// Puts the palette's text colour in place of the drawing's placeholder stroke.
class LineIconEngine final : public QIconEngine {
public:
    explicit LineIconEngine(QByteArray svg)
        : m_svg(std::move(svg)) {}
    QIconEngine* clone() const override { return new LineIconEngine(m_svg); }

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        const auto group = mode == QIcon::Disabled ? QPalette::Disabled : QPalette::Active;
        const auto role = mode == QIcon::Selected ? QPalette::HighlightedText : QPalette::ButtonText;
        const QColor colour = QApplication::palette().color(group, role);
        QByteArray svg = m_svg;
        svg.replace("#808080", colour.name().toLatin1());
        QSvgRenderer(svg).render(painter, rect);
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

private:
    QByteArray m_svg;
};

} // namespace

QIcon Icons::of(Name name) {
    QFile file(QStringLiteral(":/icons/%1.svg").arg(QLatin1String(fileName(name))));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    return QIcon(new LineIconEngine(file.readAll()));
}

QIcon Icons::application() { return QIcon(QStringLiteral(":/icons/salvor.svg")); }

} // namespace salvor
