// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/sidebar.h"

#include "ui/support/icons.h"
#include "ui/support/statemark.h"

#include <QContextMenuEvent>
#include <QHeaderView>

namespace salvor {

namespace {

using Kind = ServerTreeModel::Kind;

QString nodeText(const QModelIndex& index) {
    switch (index.data(ServerTreeModel::KindRole).value<Kind>()) {
    case Kind::Everything:
        return Sidebar::tr("All databases");
    case Kind::Server:
        return index.data(ServerTreeModel::TitleRole).toString();
    case Kind::Database:
        return index.data(ServerTreeModel::DatabaseRole).toString();
    }
    return {};
}

QString stateText(const QModelIndex& index) {
    const auto state = index.data(ServerTreeModel::ProtectionRole).value<Protection>();
    if (index.data(ServerTreeModel::CountRole).toInt() == 0)
        return Sidebar::tr("no database backed up yet");
    if (index.data(ServerTreeModel::KindRole).value<Kind>() == Kind::Database)
        return StateMark::text(state);
    return Sidebar::tr("worst state: %1").arg(StateMark::text(state));
}

} // namespace

QVariant ServerTreeTexts::data(const QModelIndex& index, int role) const {
    const auto raw = [&](int wanted) { return QIdentityProxyModel::data(index, wanted); };
    switch (role) {
    case Qt::DisplayRole:
        return nodeText(index);
    case Qt::DecorationRole:
        if (raw(ServerTreeModel::CountRole).toInt() == 0)
            return StateMark::icon(Tone::Neutral);
        return StateMark::icon(StateMark::tone(raw(ServerTreeModel::ProtectionRole).value<Protection>()));
    case Qt::ToolTipRole: {
        const QString host = raw(ServerTreeModel::HostRole).toString();
        const QString state = nodeText(index) + QStringLiteral(": ") + stateText(index);
        return host.isEmpty() ? state : state + QLatin1Char('\n') + host;
    }
    case Qt::AccessibleTextRole:
        return nodeText(index) + QStringLiteral(", ") + stateText(index);
    case Qt::FontRole: {
        QFont font;
        font.setBold(raw(ServerTreeModel::KindRole).value<Kind>() != Kind::Database);
        return font;
    }
    default:
        return raw(role);
    }
}

Sidebar::Sidebar(QWidget* parent)
    : QTreeView(parent) {
    setObjectName(QStringLiteral("serverTree"));
    setAccessibleName(tr("Servers and databases"));
    setHeaderHidden(true);
    setUniformRowHeights(true);
    setFrameShape(QFrame::NoFrame);
    setEditTriggers(NoEditTriggers);
    setTextElideMode(Qt::ElideMiddle);
    m_texts.setSourceModel(&m_model);
    setModel(&m_texts);
}

void Sidebar::show(const WorkspaceSnapshot& snapshot) {
    const Selection kept = selection();
    m_filling = true;
    bool wasReset = false;
    const auto onReset = connect(&m_model, &QAbstractItemModel::modelReset, this, [&] { wasReset = true; });
    m_model.setContents(snapshot.profiles, snapshot.sources, snapshot.waiting);
    disconnect(onReset);
    if (wasReset)
        expandAll();
    setSelection(kept);
    m_filling = false;
    if (selection() != kept)
        emit selected(selection());
}

Selection Sidebar::selection() const {
    const QModelIndex current = currentIndex();
    return {current.data(ServerTreeModel::ProfileUuidRole).toString(),
            current.data(ServerTreeModel::DatabaseRole).toString()};
}

void Sidebar::setSelection(const Selection& selection) {
    QModelIndex wanted = m_model.indexOf(selection.profileUuid, selection.database);
    if (!wanted.isValid())
        wanted = m_model.indexOf(selection.profileUuid, {});
    if (!wanted.isValid())
        wanted = m_model.indexOf({}, {});
    setCurrentIndex(m_texts.mapFromSource(wanted));
}

void Sidebar::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
    QTreeView::currentChanged(current, previous);
    if (!m_filling)
        emit selected(selection());
}

void Sidebar::contextMenuEvent(QContextMenuEvent* event) {
    const QPoint at = event->reason() == QContextMenuEvent::Keyboard
                          ? viewport()->mapToGlobal(visualRect(currentIndex()).center())
                          : event->globalPos();
    emit contextMenuWanted(at);
}

} // namespace salvor
