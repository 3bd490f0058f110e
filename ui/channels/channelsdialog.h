// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The channels by which somebody is told: made, changed, tried and removed.
#pragma once

#include "models/watch/channel.h"
#include "workers/core.h"
#include "workers/jobworker.h"

#include <QDialog>
#include <QStandardItemModel>

#include <vector>

class QLabel;
class QPushButton;
class QTableView;

namespace salvor {

class BackgroundCall;
class ErrorPanel;

/// Lives in the window's thread. Borrows both.
class ChannelsDialog : public QDialog {
    Q_OBJECT

public:
    ChannelsDialog(Core& core, Lookups& lookups, QWidget* parent = nullptr);

signals:
    void changed(); ///< one was added, changed or removed

private:
    void build();
    void load();
    void show(std::vector<Channel> channels);
    void update();
    const Channel* chosen() const;
    void edit(const Channel& channel);
    void test();
    void tell(const Delivery& delivery);
    void askToRemove();
    void remove(const Channel& channel);
    void reject() override;

    Core& m_core;
    Lookups& m_lookups;
    BackgroundCall* m_call = nullptr;
    std::vector<Channel> m_channels;
    QStandardItemModel m_model;
    QTableView* m_table = nullptr;
    QLabel* m_said = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_add = nullptr;
    QPushButton* m_change = nullptr;
    QPushButton* m_test = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace salvor
