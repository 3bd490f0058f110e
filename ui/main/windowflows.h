// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Answers the main window's wishes with dialogs and flows.
#pragma once

#include "ui/main/mainwindow.h"
#include "ui/restore/restoredact.h"
#include "ui/support/flowcontext.h"

#include <QObject>

class QDialog;

namespace salvor {

class RestoreFlow;

/// Lives in the window's thread; made after the window and destroyed before it. Owns the look-ups of the
/// dialogs, so that a slow server holds up none of the window's own.
class WindowFlows : public QObject {
    Q_OBJECT

public:
    explicit WindowFlows(MainWindow& window);

public slots:
    void protect();
    void recover();
    void makeRepository();
    void editServer(const QString& profileUuid); ///< empty: a new one
    void removeServer(const QString& profileUuid);
    void restore(const salvor::BackupChoice& backup);
    void restoreBeside(const salvor::BackupChoice& backup);
    void drill(const salvor::BackupChoice& backup);
    void showRestored(const QString& profileUuid, const QString& database, RestoredAct act);
    void showRepository(const QString& repositoryId);
    void rehearse(const QString& repositoryId);
    void applyTimers(const QStringList& policies);

private:
    void open(QDialog* dialog);
    void show(RestoreFlow* flow);

    MainWindow& m_window;
    Lookups m_lookups;
    WindowContext m_shared;
    FlowContext m_context;
};

} // namespace salvor
