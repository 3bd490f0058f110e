// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What an empty page says: why there is nothing, and what to do first.
#pragma once

#include <QWidget>

class QLabel;
class QPushButton;

namespace salvor {

/// Centred text with at most one button. Lives in the window's thread.
class EmptyState : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(QWidget* parent = nullptr);
    /// An empty `action` means no button.
    void setTexts(const QString& title, const QString& text, const QString& action = {});

signals:
    void actionWanted();

private:
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_action = nullptr;
};

} // namespace salvor
