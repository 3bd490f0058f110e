// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The databases that restores made on a server: swap, undo, drop.
#pragma once

#include "models/profile.h"
#include "ui/restore/restoredact.h"
#include "ui/restored/restoredtexts.h"
#include "ui/support/flowcontext.h"

#include <QDialog>

#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace salvor {

class BackgroundCall;
class EmptyState;
class ErrorPanel;

/// Asks the server each time: what another computer or salvorctl did meanwhile is seen with "Look again", and
/// after everything that is done here. Lives in the window's thread.
class RestoredDialog : public QDialog {
    Q_OBJECT

public:
    /// `profileUuid`: empty or not known here: the server that was restored to last, else the first one.
    /// `database` is chosen, and `act` begun with it, if it can be.
    RestoredDialog(const FlowContext& context, const QString& profileUuid, const QString& database = {},
                   RestoredAct act = RestoredAct::Show, QWidget* parent = nullptr);
    void showDatabases(std::vector<RestoredDatabase> databases);

signals:
    void changed();                                                    ///< a database was swapped or dropped
    void dropped(const QString& profileUuid, const QString& database); ///< after changed()

private:
    void build();
    QWidget* makeActions();
    void loadProfiles(const QString& wanted);
    void load();
    void begin(RestoredAct act);
    void swap(bool undo);
    void drop();
    void done(const QString& sentence);
    void updateButtons();
    const RestoredDatabase* chosen() const;
    const Profile* profile() const;

    FlowContext m_context;
    QString m_wanted; ///< to be chosen once the list is there
    RestoredAct m_act = RestoredAct::Show;
    std::vector<Profile> m_profiles;
    RestoredListModel m_model;
    RestoredTexts m_texts;
    BackgroundCall* m_call = nullptr;
    QComboBox* m_server = nullptr;
    QStackedWidget* m_stack = nullptr;
    QTableView* m_table = nullptr;
    EmptyState* m_empty = nullptr;
    QLabel* m_explanation = nullptr;
    QLabel* m_said = nullptr;
    QProgressBar* m_bar = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_again = nullptr;
    QPushButton* m_swap = nullptr;
    QPushButton* m_undo = nullptr;
    QPushButton* m_drop = nullptr;
};

/// Asks before a restored database is dropped; the name is typed where somebody may have worked in it.
class DropDialog : public QDialog {
    Q_OBJECT

public:
    DropDialog(const FlowContext& context, const Profile& profile, RestoredDatabase database,
               QWidget* parent = nullptr);

signals:
    void dropped(const QString& sentence);

private:
    void drop();
    void updateButtons();
    void keyPressEvent(QKeyEvent* event) override;
    void reject() override;

    FlowContext m_context;
    Profile m_profile;
    RestoredDatabase m_database;
    bool m_typing = false;
    BackgroundCall* m_call = nullptr;
    QLineEdit* m_typed = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_drop = nullptr;
    QPushButton* m_cancel = nullptr;
};

} // namespace salvor
