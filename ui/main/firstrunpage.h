// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What an empty window shows: two doors.
#pragma once

#include <QWidget>

namespace salvor {

class FirstRunPage : public QWidget {
    Q_OBJECT

public:
    explicit FirstRunPage(QWidget* parent = nullptr);

signals:
    void protectWanted();
    void recoverWanted();
};

} // namespace salvor
