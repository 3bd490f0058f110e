// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The recovery-file step: the passphrase shown once, a sheet to print, a second copy saved, then typed back.
#pragma once

#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"

#include <functional>
#include <memory>

class QLabel;
class QLineEdit;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class PathField;

/// What both pages share: the fresh repository. Its passphrase is wiped with it.
using FreshRepository = std::shared_ptr<const RepositoryInitResult>;

/// Lives in the window's thread.
class RecoveryPage : public FlowPage {
    Q_OBJECT

public:
    explicit RecoveryPage(const FlowContext& context, QWidget* parent = nullptr);
    void setRepository(FreshRepository repository);
    QString problem() const override;
    bool copySaved() const { return m_saved; }

private:
    void save();
    void copyWritten(const QString& path);

    FlowContext m_context;
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

/// For a flow whose repository is made and whose passphrase was not typed back: asks before it is left.
void askToLeave(QDialog& flow, const RepositoryPin& pin, std::function<void()> left);
/// Writes a new file that only its owner can read, whole or not at all. AlreadyExists when there is one.
Result<> writeRecoveryCopy(const std::string& path, const std::string& bytes);
/// At most 1 MiB: a recovery file is far smaller. NotFound, PermissionDenied, InvalidInput.
Result<std::string> readRecoveryFile(const std::string& path);

} // namespace salvor
