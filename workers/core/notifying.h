// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Decides who is told what, keeps it until it arrived, and sends it. Internal to workers/.
#pragma once

#include "engines/repository/lock.h"
#include "models/watch/channel.h"
#include "workers/core/coreprivate.h"
#include "workers/core/outbox.h"
#include "workers/watchjobs.h"

#include <string>
#include <vector>

namespace salvor {

/// One thread, for one run or watch. What it cannot do is in problems(), and stops nothing else.
class Notifying {
public:
    Notifying(const Core::Private& core, std::vector<Policy> policies, std::vector<Channel> channels);

    /// After a run of one policy: mail and webhooks, as the policy chooses.
    void tellRun(const Policy& policy, const RunRecord& run);
    /// After a look: mail and webhooks of each policy that has to do with what was found. Addresses that a
    /// mail channel got since the look before are told what still stands.
    void tellFindings(const WatchReport& report);
    /// Everything that is on its way and whose channel is known here: one of each channel before a second of
    /// any, those channels last that did not answer the last time. In a channel they go in the order in which
    /// they were made; one that fails again and again lets newer ones go, and says how late it is when it
    /// arrives. A channel that cannot be used is left until the next time; one that refuses a message is not.
    /// Ends within two seconds of a cancel.
    void send(const CancelToken& cancel);
    /// Heartbeats of policies that are well; the fail URLs of the others.
    void beatAll(const WatchReport& report, const CancelToken& cancel);

    /// What is left, whoever's it is.
    std::vector<Undelivered> undelivered();
    std::vector<Delivery>& deliveries() { return m_deliveries; }
    std::vector<Error>& problems() { return m_problems; }

    /// One message, at once, without the outbox.
    Delivery sendNow(const Channel& channel, const Notification& notification,
                     const CancelToken& cancel) const;
    Notification testMessage(const Channel& channel) const;

private:
    void noteRecovered(const Channel& channel, const WatchReport& report);
    bool noteTold(const Channel& channel, const std::string& thing, const Told& told);
    std::vector<std::string> takeNewcomers(const Channel& channel);
    void tellNewcomers(const Channel& channel, const std::vector<std::string>& newcomers,
                       const std::vector<Policy>& tells, const WatchReport& report);
    void post(Notification notification);
    Notification compose(const Channel& channel, const std::string& subject, const std::string& text,
                         QJsonObject payload) const;
    const Channel* channelOf(const std::string& uuid) const;
    Result<std::optional<Secret>> secretOf(const Channel& channel, const CancelToken& cancel) const;
    struct Queue;
    enum class Tried { Accepted, Refused, Unreached, Cancelled };
    /// What nobody else is sending right now.
    void takeKept(std::vector<Notification>& waiting, std::optional<RepositoryLock>& lock);
    std::vector<Queue> queuesOf(std::vector<Notification> unkept, std::vector<Notification> kept) const;
    static bool letOneGoBefore(Queue& queue, std::uint64_t tries);
    void sendNext(Queue& queue, const CancelToken& cancel);
    Tried sendOne(Notification notification, bool kept, const CancelToken& cancel);
    void lost(const Notification& notification, const std::optional<Error>& why);
    void problem(Error error) { m_problems.push_back(std::move(error)); }

    const Core::Private& m_core;
    const std::vector<Policy> m_policies;
    const std::vector<Channel> m_channels;
    std::optional<Outbox> m_outbox;
    std::vector<Notification> m_unkept; ///< that the outbox could not take: sent at once or lost, and said
    std::vector<Delivery> m_deliveries;
    std::vector<Error> m_problems;
};

} // namespace salvor
