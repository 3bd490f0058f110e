// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A plan of timers: what will be written and removed, for whom. Made without root, shown, and then applied by
// root, who makes it again from the same parts and refuses one that comes out otherwise. Format:
// docs/timers.md.
#pragma once

#include "engines/timers/hostfiles.h"
#include "engines/timers/installedtimers.h"
#include "engines/timers/timerrecord.h"
#include "engines/timers/unitsystem.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

constexpr std::uint64_t kPlanVersion = 1;
/// What `systemd-analyze security` may say at most of a system unit, in tenths.
constexpr unsigned kMostExposureTenths = 25;

enum class TimersAction { Apply, Undo };

/// What is wanted: everything else of a plan follows from it and from what is there.
struct TimersWanted {
    TimersAction action = TimersAction::Apply;
    UnitScope scope = UnitScope::System;
    std::string user;                ///< User= of the units
    std::string program;             ///< salvorctl, as the units call it
    std::vector<std::string> jobs;   ///< bytes of job files: policies that get timers, or other ones
    std::vector<std::string> remove; ///< UUIDs of policies whose timers go
    std::string watch; ///< bytes of the watch's file; empty: as it is, and it goes with the last policy
    /// By policy's UUID, which change of its profile's password was the last one: a text that no other
    /// change has and that says nothing of the password; empty: none is known. Only compared.
    std::map<std::string, std::string> passwordChanges = {};
};

struct PlannedFile {
    std::string path;
    std::string before;                 ///< SHA-256 of what is there; empty: nothing
    std::optional<std::string> content; ///< nothing: it is removed
    std::string old;                    ///< what is there, for showing; not part of the document
};

struct UnitScore {
    std::string unit;
    unsigned exposureTenths = 0;
};

struct TimersPlan {
    TimersWanted wanted;
    std::string recordBefore;             ///< SHA-256 of the record that it starts from; empty: none
    std::vector<PlannedFile> files;       ///< that change: units and job files
    std::vector<std::string> credentials; ///< names that are needed
    std::vector<UnitScore> scores;
    TimersRecord record; ///< as it will be; not part of the document
    /// Timers of the wanted policies and watch that are installed and do not run: apply enables and starts
    /// them. Not part of the document: root asks systemd itself.
    std::vector<std::string> notRunning;
    /// Titles of wanted policies that are installed with an older password. Not part of the document.
    std::vector<std::string> oldPasswords = {};
    /// Units of this user that the record does not name, and how that is: whatever the plan changes, the
    /// record is written anew. Not part of the document.
    std::vector<std::string> unrecorded = {};
    RecordState recordState = RecordState::Fine;

    bool mendsRecord() const { return !unrecorded.empty() || recordState != RecordState::Fine; }
    bool changesNothing() const {
        return files.empty() && notRunning.empty() && oldPasswords.empty() && !mendsRecord() &&
               wanted.action == TimersAction::Apply;
    }
};

/// The document's bytes; the plan's hash is their SHA-256.
Result<std::string> writeTimersPlan(const TimersPlan& plan);
/// What a plan wants, from its bytes. Corrupt, NewerFormat.
Result<TimersWanted> readTimersPlan(std::string_view bytes);

/// A place to plan and apply in. Everything is borrowed.
struct TimersHost {
    HostFiles files;
    TimersLayout layout;
    const UnitSystem* system = nullptr; ///< as the layout's scope
};

/// Reads what is there and changes nothing. AlreadyExists: a unit of that name is not from here, or a unit,
/// policy or credential belongs to what is installed for another user ("owner"). Unsupported: a unit's
/// exposure is above kMostExposureTenths. ToolMissing, ToolFailed: systemd does not take the units, or does
/// not answer. Otherwise as renderUnits().
Result<TimersPlan> planTimers(const TimersWanted& wanted, const TimersHost& host, const CancelToken& cancel);

/// A unified difference of two texts, without a header; empty when they are equal.
std::string lineDifference(const std::string& before, const std::string& after);

} // namespace salvor
