// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/workspaceloss.h"

#include "engines/repository/statefolder.h"
#include "models/base/json.h"
#include "models/jsonfields.h"

#include <filesystem>

namespace salvor {

namespace {

namespace fs = std::filesystem;

constexpr const char* kKnown = "workspace.known";
constexpr const char* kLost = "workspace.lost";

bool isThere(const fs::path& path) {
    std::error_code ignored; // what cannot be looked at is told by whoever opens it
    return fs::exists(path, ignored);
}

fs::path inState(const Places& places, const char* name) { return fs::path(places.state) / name; }

std::string sentence(const Places& places) {
    const bool isTimers = places.workspaceFile.empty(); // the installed watch has a file of its own
    return "the workspace " + (isTimers ? std::string() : places.workspaceFile + " ") +
           "was here and is gone, a new and empty one was made: profiles, policies, channels and the audit "
           "trail that it held are not known any longer, and what they protected is " +
           (isTimers ? "watched as long as its timers and this watch stay installed" : "not watched from it");
}

std::string hint(const Places& places) {
    return "put the file back from a copy; else open the repositories again (salvorctl repository open), add "
           "the profiles and policies again, then end what is installed with salvorctl timers remove. Until "
           "then timers that are installed go on, and so does their watch, and no timers are applied here. "
           "It is said until " +
           inState(places, kLost).string() + " is deleted";
}

} // namespace

Result<std::optional<Error>> lookForWorkspace(const Places& places, Instant now) {
    // In this order: another process may be making the first one.
    if (!isThere(inState(places, kKnown)) || isThere(places.workspaceFile))
        return std::optional<Error>();
    SALVOR_ASSIGN(const auto folder, StateFolder::open(places.state));
    SALVOR_ASSIGN(const std::string text, toCanonicalJson({{QStringLiteral("at"), toJsonTime(now)}}));
    SALVOR_TRY(folder.write(kLost, asBytes(text)));
    return std::optional(
        Error{ErrorCode::NotFound, sentence(places), hint(places), false, {{"path", places.workspaceFile}}});
}

Result<> rememberWorkspace(const Places& places) {
    if (isThere(inState(places, kKnown)))
        return {};
    SALVOR_ASSIGN(const auto folder, StateFolder::open(places.state));
    return folder.write(kKnown, {});
}

bool isWorkspaceLost(const Places& places) { return isThere(inState(places, kLost)); }

std::vector<Finding> workspaceLossFindings(const Places& places, Instant now) {
    if (!isWorkspaceLost(places))
        return {};
    std::string text = sentence(places);
    const auto folder = StateFolder::open(places.state);
    const auto note = folder ? folder->read(kLost) : Result<std::optional<std::string>>(std::nullopt);
    const auto object = note && *note ? parseJsonObject(**note, kLost) : Result<QJsonObject>(QJsonObject());
    const auto at = object ? fromRfc3339(fromQt(object->value(QLatin1String("at")).toString()))
                           : Result<Instant>(Instant{});
    if (object && at && *at != Instant{}) // a note that cannot be read says less, and hides nothing
        text += "; it was noticed " +
                spanText(std::chrono::duration_cast<std::chrono::seconds>(now - *at).count()) + " ago";
    return {{Severity::Warning, "workspace_lost", {}, {}, text + "; " + hint(places), {}}};
}

} // namespace salvor
