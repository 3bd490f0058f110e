// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Notifications that are on their way: one file each in <state>/notifications/spool, until a server took it
// over. And what each channel was told last, so that nobody is told the same again and again.
#pragma once

#include "engines/repository/statefolder.h"
#include "models/base/clock.h"
#include "models/base/error.h"

#include <QJsonObject>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct Notification {
    std::string id;
    std::string channelUuid;
    std::string channelTitle;
    std::string subject;
    std::string text;    ///< for people
    QJsonObject payload; ///< for webhooks
    Instant made{};
    std::uint64_t tries = 0;
    std::optional<Instant> tried; ///< the last time
    std::uint64_t dropped = 0;    ///< older ones of this channel that never arrived and were given up for it
    std::optional<Error> error;
    std::vector<std::string> missing; ///< of a mail: whom it is still to reach; none: everybody
    std::vector<std::string> reached; ///< of a mail: who has it
};

/// What a channel was told last of one thing.
struct Told {
    std::string state; ///< what there was to say; empty: all is well
    std::string runId; ///< of the run it was about
    Instant at{};
};

/// Processes share it: a file is written whole, and only who holds the lock sends.
class Outbox {
public:
    /// So many are kept for one channel; the oldest goes for the next.
    static constexpr std::size_t kMostOfAChannel = 100;
    /// What is unchanged is repeated after this long: a day, less than what one night differs from another.
    static constexpr std::chrono::hours kRepeatAfter{23};

    /// Makes the folder. Errors as StateFolder.
    static Result<Outbox> open(const std::string& stateFolder);

    /// Replaces the one of the same id.
    Result<> put(Notification notification) const;
    /// Oldest first. What cannot be read is left out, and named in `unreadable`.
    Result<std::vector<Notification>> all(std::vector<Error>& unreadable) const;
    Result<> remove(const std::string& id) const;

    /// `thing`: "run-<policy>", "watch" or "recipients". Nothing when it was never told, or what is there
    /// cannot be read.
    std::optional<Told> told(const std::string& channelUuid, const std::string& thing) const;
    /// Where there is no room for a new file the one that is there is overwritten: else the same would be
    /// told at each look while the state folder is full. Killed meanwhile, it says nothing any more.
    Result<> setTold(const std::string& channelUuid, const std::string& thing, const Told& told) const;

    /// Whether `state` is worth a notification after `before`, at `now`. A stamp from the future counts for
    /// nothing: a clock was wrong.
    static bool isNews(const std::optional<Told>& before, const std::string& state, Instant now);

    const StateFolder& folder() const { return m_folder; }

private:
    Outbox(StateFolder folder, StateFolder told)
        : m_folder(std::move(folder))
        , m_told(std::move(told)) {}
    StateFolder m_folder;
    StateFolder m_told;
};

} // namespace salvor
