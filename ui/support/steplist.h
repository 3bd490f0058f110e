// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a flow: done, left out, current, still to come; a shape as well as a colour.
#pragma once

#include <QStringList>
#include <QWidget>

#include <set>

namespace salvor {

/// Painted; says the current step by its accessible name, those that are done by its description. Lives in
/// the window's thread.
class StepList : public QWidget {
    Q_OBJECT

public:
    explicit StepList(QWidget* parent = nullptr);
    void setSteps(const QStringList& steps);
    /// Steps between it and an earlier one are left out: nobody has seen them, so they get no tick.
    void setCurrent(int step);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

private:
    void paintEvent(QPaintEvent* event) override;
    void paintMark(QPainter& painter, const QRectF& rect, int step) const;
    int rowHeight() const;
    void tell();

    QStringList m_steps;
    std::set<int> m_leftOut;
    int m_current = 0;
};

} // namespace salvor
