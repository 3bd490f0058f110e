// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restored/restoreddialog.h"

#include "models/base/json.h"
#include "ui/restore/pageparts.h"
#include "ui/restored/swapdialog.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/busybar.h"
#include "ui/support/dialogkeys.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/icons.h"
#include "ui/support/tables.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kWidestColumn = 290;
/// The newest restores; of another computer's the server may not be known here.
constexpr std::size_t kLookedAt = 100;

struct Servers {
    std::vector<Profile> profiles;
    std::size_t chosen = 0;
};

/// `wanted`; a backup may have come from a server that is not known here, and have been restored to another.
Result<Servers> chosenOf(Core& core, std::vector<Profile> profiles, const std::string& wanted) {
    Servers servers{std::move(profiles)};
    const auto choose = [&servers](const std::string& uuid) {
        const auto found = std::ranges::find(servers.profiles, uuid, &Profile::uuid);
        if (found == servers.profiles.end())
            return false;
        servers.chosen = static_cast<std::size_t>(found - servers.profiles.begin());
        return true;
    };
    if (choose(wanted))
        return servers;
    RunFilter filter;
    filter.kind = "restore";
    filter.limit = kLookedAt;
    SALVOR_ASSIGN(const auto restores, core.runPage(filter)); // the newest first
    for (const auto& run : *restores.rows) {
        if (choose(run.profileUuid))
            break;
    }
    return servers;
}

/// Names carry dates at their end, so they are shown whole where that is possible.
void fitColumns(QTableView& table) {
    for (int column = 0; column + 1 < RestoredListModel::kColumns; ++column) {
        table.resizeColumnToContents(column);
        table.setColumnWidth(column, std::min(table.columnWidth(column), kWidestColumn));
    }
}

} // namespace

RestoredDialog::RestoredDialog(const FlowContext& context, const QString& profileUuid,
                               const QString& database, RestoredAct act, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_wanted(database)
    , m_act(act)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("restoredDialog"));
    setWindowTitle(tr("Restored databases"));
    setAccessibleName(windowTitle());
    m_call = new BackgroundCall(context.lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &RestoredDialog::updateButtons);
    build();
    loadProfiles(profileUuid);
}

void RestoredDialog::build() {
    m_server = new QComboBox(this);
    m_server->setObjectName(QStringLiteral("restoredServer"));
    m_server->setAccessibleName(tr("Server"));
    connect(m_server, &QComboBox::currentIndexChanged, this, &RestoredDialog::load);
    m_again = new QPushButton(tr("&Look again"), this);
    m_again->setObjectName(QStringLiteral("restoredAgain"));
    m_again->setAutoDefault(false);
    connect(m_again, &QPushButton::clicked, this, &RestoredDialog::load);
    m_table = new QTableView(this);
    setUpTable(*m_table, "restoredTable", tr("Restored databases"));
    m_table->setModel(&m_texts);
    m_table->sortByColumn(RestoredListModel::NameColumn, Qt::AscendingOrder);
    setColumnWidths(*m_table, {31, 26, 26, 10, 31, 26});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RestoredDialog::updateButtons);
    m_empty = new EmptyState(this);
    m_empty->setTexts(tr("No restored database is on this server"),
                      tr("“Restore…” makes one, beside the original. Test restores leave none."));
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_empty);
    m_explanation = plainLabel(QString(), this, "restoredExplanation");
    m_said = bolded(plainLabel(QString(), this, "restoredSaid"));
    m_said->hide();
    m_bar = makeBusyBar(this, "restoredBusy");
    m_error = new ErrorPanel(this);
    auto* top = new QHBoxLayout;
    auto* label = new QLabel(tr("Ser&ver"), this);
    label->setBuddy(m_server);
    top->addWidget(label);
    top->addWidget(m_server, 1);
    top->addWidget(m_again);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 16, 20, 12);
    layout->setSpacing(9);
    layout->addLayout(top);
    layout->addWidget(m_said);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_explanation);
    layout->addWidget(m_error);
    layout->addWidget(m_bar);
    layout->addWidget(makeActions());
    resize(1080, 480);
}

QWidget* RestoredDialog::makeActions() {
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->setObjectName(QStringLiteral("restoredButtons"));
    buttons->button(QDialogButtonBox::Close)->setObjectName(QStringLiteral("restoredClose"));
    const auto add = [&](const char* name, const QString& text) {
        auto* made = buttons->addButton(text, QDialogButtonBox::ActionRole);
        made->setObjectName(QLatin1String(name));
        made->setAutoDefault(false);
        return made;
    };
    m_swap = add("restoredSwap", tr("&Swap…"));
    m_undo = add("restoredUndo", tr("&Undo the swap…"));
    m_drop = add("restoredDrop", tr("&Drop…"));
    m_drop->setIcon(Icons::of(Icons::Trash));
    connect(m_swap, &QPushButton::clicked, this, [this] { swap(false); });
    connect(m_undo, &QPushButton::clicked, this, [this] { swap(true); });
    connect(m_drop, &QPushButton::clicked, this, &RestoredDialog::drop);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    return buttons;
}

void RestoredDialog::loadProfiles(const QString& wanted) {
    m_call->run<Servers>(
        [&core = m_context.core, wanted = wanted.toStdString()](const CancelToken&) -> Result<Servers> {
            SALVOR_ASSIGN(auto profiles, core.profiles());
            return chosenOf(core, std::move(profiles), wanted);
        },
        [this](Result<Servers> servers) {
            if (!servers) {
                m_error->showError(servers.error());
                return;
            }
            m_profiles = std::move(servers->profiles);
            {
                const QSignalBlocker quiet(m_server);
                for (const auto& one : m_profiles)
                    m_server->addItem(tr("%1 (%2)").arg(toQt(one.title), toQt(one.host)));
                m_server->setCurrentIndex(m_profiles.empty() ? -1 : static_cast<int>(servers->chosen));
            }
            load();
        });
}

const Profile* RestoredDialog::profile() const {
    const int index = m_server->currentIndex();
    return index < 0 ? nullptr : &m_profiles[static_cast<std::size_t>(index)];
}

void RestoredDialog::load() {
    const Profile* server = profile();
    m_error->clear();
    if (server == nullptr) {
        showDatabases({});
        return;
    }
    m_call->run<std::vector<RestoredDatabase>>(
        [&core = m_context.core, uuid = server->uuid](const CancelToken& cancel) {
            return core.restoredDatabases(uuid, cancel);
        },
        [this](Result<std::vector<RestoredDatabase>> databases) {
            if (databases) {
                showDatabases(std::move(*databases));
                return;
            }
            showDatabases({}); // what was seen before may not be so any longer
            if (!databases.error().isCancelled())
                m_error->showError(databases.error());
        });
}

void RestoredDialog::showDatabases(std::vector<RestoredDatabase> databases) {
    m_model.setRows(std::make_shared<const std::vector<RestoredDatabase>>(std::move(databases)));
    fitColumns(*m_table);
    m_stack->setCurrentWidget(m_texts.rowCount() == 0 ? static_cast<QWidget*>(m_empty) : m_table);
    const QModelIndex wanted = m_texts.mapFromSource(m_model.indexOfKey(m_wanted.toStdString()));
    if (wanted.isValid())
        m_table->setCurrentIndex(wanted);
    else if (!m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_texts.index(0, 0));
    updateButtons();
    if (wanted.isValid())
        begin(std::exchange(m_act, RestoredAct::Show));
    m_wanted.clear();
}

void RestoredDialog::begin(RestoredAct act) {
    const RestoredDatabase* database = chosen();
    if (database == nullptr)
        return;
    if (act == RestoredAct::Swap && canSwap(*database))
        swap(false);
    if (act == RestoredAct::Undo && canUndo(*database))
        swap(true);
    if (act == RestoredAct::Drop && canDrop(*database))
        drop();
}

const RestoredDatabase* RestoredDialog::chosen() const { return m_texts.record(m_table->currentIndex()); }

void RestoredDialog::updateButtons() {
    const RestoredDatabase* database = chosen();
    const bool idle = !m_call->isRunning();
    const bool is = database != nullptr && idle;
    m_bar->setVisible(!idle);
    m_server->setEnabled(idle && !m_profiles.empty());
    m_again->setEnabled(idle && !m_profiles.empty());
    m_swap->setEnabled(is && canSwap(*database));
    m_undo->setEnabled(is && canUndo(*database));
    m_drop->setEnabled(is && canDrop(*database));
    m_drop->setToolTip(is && !canDrop(*database) ? tr("It is live: take the swap back first.") : QString());
    m_explanation->setText(database == nullptr ? QString() : RestoredTexts::explanation(*database));
}

void RestoredDialog::swap(bool undo) {
    const RestoredDatabase* database = chosen();
    if (database == nullptr || profile() == nullptr)
        return;
    auto* dialog = new SwapDialog(m_context, *profile(), *database, undo, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &SwapDialog::swapped, this, &RestoredDialog::done);
    connect(dialog, &QDialog::rejected, this, &RestoredDialog::load);
    dialog->open();
}

void RestoredDialog::drop() {
    const RestoredDatabase* database = chosen();
    if (database == nullptr || profile() == nullptr)
        return;
    auto* dialog = new DropDialog(m_context, *profile(), *database, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &DropDialog::dropped, this,
            [this, server = toQt(profile()->uuid), name = toQt(database->name)](const QString& sentence) {
                done(sentence);
                emit dropped(server, name);
            });
    dialog->open();
}

void RestoredDialog::done(const QString& sentence) {
    m_said->setText(sentence);
    m_said->show();
    emit changed();
    load();
}

DropDialog::DropDialog(const FlowContext& context, const Profile& profile, RestoredDatabase database,
                       QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_profile(profile)
    , m_database(std::move(database))
    , m_typing(dropHasToBeTyped(m_database)) {
    setObjectName(QStringLiteral("dropDialog"));
    setWindowTitle(tr("Drop a database"));
    setAccessibleName(windowTitle());
    m_call = new BackgroundCall(context.lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &DropDialog::updateButtons);
    const QString name = toQt(m_database.name);
    auto* question =
        bolded(plainLabel(tr("Drop %1 on %2?").arg(name, toQt(m_profile.title)), this, "dropQuestion"));
    auto* text = plainLabel(
        m_database.state == "swapped_out" ? tr("It is what clients used before the swap, with everything "
                                               "that was not in the backup. Once it is "
                                               "dropped, the swap cannot be taken back.")
        : m_typing
            ? tr("A restore made it, and it is whole: somebody may have worked in it since, and what was "
                 "written goes with it. Its backup stays.")
            : tr("A restore made it and did not come to its end. Its backup stays."),
        this, "dropText");
    auto* label = new QLabel(
        tr("&Type its name, %1:").arg(QString(name).replace(QLatin1Char('&'), QStringLiteral("&&"))), this);
    m_typed = new QLineEdit(this);
    m_typed->setObjectName(QStringLiteral("dropTyped"));
    m_typed->setAccessibleName(tr("The name of the database, typed"));
    label->setBuddy(m_typed);
    label->setVisible(m_typing);
    m_typed->setVisible(m_typing);
    connect(m_typed, &QLineEdit::textChanged, this, &DropDialog::updateButtons);
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    m_drop = buttons->addButton(tr("&Drop it"), QDialogButtonBox::ActionRole);
    m_drop->setObjectName(QStringLiteral("dropStart"));
    m_drop->setAutoDefault(false);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_cancel->setObjectName(QStringLiteral("dropCancel"));
    m_cancel->setAutoDefault(!m_typing); // who has typed the name and presses Enter does not mean it
    m_cancel->setDefault(!m_typing);
    connect(m_drop, &QPushButton::clicked, this, &DropDialog::drop);
    connect(buttons, &QDialogButtonBox::rejected, this, &DropDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(9);
    for (QWidget* one : std::initializer_list<QWidget*>{question, text, label, m_typed, m_error, buttons})
        layout->addWidget(one);
    resize(480, 180);
    updateButtons();
}

void DropDialog::updateButtons() {
    const bool busy = m_call->isRunning();
    m_typed->setEnabled(!busy);
    m_drop->setEnabled(!busy && (!m_typing || m_typed->text() == toQt(m_database.name)));
    if (m_typing)
        m_drop->setDefault(m_drop->isEnabled());
}

void DropDialog::drop() {
    m_error->clear();
    m_call->run<void>(
        [&core = m_context.core, profile = m_profile.uuid, name = m_database.name,
         typed = m_typed->text().toStdString()](const CancelToken& cancel) {
            return core.dropRestoredDatabase(profile, name, cancel, typed);
        },
        [this](Result<> done) {
            if (!done) {
                m_error->showError(done.error(), tr("The database is still there."));
                resize(width(), std::max(height(), layout()->totalHeightForWidth(width())));
                return;
            }
            emit dropped(tr("%1 was dropped.").arg(toQt(m_database.name)));
            accept();
        });
}

void DropDialog::keyPressEvent(QKeyEvent* event) {
    if (!pressedByEnter(*this, *event))
        QDialog::keyPressEvent(event);
}

void DropDialog::reject() {
    if (m_call->isRunning())
        m_call->cancel(); // the answer still comes
    else
        QDialog::reject();
}

} // namespace salvor
