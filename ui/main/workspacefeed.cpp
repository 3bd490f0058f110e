// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/workspacefeed.h"

#include "workers/standings.h"
#include "workers/timersroad.h"

#include <algorithm>

namespace salvor {

namespace {

Result<WorkspaceSnapshot> fetch(Core& core, const TimersRoad& road, const CancelToken& cancel) {
    WorkspaceSnapshot snapshot;
    SALVOR_ASSIGN(snapshot.profiles, core.profiles());
    SALVOR_ASSIGN(snapshot.policies, core.policies());
    SALVOR_ASSIGN(snapshot.repositories, core.repositories());
    SALVOR_ASSIGN(snapshot.sources, sourceStandings(core, road, cancel));
    if (const Clock* clock = core.config().clock)
        snapshot.takenAt = clock->now();
    return snapshot;
}

struct StoreAnswers {
    std::vector<RepositoryInfo> infos;
    std::vector<IdentityProblem> identityProblems;
    std::set<std::string> openable;
};

Result<> lookForIdentity(Core& core, const RepositoryPin& pin, StoreAnswers& answers,
                         const CancelToken& cancel) {
    if (!pin.encrypted || answers.openable.count(pin.id) > 0)
        return {};
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
                             std::set<std::string> openable, const CancelToken& cancel) {
    StoreAnswers answers;
    answers.openable = std::move(openable);
    for (const auto& pin : pins) {
        auto info = core.repositoryInfo(pin.id, cancel);
        if (!info && info.error().isCancelled())
            return failure(info.error());
        if (!info) {
            RepositoryInfo unreadable;
            unreadable.pin = pin;
            unreadable.problem = info.error();
            info = std::move(unreadable);
        }
        answers.infos.push_back(std::move(*info));
        SALVOR_TRY(lookForIdentity(core, pin, answers, cancel));
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

WorkspaceFeed::WorkspaceFeed(Core& core, Lookups& lookups, const TimersRoad& road, QObject* parent)
    : QObject(parent)
    , m_core(core)
    , m_lookups(lookups)
    , m_road(road)
    , m_storeContext(std::make_unique<QObject>()) {}
WorkspaceFeed::~WorkspaceFeed() = default;

void WorkspaceFeed::refresh() {
    if (m_busy) {
        m_again = true;
        return;
    }
    m_busy = true;
    m_lookups.run<WorkspaceSnapshot>(
        this,
        [&core = m_core, road = m_road](const CancelToken& cancel) { return fetch(core, road, cancel); },
        [this](Result<WorkspaceSnapshot> result) { take(std::move(result)); });
}

void WorkspaceFeed::take(Result<WorkspaceSnapshot> result) {
    m_busy = false;
    if (result) {
        m_snapshot = std::make_shared<const WorkspaceSnapshot>(std::move(*result));
        emit changed();
        askStores();
    } else if (!result.error().isCancelled()) {
        emit failed(result.error());
    }
    if (std::exchange(m_again, false))
        refresh();
}

void WorkspaceFeed::askStores() {
    if (m_askingStores)
        return;
    m_askingStores = true;
    m_lookups.run<StoreAnswers>(
        m_storeContext.get(),
        [&core = m_core, pins = m_snapshot->repositories, known = m_openable](const CancelToken& cancel) {
            return askEach(core, pins, known, cancel);
        },
        [this](Result<StoreAnswers> result) {
            m_askingStores = false;
            if (!result)
                return;
            m_infos = std::move(result->infos);
            m_identityProblems = std::move(result->identityProblems);
            m_openable = std::move(result->openable);
            emit repositoryInfosChanged();
        });
}

} // namespace salvor
