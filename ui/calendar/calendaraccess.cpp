// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The calendar's marks as accessible children: named by what they say, chosen as they are on the screen.
#include "ui/calendar/calendargrid.h"

#include <QAccessibleWidget>

#include <map>

namespace salvor {

namespace {

class MarkAccess final : public QAccessibleInterface, public QAccessibleActionInterface {
public:
    MarkAccess(CalendarGrid* grid, int mark)
        : m_grid(grid)
        , m_mark(mark) {}

    bool isValid() const override { return m_mark < count(); }
    QObject* object() const override { return nullptr; }
    QAccessibleInterface* parent() const override { return QAccessible::queryAccessibleInterface(m_grid); }
    QAccessibleInterface* child(int) const override { return nullptr; }
    QAccessibleInterface* childAt(int, int) const override { return nullptr; }
    int childCount() const override { return 0; }
    int indexOfChild(const QAccessibleInterface*) const override { return -1; }
    void setText(QAccessible::Text, const QString&) override {}
    QAccessible::Role role() const override { return QAccessible::ListItem; }

    QString text(QAccessible::Text kind) const override {
        if (!isValid() || kind != QAccessible::Name)
            return {};
        return CalendarTexts::full(*m_grid->picture(),
                                   m_grid->picture()->plan.marks[static_cast<std::size_t>(m_mark)]);
    }
    QRect rect() const override {
        const QRect local = m_grid->rectOf(m_mark);
        return {m_grid->mapToGlobal(local.topLeft()), local.size()};
    }
    QAccessible::State state() const override {
        QAccessible::State state;
        state.focusable = state.selectable = true;
        state.selected = m_grid->chosen() == m_mark;
        state.focused = state.selected && m_grid->hasFocus();
        state.invisible = !m_grid->isVisible();
        return state;
    }
    void* interface_cast(QAccessible::InterfaceType type) override {
        return type == QAccessible::ActionInterface ? static_cast<QAccessibleActionInterface*>(this)
                                                    : nullptr;
    }
    QStringList actionNames() const override { return {setFocusAction(), pressAction()}; }
    void doAction(const QString& action) override {
        m_grid->setFocus();
        m_grid->choose(m_mark);
        if (action == pressAction())
            emit m_grid->activated(m_mark);
    }
    QStringList keyBindingsForAction(const QString&) const override { return {}; }

private:
    int count() const {
        return m_grid->picture() == nullptr ? 0 : static_cast<int>(m_grid->picture()->plan.marks.size());
    }
    CalendarGrid* m_grid;
    int m_mark;
};

class GridAccess final : public QAccessibleWidget {
public:
    explicit GridAccess(CalendarGrid* grid)
        : QAccessibleWidget(grid, QAccessible::List)
        , m_grid(grid) {}
    ~GridAccess() override {
        for (const auto& [mark, id] : m_children)
            QAccessible::deleteAccessibleInterface(id);
    }

    int childCount() const override {
        return m_grid->picture() == nullptr ? 0 : static_cast<int>(m_grid->picture()->plan.marks.size());
    }
    QAccessibleInterface* child(int index) const override {
        if (index < 0 || index >= childCount())
            return nullptr;
        const auto known = m_children.find(index);
        if (known != m_children.end())
            return QAccessible::accessibleInterface(known->second);
        auto* made = new MarkAccess(m_grid, index); // owned by the registry
        m_children.emplace(index, QAccessible::registerAccessibleInterface(made));
        return made;
    }
    int indexOfChild(const QAccessibleInterface* child) const override {
        for (const auto& [mark, id] : m_children) {
            if (QAccessible::accessibleInterface(id) == child)
                return mark;
        }
        return -1;
    }
    QAccessibleInterface* childAt(int x, int y) const override {
        return child(m_grid->markAt(m_grid->mapFromGlobal(QPoint(x, y))));
    }
    QAccessibleInterface* focusChild() const override { return child(m_grid->chosen()); }

private:
    CalendarGrid* m_grid;
    mutable std::map<int, QAccessible::Id> m_children;
};

QAccessibleInterface* makeAccess(const QString&, QObject* object) {
    auto* grid = qobject_cast<CalendarGrid*>(object);
    return grid == nullptr ? nullptr : new GridAccess(grid);
}

} // namespace

void installCalendarAccess() {
    static const bool kInstalled = [] {
        QAccessible::installFactory(makeAccess);
        return true;
    }();
    Q_UNUSED(kInstalled)
}

} // namespace salvor
