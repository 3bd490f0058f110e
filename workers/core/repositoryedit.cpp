// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/repositoryedit.h"

#include "engines/repository/lock.h"
#include "models/storefolder.h"
#include "workers/core/coreprivate.h"
#include "workers/core/repositorykeys.h"
#include "workers/timersroad.h"

#include <algorithm>
#include <filesystem>

#include <unistd.h>

namespace salvor {

namespace {

Result<> requireOther(const RepositoryEdit& edit, const RepositoryPin& pin) {
    if (edit.title)
        SALVOR_TRY(checkTitle(*edit.title));
    if ((!edit.url || *edit.url == pin.url) && (!edit.title || *edit.title == pin.title))
        return failure(ErrorCode::InvalidInput,
                       "nothing is to be changed of repository \"" + pin.title + "\": it is known at " +
                           pin.url,
                       "give --url with the place it is at now, or --title", {{"repository", pin.id}});
    return {};
}

/// However the two are written, and by whatever links they are reached.
bool isSameFolder(const std::string& one, const std::string& other) {
    const auto folder = storeFolder(one);
    const auto otherFolder = storeFolder(other);
    std::error_code ignored;
    return folder && otherFolder && std::filesystem::equivalent(*folder, *otherFolder, ignored);
}

/// What the new place holds. A copy at the former one may be newer than what was seen here.
Result<> lookAt(const Core::Private& core, RepositoryEditOutcome& out, const CancelToken& cancel) {
    auto opened = core.openWithoutKeys(out.pin, cancel);
    if (!opened) {
        Error error = std::move(opened).error();
        error.message = "cannot take " + out.pin.url + " for the place of repository \"" + out.before.title +
                        "\": " + error.message;
        return failure(withContext(std::move(error), "repository", out.pin.id));
    }
    out.catalogNumber = opened->catalog.number;
    out.backups = static_cast<std::uint64_t>(
        std::ranges::count_if(opened->catalog.entries, [](const auto& entry) { return !entry.trashed; }));
    if (opened->catalog.olderThanSeen)
        out.older = opened->catalog.warnings.back();
    const auto former = core.openWithoutKeys(out.before, cancel);
    SALVOR_TRY(checkCancelled(cancel));
    out.formerAnswers = former.has_value() && !isSameFolder(out.pin.url, out.before.url);
    if (former && former->catalog.number > out.catalogNumber && !out.older)
        out.older = Error{ErrorCode::RolledBack,
                          "the repository at " + out.pin.url + " shows catalog " +
                              std::to_string(out.catalogNumber) + ", and the one at " + out.before.url +
                              " catalog " + std::to_string(former->catalog.number),
                          {},
                          false,
                          {}};
    return {};
}

Error olderNotAccepted(const RepositoryEditOutcome& out) {
    Error error = *out.older;
    error.hint = "copy the newer state there first. Where there is none left: repository edit --url with "
                 "--accept-older, then salvorctl repository take-over --accept-loss to go on writing from it";
    return withContext(std::move(error), "repository", out.pin.id);
}

/// Those that follow the workspace as it is now, and will not any more.
Result<std::vector<std::string>> timersOf(Core& core, const std::string& repository, const TimersRoad* road,
                                          const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto timers,
                  allTimers(core, road != nullptr ? *road : findTimersRoad({}), false, cancel));
    const auto followed = followedPolicies(timers);
    SALVOR_ASSIGN(const auto policies, core.policies());
    std::vector<std::string> titles;
    for (const auto& policy : policies) {
        if (policy.repositoryId == repository && std::ranges::find(followed, policy.uuid) != followed.end())
            titles.push_back(policy.title);
    }
    return titles;
}

} // namespace

Result<RepositoryEditOutcome> editRepository(Core& core, const RepositoryEdit& edit,
                                             const CancelToken& cancel) {
    const Core::Private& inside = core.inside();
    RepositoryEditOutcome out;
    SALVOR_ASSIGN(out.before, inside.pinOf(edit.repository));
    SALVOR_TRY(requireOther(edit, out.before));
    out.pin = out.before;
    out.pin.url = edit.url.value_or(out.before.url);
    out.pin.title = edit.title.value_or(out.before.title);
    // A run that is under way would commit at the former place.
    SALVOR_ASSIGN(const auto folder, StateFolder::open(core.config().places.repositoryState(out.before.id)));
    SALVOR_ASSIGN(const auto lock,
                  RepositoryLock::acquire(folder, {"salvor, process " + std::to_string(getpid()),
                                                   "change of its place", core.config().clock->now()}));
    const bool moves = out.pin.url != out.before.url;
    if (moves) {
        SALVOR_TRY(lookAt(inside, out, cancel));
        SALVOR_ASSIGN(out.timers, timersOf(core, out.before.id, edit.timers, cancel));
        if (out.older && !edit.acceptOlder && !edit.dryRun)
            return failure(olderNotAccepted(out));
    }
    if (edit.dryRun)
        return out;
    // Before and after stand in the audit.
    SALVOR_ASSIGN(const auto workspace, inside.workspace());
    SALVOR_ASSIGN(out.pin, workspace->updateRepository(out.pin));
    return out;
}

Error withWayOut(Error error, const RepositoryPin& pin) {
    if (error.code != ErrorCode::NotFound && error.code != ErrorCode::NotARepository &&
        error.code != ErrorCode::PinMismatch)
        return error;
    const std::string elsewhere = "f \"" + pin.title +
                                  "\" is at another place now: salvorctl repository edit \"" + pin.title +
                                  "\" --url URL";
    if (error.hint.empty())
        error.hint = "i" + elsewhere;
    else
        error.hint += (error.hint.back() == '?' ? " I" : "; i") + elsewhere;
    return error;
}

} // namespace salvor
