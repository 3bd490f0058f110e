// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A swap, or taking one back: the plan, and the name to type.
#pragma once

#include "models/databaseswap.h"
#include "models/profile.h"
#include "models/restoreddatabase.h"
#include "ui/support/flowcontext.h"

#include <QDialog>

#include <optional>

class QCheckBox;
class QLabel;
class QLineEdit;
class QPlainTextEdit;
class QProgressBar;
class QPushButton;
class QTabWidget;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

/// Shows what exactly would happen; does it only if the plan is still the same at that moment. Lives in the
/// window's thread.
class SwapDialog : public QDialog {
    Q_OBJECT

public:
    SwapDialog(const FlowContext& context, const Profile& profile, RestoredDatabase database, bool undo,
               QWidget* parent = nullptr);
    void showPlan(const DatabaseSwap& plan);

signals:
    void swapped(const QString& sentence); ///< it was done

private:
    void build();
    QWidget* makeTabs();
    SwapRequest request() const;
    void plan();
    void swap();
    void showDone(const DatabaseSwap& done);
    void updateButtons();
    QString problem() const;
    void keyPressEvent(QKeyEvent* event) override;
    void reject() override;

    FlowContext m_context;
    Profile m_profile;
    RestoredDatabase m_database;
    bool m_undo = false;
    bool m_done = false;
    bool m_swapping = false;
    std::optional<DatabaseSwap> m_plan;
    std::optional<Instant> m_namesFrom; ///< when the plan that is shown was made
    BackgroundCall* m_call = nullptr;
    QLabel* m_summary = nullptr;
    QLabel* m_written = nullptr;
    QWidget* m_liveBox = nullptr;
    QLineEdit* m_live = nullptr;
    QTabWidget* m_tabs = nullptr;
    QPlainTextEdit* m_stays = nullptr;
    QPlainTextEdit* m_clients = nullptr;
    QPlainTextEdit* m_statements = nullptr;
    QCheckBox* m_terminate = nullptr;
    QCheckBox* m_unproven = nullptr;
    QLabel* m_typeLabel = nullptr;
    QLineEdit* m_typed = nullptr;
    QLabel* m_note = nullptr;
    QProgressBar* m_bar = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_again = nullptr;
    QPushButton* m_swap = nullptr;
    QPushButton* m_close = nullptr;
};

/// Blocking, for workers: does it only if its plan is the one that was shown; else nothing, and gives the
/// new plan.
struct SwapAttempt {
    bool done = false;
    DatabaseSwap swap;            ///< what was done, else how it is now
    std::optional<Error> refused; ///< because of who is connected by now
};
Result<SwapAttempt> swapAsShown(Core& core, SwapRequest request, const DatabaseSwap& shown,
                                const CancelToken& cancel);
/// The same, but for comments, which carry the time, and for who is connected.
bool samePlan(const DatabaseSwap& one, const DatabaseSwap& other);

} // namespace salvor
