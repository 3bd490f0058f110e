// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/orphans.h"

#include "models/base/json.h"
#include "models/jsonfields.h"
#include "workers/core/outbox.h"

#include <QJsonArray>

#include <algorithm>
#include <map>

namespace salvor {

Result<> endOrphanedNotifications(WorkspaceDatabase& workspace, const std::string& stateFolder) {
    SALVOR_ASSIGN(const Outbox outbox, Outbox::open(stateFolder));
    std::vector<Error> unreadable; // whoever sends says them
    SALVOR_ASSIGN(const auto waiting, outbox.all(unreadable));
    SALVOR_ASSIGN(const auto channels, workspace.channels());
    std::map<std::string, std::vector<const Notification*>> orphans;
    for (const auto& one : waiting) {
        if (std::ranges::find(channels, one.channelUuid, &Channel::uuid) == channels.end())
            orphans[one.channelUuid].push_back(&one);
    }
    for (const auto& [channel, list] : orphans) {
        QJsonArray ended;
        for (const Notification* one : list)
            ended.append(QJsonObject{{QStringLiteral("id"), toQt(one->id)},
                                     {QStringLiteral("subject"), toQt(one->subject)},
                                     {QStringLiteral("made"), toJsonTime(one->made)},
                                     {QStringLiteral("tries"), toJsonCount(one->tries)}});
        SALVOR_TRY(workspace.recordAudit("channel.notifications_ended", channel, {},
                                         {{QStringLiteral("reason"), QStringLiteral("channel removed")},
                                          {QStringLiteral("title"), toQt(list.front()->channelTitle)},
                                          {QStringLiteral("notifications"), ended}}));
        for (const Notification* one : list)
            SALVOR_TRY(outbox.remove(one->id));
    }
    return {};
}

} // namespace salvor
