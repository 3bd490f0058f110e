// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgetchecks.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAccessible>
#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QSpinBox>

namespace salvor::test {

namespace {

bool isControl(const QWidget& widget) {
    return qobject_cast<const QAbstractButton*>(&widget) != nullptr ||
           qobject_cast<const QLineEdit*>(&widget) != nullptr ||
           qobject_cast<const QComboBox*>(&widget) != nullptr ||
           qobject_cast<const QAbstractSpinBox*>(&widget) != nullptr ||
           qobject_cast<const QAbstractItemView*>(&widget) != nullptr ||
           qobject_cast<const QPlainTextEdit*>(&widget) != nullptr ||
           qobject_cast<const QProgressBar*>(&widget) != nullptr;
}

/// Parts of a compound control are the compound's affair.
bool isPart(const QWidget& widget) {
    for (const QWidget* parent = widget.parentWidget(); parent != nullptr; parent = parent->parentWidget()) {
        if (isControl(*parent))
            return true;
    }
    return widget.objectName().startsWith(QLatin1String("qt_"));
}

QString describe(const QWidget& widget) {
    return QStringLiteral("%1 \"%2\" in \"%3\"")
        .arg(QLatin1String(widget.metaObject()->className()), widget.objectName(),
             widget.parentWidget() != nullptr ? widget.parentWidget()->objectName() : QString());
}

template <typename Check>
QStringList walk(const QWidget& window, Check check) {
    QStringList problems;
    const auto widgets = window.findChildren<QWidget*>();
    for (const QWidget* widget : widgets) {
        if (!widget->isVisibleTo(&window) || isPart(*widget))
            continue;
        const QString problem = check(*widget);
        if (!problem.isEmpty())
            problems << describe(*widget) + QStringLiteral(": ") + problem;
    }
    return problems;
}

} // namespace

QStringList nameProblems(const QWidget& window) {
    return walk(window, [](const QWidget& widget) {
        if (!isControl(widget))
            return QString();
        if (widget.objectName().isEmpty() &&
            qobject_cast<const QAbstractButton*>(&widget) == nullptr) // buttons of a button box have a text
            return QStringLiteral("no object name");
        auto* found = QAccessible::queryAccessibleInterface(const_cast<QWidget*>(&widget));
        if (found == nullptr || found->text(QAccessible::Name).trimmed().isEmpty())
            return QStringLiteral("no accessible name");
        return QString();
    });
}

QStringList sizeProblems(const QWidget& window) {
    return walk(window, [](const QWidget& widget) {
        const auto* label = qobject_cast<const QLabel*>(&widget);
        if (label == nullptr && !isControl(widget))
            return QString();
        const QSize needed = widget.minimumSizeHint();
        if (widget.width() < needed.width() || widget.height() < needed.height())
            return QStringLiteral("%1x%2 is less than %3x%4")
                .arg(widget.width())
                .arg(widget.height())
                .arg(needed.width())
                .arg(needed.height());
        if (label != nullptr && label->wordWrap() && label->heightForWidth(label->width()) > label->height())
            return QStringLiteral("its text needs %1 pixels of height, not %2")
                .arg(label->heightForWidth(label->width()))
                .arg(label->height());
        if (const auto* button = qobject_cast<const QAbstractButton*>(&widget);
            button != nullptr && widget.width() < widget.sizeHint().width())
            return QStringLiteral("its text does not fit");
        return QString();
    });
}

} // namespace salvor::test
