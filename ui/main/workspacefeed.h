// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the whole window shows of the workspace: one picture, fetched in the background.
#pragma once

#include "models/standing.h"
#include "workers/core.h"
#include "workers/jobworker.h"

#include <QObject>

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor {

struct TimersRoad;

/// Immutable.
struct WorkspaceSnapshot {
    std::vector<Profile> profiles;
    std::vector<Policy> policies;
    std::vector<RepositoryPin> repositories;
    std::vector<SourceStanding> sources;
    Instant takenAt{};

    bool isEmpty() const { return profiles.empty() && repositories.empty() && sources.empty(); }
    const RepositoryPin* repository(const std::string& id) const;
    const Profile* profile(const std::string& uuid) const;
};

/// An encrypted repository whose backups cannot be opened from here.
struct IdentityProblem {
    std::string repositoryId;
    std::string repositoryTitle;
    std::optional<Error> error; ///< what kept it from looking; nothing: the key is not there
};

/// Lives in the window's thread; the first picture comes after the first refresh().
class WorkspaceFeed : public QObject {
    Q_OBJECT

public:
    /// All are borrowed; of `road` what it is at each refresh counts.
    WorkspaceFeed(Core& core, Lookups& lookups, const TimersRoad& road, QObject* parent = nullptr);
    ~WorkspaceFeed() override;

    /// Fetches again; calls while one is under way become one more.
    void refresh();
    /// Null before the first picture.
    std::shared_ptr<const WorkspaceSnapshot> snapshot() const { return m_snapshot; }
    /// What each store said when it was last asked, which may be later than the snapshot, or not at all.
    const std::vector<RepositoryInfo>& repositoryInfos() const { return m_infos; }
    /// The same of their keys. A key that was found once is not asked for again: a keychain may want its
    /// owner.
    const std::vector<IdentityProblem>& identityProblems() const { return m_identityProblems; }

signals:
    void changed();
    void repositoryInfosChanged();
    void failed(const salvor::Error& error);

private:
    void take(Result<WorkspaceSnapshot> result);
    void askStores();

    Core& m_core;
    Lookups& m_lookups;
    const TimersRoad& m_road;
    std::unique_ptr<QObject> m_storeContext; ///< a slow store never holds up the next picture
    std::shared_ptr<const WorkspaceSnapshot> m_snapshot;
    std::vector<RepositoryInfo> m_infos;
    std::vector<IdentityProblem> m_identityProblems;
    std::set<std::string> m_openable; ///< repositories whose key was found
    bool m_busy = false;
    bool m_again = false;
    bool m_askingStores = false;
};

} // namespace salvor
