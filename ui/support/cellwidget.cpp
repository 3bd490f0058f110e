// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/cellwidget.h"

#include <QAccessible>
#include <QAccessibleWidget>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMetaMethod>
#include <QPointer>
#include <QToolTip>

#include <algorithm>
#include <map>

namespace salvor {

namespace {

/// One cell; looks at the widget each time it is asked.
class CellFace final : public QAccessibleInterface {
public:
    CellFace(CellWidget* widget, int cell)
        : m_widget(widget)
        , m_cell(cell) {}

    bool isValid() const override { return m_widget != nullptr && m_cell < m_widget->cellCount(); }
    QObject* object() const override { return nullptr; }
    QAccessibleInterface* parent() const override {
        return m_widget != nullptr ? QAccessible::queryAccessibleInterface(m_widget.data()) : nullptr;
    }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    QString text(QAccessible::Text kind) const override {
        return kind == QAccessible::Name && isValid() ? m_widget->cellText(m_cell) : QString();
    }
    void setText(QAccessible::Text, const QString&) override {}
    QRect rect() const override {
        if (!isValid())
            return {};
        const QRect inside = m_widget->cellRect(m_cell);
        return {m_widget->mapToGlobal(inside.topLeft()), inside.size()};
    }
    QAccessible::Role role() const override { return QAccessible::ListItem; }
    QAccessible::State state() const override {
        QAccessible::State state;
        state.invalid = !isValid();
        if (!isValid())
            return state;
        state.focusable = state.selectable = true;
        state.selected = m_widget->currentCell() == m_cell;
        state.focused = state.selected && m_widget->hasFocus();
        state.invisible = !m_widget->isVisible();
        return state;
    }
    int cell() const { return m_cell; }

private:
    QPointer<CellWidget> m_widget;
    int m_cell;
};

class CellWidgetFace final : public QAccessibleWidget {
public:
    explicit CellWidgetFace(CellWidget* widget)
        : QAccessibleWidget(widget, QAccessible::List) {}
    ~CellWidgetFace() override {
        for (const auto& [cell, id] : m_ids)
            QAccessible::deleteAccessibleInterface(id);
    }

    int childCount() const override { return cells()->cellCount(); }
    QAccessibleInterface* child(int index) const override {
        if (index < 0 || index >= childCount())
            return nullptr;
        const auto known = m_ids.find(index);
        if (known != m_ids.end())
            return QAccessible::accessibleInterface(known->second);
        auto* face = new CellFace(cells(), index);
        m_ids.emplace(index, QAccessible::registerAccessibleInterface(face));
        return face;
    }
    int indexOfChild(const QAccessibleInterface* child) const override {
        const auto* face = dynamic_cast<const CellFace*>(child);
        return face != nullptr ? face->cell() : -1;
    }
    QAccessibleInterface* childAt(int x, int y) const override {
        return child(cells()->cellAt(cells()->mapFromGlobal(QPoint(x, y))));
    }
    QAccessibleInterface* focusChild() const override {
        return cells()->hasFocus() ? child(cells()->currentCell()) : nullptr;
    }

private:
    CellWidget* cells() const { return static_cast<CellWidget*>(widget()); }
    mutable std::map<int, QAccessible::Id> m_ids;
};

QAccessibleInterface* makeFace(const QString&, QObject* object) {
    auto* cells = qobject_cast<CellWidget*>(object);
    return cells != nullptr ? new CellWidgetFace(cells) : nullptr;
}

} // namespace

CellWidget::CellWidget(QWidget* parent)
    : QWidget(parent) {
    static const bool installed = [] {
        QAccessible::installFactory(makeFace);
        return true;
    }();
    Q_UNUSED(installed)
    setFocusPolicy(Qt::StrongFocus);
    setMouseTracking(true);
}

int CellWidget::cellBeside(int cell, int key) const {
    const bool back = key == Qt::Key_Left || key == Qt::Key_Up;
    return std::clamp(cell + (back ? -1 : 1), 0, std::max(0, cellCount() - 1));
}

int CellWidget::cellAt(const QPoint& at) const {
    for (int cell = cellCount() - 1; cell >= 0; --cell) {
        if (cellRect(cell).contains(at))
            return cell;
    }
    return -1;
}

void CellWidget::setCurrentCell(int cell) {
    if (cell < 0 || cell >= cellCount() || cell == m_current)
        return;
    m_current = cell;
    update();
    tellFocus();
    emit currentCellChanged(cell);
}

void CellWidget::resetCells(int current) {
    m_current = cellCount() == 0 ? -1 : std::clamp(current, 0, cellCount() - 1);
    update();
}

void CellWidget::tellFocus() {
    if (!hasFocus() || m_current < 0 || !QAccessible::isActive())
        return;
    QAccessibleEvent event(this, QAccessible::Focus);
    event.setChild(m_current);
    QAccessible::updateAccessibility(&event);
}

bool CellWidget::event(QEvent* event) {
    if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const int cell = cellAt(help->pos());
        if (cell >= 0)
            QToolTip::showText(help->globalPos(), cellText(cell), this, cellRect(cell));
        else
            QToolTip::hideText();
        return true;
    }
    return QWidget::event(event);
}

void CellWidget::keyPressEvent(QKeyEvent* event) {
    if (m_current < 0) {
        QWidget::keyPressEvent(event);
        return;
    }
    switch (event->key()) {
    case Qt::Key_Left:
    case Qt::Key_Right:
    case Qt::Key_Up:
    case Qt::Key_Down:
        setCurrentCell(cellBeside(m_current, event->key()));
        break;
    case Qt::Key_Home:
        setCurrentCell(0);
        break;
    case Qt::Key_End:
        setCurrentCell(cellCount() - 1);
        break;
    case Qt::Key_Return:
    case Qt::Key_Enter:
        if (!isSignalConnected(QMetaMethod::fromSignal(&CellWidget::cellActivated))) {
            QWidget::keyPressEvent(event); // in a dialog it goes on
            break;
        }
        [[fallthrough]];
    case Qt::Key_Space:
        emit cellActivated(m_current);
        break;
    default:
        QWidget::keyPressEvent(event);
    }
}

void CellWidget::mousePressEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton)
        setCurrentCell(cellAt(event->pos()));
}

void CellWidget::mouseDoubleClickEvent(QMouseEvent* event) {
    if (event->button() == Qt::LeftButton && cellAt(event->pos()) >= 0)
        emit cellActivated(cellAt(event->pos()));
}

void CellWidget::focusInEvent(QFocusEvent* event) {
    QWidget::focusInEvent(event);
    tellFocus();
}

} // namespace salvor
