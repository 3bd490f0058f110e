// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/notifying.h"

#include "engines/notify/notify.h"
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "workers/core/notificationtext.h"

#include <QJsonDocument>

#include <algorithm>
#include <deque>
#include <iterator>
#include <set>
#include <sstream>
#include <tuple>
#include <utility>

namespace salvor {

namespace {

// No try is begun after these, but the first of each channel that answers.
constexpr std::chrono::minutes kLongestSending{2};
constexpr std::chrono::minutes kLongestOfAChannel{1};
constexpr int kMostRefusals = 10; ///< of one channel in one sending: nobody is to take it for an attack
/// So often a notification that does not arrive is tried in its turn; then it keeps no newer one back.
constexpr std::uint64_t kTriesInTurn = 3;
/// A notification that arrives later than this after it was made says so.
constexpr std::chrono::minutes kLate{5};
constexpr const char* kUnsaid = "-"; ///< before a state that the policy did not want to be told
/// States of their own, without a line of a finding: so the next look that is different is news.
constexpr const char* kRecovered = "recovered"; ///< a run: somebody's own hand made a good backup since
constexpr const char* kSilent = "silent";       ///< the watch: nothing to tell, and yet not all is well

std::vector<Channel> tellable(const std::vector<Channel>& channels) {
    std::vector<Channel> out;
    std::copy_if(channels.begin(), channels.end(), std::back_inserter(out),
                 [](const Channel& channel) { return channel.kind != "heartbeat"; });
    return out;
}

std::optional<std::int64_t> lateSeconds(const Notification& notification, Instant now) {
    const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - notification.made);
    return age > kLate ? std::optional<std::int64_t>(age.count()) : std::nullopt;
}

std::string bodyText(const Notification& notification, Instant now) {
    std::string text = notification.text;
    if (const auto late = lateSeconds(notification, now))
        text += "\nThis is of " + toRfc3339(notification.made) + " and arrives " + spanText(*late) +
                " late: what happened since may have been told already.\n";
    if (notification.dropped > 0)
        text += "\n" + std::to_string(notification.dropped) +
                (notification.dropped == 1
                     ? " older notification to this channel never arrived and was given up.\n"
                     : " older notifications to this channel never arrived and were given up.\n");
    return text;
}

std::string bodyJson(const Notification& notification, Instant now) {
    QJsonObject payload = notification.payload;
    payload.insert(QStringLiteral("id"), toQt(notification.id));
    payload.insert(QStringLiteral("subject"), toQt(notification.subject));
    payload.insert(QStringLiteral("text"), toQt(bodyText(notification, now)));
    payload.insert(QStringLiteral("made"), toQt(toRfc3339(notification.made)));
    payload.insert(QStringLiteral("late_seconds"),
                   static_cast<qint64>(lateSeconds(notification, now).value_or(0)));
    payload.insert(QStringLiteral("dropped"), toJsonCount(notification.dropped));
    return QJsonDocument(payload).toJson(QJsonDocument::Compact).toStdString();
}

/// Refused for its own sake, again and again: it waits until all others of its channel had their turn.
bool lostItsTurn(const Notification& notification) {
    return notification.tries >= kTriesInTurn && notification.error && refusesTheMessage(*notification.error);
}

bool isIn(const std::vector<std::string>& addresses, const std::string& address) {
    return std::ranges::find(addresses, address) != addresses.end();
}

/// With those recipients alone who do not have it yet. One that the channel got since it was made has not: it
/// may be a mistyped one that somebody mended.
Channel leftOf(Channel channel, const Notification& notification) {
    std::erase_if(channel.to,
                  [&](const std::string& address) { return isIn(notification.reached, address); });
    return channel;
}

/// One that was kept by an older version, which noted only whom it missed.
void noteWhoHadIt(Notification& notification, const Channel& channel) {
    if (!notification.reached.empty() || notification.missing.empty())
        return;
    for (const auto& address : channel.to) {
        if (!isIn(notification.missing, address))
            notification.reached.push_back(address);
    }
}

/// `to`: who was to get it in this try.
void noteWhoHasIt(Notification& notification, const std::vector<std::string>& to,
                  const std::vector<std::string>& missing) {
    for (const auto& address : to) {
        if (!missing.empty() && !isIn(missing, address))
            notification.reached.push_back(address);
    }
    if (!missing.empty())
        notification.missing = missing;
    else if (!notification.reached.empty())
        notification.missing = to; // nobody of these
}

/// A list of addresses as what was told of "recipients"; none has a blank.
std::vector<std::string> addressesIn(const std::string& text) {
    std::istringstream words(text);
    return {std::istream_iterator<std::string>(words), {}};
}

std::string asText(const std::set<std::string>& addresses) {
    std::string text;
    for (const auto& address : addresses)
        text += (text.empty() ? "" : " ") + address;
    return text;
}

} // namespace

Notifying::Notifying(const Core::Private& core, std::vector<Policy> policies, std::vector<Channel> channels)
    : m_core(core)
    , m_policies(std::move(policies))
    , m_channels(std::move(channels)) {
    auto outbox = Outbox::open(core.config.places.state);
    if (outbox)
        m_outbox = std::move(*outbox);
    else
        problem(std::move(outbox).error());
}

const Channel* Notifying::channelOf(const std::string& uuid) const {
    const auto found = std::find_if(m_channels.begin(), m_channels.end(),
                                    [&](const Channel& channel) { return channel.uuid == uuid; });
    return found == m_channels.end() ? nullptr : &*found;
}

Notification Notifying::compose(const Channel& channel, const std::string& subject, const std::string& text,
                                QJsonObject payload) const {
    Notification notification;
    notification.id = m_core.newId();
    notification.channelUuid = channel.uuid;
    notification.channelTitle = channel.title;
    notification.subject = subject;
    notification.text = text;
    notification.made = m_core.config.clock->now();
    payload.insert(QStringLiteral("schema"), QStringLiteral("salvor.notification/1"));
    payload.insert(QStringLiteral("host"), toQt(thisHost()));
    notification.payload = std::move(payload);
    return notification;
}

/// Durable before anybody is told that it was told; without room for it, it is sent from memory.
void Notifying::post(Notification notification) {
    const Result<> kept = m_outbox
                              ? m_outbox->put(notification)
                              : Result<>(failure(ErrorCode::IoError, "there is no folder for notifications"));
    if (kept)
        return;
    if (m_outbox)
        problem(kept.error());
    m_unkept.push_back(std::move(notification));
}

void Notifying::tellRun(const Policy& policy, const RunRecord& run) {
    const std::string thing = "run-" + policy.uuid;
    const Instant now = m_core.config.clock->now();
    for (const Channel& channel : tellable(channelsOf({policy}, m_channels))) {
        const auto before = m_outbox ? m_outbox->told(channel.uuid, thing) : std::nullopt;
        const bool good = run.outcome == RunOutcome::Ok;
        const bool wasBad =
            before && !before->state.starts_with(kUnsaid) && before->state != stateOf(RunOutcome::Ok);
        // That it works again is said wherever it was said that it does not.
        const bool chosen = notifiesOn(policy, run.outcome) || (good && wasBad);
        const bool decides = good || run.outcome == RunOutcome::Partial || run.outcome == RunOutcome::Failed;
        if (!chosen && !decides)
            continue;
        Told next{(chosen ? "" : kUnsaid) + stateOf(run), run.id, now};
        if (chosen && Outbox::isNews(before, next.state, now))
            post(compose(channel, runSubject(policy, run), runText(policy, run), runPayload(policy, run)));
        else if (before && before->state == next.state)
            next.at = before->at; // the day until it is repeated is counted from what was said
        if (!m_outbox)
            continue;
        if (const auto noted = m_outbox->setTold(channel.uuid, thing, next); !noted)
            problem(noted.error());
    }
}

void Notifying::tellFindings(const WatchReport& report) {
    const Instant now = m_core.config.clock->now();
    for (const Channel& channel : tellable(channelsOf(m_policies, m_channels))) {
        std::vector<Policy> tells;
        for (const auto& policy : m_policies) {
            if (!channelsOf({policy}, {channel}).empty())
                tells.push_back(policy);
        }
        noteRecovered(channel, report);
        std::set<std::string> saidByRuns;
        for (const auto& policy : tells) {
            const auto run = m_outbox ? m_outbox->told(channel.uuid, "run-" + policy.uuid) : std::nullopt;
            if (run && !run->state.starts_with(kUnsaid))
                saidByRuns.insert(run->runId);
        }
        const FindingsFor found = findingsFor(report, tells, saidByRuns);
        const auto before = m_outbox ? m_outbox->told(channel.uuid, "watch") : std::nullopt;
        const auto newcomers = takeNewcomers(channel);
        const bool isSilent = found.findings.empty() && !found.well();
        const std::string state = isSilent ? kSilent : found.state;
        if (isSilent ? !before || before->state.empty() || before->state == state
                     : !Outbox::isNews(before, state, now)) {
            if (!newcomers.empty())
                tellNewcomers(channel, newcomers, tells, report);
            // There from the first look on: when there is room for nothing more, it can be overwritten.
            if (!before && m_outbox)
                noteTold(channel, "watch", {{}, {}, now});
            continue;
        }
        if (!isSilent || found.isOver(before->state))
            post(compose(channel, findingsSubject(found), findingsText(found, report.at),
                         findingsPayload(found)));
        else if (!newcomers.empty())
            tellNewcomers(channel, newcomers, tells, report);
        if (m_outbox)
            noteTold(channel, "watch", {state, {}, now});
    }
}

bool Notifying::noteTold(const Channel& channel, const std::string& thing, const Told& told) {
    auto noted = m_outbox->setTold(channel.uuid, thing, told);
    if (!noted)
        problem(std::move(noted).error());
    return noted.has_value();
}

/// Addresses that a mail channel did not have at the looks before. An older watch file may have others than
/// the workspace: who was known once stays known.
std::vector<std::string> Notifying::takeNewcomers(const Channel& channel) {
    if (channel.kind != "mail" || !m_outbox)
        return {};
    const auto before = m_outbox->told(channel.uuid, "recipients");
    const auto known = addressesIn(before ? before->state : std::string());
    std::set<std::string> all(known.begin(), known.end());
    std::vector<std::string> newcomers;
    for (const auto& address : channel.to) {
        if (all.insert(address).second)
            newcomers.push_back(address);
    }
    // Noted before it is told: else they would be told at each look where it cannot be.
    if (newcomers.empty() ||
        !noteTold(channel, "recipients", {asText(all), {}, m_core.config.clock->now()}) || !before)
        return {};
    return newcomers;
}

/// What still stands was told the others before they came. What is waiting reaches them by itself.
void Notifying::tellNewcomers(const Channel& channel, const std::vector<std::string>& newcomers,
                              const std::vector<Policy>& tells, const WatchReport& report) {
    const auto told = m_outbox->told(channel.uuid, "watch");
    std::vector<Error> unreadable; // said by send()
    const auto waiting = m_outbox->all(unreadable);
    std::set<std::string> saidByRuns;
    for (const auto& one : waiting ? *waiting : std::vector<Notification>()) {
        if (one.channelUuid != channel.uuid)
            continue;
        if (one.payload.value(QLatin1String("event")) == QLatin1String("watch") && told &&
            one.made >= told->at)
            return;
        saidByRuns.insert(
            fromQt(one.payload.value(QLatin1String("run")).toObject().value(QLatin1String("id")).toString()));
    }
    const FindingsFor found = findingsFor(report, tells, saidByRuns);
    if (found.findings.empty())
        return;
    Notification notification =
        compose(channel, findingsSubject(found), findingsText(found, report.at), findingsPayload(found));
    for (const auto& address : channel.to) {
        if (!isIn(newcomers, address))
            notification.reached.push_back(address);
    }
    if (!notification.reached.empty()) // else it is for everybody, as any other
        notification.missing = newcomers;
    post(std::move(notification));
}

/// A good run that nobody was told of (by hand): the next failure is news again.
void Notifying::noteRecovered(const Channel& channel, const WatchReport& report) {
    if (!m_outbox)
        return;
    for (const auto& policy : report.policies) {
        const std::string thing = "run-" + policy.uuid;
        const auto run = m_outbox->told(channel.uuid, thing);
        if (policy.lastRunOutcome != toString(RunOutcome::Ok) || !run || run->runId == policy.lastRunId ||
            run->state.starts_with(kUnsaid) || run->state == stateOf(RunOutcome::Ok) ||
            run->state == kRecovered)
            continue;
        if (const auto noted = m_outbox->setTold(channel.uuid, thing, {kRecovered, {}, run->at}); !noted)
            problem(noted.error());
    }
}

Result<std::optional<Secret>> Notifying::secretOf(const Channel& channel, const CancelToken& cancel) const {
    if (channel.secretKind.empty())
        return std::optional<Secret>();
    SALVOR_ASSIGN(const auto store, m_core.secrets(channel.secretKind));
    SALVOR_ASSIGN(auto secret, store->get(channel.secretName(), cancel));
    return std::optional<Secret>(std::move(secret));
}

Delivery Notifying::sendNow(const Channel& channel, const Notification& notification,
                            const CancelToken& cancel) const {
    Delivery delivery{channel.title, channel.kind, notification.subject, false, {}, {}};
    const auto secret = secretOf(channel, cancel);
    if (!secret) {
        delivery.error = withContext(secret.error(), "channel", channel.title);
        return delivery;
    }
    const Secret* const key = *secret ? &**secret : nullptr;
    const Instant now = m_core.config.clock->now();
    const NotifyLimits limits;
    const auto reply = channel.kind == "mail" ? sendMail(leftOf(channel, notification), key,
                                                         {notification.subject, bodyText(notification, now),
                                                          notification.id, notification.made},
                                                         limits, cancel)
                       : channel.kind == "webhook"
                           ? postWebhook(channel, key, bodyJson(notification, now), now, limits, cancel)
                           : beat(channel, key, true, limits, cancel);
    if (reply) {
        delivery.accepted = true;
        delivery.reply = *reply;
    } else {
        delivery.error = withContext(reply.error(), "channel", channel.title);
        delivery.missing = missingRecipients(reply.error());
    }
    return delivery;
}

/// A channel's notifications in one sending.
struct Notifying::Queue {
    struct One {
        Notification notification;
        bool kept;
    };
    std::deque<One> waiting; ///< in the order in which they were made; what lost its turn is last
    bool answers = true;     ///< what is known of its last try
    bool passed = false;     ///< one that did not arrive has let another one go before it
    std::optional<Instant> tried;
    int refusals = 0;
    std::chrono::steady_clock::duration spent{};
};

/// Neither kept nor sent.
void Notifying::lost(const Notification& notification, const std::optional<Error>& why) {
    Error error{ErrorCode::Timeout, "the channel did not answer", {}, false, {}};
    if (why)
        error = *why;
    problem(Error{error.code,
                  "a notification could neither be kept nor sent, and is lost: \"" + notification.subject +
                      "\": " + error.message,
                  error.hint, false, error.context});
}

namespace {

/// Whom it is still to reach could not be kept: it is not lost for the others.
Error endsForSome(Error error) {
    error.message += "; it could not be kept for these, and is not tried again";
    error.hint.clear();
    error.retryable = false;
    return error;
}

} // namespace

Notifying::Tried Notifying::sendOne(Notification notification, bool kept, const CancelToken& cancel) {
    const Channel& channel = *channelOf(notification.channelUuid);
    noteWhoHadIt(notification, channel);
    const std::vector<std::string> to = leftOf(channel, notification).to;
    if (channel.kind == "mail" && to.empty()) {
        // Those whom it did not reach are not the channel's any more.
        const auto removed = kept ? m_outbox->remove(notification.id) : Result<>();
        if (!removed)
            problem(removed.error());
        return Tried::Accepted;
    }
    Delivery delivery = sendNow(channel, notification, cancel);
    if (delivery.error && delivery.error->isCancelled()) {
        if (!kept)
            lost(notification, delivery.error);
        return Tried::Cancelled; // not a try: what is kept stays as it is
    }
    Tried tried = Tried::Accepted;
    if (!delivery.accepted) {
        tried = refusesTheMessage(*delivery.error) ? Tried::Refused : Tried::Unreached;
        ++notification.tries;
        notification.tried = m_core.config.clock->now();
        notification.error = delivery.error;
        noteWhoHasIt(notification, to, delivery.missing);
    }
    if (kept) {
        const auto noted =
            delivery.accepted ? m_outbox->remove(notification.id) : m_outbox->put(notification);
        if (!noted)
            problem(noted.error());
        // Whom it is still to reach could not be noted: those who have it would get it again at each look.
        if (!noted && !delivery.missing.empty()) {
            if (const auto removed = m_outbox->remove(notification.id); !removed)
                problem(removed.error());
            problem(endsForSome(*delivery.error));
        }
    } else if (!delivery.missing.empty()) {
        problem(endsForSome(*delivery.error));
    } else if (!delivery.accepted) {
        lost(notification, delivery.error);
    }
    m_deliveries.push_back(std::move(delivery));
    return tried;
}

void Notifying::takeKept(std::vector<Notification>& waiting, std::optional<RepositoryLock>& lock) {
    auto acquired = RepositoryLock::acquire(m_outbox->folder(),
                                            {"salvor", "sending notifications", m_core.config.clock->now()});
    if (!acquired && acquired.error().code == ErrorCode::Busy)
        return; // another process is sending: it, or the next one, takes ours too
    if (acquired)
        lock.emplace(std::move(*acquired));
    else
        problem(std::move(acquired).error());
    auto all = m_outbox->all(m_problems);
    if (all)
        waiting = std::move(*all);
    else
        problem(std::move(all).error());
}

std::vector<Notifying::Queue> Notifying::queuesOf(std::vector<Notification> unkept,
                                                  std::vector<Notification> kept) const {
    std::vector<Queue> queues;
    const auto add = [&](Notification notification, bool isKept) {
        if (channelOf(notification.channelUuid) == nullptr)
            return;
        const auto same = std::ranges::find_if(queues, [&](const Queue& queue) {
            return queue.waiting.front().notification.channelUuid == notification.channelUuid;
        });
        Queue& queue = same != queues.end() ? *same : queues.emplace_back();
        queue.answers = queue.answers && (!notification.error || refusesTheMessage(*notification.error));
        queue.tried = std::max(queue.tried, notification.tried);
        queue.waiting.push_back({std::move(notification), isKept});
    };
    for (auto& one : kept)
        add(std::move(one), true);
    for (auto& one : unkept)
        add(std::move(one), false);
    // In a channel nothing overtakes what was made before it: the last word there is the newest state.
    for (auto& queue : queues)
        std::ranges::stable_sort(queue.waiting, {}, [](const Queue::One& one) {
            const bool isLast = lostItsTurn(one.notification);
            return std::tuple(isLast, isLast ? one.notification.tries : 0, one.notification.made);
        });
    // Of those that did not answer, the one that waited longest: none is left out for good.
    std::ranges::stable_sort(queues, [](const Queue& a, const Queue& b) {
        return a.answers != b.answers ? a.answers : !a.answers && a.tried < b.tried;
    });
    return queues;
}

/// Once in a sending: it may be this one that the server stumbles over, and not the channel. The one that was
/// tried least goes next, so that each has its turn some time.
bool Notifying::letOneGoBefore(Queue& queue, std::uint64_t tries) {
    const bool anyUnkept =
        std::ranges::any_of(queue.waiting, [](const Queue::One& one) { return !one.kept; });
    if (queue.passed || queue.waiting.empty() || (tries < kTriesInTurn && !anyUnkept))
        return false;
    queue.passed = true;
    const auto least = std::ranges::min_element(queue.waiting, {}, [](const Queue::One& one) {
        return one.notification.tries;
    }); // the oldest of them
    std::rotate(queue.waiting.begin(), least, least + 1);
    return true;
}

void Notifying::sendNext(Queue& queue, const CancelToken& cancel) {
    const auto begin = std::chrono::steady_clock::now();
    Queue::One one = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    const std::uint64_t triesBefore = one.notification.tries;
    const Tried tried = sendOne(std::move(one.notification), one.kept, cancel);
    queue.spent += std::chrono::steady_clock::now() - begin;
    if (tried == Tried::Refused)
        ++queue.refusals;
    const bool goesOn = tried != Tried::Unreached || letOneGoBefore(queue, triesBefore);
    if (goesOn && queue.refusals < kMostRefusals && queue.spent <= kLongestOfAChannel)
        return;
    for (const auto& left : queue.waiting) { // until the next time
        if (!left.kept)
            lost(left.notification, std::nullopt);
    }
    queue.waiting.clear();
}

void Notifying::send(const CancelToken& cancel) {
    std::vector<Notification> kept;
    std::optional<RepositoryLock> lock;
    if (m_outbox)
        takeKept(kept, lock);
    auto queues = queuesOf(std::exchange(m_unkept, {}), std::move(kept));
    const auto begin = std::chrono::steady_clock::now();
    bool more = true;
    for (bool first = true; more && !cancel.stop_requested(); first = false) {
        more = false;
        for (auto& queue : queues) {
            // Others that hang take nothing from a channel that answers.
            const bool assured = first && queue.answers;
            if (queue.waiting.empty() || cancel.stop_requested() ||
                (!assured && std::chrono::steady_clock::now() - begin > kLongestSending))
                continue;
            sendNext(queue, cancel);
            more = true;
        }
    }
    for (const auto& queue : queues) {
        for (const auto& left : queue.waiting) {
            if (!left.kept)
                lost(left.notification,
                     cancel.stop_requested() ? std::optional(cancelledError()) : std::nullopt);
        }
    }
}

void Notifying::beatAll(const WatchReport& report, const CancelToken& cancel) {
    std::set<std::string> mute; // channels that something did not reach: the heartbeat has to say it
    for (const auto& one : undelivered())
        mute.insert(one.channel);
    for (const Channel& channel : channelsOf(m_policies, m_channels)) {
        if (channel.kind != "heartbeat" || cancel.stop_requested())
            continue;
        bool well = m_problems.empty();
        bool isOfAny = false;
        for (const auto& policy : m_policies) {
            if (policy.heartbeat.value_or("") != channel.title ||
                std::ranges::find(report.policies, policy.uuid, &PolicyWatch::uuid) == report.policies.end())
                continue; // another's, or of one that was removed: that says nothing of the others
            isOfAny = true;
            well = well && report.wellFor(policy.uuid);
            for (const auto& names : {policy.mail, policy.webhooks}) {
                for (const auto& name : names)
                    well = well && mute.count(name) == 0;
            }
        }
        if (!isOfAny)
            continue; // of removed policies only: nothing of them is well
        if (!well && channel.failUrl.empty())
            continue; // its silence is the alarm
        Delivery delivery{channel.title, channel.kind, well ? "well" : "not well", false, {}, {}};
        const auto secret = secretOf(channel, cancel);
        const auto reply = secret ? beat(channel, *secret ? &**secret : nullptr, well, {}, cancel)
                                  : Result<std::string>(failure(secret.error()));
        delivery.accepted = reply.has_value();
        if (reply)
            delivery.reply = *reply;
        else if (reply.error().isCancelled())
            continue;
        else
            delivery.error = withContext(reply.error(), "channel", channel.title);
        m_deliveries.push_back(std::move(delivery));
    }
}

std::vector<Undelivered> Notifying::undelivered() {
    std::vector<Undelivered> left;
    if (!m_outbox)
        return left;
    std::vector<Error> unreadable;
    const auto all = m_outbox->all(unreadable);
    if (!all)
        return left; // said by send()
    for (const auto& one : *all) {
        const Error never{ErrorCode::Timeout, "it was not tried yet", {}, true, {}};
        left.push_back({one.id, one.channelTitle, one.subject, one.made, one.tries, one.error.value_or(never),
                        one.missing});
    }
    return left;
}

Notification Notifying::testMessage(const Channel& channel) const {
    return compose(channel, "Salvor: a test of the channel " + channel.title,
                   "This is a test. Notifications of Salvor on " + thisHost() + " arrive here.\n",
                   {{QStringLiteral("event"), QStringLiteral("test")}});
}

} // namespace salvor
