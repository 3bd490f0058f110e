// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/mainwindow.h"

#include "models/units.h"
#include "ui/jobs/jobpanel.h"
#include "ui/main/absencenote.h"
#include "ui/main/firstrunpage.h"
#include "ui/main/sidebar.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"

#include <QCloseEvent>
#include <QLabel>
#include <QScreen>
#include <QSplitter>
#include <QStackedWidget>
#include <QStandardPaths>
#include <QStatusBar>
#include <QTabBar>
#include <QTimer>
#include <QVBoxLayout>

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
        const QRect place = firstWindowPlace(screen()->availableGeometry());
        resize(place.size());
        move(place.topLeft());
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

void MainWindow::start() {
    if (m_settings.startsInTray() && m_tray.isShown())
        m_closing->hideInTray();
    else
        show();
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

void MainWindow::changeEvent(QEvent* event) {
    QMainWindow::changeEvent(event);
    if (event->type() == QEvent::ActivationChange && isActiveWindow())
        m_feed.look();
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
