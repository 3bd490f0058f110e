// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backupdetail.h"

#include "ui/activity/runtexts.h"
#include "ui/backups/backuptexts.h"
#include "ui/backups/chunkaxis.h"
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
#include <QTabWidget>
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
    m_restore = new QPushButton(Icons::of(Icons::Restore), tr("Restor&e…"), bar);
    m_restore->setObjectName(QStringLiteral("backupRestore"));
    m_restore->setAccessibleName(tr("Restore this backup"));
    connect(m_restore, &QPushButton::clicked, this, &BackupDetail::restoreWanted);
    m_verify = new QToolButton(bar);
    m_verify->setObjectName(QStringLiteral("backupVerify"));
    m_verify->setText(tr("Verif&y"));
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
    m_hold = new QPushButton(Icons::of(Icons::Hold), tr("H&old"), bar);
    m_hold->setObjectName(QStringLiteral("backupHold"));
    connect(m_hold, &QPushButton::clicked, this, [this] { emit holdWanted(!m_held); });
    m_delete = new QPushButton(Icons::of(Icons::Trash), tr("&Delete…"), bar);
    m_delete->setObjectName(QStringLiteral("backupDelete"));
    connect(m_delete, &QPushButton::clicked, this, &BackupDetail::deleteWanted);
    m_copy = new QPushButton(Icons::of(Icons::Copy), {}, bar);
    m_copy->setToolTip(tr("Copy the id of this backup"));
    m_copy->setObjectName(QStringLiteral("backupCopyId"));
    m_copy->setAccessibleName(tr("Copy the id of this backup"));
    connect(m_copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_shownId); });
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_restore);
    row->addWidget(m_verify);
    row->addWidget(m_hold);
    row->addWidget(m_delete);
    row->addWidget(m_copy);
    row->addStretch(1);
    return bar;
}

QWidget* BackupDetail::makeItems() {
    auto* side = new QWidget(this);
    m_tabs = new QTabWidget(side);
    m_tabs->setObjectName(QStringLiteral("backupTabs"));
    m_tabs->setAccessibleName(tr("Contents and run of the backup"));
    m_tabs->setDocumentMode(true);
    m_items = new QTreeView(m_tabs);
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
    m_tabs->addTab(m_items, tr("Contents"));
    m_tabs->addTab(makeAxis(), tr("Chunks by time"));
    m_tabs->addTab(makeRun(), tr("Run"));
    m_itemsState = new QLabel(side);
    m_itemsState->setObjectName(QStringLiteral("backupItemsState"));
    m_itemsState->setForegroundRole(QPalette::PlaceholderText);
    m_itemsState->setWordWrap(true);
    m_itemsError = new ErrorPanel(side);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_itemsState);
    column->addWidget(m_itemsError);
    column->addWidget(m_tabs, 1);
    return side;
}

QWidget* BackupDetail::makeAxis() {
    auto* inner = new QWidget(m_tabs);
    inner->setBackgroundRole(QPalette::Base);
    inner->setAutoFillBackground(true);
    m_axis = new ChunkAxis(inner);
    m_axisNote = new QLabel(inner);
    m_axisNote->setObjectName(QStringLiteral("chunkAxisNote"));
    m_axisNote->setForegroundRole(QPalette::PlaceholderText);
    m_axisNote->setWordWrap(true);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 6, 0, 0);
    column->addWidget(m_axis);
    column->addWidget(m_axisNote);
    column->addStretch(1);
    auto* scroll = new QScrollArea(m_tabs);
    scroll->setObjectName(QStringLiteral("chunkAxisScroll"));
    scroll->setAccessibleName(tr("Chunks by time"));
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inner);
    return scroll;
}

QWidget* BackupDetail::makeRun() {
    auto* inner = new QWidget(m_tabs);
    m_runText = new QLabel(inner);
    m_runText->setObjectName(QStringLiteral("backupRunText"));
    m_runText->setTextFormat(Qt::PlainText);
    m_runText->setWordWrap(true);
    m_runText->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_runError = new ErrorPanel(inner);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(6, 8, 6, 0);
    column->addWidget(m_runText);
    column->addWidget(m_runError);
    column->addStretch(1);
    auto* scroll = new QScrollArea(m_tabs);
    scroll->setObjectName(QStringLiteral("backupRun"));
    scroll->setAccessibleName(tr("The run that made this backup"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setWidget(inner);
    return scroll;
}

void BackupDetail::setFact(int row, const QString& value) {
    auto* label = static_cast<QLabel*>(m_form->itemAt(row, QFormLayout::FieldRole)->widget());
    label->setText(value);
}

void BackupDetail::show(const BackupRecord* record, int chosen, const Damage* damage) {
    setEnabled(record != nullptr);
    if (record == nullptr) {
        m_shownId.clear();
        m_title->setText(tr("No backup is chosen"));
        for (int i = 0; i < kFacts; ++i)
            setFact(i, {});
        m_notes->clear();
        m_itemsState->hide();
        m_itemsError->clear();
        m_runText->clear();
        m_runError->clear();
        showItems({});
        return;
    }
    const bool same = m_shownId == qt(record->id);
    fill(*record, damage);
    m_held = record->held;
    m_hold->setText(m_held ? tr("Re&lease") : tr("H&old"));
    m_hold->setAccessibleName(m_held ? tr("Release %n backup(s)", nullptr, chosen)
                                     : tr("Hold %n backup(s)", nullptr, chosen));
    m_hold->setToolTip(m_held ? tr("Retention and people may delete it again")
                              : tr("Nothing deletes it until it is released"));
    m_delete->setAccessibleName(tr("Delete %n backup(s)", nullptr, chosen));
    m_delete->setToolTip(tr("To the trash, for a while; asks first"));
    m_restore->setEnabled(chosen <= 1);
    m_verify->setEnabled(chosen <= 1);
    if (same)
        return;
    fetchItems(*record);
    fetchRun(*record);
}

void BackupDetail::fill(const BackupRecord& record, const Damage* damage) {
    m_shownId = qt(record.id);
    m_title->setText(tr("%1 on %2").arg(qt(record.database), qt(record.profileTitle)));
    setFact(IdFact, m_shownId);
    setFact(
        TimeFact,
        tr("%1, took %2").arg(Format::timeExact(record.started), Format::took(record.started, record.ended)));
    setFact(SizeFact, tr("%1; %2 stored, %3 of it new")
                          .arg(Format::size(record.sizeBytes), Format::size(record.storedBytes),
                               Format::size(record.newStoredBytes)));
    setFact(ContentsFact,
            tr("%1 in %2, %3")
                .arg(Format::rows(record.rows), Format::items(record.items), backupKindText(record.kind)));
    setFact(ServerFact, qt(record.serverVersion));
    const auto snapshot = m_context.feed.snapshot();
    const RepositoryPin* pin = snapshot ? snapshot->repository(record.repositoryId) : nullptr;
    setFact(RepositoryFact, pin != nullptr ? qt(pin->title) : qt(record.repositoryId));
    QStringList checked;
    for (const auto& badge : badgesOf(record, damage))
        checked << badge.toolTip;
    setFact(CheckedFact, checked.join(QLatin1Char('\n')));
    QStringList notes;
    for (const auto& note : record.notes)
        notes << QStringLiteral("• ") + Format::told(note);
    m_notes->setText(notes.join(QLatin1Char('\n')));
    m_notes->setVisible(!notes.isEmpty());
}

void BackupDetail::fetchItems(const BackupRecord& record) {
    showItems({});
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
            showItems(std::move(*items));
            m_items->expandToDepth(0);
        });
}

void BackupDetail::showItems(std::vector<BackupItemRow> items) {
    m_axis->setItems(items);
    m_tabs->setTabVisible(1, m_axis->hypertables() > 0);
    m_axisNote->setVisible(m_axis->withoutRange() > 0);
    m_axisNote->setText(
        tr("Only in the contents: %n chunk(s) without a range of time.", nullptr, m_axis->withoutRange()));
    m_model.setItems(items.empty() ? nullptr
                                   : std::make_shared<const std::vector<BackupItemRow>>(std::move(items)));
}

void BackupDetail::fetchRun(const BackupRecord& record) {
    m_runText->setText(tr("Looking for the run…"));
    m_runError->clear();
    const QString id = m_shownId;
    m_context.lookups.run<RunRecord>(
        this, [&core = m_context.core, run = record.runId](const CancelToken&) { return core.run(run); },
        [this, id](Result<RunRecord> run) {
            if (id != m_shownId)
                return;
            if (!run) {
                m_runText->setText(run.error().code == ErrorCode::NotFound
                                       ? tr("The run that made it is not in the catalog of this computer.")
                                       : QString());
                if (run.error().code != ErrorCode::NotFound)
                    m_runError->showError(run.error());
                return;
            }
            m_runText->setText(runSummaryText(*run) + QStringLiteral("\n\n") + runFactsText(*run));
            if (run->error)
                m_runError->showError(*run->error);
        });
}

} // namespace salvor
