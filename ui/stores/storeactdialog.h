// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is seldom done to a store: read anew, taken over, forgotten. Said first, then done.
#pragma once

#include "models/repositorypin.h"
#include "workers/core.h"
#include "workers/jobworker.h"
#include "workers/repositoryjobs.h"

#include <QDialog>

class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

enum class StoreAct {
    Rebuild,  ///< this computer's records of it are made again from the store
    TakeOver, ///< this computer becomes its writer
    Forget,   ///< off this computer's list, with its keys
};

/// Lives in the window's thread. Borrows both.
class StoreActDialog : public QDialog {
    Q_OBJECT

public:
    StoreActDialog(Core& core, Lookups& lookups, StoreAct act, RepositoryPin pin, QWidget* parent = nullptr);

signals:
    void changed(); ///< the store is another one than before, or gone from here

private:
    void build();
    QString explanation() const;
    QString actText() const;
    void lookFirst();
    void showPlan(const TakeOverOutcome& plan);
    bool isConfirmed() const;
    void update();
    void act();
    void finish(const QString& text);
    void fail(const Error& error);
    void keyPressEvent(QKeyEvent* event) override;
    void reject() override;

    Core& m_core;
    BackgroundCall* m_call = nullptr;
    StoreAct m_act;
    RepositoryPin m_pin;
    bool m_ready = false; ///< what would be done is known
    bool m_typed = false; ///< the name has to be typed
    bool m_loses = false; ///< backups known here are given up by it
    bool m_finished = false;
    QLabel* m_text = nullptr;
    QLabel* m_label = nullptr;
    QLineEdit* m_name = nullptr;
    QProgressBar* m_bar = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_go = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace salvor
