// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stores/storespage.h"

#include "models/base/json.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/windowactions.h"
#include "ui/main/workspacefeed.h"
#include "ui/repository/repositoryform.h"
#include "ui/stores/placedialog.h"
#include "ui/stores/prunedialog.h"
#include "ui/stores/storeactdialog.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"

#include <QApplication>
#include <QFormLayout>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>

#include <algorithm>

namespace salvor {

namespace {

enum Fact { PlaceFact, RoomFact, ContentsFact, VerifiedFact, KeysFact, RecoveryFact, TrashFact, kFacts };

} // namespace

StoresPage::StoresPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context) {
    setObjectName(QStringLiteral("storesPage"));
    setAccessibleName(tr("Stores"));
    m_error = new ErrorPanel(this);
    makeTable();
    m_splitter = new QSplitter(Qt::Vertical, this);
    m_splitter->setObjectName(QStringLiteral("storesSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_table);
    m_splitter->addWidget(makeDetail());
    m_splitter->setStretchFactor(0, 1);
    m_splitter->setStretchFactor(1, 3);
    m_empty = new EmptyState(this);
    m_empty->setTexts(tr("There is no store yet"),
                      tr("Protecting the first database makes a place for its backups."),
                      tr("&Protect a database…"));
    connect(m_empty, &EmptyState::actionWanted, this, &WindowPage::protectWanted);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_empty);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(8);
    layout->addWidget(m_error);
    layout->addWidget(m_stack, 1);
    connect(&m_context.feed, &WorkspaceFeed::changed, this, &StoresPage::showRows);
    connect(&m_context.feed, &WorkspaceFeed::repositoryInfosChanged, this, &StoresPage::showRows);
    showRows();
}

void StoresPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "storesTable", tr("Stores"));
    m_table->setSortingEnabled(false);
    m_table->setModel(&m_model);
    m_table->setMinimumHeight(110);
    setColumnWidths(*m_table, {18, 34, 24, 11, 13, 16, 30});
    m_table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &StoresPage::showChosen);
    connect(&m_model, &QAbstractItemModel::dataChanged, this, &StoresPage::showChosen);
    connect(m_table, &QAbstractItemView::activated, this, [this] {
        if (const StoreRow* row = chosen())
            emit repositoryInfoWanted(toQt(row->info.pin.id));
    });
    connect(m_table, &QWidget::customContextMenuRequested, this, [this](const QPoint& at) {
        if (chosen() == nullptr)
            return;
        auto* menu = new QMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        addVerifyActions(menu->addMenu(tr("&Verify")), this, [this](VerifyDepth depth) { verify(depth); });
        QAction* prune = menu->addAction(tr("&Prune…"));
        prune->setEnabled(m_prune->isEnabled());
        connect(prune, &QAction::triggered, this, &StoresPage::openPrune);
        connect(menu->addAction(tr("&Rehearse the recovery…")), &QAction::triggered, m_rehearse,
                &QPushButton::click);
        connect(menu->addAction(tr("Change the pl&ace…")), &QAction::triggered, this, &StoresPage::openPlace);
        menu->popup(m_table->viewport()->mapToGlobal(at));
    });
}

QWidget* StoresPage::makeDetail() {
    auto* inner = new QWidget(this);
    m_title = new QLabel(inner);
    m_title->setObjectName(QStringLiteral("storeTitle"));
    m_title->setTextFormat(Qt::PlainText);
    QFont bold = m_title->font();
    bold.setBold(true);
    bold.setPointSizeF(bold.pointSizeF() * 1.15);
    m_title->setFont(bold);
    m_problem = new ErrorPanel(inner);
    m_form = new QFormLayout;
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setHorizontalSpacing(18);
    m_form->setVerticalSpacing(7);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    const QString names[kFacts] = {tr("Place"), tr("Room"),          tr("Contents"), tr("Verified"),
                                   tr("Keys"),  tr("Recovery file"), tr("Trash")};
    for (int i = 0; i < kFacts; ++i) {
        auto* value = new QLabel(inner);
        value->setObjectName(QStringLiteral("storeFact%1").arg(i));
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        auto* label = new QLabel(names[i], inner);
        label->setForegroundRole(QPalette::PlaceholderText);
        m_form->addRow(label, value);
    }
    m_room = new QProgressBar(inner);
    m_room->setObjectName(QStringLiteral("storeRoom"));
    m_room->setAccessibleName(tr("Used room"));
    m_room->setMaximumWidth(420);
    m_room->setFixedHeight(8);
    m_room->setTextVisible(false);
    m_form->insertRow(RoomFact + 1, QString(), m_room);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 10, 6, 0);
    column->setSpacing(10);
    column->addWidget(m_title);
    column->addWidget(m_problem);
    column->addLayout(m_form);
    column->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("storeDetail"));
    scroll->setAccessibleName(tr("Details of the store"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inner);
    auto* side = new QWidget(this);
    auto* all = new QVBoxLayout(side);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(scroll, 1);
    all->addWidget(makeButtons());
    return side;
}

QWidget* StoresPage::makeButtons() {
    auto* bar = new QWidget(this);
    const auto button = [bar](const char* name, const QString& text, Icons::Name icon) {
        auto* made = new QPushButton(Icons::of(icon), text, bar);
        made->setObjectName(QLatin1String(name));
        return made;
    };
    m_rehearse = button("storeRehearse", tr("Reh&earse the recovery…"), Icons::Key);
    m_prune = button("storePrune", tr("&Prune…"), Icons::Trash);
    m_info = button("storeInfo", tr("&Information…"), Icons::Stores);
    m_verify = new QToolButton(bar);
    m_verify->setObjectName(QStringLiteral("storeVerify"));
    m_verify->setText(tr("Verif&y"));
    m_verify->setAccessibleName(tr("Verify all backups of this store"));
    m_verify->setIcon(Icons::of(Icons::Verify));
    m_verify->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_verify->setPopupMode(QToolButton::InstantPopup);
    m_verify->setFocusPolicy(Qt::StrongFocus);
    m_verify->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_verify->setMinimumHeight(m_prune->sizeHint().height());
    auto* menu = new QMenu(m_verify);
    addVerifyActions(menu, this, [this](VerifyDepth depth) { verify(depth); });
    m_verify->setMenu(menu);
    m_more = new QToolButton(bar);
    m_more->setObjectName(QStringLiteral("storeMore"));
    m_more->setText(tr("&More"));
    m_more->setAccessibleName(tr("More that can be done with this store"));
    m_more->setPopupMode(QToolButton::InstantPopup);
    m_more->setFocusPolicy(Qt::StrongFocus);
    m_more->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Fixed);
    m_more->setMinimumHeight(m_prune->sizeHint().height());
    auto* acts = new QMenu(m_more);
    const auto act = [&](const char* name, const QString& text, StoreAct which) {
        QAction* made = acts->addAction(text);
        made->setObjectName(QLatin1String(name));
        connect(made, &QAction::triggered, this, [this, which] { openAct(which); });
    };
    act("storeRebuild", tr("&Read it anew…"), StoreAct::Rebuild);
    connect(acts->addAction(tr("&Change the place…")), &QAction::triggered, this, &StoresPage::openPlace);
    act("storeTakeOver", tr("&Take it over…"), StoreAct::TakeOver);
    act("storeForget", tr("&Forget it…"), StoreAct::Forget);
    m_more->setMenu(acts);
    connect(m_rehearse, &QPushButton::clicked, this,
            [this] { emit rehearsalWanted(toQt(chosen()->info.pin.id)); });
    connect(m_info, &QPushButton::clicked, this,
            [this] { emit repositoryInfoWanted(toQt(chosen()->info.pin.id)); });
    connect(m_prune, &QPushButton::clicked, this, &StoresPage::openPrune);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    for (QWidget* one : std::initializer_list<QWidget*>{m_verify, m_rehearse, m_prune, m_info, m_more})
        row->addWidget(one);
    row->addStretch(1);
    auto* fresh = new QPushButton(Icons::of(Icons::Add), tr("&New repository…"), bar);
    fresh->setObjectName(QStringLiteral("storeNew"));
    fresh->setAccessibleName(tr("New repository"));
    connect(fresh, &QPushButton::clicked, this, &WindowPage::newRepositoryWanted);
    row->addWidget(fresh);
    return bar;
}

Result<std::vector<StoresPage::Known>> StoresPage::ask(Core& core, const CancelToken& cancel) {
    std::vector<Known> known;
    SALVOR_ASSIGN(const auto pins, core.repositories());
    for (const auto& pin : pins) {
        Known one;
        one.id = pin.id;
        SALVOR_ASSIGN(one.look, core.storeLook(pin.id, cancel));
        // A store that does not answer says so by its information.
        if (auto trash = core.trash(pin.id, cancel))
            one.trash = std::move(*trash);
        known.push_back(std::move(one));
    }
    return known;
}

void StoresPage::refresh() {
    m_lookups.run<std::vector<Known>>(
        this, [&core = m_context.core](const CancelToken& cancel) { return ask(core, cancel); },
        [this](Result<std::vector<Known>> known) {
            if (!known) {
                if (!known.error().isCancelled())
                    m_error->showError(known.error());
                return;
            }
            m_error->clear();
            m_known = std::move(*known);
            showRows();
        });
}

void StoresPage::showRows() {
    const auto snapshot = m_context.feed.snapshot();
    const CoreConfig& here = m_context.core.config();
    std::vector<StoreRow> rows;
    if (snapshot != nullptr) {
        for (const RepositoryPin& pin : snapshot->repositories) {
            StoreRow row;
            row.info.pin = pin;
            row.cameWithAHome = pin.isWriter && !pin.writerMachine.empty() &&
                                (pin.writerMachine != here.machineId || pin.writerUser != here.userName);
            for (const RepositoryInfo& info : m_context.feed.repositoryInfos()) {
                if (info.pin.id != pin.id)
                    continue;
                row.info = info;
                row.info.pin = pin; // the newer of the two
                row.answered = true;
            }
            const auto known = std::find_if(m_known.begin(), m_known.end(),
                                            [&](const Known& one) { return one.id == pin.id; });
            if (known != m_known.end()) {
                row.look = known->look;
                row.trash = known->trash;
            }
            rows.push_back(std::move(row));
        }
    }
    m_stack->setCurrentWidget(snapshot != nullptr && rows.empty() ? static_cast<QWidget*>(m_empty)
                                                                  : m_splitter);
    m_model.setRows(std::make_shared<const std::vector<StoreRow>>(std::move(rows)));
    if (m_model.rowCount() > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_model.index(0, 0));
    showChosen();
}

const StoreRow* StoresPage::chosen() const { return m_model.record(m_table->currentIndex()); }

void StoresPage::setFact(int fact, const QString& text, Tone tone) {
    auto* label = findChild<QLabel*>(QStringLiteral("storeFact%1").arg(fact));
    label->setText(text);
    const auto* name = qobject_cast<QLabel*>(m_form->labelForField(label));
    label->setAccessibleName(tr("%1: %2", "a fact and its value").arg(name->text(), text));
    QPalette coloured = QApplication::palette();
    if (tone != Tone::Neutral)
        coloured.setColor(QPalette::WindowText, Theme::tone(tone, coloured));
    label->setPalette(coloured);
}

QString StoresPage::keysText(const StoreRow& row) const {
    if (!row.look)
        return {};
    if (row.look->keysProblem)
        return Format::told(row.look->keysProblem->message);
    const RepositoryPin& pin = row.info.pin;
    QStringList parts;
    if (!pin.encrypted)
        parts << tr("Not encrypted: whoever reads the store reads the data.");
    else if (row.look->identityThere)
        parts << tr("The key that opens the backups is on this computer.");
    else
        parts << tr("▲ The key that opens the backups is NOT on this computer: only the recovery file and "
                    "its passphrase open them.");
    if (!pin.isWriter)
        parts << tr("Another computer writes it, as %1.").arg(toQt(pin.writerUser));
    else if (row.cameWithAHome)
        parts << tr("▲ Another computer or user writes it: these settings came here with the home of %1, or "
                    "this "
                    "computer has a new machine id. From here it can be read; to write it, take it over.")
                     .arg(toQt(pin.writerUser));
    else if (!row.isWrittenHere())
        parts << tr("▲ This computer wrote it until another one took it over.");
    else if (row.info.problem && row.info.problem->code == ErrorCode::RolledBack)
        parts << tr("▲ This computer is the one that writes it, and cannot before what is said above is "
                    "settled.");
    else
        parts << (row.look->writerKeysThere
                      ? tr("This computer writes it.")
                      : tr("▲ The keys for writing are NOT on this computer: nothing can be backed up."));
    return parts.join(QLatin1Char(' '));
}

QString StoresPage::recoveryText(const StoreRow& row) const {
    const RepositoryPin& pin = row.info.pin;
    QStringList parts;
    parts << (pin.recoveryFile.empty() ? tr("No second copy is known.")
                                       : tr("Second copy: %1.").arg(toQt(pin.recoveryFile)));
    if (!pin.rehearsed)
        parts << tr("▲ Never rehearsed: nobody knows whether it and its passphrase open a backup.");
    else if (row.look && !row.look->rehearsals.empty())
        parts << tr("Rehearsed %n time(s), last on %1 by %2.", nullptr,
                    static_cast<int>(row.look->rehearsals.size()))
                     .arg(Format::time(row.look->rehearsals.front().at),
                          toQt(row.look->rehearsals.front().who));
    else
        parts << tr("The file and its passphrase have opened a backup.");
    return parts.join(QLatin1Char(' '));
}

QString StoresPage::trashText(const StoreRow& row) const {
    if (!row.trash)
        return {};
    if (row.trash->empty())
        return tr("Empty");
    return tr("%n backup(s); the next may go for good on %1.", nullptr, static_cast<int>(row.trash->size()))
        .arg(Format::time(row.trash->front().expires));
}

void StoresPage::showChosen() {
    const StoreRow* row = chosen();
    for (QWidget* one : std::initializer_list<QWidget*>{m_verify, m_rehearse, m_prune, m_info, m_more})
        one->setEnabled(row != nullptr);
    m_room->setVisible(row != nullptr && row->info.totalBytes > 0);
    if (row == nullptr) {
        m_title->clear();
        m_problem->clear();
        for (int i = 0; i < kFacts; ++i)
            setFact(i, {});
        return;
    }
    const RepositoryInfo& info = row->info;
    m_title->setText(toQt(info.pin.title));
    if (info.problem)
        m_problem->showError(*info.problem);
    else
        m_problem->clear();
    setFact(PlaceFact, shownUrl(info.pin.url));
    if (info.totalBytes > 0) {
        const double used = 1 - static_cast<double>(info.freeBytes) / static_cast<double>(info.totalBytes);
        m_room->setValue(static_cast<int>(used * 100));
        setFact(RoomFact,
                tr("%1 free of %2").arg(Format::size(info.freeBytes), Format::size(info.totalBytes)),
                used > .9 ? Tone::Bad : Tone::Neutral);
    } else {
        setFact(RoomFact, row->answered ? tr("The store does not say") : tr("Asking the store…"));
    }
    QString contents;
    if (row->look)
        contents = tr("%n backup(s), %1 of data", nullptr, static_cast<int>(row->look->totals.backups))
                       .arg(Format::size(row->look->totals.sizeBytes));
    if (row->look && row->answered && info.answered)
        contents = tr("%1, in %2 of store").arg(contents, Format::size(info.storedBytes));
    else if (row->look && row->answered)
        contents = tr("%1, as last seen: the store does not answer").arg(contents);
    if (row->deduplication() > 0)
        contents += tr(" (%1 : 1)").arg(QLocale().toString(row->deduplication(), 'f', 1));
    setFact(ContentsFact, contents);
    const QString verified = verifiedText(*row);
    setFact(VerifiedFact, verified.left(1).toUpper() + verified.mid(1),
            row->look && row->look->lastVerify && row->look->lastVerify->outcome == RunOutcome::Failed
                ? Tone::Bad
                : Tone::Neutral);
    const bool keysGood =
        row->look && !row->look->keysProblem && (row->look->identityThere || !info.pin.encrypted) &&
        (row->look->writerKeysThere || !info.pin.isWriter) && row->isWrittenHere() == info.pin.isWriter;
    setFact(KeysFact, keysText(*row), keysGood || !row->look ? Tone::Neutral : Tone::Bad);
    setFact(RecoveryFact, recoveryText(*row), info.pin.rehearsed ? Tone::Neutral : Tone::Bad);
    setFact(TrashFact, trashText(*row));
    m_prune->setEnabled(row->isWrittenHere());
    m_prune->setToolTip(row->isWrittenHere() ? tr("Shows first what would go")
                                             : tr("Only the computer that writes a store prunes it"));
}

void StoresPage::verify(VerifyDepth depth) {
    const StoreRow* row = chosen();
    if (row == nullptr)
        return;
    VerifyJob job;
    job.repository = row->info.pin.id;
    job.depth = depth;
    m_context.jobs.start(tr("Verifying %1").arg(toQt(row->info.pin.title)), job);
}

void StoresPage::openPlace() {
    const StoreRow* row = chosen();
    if (row == nullptr)
        return;
    auto* dialog = new PlaceDialog(m_context.core, m_lookups, row->info.pin, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &PlaceDialog::moved, this, [this] {
        m_context.feed.refresh();
        refresh();
    });
    dialog->open();
}

void StoresPage::openAct(StoreAct act) {
    const StoreRow* row = chosen();
    if (row == nullptr)
        return;
    auto* dialog = new StoreActDialog(m_context.core, m_lookups, act, row->info.pin, this);
    connect(dialog, &StoreActDialog::changed, this, [this] {
        m_context.feed.refresh();
        refresh();
    });
    dialog->open();
}

void StoresPage::openPrune() {
    const StoreRow* row = chosen();
    if (row == nullptr || !row->isWrittenHere())
        return;
    auto* dialog = new PruneDialog(m_context.core, m_lookups, m_context.jobs, row->info.pin, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &PruneDialog::pruned, this, [this] {
        m_context.feed.refresh();
        refresh();
    });
    dialog->open();
}

} // namespace salvor
