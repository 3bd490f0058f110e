// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A part of a form that is folded to one line until somebody wants it: its title, and what it says now.
#pragma once

#include <QWidget>

class QLabel;
class QToolButton;

namespace salvor {

/// Lives in the window's thread.
class FoldSection : public QWidget {
    Q_OBJECT

public:
    /// Takes `content`. `objectName` is the button's.
    FoldSection(const char* objectName, const QString& title, QWidget* content, QWidget* parent = nullptr);
    void setSummary(const QString& text);
    /// A problem inside: its line is marked, in words as well as in colour. Empty: none.
    void setProblem(const QString& text);
    bool isOpen() const;
    void setOpen(bool open);

private:
    void changeEvent(QEvent* event) override;
    void showSummary();

    QString m_title;
    QString m_text;
    QString m_problem;
    QToolButton* m_button = nullptr;
    QLabel* m_summary = nullptr;
    QWidget* m_content = nullptr;
};

} // namespace salvor
