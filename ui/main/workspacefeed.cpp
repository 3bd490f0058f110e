// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/workspacefeed.h"

#include "workers/changemark.h"
#include "workers/standings.h"
#include "workers/timersroad.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::chrono::seconds kLookEvery{5};
constexpr std::chrono::seconds kPictureAge{60};
constexpr std::chrono::minutes kStoresAge{5}; ///< asking one may cost time and, in a cloud, money

Result<WorkspaceSnapshot> fetchSnapshot(Core& core, const TimersRoad& road,
                                        const std::set<std::string>& lostStores, const CancelToken& cancel) {
    WorkspaceSnapshot snapshot;
    snapshot.mark = changeMark(core.config().places);
    SALVOR_ASSIGN(snapshot.profiles, core.profiles());
    SALVOR_ASSIGN(snapshot.policies, core.policies());
    SALVOR_ASSIGN(snapshot.repositories, core.repositories());
    SALVOR_ASSIGN(snapshot.sources, sourceStandings(core, road, cancel, lostStores));
    SALVOR_ASSIGN(snapshot.waiting, waitingServers(core, snapshot.sources, cancel));
    if (const Clock* clock = core.config().clock)
        snapshot.takenAt = clock->now();
    return snapshot;
}

Instant nowOf(const Core& core) {
    const Clock* clock = core.config().clock;
    return clock != nullptr ? clock->now() : Instant{};
}

/// Either way: a clock that was set back makes no picture young for ever.
bool isOlder(Instant then, Instant now, std::chrono::seconds limit) {
    return now < then || now - then >= limit;
}

/// The workspace or the catalog is in somebody's hands: that says nothing of the store.
bool isOurOwn(const Error& error, const Places& places) {
    const auto path = error.context.find("path");
    return error.context.contains("sqlite_code") && path != error.context.end() &&
           (path->second == places.workspaceFile || path->second == places.catalogFile);
}

std::set<std::string> lostAmong(const std::vector<RepositoryInfo>& infos) {
    std::set<std::string> lost;
    for (const auto& info : infos) {
        if (!info.answered)
            lost.insert(info.pin.id);
    }
    return lost;
}

struct StoreAnswers {
    std::vector<RepositoryInfo> infos;
    std::vector<IdentityProblem> identityProblems;
    std::set<std::string> openable;
};

Result<> lookForIdentity(Core& core, const RepositoryPin& pin,
                         const std::vector<IdentityProblem>& knownProblems, StoreAnswers& answers,
                         const CancelToken& cancel) {
    if (!pin.encrypted || answers.openable.count(pin.id) > 0)
        return {};
    const auto known = std::ranges::find(knownProblems, pin.id, &IdentityProblem::repositoryId);
    if (known != knownProblems.end()) {
        answers.identityProblems.push_back(*known);
        return {};
    }
    const auto look = core.storeLook(pin.id, cancel);
    if (!look && look.error().isCancelled())
        return failure(look.error());
    if (look && look->identityThere)
        answers.openable.insert(pin.id);
    else
        answers.identityProblems.push_back(
            {pin.id, pin.title, look ? look->keysProblem : std::optional<Error>(look.error())});
    return {};
}

Result<StoreAnswers> askEach(Core& core, const std::vector<RepositoryPin>& pins,
                             std::set<std::string> openable,
                             const std::vector<IdentityProblem>& knownProblems, const CancelToken& cancel) {
    StoreAnswers answers;
    answers.openable = std::move(openable);
    for (const auto& pin : pins) {
        auto info = core.repositoryInfo(pin.id, cancel);
        if (!info)
            return failure(info.error());
        if (info->problem && isOurOwn(*info->problem, core.config().places))
            return failure(*info->problem);
        answers.infos.push_back(std::move(*info));
        SALVOR_TRY(lookForIdentity(core, pin, knownProblems, answers, cancel));
    }
    return answers;
}

} // namespace

const RepositoryPin* WorkspaceSnapshot::repository(const std::string& id) const {
    const auto found = std::find_if(repositories.begin(), repositories.end(),
                                    [&](const RepositoryPin& pin) { return pin.id == id; });
    return found == repositories.end() ? nullptr : &*found;
}

const Profile* WorkspaceSnapshot::profile(const std::string& uuid) const {
    const auto found =
        std::find_if(profiles.begin(), profiles.end(), [&](const Profile& one) { return one.uuid == uuid; });
    return found == profiles.end() ? nullptr : &*found;
}

bool WorkspaceSnapshot::lacksPolicy(const std::string& profileUuid) const {
    return profile(profileUuid) != nullptr &&
           std::ranges::find(policies, profileUuid, &Policy::profileUuid) == policies.end();
}

WorkspaceFeed::WorkspaceFeed(Core& core, Lookups& lookups, const TimersRoad& road, QObject* parent)
    : QObject(parent)
    , m_core(core)
    , m_lookups(lookups)
    , m_road(road) {
    m_timer.setInterval(kLookEvery);
    connect(&m_timer, &QTimer::timeout, this, &WorkspaceFeed::look);
}
WorkspaceFeed::~WorkspaceFeed() = default;

void WorkspaceFeed::refresh() {
    m_wantsStores = true;
    m_wantsKeys = true;
    fetch();
}

void WorkspaceFeed::fetch() {
    if (m_busy) {
        m_again = true;
        return;
    }
    m_busy = true;
    m_timer.start(); // anew: what is fetched now need not be looked at
    m_lookups.run<WorkspaceSnapshot>(
        this,
        [&core = m_core, road = m_road, lost = lostAmong(m_infos)](const CancelToken& cancel) {
            return fetchSnapshot(core, road, lost, cancel);
        },
        [this](Result<WorkspaceSnapshot> result) { take(std::move(result)); });
}

void WorkspaceFeed::take(Result<WorkspaceSnapshot> result) {
    m_busy = false;
    if (result) {
        const bool recovered = std::exchange(m_failure, std::nullopt).has_value();
        m_snapshot = std::make_shared<const WorkspaceSnapshot>(std::move(*result));
        emit changed();
        if (recovered)
            emit outdated();
        askStores();
    } else if (!result.error().isCancelled()) {
        fail(result.error());
    }
    if (std::exchange(m_again, false))
        fetch();
}

/// Told once, until it is over or another; the next look tries again.
void WorkspaceFeed::fail(const Error& error) {
    const bool same = m_failure && m_failure->message == error.message;
    m_failure = error;
    if (!same)
        emit failed(*m_failure);
}

void WorkspaceFeed::look() {
    if (m_busy || m_looking || (m_snapshot == nullptr && !m_failure))
        return;
    if (m_failure) {
        fetch();
        return;
    }
    m_looking = true;
    m_lookups.run<std::string>(
        this,
        [places = m_core.config().places](const CancelToken&) {
            return Result<std::string>(changeMark(places));
        },
        [this](const Result<std::string>& mark) {
            m_looking = false;
            if (mark && !m_busy)
                compare(*mark);
        });
}

void WorkspaceFeed::compare(const std::string& mark) {
    const bool written = mark != m_snapshot->mark;
    if (!written && !isOlder(m_snapshot->takenAt, nowOf(m_core), kPictureAge))
        return;
    m_wantsStores = m_wantsStores || written;
    fetch();
    emit outdated();
}

void WorkspaceFeed::askStores() {
    const Instant now = nowOf(m_core);
    if (m_askingStores || (!m_wantsStores && !isOlder(m_storesAsked, now, kStoresAge)))
        return;
    m_askingStores = true;
    m_wantsStores = false;
    m_storesAsked = now;
    // A keychain may ask its owner for a password: only when somebody is there who wants to know.
    const auto known =
        std::exchange(m_wantsKeys, false) ? std::vector<IdentityProblem>() : m_identityProblems;
    m_storeLookups.run<StoreAnswers>(
        this,
        [&core = m_core, pins = m_snapshot->repositories, openable = m_openable,
         known](const CancelToken& cancel) { return askEach(core, pins, openable, known, cancel); },
        [this](Result<StoreAnswers> result) {
            m_askingStores = false;
            if (!result) {
                m_wantsStores = true;
                if (!result.error().isCancelled())
                    fail(result.error());
                return;
            }
            const auto lost = lostAmong(m_infos);
            m_infos = std::move(result->infos);
            m_identityProblems = std::move(result->identityProblems);
            m_openable = std::move(result->openable);
            emit repositoryInfosChanged();
            if (lost != lostAmong(m_infos))
                fetch(); // each database is judged by its store too
        });
}

} // namespace salvor
