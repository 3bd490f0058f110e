// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/windowclosing.h"

#include "ui/desktop/tray.h"
#include "ui/jobs/jobcontroller.h"

#include <QApplication>
#include <QLabel>
#include <QMainWindow>
#include <QMessageBox>
#include <QPushButton>

namespace salvor {

namespace {

constexpr int kNamed = 4; ///< jobs told by their titles

} // namespace

WindowClosing::WindowClosing(QMainWindow& window, JobController& jobs, const WindowSettings& settings,
                             Tray& tray)
    : QObject(&window)
    , m_window(window)
    , m_jobs(jobs)
    , m_settings(settings)
    , m_tray(tray) {
    connect(&jobs, &JobController::started, this, &WindowClosing::jobsChanged);
    connect(&jobs, &JobController::finished, this, &WindowClosing::jobsChanged);
    connect(&tray, &Tray::openWanted, this, &WindowClosing::showAgain);
    connect(&tray, &Tray::quitWanted, this, &WindowClosing::quit);
}

bool WindowClosing::mayClose() {
    const bool running = m_jobs.anyRunning();
    if (!m_quit && m_settings.closesToTray() && m_tray.isShown()) {
        hideInTray(); // jobs go on
        return false;
    }
    if (running) {
        ask();
        return false;
    }
    if (!QApplication::quitOnLastWindowClosed()) // as long as it was in the tray
        QMetaObject::invokeMethod(qApp, &QCoreApplication::quit, Qt::QueuedConnection);
    return true;
}

void WindowClosing::quit() {
    m_quit = true;
    if (m_jobs.anyRunning())
        showAgain(); // there is a question to answer
    m_window.close();
}

void WindowClosing::hideInTray() {
    m_quit = m_closeWhenDone = false;
    // Closing a dialog must not end the program while its window is only hidden.
    QApplication::setQuitOnLastWindowClosed(false);
    m_window.hide();
    emit changed();
}

void WindowClosing::showAgain() {
    m_window.setWindowState(m_window.windowState() & ~Qt::WindowMinimized);
    m_window.show();
    m_window.raise();
    m_window.activateWindow();
    QApplication::setQuitOnLastWindowClosed(true);
}

QMessageBox* WindowClosing::question() const {
    return m_window.findChild<QMessageBox*>(QStringLiteral("closeQuestion"));
}

/// What is running now; jobs go on while the question stands.
void WindowClosing::describe(QMessageBox& box) const {
    QStringList titles;
    int running = 0;
    bool restoring = false;
    for (const auto& job : m_jobs.jobs()) {
        if (job->isFinished())
            continue;
        restoring = restoring || std::holds_alternative<RestoreJob>(job->request);
        if (++running <= kNamed)
            titles << job->title;
    }
    if (running > kNamed)
        titles << tr("and %n more", nullptr, running - kNamed);
    auto* wait = box.findChild<QPushButton*>(QStringLiteral("closeWait"));
    auto* cancel = box.findChild<QPushButton*>(QStringLiteral("closeCancel"));
    wait->setText(running > 0 ? tr("&Wait, then close") : tr("&Close"));
    cancel->setVisible(running > 0);
    if (running == 0) {
        box.setWindowTitle(tr("No job is running any more"));
        box.setText(tr("The jobs have ended meanwhile. Close the window?"));
        box.setInformativeText(tr("How they ended is at the foot of the window."));
        return;
    }
    box.setWindowTitle(tr("Jobs are running"));
    box.setText(tr("%n job(s) still running. What should happen?", nullptr, running));
    box.setInformativeText(titles.join(QLatin1Char('\n')) + QStringLiteral("\n\n") +
                           (restoring ? tr("A cancelled job can be started again. What a cancelled restore "
                                           "had made stays hidden on its server until it is dropped, under "
                                           "“Restored databases…”.")
                                      : tr("A cancelled job leaves nothing half made; it can be started "
                                           "again.")));
    for (QLabel* text :
         box.findChildren<QLabel*>()) // titles hold names of databases, which may look like HTML
        text->setTextFormat(Qt::PlainText);
}

void WindowClosing::ask() {
    if (question() != nullptr)
        return;
    auto* box =
        new QMessageBox(QMessageBox::Question, QString(), QString(), QMessageBox::NoButton, &m_window);
    box->setObjectName(QStringLiteral("closeQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    const auto button = [box](const char* name, const QString& text, QMessageBox::ButtonRole role) {
        auto* made = box->addButton(text, role);
        made->setObjectName(QLatin1String(name));
        return made;
    };
    QPushButton* tray =
        m_tray.isShown() ? button("closeTray", tr("Go on in the &tray"), QMessageBox::AcceptRole) : nullptr;
    button("closeWait", tr("&Wait, then close"), QMessageBox::AcceptRole);
    auto* cancel = button("closeCancel", tr("&Cancel and close"), QMessageBox::DestructiveRole);
    auto* stay = button("closeStay", tr("&Stay"), QMessageBox::RejectRole);
    box->setDefaultButton(stay);
    box->setEscapeButton(stay);
    describe(*box);
    connect(box, &QMessageBox::buttonClicked, this, [this, tray, cancel, stay](QAbstractButton* chosen) {
        m_closeWhenDone = chosen != stay && chosen != tray;
        m_quit = m_closeWhenDone;
        emit changed();
        if (chosen == tray) {
            hideInTray();
            return;
        }
        if (chosen == cancel)
            m_jobs.cancelAll();
        goOnClosing();
    });
    box->open();
}

void WindowClosing::jobsChanged() {
    QMessageBox* asked = question();
    if (asked != nullptr && asked->isVisible())
        describe(*asked);
    goOnClosing();
}

void WindowClosing::goOnClosing() {
    if (m_closeWhenDone && !m_jobs.anyRunning())
        m_window.close();
}

} // namespace salvor
