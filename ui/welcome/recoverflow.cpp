// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/welcome/recoverflow.h"

#include "models/base/json.h"
#include "ui/backups/backuptexts.h"
#include "ui/repository/recoverypages.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"
#include "workers/recoverycopy.h"

#include <QComboBox>
#include <QFileInfo>
#include <QFormLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStandardItemModel>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

struct Opened {
    RepositoryPin pin;
    std::vector<BackupRecord> backups;
    std::vector<TrashedBackup> trashed;
    std::map<std::string, Damage> damage;
    QString keys; ///< what became of them, where it was known
};

QString keysText(const RepositoryPin& before, const RepositoryPin& now) {
    if (before.secretKind == now.secretKind)
        return FoundPage::tr("The keys that were missing are on this computer again.");
    return now.secretKind == "file"
               ? FoundPage::tr("Its keys are in files from now on that only you can read; what the keychain "
                               "has of them stays there.")
               : FoundPage::tr("Its keys are in the keychain from now on; the files with them stay, for "
                               "timers that read secrets from files.");
}

} // namespace

OpenPage::OpenPage(QWidget* parent)
    : FlowPage(tr("Open"), tr("Open the backups"),
               tr("Three things are needed: the place of the backups, the recovery file, and the passphrase "
                  "from the recovery sheet. Nothing in the store is changed."),
               parent) {
    setObjectName(QStringLiteral("openPage"));
    setNextText(tr("&Open"));
    m_store = new PathField(PathField::Kind::Folder, "openStore", tr("Folder of the repository"), this);
    m_file = new PathField(PathField::Kind::OpenFile, "openRecoveryFile", tr("Recovery file"), this);
    m_passphrase = new QLineEdit(this);
    m_passphrase->setObjectName(QStringLiteral("openPassphrase"));
    m_passphrase->setAccessibleName(tr("Recovery passphrase"));
    m_passphrase->setPlaceholderText(QStringLiteral("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"));
    m_passphrase->setToolTip(tr("Capitals, spaces and dashes do not matter"));
    m_title = new QLineEdit(this);
    m_title->setObjectName(QStringLiteral("openTitle"));
    m_title->setAccessibleName(tr("Name of the repository on this computer"));
    m_kind = makeSecretKindBox("openSecretKind", tr("Where this computer keeps its keys"), this);
    connect(m_store, &PathField::changed, this, &OpenPage::suggest);
    connect(m_file, &PathField::changed, this, &FlowPage::changed);
    connect(m_passphrase, &QLineEdit::textChanged, this, &FlowPage::changed);
    connect(m_title, &QLineEdit::textChanged, this, &FlowPage::changed);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] { m_isKindChosen = true; });
    connect(m_kind, &QComboBox::activated, this, [this] { m_isKindChosen = true; });
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(m_store->makeLabel(tr("&Folder")), m_store);
    form->addRow(m_file->makeLabel(tr("&Recovery file")), m_file);
    auto* help = new QLabel(tr("The second copy, or keys/recovery.age in the folder itself."), this);
    help->setForegroundRole(QPalette::PlaceholderText);
    help->setWordWrap(true);
    form->addRow(QString(), help);
    form->addRow(tr("&Passphrase"), m_passphrase);
    form->addRow(tr("Na&me here"), m_title);
    form->addRow(tr("&Keys kept in"), m_kind);
    auto* kindHelp = new QLabel(tr("A repository that this computer knows has them where they were, unless "
                                   "you choose. Choose the file where nobody can open the keychain."),
                                this);
    kindHelp->setForegroundRole(QPalette::PlaceholderText);
    kindHelp->setWordWrap(true);
    form->addRow(QString(), kindHelp);
    body()->addLayout(form);
    body()->addStretch(1);
}

void OpenPage::suggest() {
    if (m_title->text() == m_suggested) {
        m_suggested = QFileInfo(store()).fileName();
        m_title->setText(m_suggested);
    }
    emit changed();
}

QString OpenPage::store() const { return m_store->path(); }
QString OpenPage::recoveryFile() const { return m_file->path(); }
QString OpenPage::title() const { return m_title->text().trimmed(); }
std::string OpenPage::secretKind() const { return m_kind->currentData().toString().toStdString(); }
std::string OpenPage::chosenKind() const { return m_isKindChosen ? secretKind() : std::string(); }

Secret OpenPage::passphrase() const {
    const QByteArray utf8 = m_passphrase->text().toUtf8();
    return Secret(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
}

void OpenPage::clearPassphrase() { m_passphrase->clear(); }

QString OpenPage::problem() const {
    if (store().isEmpty())
        return tr("Give the folder of the repository.");
    if (recoveryFile().isEmpty())
        return tr("Give the recovery file.");
    for (const PathField* field : {m_store, m_file}) {
        if (!field->problem().isEmpty())
            return field->problem();
    }
    if (m_passphrase->text().trimmed().isEmpty())
        return tr("Give the passphrase.");
    if (title().isEmpty())
        return tr("Give the repository a name on this computer.");
    return {};
}

FoundPage::FoundPage(QWidget* parent)
    : FlowPage(tr("Backups"), tr("The backups are open"), QString(), parent) {
    setObjectName(QStringLiteral("foundPage"));
    setCanGoBack(false);
    m_table = new QTableView(this);
    setUpTable(*m_table, "foundBackups", tr("Backups in the repository"));
    body()->addWidget(m_table, 1);
    auto* show = new QPushButton(tr("&Only show them"), this);
    show->setObjectName(QStringLiteral("foundOnlyShow"));
    show->setAutoDefault(false);
    connect(show, &QPushButton::clicked, this, &FoundPage::onlyShowWanted);
    body()->addWidget(show, 0, Qt::AlignLeft);
}

namespace {

/// The newest of a database may be the one that somebody threw away.
QString trashText(const std::vector<TrashedBackup>& trashed) {
    if (trashed.empty())
        return {};
    const auto newest =
        std::ranges::max_element(trashed, {}, [](const TrashedBackup& one) { return one.record.started; });
    return FoundPage::tr(
               "%n more in the trash, the newest of %1 (%2): the Trash tab of the Backups page shows "
               "what is there.",
               nullptr, static_cast<int>(trashed.size()))
        .arg(toQt(newest->record.database), Format::time(newest->record.started));
}

/// What tells most of it, as the page Backups says it.
QStandardItem* checkedItem(const BackupRecord& backup, const Damage* damage) {
    const auto badges = badgesOf(backup, damage);
    auto* item = new QStandardItem((damage != nullptr ? badges.front() : badges.back()).text);
    QStringList all;
    for (const auto& badge : badges)
        all << badge.toolTip;
    item->setToolTip(all.join(QLatin1Char('\n')));
    return item;
}

const Damage* damageOf(const BackupRecord& backup, const std::map<std::string, Damage>& damage) {
    const auto found = damage.find(backup.id);
    return found == damage.end() ? nullptr : &found->second;
}

} // namespace

void FoundPage::setBackups(std::vector<BackupRecord> backups, const std::vector<TrashedBackup>& trashed,
                           const QString& keys, const std::map<std::string, Damage>& damage) {
    m_backups = std::move(backups);
    std::stable_sort(m_backups.begin(), m_backups.end(),
                     [](const auto& a, const auto& b) { return a.started > b.started; });
    auto* model = new QStandardItemModel(this);
    model->setHorizontalHeaderLabels({tr("When"), tr("Database"), tr("Server"), tr("Size"), tr("Checked")});
    for (const auto& backup : m_backups) {
        QList<QStandardItem*> row;
        for (const QString& text : {Format::time(backup.started), toQt(backup.database),
                                    toQt(backup.profileTitle), Format::size(backup.sizeBytes)}) {
            row << new QStandardItem(text);
            row.last()->setToolTip(text);
        }
        row.last()->setTextAlignment(Qt::AlignRight | Qt::AlignVCenter);
        row << checkedItem(backup, damageOf(backup, damage));
        for (QStandardItem* item : row)
            item->setEditable(false);
        model->appendRow(row);
    }
    m_table->setSortingEnabled(false); // rows are the records' order
    m_table->setModel(model);
    m_table->resizeColumnsToContents();
    m_table->horizontalHeader()->setSectionResizeMode(1, QHeaderView::Stretch);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this, &FlowPage::changed);
    connect(m_table->selectionModel(), &QItemSelectionModel::selectionChanged, this, &FlowPage::changed);
    chooseFirst(damage);
    setNextText(m_backups.empty() ? tr("&Close") : tr("&Restore this one…"));
    QStringList found{m_backups.empty()
                          ? tr("The repository can be opened, but there is no backup in it.")
                          : tr("%n backup(s) found. Choose the one to restore; the newest is at the top.",
                               nullptr, static_cast<int>(m_backups.size()))};
    if (!trashed.empty())
        found << trashText(trashed);
    if (!keys.isEmpty())
        found.prepend(keys);
    setExplanation(found.join(QLatin1Char(' ')));
    emit changed();
}

/// The newest that is not known to be damaged, if there is one.
void FoundPage::chooseFirst(const std::map<std::string, Damage>& damage) {
    const auto good = std::ranges::find_if(
        m_backups, [&](const BackupRecord& backup) { return damageOf(backup, damage) == nullptr; });
    if (!m_backups.empty())
        m_table->selectRow(good == m_backups.end() ? 0 : static_cast<int>(good - m_backups.begin()));
}

std::optional<BackupRecord> FoundPage::chosen() const {
    const int row = m_table->currentIndex().row();
    if (row < 0 || row >= static_cast<int>(m_backups.size()))
        return std::nullopt;
    return m_backups[static_cast<std::size_t>(row)];
}

QString FoundPage::problem() const {
    return m_backups.empty() || chosen() ? QString() : tr("Choose a backup.");
}

namespace {

/// The id of the repository that was not among `before`; empty: there is none.
std::string addedSince(Core& core, const std::vector<RepositoryPin>& before) {
    const auto now = core.repositories();
    if (!now)
        return {};
    for (const RepositoryPin& pin : *now) {
        if (std::ranges::find(before, pin.id, &RepositoryPin::id) == before.end())
            return pin.id;
    }
    return {};
}

} // namespace

RecoverFlow::RecoverFlow(const FlowContext& context, QWidget* parent)
    : FlowDialog(tr("Recover from a backup"), parent)
    , m_context(context) {
    setObjectName(QStringLiteral("recoverFlow"));
    m_call = new BackgroundCall(context.lookups, this);
    m_open = new OpenPage(this);
    m_found = new FoundPage(this);
    addPage(m_open);
    addPage(m_found);
    connect(m_found, &FoundPage::onlyShowWanted, this, [this] {
        emit backupsWanted();
        accept();
    });
    goTo(m_open);
}

void RecoverFlow::openStore() {
    setBusy(withKeychainNote(tr("Opening; reading what is in the store…"), m_open->secretKind()));
    auto taken = std::make_shared<std::string>(); // its id, once it is on this computer's list
    m_call->run<Opened>(
        [taken, &core = m_context.core, url = folderUrl(m_open->store()),
         file = m_open->recoveryFile().toStdString(),
         passphrase = std::make_shared<Secret>(m_open->passphrase()), title = m_open->title().toStdString(),
         kind = m_open->chosenKind()](const CancelToken& cancel) -> Result<Opened> {
            SALVOR_ASSIGN(const RecoveryCopy copy, readRecoveryCopy(file));
            Opened opened;
            SALVOR_ASSIGN(const auto before, core.repositories());
            auto pin = core.openRepository({url, copy, title, kind}, *passphrase, cancel);
            if (!pin) { // it may have failed after it was written down
                *taken = addedSince(core, before);
                return failure(pin.error());
            }
            opened.pin = std::move(*pin);
            *taken = opened.pin.id;
            if (const auto known = std::ranges::find(before, opened.pin.id, &RepositoryPin::id);
                known != before.end())
                opened.keys = keysText(*known, opened.pin);
            BackupQuery query;
            query.repository = opened.pin.id;
            SALVOR_ASSIGN(opened.backups, core.backups(query));
            // Only told of: what is not in them can be restored all the same.
            if (auto damage = core.damage())
                opened.damage = std::move(*damage);
            if (auto trashed = core.trash(opened.pin.id, cancel))
                opened.trashed = std::move(*trashed);
            return opened;
        },
        [this, taken](Result<Opened> opened) {
            setIdle();
            if (!opened) {
                showError(opened.error(),
                          opened.error().context.contains("keys_put_back")
                              ? tr("Keys of it were put back on this computer. In the store nothing was "
                                   "changed.")
                          : taken->empty()
                              ? tr("Nothing was changed, here or in the store.")
                              : tr("The repository is on this computer's list by now, with its keys: the "
                                   "pages Stores and Backups show it. In the store nothing was changed."));
                if (!taken->empty())
                    emit this->opened(toQt(*taken));
                return;
            }
            m_open->clearPassphrase();
            emit this->opened(toQt(opened->pin.id));
            m_found->setBackups(std::move(opened->backups), opened->trashed, opened->keys, opened->damage);
            setCancelText(tr("Close"));
            goTo(m_found);
        });
}

void RecoverFlow::nextFrom(FlowPage* page) {
    if (page == m_open) {
        openStore();
        return;
    }
    if (const auto chosen = m_found->chosen())
        emit restoreWanted(toQt(chosen->repositoryId), toQt(chosen->id));
    accept();
}

FlowPage* RecoverFlow::pageBefore(FlowPage*) const { return nullptr; }

void RecoverFlow::cancelBusy() { m_call->cancel(); }

} // namespace salvor
