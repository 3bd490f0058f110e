// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// An error as people need it: what happened, what to do, what was left behind, and the full text to copy.
#pragma once

#include "models/base/error.h"

#include <QFrame>

class QLabel;
class QToolButton;

namespace salvor {

/// Hidden while there is no error. Lives in the window's thread.
class ErrorPanel : public QFrame {
    Q_OBJECT

public:
    explicit ErrorPanel(QWidget* parent = nullptr);
    /// A cancel is shown in neutral words, never as a failure.
    void showError(const Error& error, const QString& leftBehind = {});
    void clear();
    QString fullText() const { return m_fullText; }

    /// The heading for a code, translated: "Wrong user name or password".
    static QString title(ErrorCode code);

private:
    void changeEvent(QEvent* event) override;
    void recolour();

    QLabel* m_title = nullptr;
    QLabel* m_message = nullptr;
    QLabel* m_hint = nullptr;
    QLabel* m_leftBehind = nullptr;
    QToolButton* m_copy = nullptr;
    QString m_fullText;
    bool m_cancelled = false;
};

} // namespace salvor
