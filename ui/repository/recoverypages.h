// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The recovery-file step: the passphrase shown once, a sheet to print, a second copy saved, then typed back.
#pragma once

#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"
#include "workers/newrepository.h"

#include <functional>
#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class PathField;

/// What both pages show: the repository that is about to be made. Its passphrase is wiped with it.
using FreshRepository = std::shared_ptr<const RepositoryInitResult>;
using DrawnRepository = std::shared_ptr<NewRepository>;

/// Of the one that was drawn up; it lives as long as that.
FreshRepository shownOf(const DrawnRepository& drawn);

/// Lives in the window's thread.
class RecoveryPage : public FlowPage {
    Q_OBJECT

public:
    explicit RecoveryPage(const FlowContext& context, QWidget* parent = nullptr);
    /// Whose copies are saved here; null: none any longer.
    void setDrawn(DrawnRepository drawn);
    void setRepository(FreshRepository repository); ///< only to be shown
    QString problem() const override;

private:
    void save();
    void copyWritten(const QString& path);

    FlowContext m_context;
    DrawnRepository m_drawn;
    FreshRepository m_repository;
    bool m_saved = false;
    BackgroundCall* m_call = nullptr;
    QLabel* m_passphrase = nullptr;
    PathField* m_path = nullptr;
    QPushButton* m_save = nullptr;
    QLabel* m_state = nullptr;
    ErrorPanel* m_error = nullptr;
};

class TypeBackPage : public FlowPage {
    Q_OBJECT

public:
    explicit TypeBackPage(QWidget* parent = nullptr);
    void setRepository(FreshRepository repository);
    bool isRight() const;
    void enter() override;
    QString problem() const override;

private:
    void showState();

    FreshRepository m_repository;
    QLineEdit* m_typed = nullptr;
    QLabel* m_state = nullptr;
};

/// For a flow whose passphrase was shown and whose repository is not made yet: asks before it is left.
void askToLeave(QDialog& flow, const RepositoryPin& pin, std::function<void()> left);

} // namespace salvor
