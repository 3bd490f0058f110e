// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backupdetail.h"

#include "ui/backups/backuptexts.h"
#include "ui/main/windowactions.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"

#include <QApplication>
#include <QClipboard>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QMenu>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QTreeView>

namespace salvor {

namespace {

enum Fact { IdFact, TimeFact, SizeFact, ContentsFact, ServerFact, RepositoryFact, CheckedFact, kFacts };

QString qt(const std::string& text) { return QString::fromStdString(text); }

} // namespace

BackupDetail::BackupDetail(const WindowContext& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context) {
    setObjectName(QStringLiteral("backupDetail"));
    setAccessibleName(tr("Details of the backup"));
    m_texts.setSourceModel(&m_model);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 8, 0, 0);
    row->setSpacing(16);
    row->addWidget(makeFacts(), 5);
    row->addWidget(makeItems(), 6);
    show(nullptr);
}

QWidget* BackupDetail::makeFacts() {
    auto* side = new QWidget(this);
    m_title = new QLabel(side);
    m_title->setObjectName(QStringLiteral("backupTitle"));
    m_title->setTextFormat(Qt::PlainText);
    m_title->setWordWrap(true);
    QFont bold = m_title->font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.15);
    m_title->setFont(bold);
    auto* facts = new QWidget(side);
    m_form = new QFormLayout;
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setVerticalSpacing(3);
    m_form->setHorizontalSpacing(14);
    m_form->setLabelAlignment(Qt::AlignLeft);
    const QStringList names = {tr("Id"),     tr("Time"),       tr("Size"),   tr("Contents"),
                               tr("Server"), tr("Repository"), tr("Checked")};
    for (int i = 0; i < kFacts; ++i) {
        auto* value = new QLabel(facts);
        value->setObjectName(QStringLiteral("backupFact%1").arg(i));
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        auto* label = new QLabel(names[i], facts);
        label->setForegroundRole(QPalette::PlaceholderText);
        m_form->addRow(label, value);
    }
    m_notes = new QLabel(facts);
    m_notes->setObjectName(QStringLiteral("backupNotes"));
    m_notes->setTextFormat(Qt::PlainText);
    m_notes->setWordWrap(true);
    auto* inner = new QVBoxLayout(facts);
    inner->setContentsMargins(0, 0, 6, 0);
    inner->addLayout(m_form);
    inner->addWidget(m_notes);
    inner->addStretch(1);
    auto* scroll = new QScrollArea(side);
    scroll->setObjectName(QStringLiteral("backupFacts"));
    scroll->setAccessibleName(tr("Facts"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(facts);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_title);
    column->addWidget(scroll, 1);
    column->addWidget(makeButtons());
    return side;
}

QWidget* BackupDetail::makeButtons() {
    auto* bar = new QWidget(this);
    m_restore = new QPushButton(Icons::of(Icons::Restore), tr("&Restore…"), bar);
    m_restore->setObjectName(QStringLiteral("backupRestore"));
    m_restore->setAccessibleName(tr("Restore this backup"));
    connect(m_restore, &QPushButton::clicked, this, &BackupDetail::restoreWanted);
    m_verify = new QToolButton(bar);
    m_verify->setObjectName(QStringLiteral("backupVerify"));
    m_verify->setText(tr("&Verify"));
    m_verify->setIcon(Icons::of(Icons::Verify));
    m_verify->setAccessibleName(tr("Verify this backup"));
    m_verify->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_verify->setPopupMode(QToolButton::InstantPopup);
    m_verify->setFocusPolicy(Qt::StrongFocus);
    m_verify->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_verify->setMinimumHeight(m_restore->sizeHint().height());
    auto* menu = new QMenu(m_verify);
    addVerifyActions(menu, this, [this](VerifyDepth depth) { emit verifyWanted(depth); });
    m_verify->setMenu(menu);
    m_copy = new QPushButton(Icons::of(Icons::Copy), tr("&Copy the id"), bar);
    m_copy->setObjectName(QStringLiteral("backupCopyId"));
    m_copy->setAccessibleName(tr("Copy the id of this backup"));
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_shownId); });
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_restore);
    row->addWidget(m_verify);
    row->addWidget(m_copy);
    row->addStretch(1);
    return bar;
}

QWidget* BackupDetail::makeItems() {
    auto* side = new QWidget(this);
    m_items = new QTreeView(side);
    m_items->setObjectName(QStringLiteral("backupItems"));
    m_items->setAccessibleName(tr("Contents of the backup"));
    m_items->setUniformRowHeights(true);
    m_items->setFrameShape(QFrame::NoFrame);
    m_items->setEditTriggers(QAbstractItemView::NoEditTriggers);
    m_items->setModel(&m_texts);
    m_items->header()->setStretchLastSection(false);
    m_items->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    m_items->header()->setSectionResizeMode(1, QHeaderView::ResizeToContents);
    m_items->header()->setSectionResizeMode(2, QHeaderView::ResizeToContents);
    m_itemsState = new QLabel(side);
    m_itemsState->setObjectName(QStringLiteral("backupItemsState"));
    m_itemsState->setForegroundRole(QPalette::PlaceholderText);
    m_itemsState->setWordWrap(true);
    m_itemsError = new ErrorPanel(side);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_itemsState);
    column->addWidget(m_itemsError);
    column->addWidget(m_items, 1);
    return side;
}

void BackupDetail::setFact(int row, const QString& value) {
    auto* label = static_cast<QLabel*>(m_form->itemAt(row, QFormLayout::FieldRole)->widget());
    label->setText(value);
}

void BackupDetail::show(const BackupRecord* record) {
    setEnabled(record != nullptr);
    if (record == nullptr) {
        m_shownId.clear();
        m_title->setText(tr("No backup is chosen"));
        for (int i = 0; i < kFacts; ++i)
            setFact(i, {});
        m_notes->clear();
        m_itemsState->hide();
        m_itemsError->clear();
        m_model.setItems(nullptr);
        return;
    }
    const bool same = m_shownId == qt(record->id);
    fill(*record);
    if (!same)
        fetchItems(*record);
}

void BackupDetail::fill(const BackupRecord& record) {
    m_shownId = qt(record.id);
    m_title->setText(tr("%1 on %2").arg(qt(record.database), qt(record.profileTitle)));
    setFact(IdFact, m_shownId);
    setFact(TimeFact,
            tr("%1, took %2")
                .arg(Format::timeExact(record.started),
                     Format::duration(std::chrono::duration<double>(record.ended - record.started).count())));
    setFact(SizeFact, tr("%1; %2 stored, %3 of it new")
                          .arg(Format::size(record.sizeBytes), Format::size(record.storedBytes),
                               Format::size(record.newStoredBytes)));
    setFact(ContentsFact,
            tr("%1 rows in %2 items, %3")
                .arg(Format::count(record.rows), Format::count(record.items), backupKindText(record.kind)));
    setFact(ServerFact, qt(record.serverVersion));
    const auto snapshot = m_context.feed.snapshot();
    const RepositoryPin* pin = snapshot ? snapshot->repository(record.repositoryId) : nullptr;
    setFact(RepositoryFact, pin != nullptr ? qt(pin->title) : qt(record.repositoryId));
    QStringList checked;
    for (const auto& badge : badgesOf(record))
        checked << badge.toolTip;
    setFact(CheckedFact, checked.join(QLatin1Char('\n')));
    QStringList notes;
    for (const auto& note : record.notes)
        notes << QStringLiteral("• ") + qt(note);
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

void BackupDetail::fetchItems(const BackupRecord& record) {
    m_model.setItems(nullptr);
    m_itemsError->clear();
    m_itemsState->setText(tr("Reading what is in it…"));
    m_itemsState->show();
    const QString id = m_shownId;
    m_context.lookups.run<std::vector<BackupItemRow>>(
        this,
        [&core = m_context.core, id = record.id](const CancelToken& cancel) {
            return core.backupItems(id, cancel);
        },
        [this, id](Result<std::vector<BackupItemRow>> items) {
            if (id != m_shownId)
                return;
            m_itemsState->hide();
            if (!items) {
                m_itemsError->showError(items.error());
                return;
            }
            m_model.setItems(std::make_shared<const std::vector<BackupItemRow>>(std::move(*items)));
            m_items->expandToDepth(0);
        });
}

} // namespace salvor
