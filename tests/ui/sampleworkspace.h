// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A workspace as a small team has it, at a fixed time: for screenshots and for tests of pages.
#pragma once

#include "models/backuprecord.h"
#include "models/base/clock.h"
#include "models/places.h"
#include "models/profile.h"
#include "models/repositorypin.h"
#include "workers/core.h"

#include <QString>

#include <memory>
#include <string>
#include <vector>

namespace salvor::test {

class FixedClock final : public Clock {
public:
    Instant now() const override { return kNow; }
    /// 21 November 2026, 07:40 UTC
    static constexpr Instant kNow = Instant(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) +
                                            std::chrono::hours(7) + std::chrono::minutes(40));
};

/// Throws std::runtime_error where it cannot be made: a test cannot go on without it.
class SampleWorkspace {
public:
    /// Below `folder`, which is empty and outlives it. Empty: neither profiles nor repositories.
    explicit SampleWorkspace(const QString& folder);
    CoreConfig config() const;

    /// Three servers with eight databases and seven weeks of backups: most are good, one fails, one is
    /// overdue, one is new; four policies with schedules, of which one is paused. The repository is a real
    /// one, made by `core`, and counts as rehearsed.
    void fill(Core& core);
    void setRehearsed(bool rehearsed);
    /// One more server, at that port of this computer.
    void addServerAt(std::uint16_t port);
    /// One profile and no backup.
    void addProfileOnly(Core& core);

    const RepositoryPin& repository() const { return m_pin; }
    const Profile& server(std::size_t number) const { return m_profiles.at(number); }
    std::size_t backups() const { return m_backups; }
    std::size_t runs() const { return m_runs; }

private:
    void makeRepository(Core& core);
    void addSchedules(Core& core);
    void addProfile(const std::string& title, const std::string& host, std::uint16_t port = 5432);

    FixedClock m_clock;
    QString m_folder;
    Places m_places;
    RepositoryPin m_pin;
    std::vector<Profile> m_profiles;
    std::size_t m_backups = 0;
    std::size_t m_runs = 0;
};

} // namespace salvor::test
