// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What was found before a restore: a mark, a sentence and what to do, one row each.
#pragma once

#include "models/preflight.h"

#include <QWidget>

class QGridLayout;
class QVBoxLayout;

namespace salvor {

/// Lives in the window's thread.
class FindingsView : public QWidget {
    Q_OBJECT

public:
    explicit FindingsView(QWidget* parent = nullptr);
    void clear();
    /// Blockers first, then warnings.
    void showFindings(const Preflight& preflight);

private:
    void addRow(const PreflightFinding& finding);
    void addSql(const PreflightFinding& finding, QVBoxLayout& texts);

    QGridLayout* m_grid = nullptr;
    QWidget* m_rows = nullptr;
};

} // namespace salvor
