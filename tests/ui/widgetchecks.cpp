// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/widgetchecks.h"

#include <QAbstractButton>
#include <QAbstractItemView>
#include <QAbstractScrollArea>
#include <QAccessible>
#include <QAction>
#include <QComboBox>
#include <QGroupBox>
#include <QHeaderView>
#include <QKeySequence>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QRegularExpression>
#include <QSpinBox>
#include <QTabBar>
#include <QTableView>
#include <QTreeView>

#include <map>
#include <vector>

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
    // The arrows of a tab bar that has too many tabs have a size of their own.
    return widget.objectName().startsWith(QLatin1String("qt_")) ||
           qobject_cast<const QTabBar*>(widget.parentWidget()) != nullptr;
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
        QSize needed = widget.minimumSizeHint();
        if (widget.minimumHeight() == widget.maximumHeight() && label == nullptr)
            needed.setHeight(0); // of a fixed height on purpose, as a thin bar is
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

namespace {

/// The part of it that can be seen, in the window's coordinates: what scrolls is cut at its viewport.
QRect visiblePart(const QWidget& widget, const QWidget& window, bool* scrolls) {
    QRect part(widget.mapTo(&window, QPoint()), widget.size());
    for (const QWidget* at = widget.parentWidget(); at != nullptr && at != &window; at = at->parentWidget()) {
        const auto* area = qobject_cast<const QAbstractScrollArea*>(at->parentWidget());
        if (area == nullptr || area->viewport() != at)
            continue;
        *scrolls = true;
        part &= QRect(at->mapTo(&window, QPoint()), at->size());
    }
    return part;
}

struct Placed {
    const QWidget* widget;
    QRect visible;
};

QStringList placeProblems(const QWidget& window) {
    QStringList problems;
    std::vector<Placed> placed;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        const auto* label = qobject_cast<const QLabel*>(widget);
        if (!widget->isVisibleTo(&window) || isPart(*widget) || widget->window() != &window ||
            (!isControl(*widget) && (label == nullptr || label->text().isEmpty())))
            continue;
        bool scrolls = false;
        const QRect visible = visiblePart(*widget, window, &scrolls);
        if (!scrolls && !window.rect().contains(QRect(widget->mapTo(&window, QPoint()), widget->size())))
            problems << describe(*widget) + QStringLiteral(": not wholly inside the window");
        if (visible.isEmpty())
            continue;
        for (const Placed& other : placed) {
            // Frames may touch; two pixels are an overlap.
            const QRect both = other.visible & visible;
            if (both.width() > 2 && both.height() > 2 && !widget->isAncestorOf(other.widget) &&
                !other.widget->isAncestorOf(widget))
                problems << describe(*widget) + QStringLiteral(": lies over ") + describe(*other.widget);
        }
        placed.push_back({widget, visible});
    }
    return problems;
}

/// The first cell of each column that is cut off and does not say its whole text when pointed at.
QStringList cutCells(const QAbstractItemView& view) {
    QStringList problems;
    const auto* model = view.model();
    if (model == nullptr)
        return problems;
    const QModelIndex root = view.rootIndex();
    for (int column = 0; column < model->columnCount(root); ++column) {
        for (int row = 0; row < model->rowCount(root); ++row) {
            const QModelIndex index = model->index(row, column, root);
            const QRect cell = view.visualRect(index);
            if (!view.viewport()->rect().intersects(cell) ||
                view.sizeHintForIndex(index).width() <= cell.width() ||
                !index.data(Qt::ToolTipRole).toString().isEmpty() || index.data().toString().isEmpty())
                continue;
            problems << QStringLiteral("\"%1\" in column %2 of %3 is cut off and has no tooltip")
                            .arg(index.data().toString())
                            .arg(column)
                            .arg(view.objectName());
            break;
        }
    }
    return problems;
}

QStringList cutHeads(const QHeaderView& head) {
    QStringList problems;
    const auto* model = head.model();
    if (model == nullptr || !head.isVisible() || head.orientation() != Qt::Horizontal)
        return problems;
    for (int section = 0; section < head.count(); ++section) {
        const QString text = model->headerData(section, Qt::Horizontal).toString();
        if (!head.isSectionHidden(section) && !text.isEmpty() &&
            head.sectionSizeHint(section) > head.sectionSize(section) &&
            model->headerData(section, Qt::Horizontal, Qt::ToolTipRole).toString().isEmpty())
            problems << QStringLiteral("the head \"%1\" of %2 is cut off and has no tooltip")
                            .arg(text, head.parentWidget()->objectName());
    }
    return problems;
}

/// A letter behind Alt, with the things it belongs to.
void addMnemonic(std::map<QString, QStringList>* owners, const QString& text, const QString& owner) {
    const QKeySequence key = QKeySequence::mnemonic(text);
    if (!key.isEmpty())
        (*owners)[key.toString()] << owner;
}

void addDoubled(QStringList* problems, const std::map<QString, QStringList>& owners) {
    for (const auto& [key, of] : owners) {
        if (of.size() > 1)
            *problems << QStringLiteral("%1 belongs to %2").arg(key, of.join(QStringLiteral(" and to ")));
    }
}

/// The text of a widget that makes a mnemonic of its "&".
QStringList mnemonicTexts(const QWidget& widget) {
    QStringList texts;
    if (const auto* button = qobject_cast<const QAbstractButton*>(&widget))
        texts << button->text();
    else if (const auto* label = qobject_cast<const QLabel*>(&widget); label != nullptr && label->buddy())
        texts << label->text();
    else if (const auto* box = qobject_cast<const QGroupBox*>(&widget))
        texts << box->title();
    else if (const auto* tabs = qobject_cast<const QTabBar*>(&widget))
        for (int tab = 0; tab < tabs->count(); ++tab)
            texts << tabs->tabText(tab);
    else if (const auto* bar = qobject_cast<const QMenuBar*>(&widget))
        for (const QAction* action : bar->actions())
            texts << action->text();
    return texts;
}

/// An "&" that people would see: in a label without a buddy, a tooltip, a name for screen readers.
QString literalAmpersand(const QWidget& widget) {
    static const QRegularExpression kMnemonic(QStringLiteral("&\\p{L}"));
    QStringList texts{widget.toolTip(), widget.accessibleName(), widget.accessibleDescription()};
    if (const auto* label = qobject_cast<const QLabel*>(&widget);
        label != nullptr && label->buddy() == nullptr && !Qt::mightBeRichText(label->text()))
        texts << label->text();
    for (const QString& text : texts) {
        if (text.contains(kMnemonic))
            return QStringLiteral("shows the \"&\" of \"%1\"").arg(text);
    }
    return {};
}

bool isPseudo() { return QCoreApplication::translate("salvor::test", "a") != QStringLiteral("a"); }

} // namespace

QStringList layoutProblems(const QWidget& window, const QSize& screen) {
    QStringList problems = sizeProblems(window) + placeProblems(window);
    if (window.width() > screen.width() || window.height() > screen.height())
        problems << QStringLiteral("the window, %1x%2, is larger than the screen, %3x%4")
                        .arg(window.width())
                        .arg(window.height())
                        .arg(screen.width())
                        .arg(screen.height());
    for (const auto* view : window.findChildren<QAbstractItemView*>()) {
        if (!view->isVisible() || view->window() != &window)
            continue;
        if (const auto* head = qobject_cast<const QHeaderView*>(view))
            problems << cutHeads(*head);
        else
            problems << cutCells(*view);
    }
    return problems + mnemonicProblems(window) + trapProblems(window);
}

QStringList trapProblems(const QWidget& window) {
    return walk(window, [](const QWidget& widget) {
        const auto* view = qobject_cast<const QAbstractItemView*>(&widget);
        return view != nullptr && view->tabKeyNavigation() ? QStringLiteral("Tab does not leave it")
                                                           : QString();
    });
}

QStringList mnemonicProblems(const QWidget& window) {
    QStringList problems;
    std::map<QString, QStringList> owners;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (const auto* menu = qobject_cast<const QMenu*>(widget)) {
            std::map<QString, QStringList> entries;
            for (const QAction* action : menu->actions())
                addMnemonic(&entries, action->isVisible() ? action->text() : QString(),
                            QStringLiteral("\"%1\" in \"%2\"").arg(action->text(), menu->objectName()));
            addDoubled(&problems, entries);
        }
        if (!widget->isVisibleTo(&window) || widget->window() != &window)
            continue;
        for (const QString& text : mnemonicTexts(*widget))
            addMnemonic(&owners, text, describe(*widget) + QStringLiteral(" (\"%1\")").arg(text));
        if (const QString literal = literalAmpersand(*widget); !literal.isEmpty())
            problems << describe(*widget) + QStringLiteral(": ") + literal;
    }
    addDoubled(&problems, owners);
    return problems;
}

namespace {

void addPlain(QStringList* texts, const QWidget& widget, const QString& text) {
    static const QRegularExpression word(QStringLiteral("\\p{L}{2}"));
    if (!text.contains(QLatin1Char('[')) && text.contains(word))
        *texts << QStringLiteral("%1: \"%2\" did not come through tr()").arg(describe(widget), text);
}

} // namespace

QStringList untranslatedControls(const QWidget& window) {
    QStringList texts;
    if (!isPseudo())
        return texts;
    if (window.windowTitle() != QGuiApplication::applicationDisplayName())
        addPlain(&texts, window, window.windowTitle());
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        // A role of the database is data.
        if (!widget->isVisibleTo(&window) || widget->window() != &window ||
            widget->objectName().startsWith(QLatin1String("reviewRole_")))
            continue;
        if (const auto* button = qobject_cast<const QAbstractButton*>(widget))
            addPlain(&texts, *widget, button->text());
        else if (const auto* tabs = qobject_cast<const QTabBar*>(widget))
            for (int tab = 0; tab < tabs->count(); ++tab)
                addPlain(&texts, *widget, tabs->tabText(tab));
        else if (const auto* head = qobject_cast<const QHeaderView*>(widget);
                 head != nullptr && head->model() != nullptr && head->orientation() == Qt::Horizontal)
            for (int section = 0; section < head->count(); ++section)
                addPlain(&texts, *widget, head->model()->headerData(section, Qt::Horizontal).toString());
    }
    return texts;
}

QStringList untranslatedTexts(const QWidget& window) {
    QStringList texts;
    if (!isPseudo())
        return texts;
    for (const QWidget* widget : window.findChildren<QWidget*>()) {
        if (!widget->isVisibleTo(&window) || widget->window() != &window)
            continue;
        if (const auto* label = qobject_cast<const QLabel*>(widget))
            addPlain(&texts, *widget, label->text());
        else if (const auto* field = qobject_cast<const QLineEdit*>(widget))
            addPlain(&texts, *widget, field->placeholderText());
        else if (const auto* box = qobject_cast<const QComboBox*>(widget))
            addPlain(&texts, *widget, box->currentText());
        if (!isPart(*widget))
            addPlain(&texts, *widget, widget->toolTip());
    }
    return texts;
}

} // namespace salvor::test
