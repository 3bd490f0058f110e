// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whom a policy tells, and of what. Channels are named here; where they lead is kept elsewhere.
#pragma once

#include "models/watch/channel.h"
#include "ui/policies/limitssection.h"

class QLabel;

namespace salvor {

/// Lives in the window's thread.
class NotificationsSection final : public FieldsSection {
    Q_OBJECT

public:
    explicit NotificationsSection(QWidget* parent = nullptr);
    /// Those that there are: named beside the fields, and a name that is none of them is said. Until then
    /// nothing is said of names.
    void setChannels(std::vector<Channel> channels);
    QString summary() const override;

signals:
    void channelsWanted(); ///< to make, change, try and remove them

private:
    void showNote();

    std::optional<std::vector<Channel>> m_channels;
    QLabel* m_note = nullptr;
};

} // namespace salvor
