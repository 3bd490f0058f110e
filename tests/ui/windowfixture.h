// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A main window over a sample workspace, and what every window is checked for.
#pragma once

#include "ui/main/mainwindow.h"
#include "ui/sampleworkspace.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QApplication>
#include <QHeaderView>
#include <QLabel>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QTest>

namespace salvor::test {

inline Theme& theme() {
    static auto* one = new Theme(*qApp); // goes with the application
    return *one;
}

class WindowFixture {
public:
    enum Content { Empty, OnlyProfile, Filled, Unrehearsed };
    explicit WindowFixture(Content content)
        : sample(home.path())
        , core(std::make_unique<Core>(sample.config())) {
        if (content == OnlyProfile)
            sample.addProfileOnly(*core);
        if (content == Filled || content == Unrehearsed)
            sample.fill(*core);
        if (content == Unrehearsed)
            sample.setRehearsed(false);
        open();
    }
    /// A window as at a new start.
    void open() {
        window.reset();
        window = std::make_unique<MainWindow>(*core, theme());
        window->resize(1366, 768);
        window->show();
    }
    template <typename T>
    T* find(const char* name) const {
        T* found = window->findChild<T*>(QLatin1String(name));
        if (found == nullptr)
            throw std::runtime_error(std::string("there is no ") + name);
        return found;
    }
    bool waitForRows(const char* view, int rows = 1) const {
        const auto* model = find<QAbstractItemView>(view)->model();
        return QTest::qWaitFor([&] { return model->rowCount() >= rows; }, 20000);
    }

    QTemporaryDir home;
    SampleWorkspace sample;
    std::unique_ptr<Core> core;
    std::unique_ptr<MainWindow> window;
};

/// What a screen reader would find wanting; empty when nothing.
inline QString accessibilityProblems(const QWidget& window) {
    QStringList problems;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible() || widget->focusPolicy() == Qt::NoFocus || widget->isWindow() ||
            widget->objectName().startsWith(QStringLiteral("qt_")))
            continue;
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(widget);
        const QString what = QStringLiteral("%1 \"%2\"")
                                 .arg(QLatin1String(widget->metaObject()->className()), widget->objectName());
        if (widget->objectName().isEmpty())
            problems << what + QStringLiteral(" has no objectName");
        if (face == nullptr || face->text(QAccessible::Name).isEmpty())
            problems << what + QStringLiteral(" has no accessible name");
    }
    return problems.join(QLatin1Char('\n'));
}

// Another one than that of widgetchecks.h, which the same test may link.
inline namespace fixture {

/// Controls smaller than what they show; header texts that are cut.
inline QString sizeProblems(const QWidget& window) {
    QStringList problems;
    for (QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisible())
            continue;
        const auto* label = qobject_cast<QLabel*>(widget);
        const bool button = qobject_cast<QAbstractButton*>(widget) != nullptr;
        const QSize wanted = widget->minimumSizeHint();
        if ((button || (label != nullptr && !label->wordWrap())) &&
            (widget->width() < wanted.width() || widget->height() < wanted.height()))
            problems << QStringLiteral("%1 is %2x%3, wants %4x%5")
                            .arg(widget->objectName())
                            .arg(widget->width())
                            .arg(widget->height())
                            .arg(wanted.width())
                            .arg(wanted.height());
        if (const auto* header = qobject_cast<QHeaderView*>(widget)) {
            for (int i = 0; i < header->count(); ++i) {
                if (!header->isSectionHidden(i) && header->sectionSize(i) < header->sectionSizeHint(i))
                    problems << QStringLiteral("header %1 is cut")
                                    .arg(header->model()->headerData(i, Qt::Horizontal).toString());
            }
        }
    }
    return problems.join(QLatin1Char('\n'));
}

} // namespace fixture

} // namespace salvor::test
