// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How a restore or a test restore ended: the verdict, the report, and what can follow.
#pragma once

#include "ui/restore/proofreport.h"
#include "ui/support/flowcontext.h"
#include "ui/support/flowdialog.h"

class QPlainTextEdit;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

/// Lives in the window's thread.
class ProofPage : public FlowPage {
    Q_OBJECT

public:
    explicit ProofPage(const FlowContext& context, QWidget* parent = nullptr);
    void setResult(const ProofFacts& facts);

signals:
    void swapWanted(); ///< give the restored database the original's name
    void dropWanted(); ///< take the restore back

private:
    QWidget* makeButtons();
    void save();
    void saveTo(const QString& path);

    ProofFacts m_facts;
    BackgroundCall* m_call = nullptr;
    QLabel* m_mark = nullptr;
    QLabel* m_verdict = nullptr;
    QPlainTextEdit* m_text = nullptr;
    QPushButton* m_swap = nullptr;
    QPushButton* m_drop = nullptr;
    QLabel* m_saved = nullptr;
    ErrorPanel* m_error = nullptr;
};

} // namespace salvor
