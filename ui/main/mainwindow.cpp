// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/mainwindow.h"

#include "models/units.h"
#include "ui/channels/channelsdialog.h"
#include "ui/jobs/jobdetails.h"
#include "ui/jobs/jobpanel.h"
#include "ui/main/absencenote.h"
#include "ui/main/firstrunpage.h"
#include "ui/main/preferencesdialog.h"
#include "ui/main/sidebar.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"

#include <QCloseEvent>
#include <QLabel>
#include <QMenu>
#include <QMessageBox>
#include <QScreen>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kSidebarWidth = 230;

/// Beside this program, as it is built and installed; else where the path finds it.
std::string salvorctl() {
    const QString name = QStringLiteral("salvorctl");
    const QString beside = QStandardPaths::findExecutable(name, {QCoreApplication::applicationDirPath()});
    const QString found = beside.isEmpty() ? QStandardPaths::findExecutable(name) : beside;
    return (found.isEmpty() ? QStringLiteral("/usr/bin/salvorctl") : found).toStdString();
}

} // namespace

MainWindow::MainWindow(Core& core, Theme& theme, std::unique_ptr<Desktop> desktop)
    : m_core(core)
    , m_theme(theme)
    , m_jobs(core, this)
    , m_road(findTimersRoad(timersProgram(salvorctl())))
    , m_feed(core, m_lookups, m_road)
    , m_settings(core.config().places)
    , m_desktop(std::move(desktop))
    , m_tray(m_feed, *m_desktop)
    , m_jobWatch(m_jobs, m_settings, *m_desktop)
    , m_entries(allPages())
    , m_actions(*this, m_entries) {
    setObjectName(QStringLiteral("mainWindow"));
    setAccessibleName(QStringLiteral("Salvor"));
    setWindowTitle(QStringLiteral("Salvor"));
    setWindowIcon(Icons::application());
    m_theme.apply(m_settings.theme());
    m_actions.setTheme(m_settings.theme());
    makeLayout();
    makePages();
    connectActions();
    connect(&m_feed, &WorkspaceFeed::changed, this, &MainWindow::showSnapshot);
    connect(&m_feed, &WorkspaceFeed::repositoryInfosChanged, this, &MainWindow::updateStatus);
    connect(&m_feed, &WorkspaceFeed::outdated, this, [this] { page()->keepUp(); }); // in the tray too
    connect(&m_feed, &WorkspaceFeed::failed, this, [this](const Error& error) { m_error->showError(error); });
    m_closing = new WindowClosing(*this, m_jobs, m_settings, m_tray);
    connect(m_closing, &WindowClosing::changed, this, &MainWindow::updateStatus);
    connect(&m_tray, &Tray::backupWanted, this, &MainWindow::startBackup);
    connect(m_desktop.get(), &Desktop::notificationActivated, m_closing, &WindowClosing::showAgain);
    connect(&m_jobs, &JobController::finished, this, &MainWindow::refresh);
    connect(m_jobPanel, &JobPanel::dropWanted, this, &MainWindow::dropWanted);
    connect(m_jobPanel, &JobPanel::detailsWanted, this, &MainWindow::showJobDetails);

    if (!restoreGeometry(m_settings.geometry())) {
        const QRect room = screen()->availableGeometry();
        resize(firstWindowSize(room.size()));
        move(room.center() - rect().center());
    }
    if (!m_splitter->restoreState(m_settings.splitter()))
        m_splitter->setSizes({kSidebarWidth, width() - kSidebarWidth});
    showPage(m_settings.page());
    updateActions();
    m_feed.refresh();
    tellOfAbsence();
}

MainWindow::~MainWindow() = default;

WindowContext MainWindow::context() {
    return {m_core, m_lookups, m_jobs, m_feed, *m_core.config().clock, m_road};
}

void MainWindow::makeLayout() {
    m_sidebar = new Sidebar(this);
    m_sidebar->setMinimumWidth(160);
    auto* right = new QWidget(this);
    m_tabs = new QTabBar(right);
    m_tabs->setObjectName(QStringLiteral("pageSwitcher"));
    m_tabs->setAccessibleName(tr("Pages"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setIconSize({18, 18});
    for (const auto& entry : m_entries) // now: what is laid out empty stays without height
        m_tabs->addTab(Icons::of(entry.icon), entry.title);
    m_pages = new QStackedWidget(right);
    m_pages->setObjectName(QStringLiteral("pages"));
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_tabs);
    column->addWidget(m_pages, 1);
    m_splitter = new QSplitter(this);
    m_splitter->setObjectName(QStringLiteral("mainSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_sidebar);
    m_splitter->addWidget(right);
    m_splitter->setStretchFactor(1, 1);

    m_firstRun = new FirstRunPage(this);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_firstRun);
    m_error = new ErrorPanel(this);
    m_absence = new AbsenceNote(context(), this);
    connect(m_absence, &AbsenceNote::activityWanted, this, [this](Instant since, bool onlyTroubled) {
        select({});
        showPage(QStringLiteral("activity"));
        page()->showSince(since, onlyTroubled);
    });
    m_jobPanel = new JobPanel(m_jobs, this);
    auto* central = new QWidget(this);
    auto* layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_error);
    layout->addWidget(m_absence);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_jobPanel);
    setCentralWidget(central);
    m_status = new QLabel(this);
    m_status->setObjectName(QStringLiteral("statusText"));
    m_status->setTextFormat(Qt::PlainText);
    m_status->setContentsMargins(8, 0, 0, 0);
    statusBar()->addWidget(m_status, 1);
}

void MainWindow::makePages() {
    const WindowContext given = context();
    for (const auto& entry : m_entries) {
        WindowPage* made = entry.make(given, m_pages);
        m_pages->addWidget(made);
        connectPage(made);
    }
    connect(m_tabs, &QTabBar::currentChanged, this, &MainWindow::showPageAt);
}

void MainWindow::connectPage(WindowPage* made) {
    connect(made, &WindowPage::choiceChanged, this, &MainWindow::updateActions);
    connect(made, &WindowPage::backupWanted, this, &MainWindow::startBackup);
    connect(made, &WindowPage::restoreWanted, this, &MainWindow::restoreWanted);
    connect(made, &WindowPage::besideWanted, this, &MainWindow::besideWanted);
    connect(made, &WindowPage::drillWanted, this, &MainWindow::drillWanted);
    connect(made, &WindowPage::restoredWanted, this, &MainWindow::restoredWanted);
    connect(made, &WindowPage::dropWanted, this, &MainWindow::dropWanted);
    connect(made, &WindowPage::verifyWanted, this, &MainWindow::startVerification);
    connect(made, &WindowPage::backupsWanted, this, &MainWindow::showBackups);
    connect(made, &WindowPage::showBackupWanted, this, &MainWindow::showBackup);
    connect(made, &WindowPage::protectWanted, this, &MainWindow::protectWanted);
    connect(made, &WindowPage::newRepositoryWanted, this, &MainWindow::newRepositoryWanted);
    connect(made, &WindowPage::rehearsalWanted, this, &MainWindow::rehearsalWanted);
    connect(made, &WindowPage::repositoryInfoWanted, this, &MainWindow::repositoryInfoWanted);
}

void MainWindow::connectActions() {
    connect(&m_actions, &WindowActions::protectWanted, this, &MainWindow::protectWanted);
    connect(&m_actions, &WindowActions::recoverWanted, this, &MainWindow::recoverWanted);
    connect(&m_actions, &WindowActions::newRepositoryWanted, this, &MainWindow::newRepositoryWanted);
    connect(&m_actions, &WindowActions::addServerWanted, this, &MainWindow::addServerWanted);
    connect(&m_actions, &WindowActions::editServerWanted, this,
            [this] { emit editServerWanted(selection().profileUuid); });
    connect(&m_actions, &WindowActions::removeServerWanted, this,
            [this] { emit removeServerWanted(selection().profileUuid); });
    connect(&m_actions, &WindowActions::repositoryInfoWanted, this, &MainWindow::repositoryInfoWanted);
    connect(&m_actions, &WindowActions::rehearsalWanted, this, &MainWindow::rehearsalWanted);
    connect(&m_actions, &WindowActions::backUpWanted, this, [this] { startBackup(chosenSource()); });
    connect(&m_actions, &WindowActions::restoreWanted, this,
            [this] { emit restoreWanted(page()->chosenBackup()); });
    connect(&m_actions, &WindowActions::drillWanted, this,
            [this] { emit drillWanted(page()->chosenBackup()); });
    connect(&m_actions, &WindowActions::restoredWanted, this,
            [this] { emit restoredWanted(chosenSource().profileUuid); });
    connect(&m_actions, &WindowActions::verifyWanted, this,
            [this](VerifyDepth depth) { startVerification(page()->chosenBackup(), depth); });
    connect(&m_actions, &WindowActions::refreshWanted, this, &MainWindow::refresh);
    connect(&m_actions, &WindowActions::pageWanted, m_tabs, &QTabBar::setCurrentIndex);
    connect(&m_actions, &WindowActions::themeWanted, this, [this](ThemeChoice choice) {
        m_theme.apply(choice);
        m_settings.setTheme(choice);
    });
    connect(&m_actions, &WindowActions::preferencesWanted, this, &MainWindow::showPreferences);
    connect(&m_actions, &WindowActions::aboutWanted, this, &MainWindow::showAbout);
    connect(&m_actions, &WindowActions::quitWanted, this, [this] { m_closing->quit(); });
    connect(m_firstRun, &FirstRunPage::protectWanted, this, &MainWindow::protectWanted);
    connect(m_firstRun, &FirstRunPage::recoverWanted, this, &MainWindow::recoverWanted);
    connect(m_sidebar, &Sidebar::contextMenuWanted, this, &MainWindow::showSourceMenu);
    connect(m_sidebar, &Sidebar::selected, this, [this](const Selection& chosen) {
        for (int i = 0; i < m_pages->count(); ++i)
            static_cast<WindowPage*>(m_pages->widget(i))->select(chosen);
        updateActions();
    });
}

WindowPage* MainWindow::page() const { return static_cast<WindowPage*>(m_pages->currentWidget()); }
Selection MainWindow::selection() const { return m_sidebar->selection(); }

QString MainWindow::currentPageId() const {
    const int index = m_pages->currentIndex();
    return index < 0 ? QString() : m_entries[static_cast<std::size_t>(index)].id;
}

void MainWindow::refresh() {
    m_feed.refresh();
    if (page() != nullptr)
        page()->refresh();
}

void MainWindow::setTimersRoad(TimersRoad road) {
    m_road = std::move(road);
    m_feed.refresh(); // which databases a timer keeps protected
}

void MainWindow::tellDropped(const QString& profileUuid, const QString& database) {
    m_jobPanel->tellDropped(profileUuid, database);
}

void MainWindow::showPage(const QString& id) {
    for (std::size_t i = 0; i < m_entries.size(); ++i) {
        if (m_entries[i].id == id)
            m_tabs->setCurrentIndex(static_cast<int>(i));
    }
    showPageAt(m_tabs->currentIndex());
}

void MainWindow::showPageAt(int index) {
    if (index < 0)
        return;
    m_pages->setCurrentIndex(index);
    m_actions.setPage(index);
    page()->refresh();
    m_feed.look();
    updateActions();
}

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::ActivationChange && isActiveWindow())
        m_feed.look();
}

void MainWindow::select(const Selection& selection) { m_sidebar->setSelection(selection); }

void MainWindow::showBackups(const Selection& source) {
    select(source);
    showPage(QStringLiteral("backups"));
}

void MainWindow::showBackup(const BackupChoice& backup) {
    select({});
    showPage(QStringLiteral("backups"));
    page()->choose(backup);
}

void MainWindow::showSnapshot() {
    m_error->clear();
    const auto snapshot = m_feed.snapshot();
    m_sidebar->show(*snapshot);
    m_actions.setRepositories(snapshot->repositories);
    const bool isFirst = m_stack->currentWidget() != m_firstRun || focusWidget() == nullptr;
    m_stack->setCurrentWidget(snapshot->isEmpty() ? static_cast<QWidget*>(m_firstRun) : m_splitter);
    if (snapshot->isEmpty() && isFirst)
        m_firstRun->setFocus(); // Enter opens the first door
    updateActions();
    updateStatus();
}

Selection MainWindow::chosenSource() const {
    const Selection onPage = page() != nullptr ? page()->chosenSource() : Selection{};
    return onPage.profileUuid.isEmpty() ? selection() : onPage;
}

/// What is chosen on the left, whatever the page has chosen.
void MainWindow::showSourceMenu(const QPoint& at) {
    const Selection source = selection();
    if (nameOf(source).isEmpty())
        return;
    auto* menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("sidebarMenu"));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* backUp = menu->addAction(Icons::of(Icons::Backup), backUpText(source), this,
                                      [this, source] { startBackup(source); });
    backUp->setObjectName(QStringLiteral("sidebarBackUp"));
    backUp->setEnabled(canBackUp(source));
    menu->addAction(Icons::of(Icons::Backups), tr("&Show backups"), this,
                    [this, source] { showBackups(source); });
    menu->addAction(Icons::of(Icons::Database), tr("Restored &databases…"), this,
                    [this, source] { emit restoredWanted(source.profileUuid); });
    menu->addSeparator();
    menu->addAction(tr("&Edit the server…"), this,
                    [this, source] { emit editServerWanted(source.profileUuid); });
    menu->popup(at);
}

QString MainWindow::nameOf(const Selection& source) const {
    const auto snapshot = m_feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(source.profileUuid.toStdString()) : nullptr;
    if (profile == nullptr)
        return {};
    return source.database.isEmpty() ? QString::fromStdString(profile->title) : source.database;
}

/// A server that is only restored to has no policy, which would say where its backups go.
bool MainWindow::canBackUp(const Selection& source) const {
    const auto snapshot = m_feed.snapshot();
    return snapshot && !nameOf(source).isEmpty() &&
           std::ranges::any_of(snapshot->policies, [&](const Policy& policy) {
               return policy.profileUuid == source.profileUuid.toStdString();
           });
}

QString MainWindow::backUpText(const Selection& source) const {
    return tr("&Back up “%1” now", "a database, or all of a server")
        .arg(nameOf(source).replace(u'&', QStringLiteral("&&")));
}

void MainWindow::updateActions() {
    const auto snapshot = m_feed.snapshot();
    WindowActions::Possible possible;
    const auto known = [&](const QString& uuid) {
        return snapshot != nullptr && snapshot->profile(uuid.toStdString()) != nullptr;
    };
    possible.server = known(selection().profileUuid);
    possible.backUp = canBackUp(chosenSource());
    possible.backUpText = possible.backUp ? backUpText(chosenSource()) : QString();
    possible.restore = page() != nullptr && !page()->chosenBackup().backupId.isEmpty();
    possible.restored = known(chosenSource().profileUuid);
    possible.pages = snapshot != nullptr && !snapshot->isEmpty();
    m_actions.setPossible(possible);
}

void MainWindow::updateStatus() {
    const auto snapshot = m_feed.snapshot();
    if (m_closing != nullptr && m_closing->isWaiting()) {
        m_status->setText(tr("Closes when the jobs have ended."));
        return;
    }
    if (snapshot == nullptr || snapshot->isEmpty()) {
        m_status->clear();
        return;
    }
    QStringList parts;
    parts << tr("%n server(s)", nullptr, static_cast<int>(snapshot->profiles.size()))
          << tr("%n database(s)", nullptr, static_cast<int>(snapshot->sources.size()));
    for (const auto& info : m_feed.repositoryInfos()) {
        const QString title = QString::fromStdString(info.pin.title);
        if (info.problem)
            parts << tr("%1: %2").arg(title, ErrorPanel::title(info.problem->code));
        else if (info.freeBytes > 0)
            parts << tr("%1: %2 free").arg(title, Format::size(info.freeBytes));
    }
    parts << tr("as of %1").arg(Format::time(snapshot->takenAt));
    m_status->setText(parts.join(QStringLiteral("   ·   ")));
}

QString MainWindow::sourceName(const Selection& source) const {
    const auto snapshot = m_feed.snapshot();
    const Profile* profile = snapshot ? snapshot->profile(source.profileUuid.toStdString()) : nullptr;
    const QString server = profile != nullptr ? QString::fromStdString(profile->title) : source.profileUuid;
    return source.database.isEmpty() ? server : tr("%1 on %2").arg(source.database, server);
}

void MainWindow::startBackup(const Selection& source) {
    if (source.profileUuid.isEmpty())
        return;
    BackupJob job;
    job.profile = source.profileUuid.toStdString();
    if (!source.database.isEmpty())
        job.databases = {source.database.toStdString()};
    m_jobs.start(tr("Backing up %1").arg(sourceName(source)), job);
}

void MainWindow::startVerification(const BackupChoice& backup, VerifyDepth depth) {
    if (backup.backupId.isEmpty())
        return;
    VerifyJob job;
    job.repository = backup.repositoryId.toStdString();
    job.backups = {backup.backupId.toStdString()};
    job.depth = depth;
    m_jobs.start(tr("Verifying backup %1").arg(backup.backupId), job);
}

void MainWindow::showJobDetails(int id) {
    if (const Job* job = m_jobs.job(id))
        (new JobDetails(*job, this))->open();
}

void MainWindow::showAbout() {
    auto* box =
        new QMessageBox(QMessageBox::NoIcon, tr("About Salvor"),
                        tr("Salvor %1").arg(QStringLiteral(SALVOR_VERSION)), QMessageBox::Close, this);
    box->setObjectName(QStringLiteral("aboutBox"));
    box->setIconPixmap(Icons::application().pixmap(64, 64));
    box->setInformativeText(tr("Backs up and restores database servers, and proves that the backups are "
                               "good.\n\nFree software under the GNU General Public License, version 3 or "
                               "later. Qt %1.")
                                .arg(QLatin1String(qVersion())));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->open();
}

void MainWindow::showPreferences() {
    auto* dialog = new PreferencesDialog(m_settings, m_desktop->hasTray(), this);
    connect(dialog, &PreferencesDialog::themeWanted, this, [this](ThemeChoice choice) {
        m_theme.apply(choice);
        m_actions.setTheme(choice);
    });
    connect(dialog, &PreferencesDialog::channelsWanted, this, [this, dialog] {
        (new ChannelsDialog(m_core, lookupsOf(*this, "channelLookups"), dialog))->open();
    });
    dialog->open();
}

void MainWindow::tellOfAbsence() {
    const Instant now = m_core.config().clock->now();
    const QDateTime last = m_settings.lastOpen();
    m_settings.setLastOpen(toQDateTime(now));
    auto* open = new QTimer(this); // it may end without being closed
    connect(open, &QTimer::timeout, this,
            [this] { m_settings.setLastOpen(toQDateTime(m_core.config().clock->now())); });
    open->start(std::chrono::minutes(1));
    if (last.isValid() && m_settings.tellsOfAbsence())
        m_absence->lookSince(Instant(std::chrono::milliseconds(last.toMSecsSinceEpoch())));
}

void MainWindow::start() {
    if (m_settings.startsInTray() && m_tray.isShown())
        m_closing->hideInTray();
    else
        show();
}

void MainWindow::closeEvent(QCloseEvent* event) {
    const bool closes = m_closing->mayClose();
    event->setAccepted(closes);
    m_settings.setGeometry(saveGeometry());
    m_settings.setSplitter(m_splitter->saveState());
    m_settings.setPage(currentPageId());
    m_settings.setLastOpen(toQDateTime(m_core.config().clock->now()));
}

} // namespace salvor
