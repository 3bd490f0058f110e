// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/columnfit.h"

#include <QAbstractItemDelegate>
#include <QEvent>
#include <QHeaderView>
#include <QMouseEvent>
#include <QTableView>

#include <algorithm>
#include <utility>
#include <vector>

namespace salvor {

namespace {

constexpr int kName = 190; ///< pixels: as wide as the first column stays when it gives way

struct Width {
    int column;
    int least; ///< its head
    int wanted;
    bool drawn; ///< and can do with less
    int under(int level) const { return std::max(least, std::min(wanted, level)); }
};

/// What is drawn, and no text, gives way before any text is cut; then the name, which its tooltip has whole.
void giveWayFirst(std::vector<Width>& widths, int room) {
    int missing = -room;
    for (const Width& one : widths)
        missing += one.wanted;
    for (const bool name : {false, true}) {
        for (Width& one : widths) {
            if (missing <= 0 || (name ? one.column != 0 : !one.drawn))
                continue;
            const int given = std::min(missing, one.wanted - one.least);
            one.wanted -= given;
            missing -= given;
        }
    }
}

int sum(const std::vector<Width>& widths, int level) {
    int total = 0;
    for (const Width& one : widths)
        total += one.under(level);
    return total;
}

/// The highest level under which all of them have room.
int levelFor(const std::vector<Width>& widths, int room) {
    int low = 0;
    int high = room;
    while (low < high) {
        const int middle = (low + high + 1) / 2;
        if (sum(widths, middle) <= room)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

} // namespace

ColumnFit::ColumnFit(QTableView& table)
    : QObject(&table)
    , m_table(table) {
    m_soon.setSingleShot(true);
    connect(&m_soon, &QTimer::timeout, this, &ColumnFit::fit);
    QHeaderView* header = table.horizontalHeader();
    header->setResizeContentsPrecision(0); // what is in sight
    connect(header, &QHeaderView::sectionResized, this, [this] {
        // The last section is stretched whenever the table gets another size, as when a tab is clicked.
        if (!m_fitting && m_headHeld)
            stop();
    });
    m_head = header->viewport();
    header->viewport()->installEventFilter(this);
    const auto soon = [this] {
        m_anew = true;
        m_soon.start(0);
    };
    connect(table.model(), &QAbstractItemModel::modelReset, this, soon);
    connect(table.model(), &QAbstractItemModel::layoutChanged, this, soon);
    connect(table.model(), &QAbstractItemModel::rowsInserted, this, soon);
    connect(table.model(), &QAbstractItemModel::dataChanged, this, [this] { m_soon.start(0); });
    table.viewport()->installEventFilter(this);
}

void ColumnFit::stop() { m_stopped = true; }

void ColumnFit::goOn() {
    m_stopped = false;
    m_anew = true;
    m_soon.start(0);
}

bool ColumnFit::eventFilter(QObject* watched, QEvent* event) {
    const auto type = event->type();
    if (watched == m_head) {
        // The release of another button may go to the menu that it opened.
        const bool pressed = type == QEvent::MouseButtonPress || type == QEvent::MouseButtonDblClick;
        if (pressed || type == QEvent::MouseButtonRelease)
            m_headHeld = pressed && static_cast<QMouseEvent*>(event)->button() == Qt::LeftButton;
    } else if (type == QEvent::Resize || type == QEvent::Show) {
        m_anew = true;
        m_soon.start(0);
    }
    return QObject::eventFilter(watched, event);
}

void ColumnFit::fit() {
    QHeaderView* header = m_table.horizontalHeader();
    if (m_stopped || !m_table.isVisible() || header->count() == 0 || m_table.model()->rowCount() == 0)
        return;
    const auto& view = static_cast<const QAbstractItemView&>(m_table);
    std::vector<Width> widths;
    int room = m_table.viewport()->width();
    for (int column = 0; column < header->count(); ++column) {
        if (header->isSectionHidden(column))
            continue;
        if (header->sectionResizeMode(column) != QHeaderView::Interactive) {
            room -= header->sectionSize(column);
            continue;
        }
        const int head = header->sectionSizeHint(column);
        const int wanted = std::max(head, view.sizeHintForColumn(column));
        // What is drawn, and no text, has one size, unless it says otherwise; what the row is of is read
        // first.
        const QAbstractItemDelegate* drawn = m_table.itemDelegateForColumn(column);
        const int drawnLeast = drawn != nullptr ? drawn->property(kLeastWidth).toInt() : 0;
        const int least = drawnLeast > 0 ? std::clamp(drawnLeast, std::min(head, wanted), wanted)
                          : drawn        ? wanted
                          : column == 0  ? std::clamp(wanted, head, std::max(head, kName))
                                         : head;
        widths.push_back({column, least, wanted, drawnLeast > 0});
    }
    giveWayFirst(widths, room);
    // Figures that run are not to make the columns dance: they grow, and give nothing back.
    const bool grows = std::ranges::any_of(
        widths, [&](const Width& one) { return one.wanted > header->sectionSize(one.column); });
    if (!std::exchange(m_anew, false) && !grows)
        return;
    const int level = levelFor(widths, std::max(room, 0));
    m_fitting = true;
    for (const Width& one : widths)
        header->resizeSection(one.column, one.under(level));
    m_fitting = false;
}

} // namespace salvor
