// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The steps of a flow: done, current, still to come; a shape as well as a colour.
#pragma once

#include <QStringList>
#include <QWidget>

namespace salvor {

/// Painted; says the current step by its accessible name. Lives in the window's thread.
class StepList : public QWidget {
    Q_OBJECT

public:
    explicit StepList(QWidget* parent = nullptr);
    void setSteps(const QStringList& steps);
    void setCurrent(int step);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

private:
    void paintEvent(QPaintEvent* event) override;
    void paintMark(QPainter& painter, const QRectF& rect, int step) const;
    int rowHeight() const;

    QStringList m_steps;
    int m_current = 0;
};

} // namespace salvor
