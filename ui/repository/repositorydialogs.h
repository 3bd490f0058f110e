// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is known of a repository, and the rehearsal of its recovery.
#pragma once

#include "ui/support/flowcontext.h"

#include <QDialog>

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class PathField;

/// Facts, asked for from the store. Lives in the window's thread.
class RepositoryDialog : public QDialog {
    Q_OBJECT

public:
    RepositoryDialog(const FlowContext& context, const QString& repository, QWidget* parent = nullptr);

signals:
    void rehearsalWanted(const QString& repositoryId);

private:
    void load();
    void showInfo(const RepositoryInfo& info);
    void addFact(const QString& label, const QString& value, const char* name, bool fixed = false);

    FlowContext m_context;
    QString m_repository;
    BackgroundCall* m_call = nullptr;
    QLabel* m_title = nullptr;
    QLabel* m_state = nullptr;
    QFormLayout* m_facts = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_rehearse = nullptr;
};

/// That copy and that passphrase open the newest backup, with nothing else: the only proof that they will.
class RehearsalDialog : public QDialog {
    Q_OBJECT

public:
    RehearsalDialog(const FlowContext& context, const QString& repository, QWidget* parent = nullptr);

signals:
    void rehearsed(const QString& repositoryId);

private:
    void load();
    void rehearse();
    void updateButtons();
    void reject() override;

    FlowContext m_context;
    QString m_repository;
    bool m_done = false;
    BackgroundCall* m_call = nullptr;
    QLabel* m_question = nullptr;
    PathField* m_file = nullptr;
    QLineEdit* m_passphrase = nullptr;
    QLabel* m_state = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace salvor
