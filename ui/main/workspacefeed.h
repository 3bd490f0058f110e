// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the whole window shows of the workspace: one picture, fetched in the background.
#pragma once

#include "models/standing.h"
#include "workers/core.h"
#include "workers/jobworker.h"

#include <QObject>
#include <QTimer>

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
    std::set<std::string> waiting; ///< UUIDs of servers whose first run is still to come
    Instant takenAt{};
    std::string mark; ///< of the databases, before they were read: see changemark.h

    bool isEmpty() const { return profiles.empty() && repositories.empty() && sources.empty(); }
    const RepositoryPin* repository(const std::string& id) const;
    const Profile* profile(const std::string& uuid) const;
    /// A server that is here and that no policy backs up: it was added to restore to, or its policies went.
    bool lacksPolicy(const std::string& profileUuid) const;
};

/// An encrypted repository whose backups cannot be opened from here.
struct IdentityProblem {
    std::string repositoryId;
    std::string repositoryTitle;
    std::optional<Error> error; ///< what kept it from looking; nothing: the key is not there
};

/// Lives in the window's thread; the first picture comes after the first refresh(). From then on it keeps up
/// by itself: every few seconds it looks whether anybody wrote the databases, and fetches again where they
/// did, where the last fetch failed, and once a minute in any case, as what is overdue or running changes
/// without a write. Timers stand still while a computer sleeps, but the clock does not: after a wake the next
/// look finds the picture old.
class WorkspaceFeed : public QObject {
    Q_OBJECT

public:
    /// All are borrowed; of `road` what it is at each refresh counts.
    WorkspaceFeed(Core& core, Lookups& lookups, const TimersRoad& road, QObject* parent = nullptr);
    ~WorkspaceFeed() override;

    /// Fetches again, and asks the stores and for their keys; calls while one is under way become one more.
    void refresh();
    /// One look out of turn: somebody turned to the window.
    void look();
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
    /// A new picture is on its way that nobody asked for: what else is shown is as old.
    void outdated();

private:
    void fetch();
    void take(Result<WorkspaceSnapshot> result);
    void fail(const Error& error);
    void compare(const std::string& mark);
    void askStores();

    Core& m_core;
    Lookups& m_lookups;
    const TimersRoad& m_road;
    std::shared_ptr<const WorkspaceSnapshot> m_snapshot;
    std::vector<RepositoryInfo> m_infos;
    std::vector<IdentityProblem> m_identityProblems;
    std::set<std::string> m_openable; ///< repositories whose key was found
    QTimer m_timer;
    std::optional<Error> m_failure; ///< of the last fetch
    Instant m_storesAsked{};
    bool m_busy = false;
    bool m_again = false;
    bool m_looking = false;
    bool m_wantsStores = false; ///< however lately they were asked
    bool m_wantsKeys = false;
    bool m_askingStores = false;
    Lookups m_storeLookups; ///< its own thread: a slow store holds up no picture and no look. Last: it uses
                            ///< the others
};

} // namespace salvor
