// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/catalogloss.h"

#include "engines/repository/statefolder.h"
#include "models/base/counted.h"
#include "models/base/json.h"
#include "models/jsonfields.h"

#include <QJsonArray>

#include <algorithm>
#include <filesystem>

namespace salvor {

namespace {

namespace fs = std::filesystem;

constexpr const char* kMark = ".damaged-";
constexpr const char* kLost = ".lost";
constexpr const char* kKnown = ".known";

QJsonObject toJson(const CatalogLoss& loss) {
    return {{QStringLiteral("moved_to"), toQt(loss.aside)},
            {QStringLiteral("at"), toJsonTime(loss.at)},
            {QStringLiteral("problem"), toQt(loss.problem)},
            {QStringLiteral("read"), toJsonArray(loss.read)},
            {QStringLiteral("unanswered"), toJsonArray(loss.unanswered)},
            {QStringLiteral("backups"), toJsonCount(loss.backups)},
            {QStringLiteral("runs"), toJsonCount(loss.runs)}};
}

std::vector<std::string> textsIn(const QJsonObject& object, const char* key) {
    std::vector<std::string> texts;
    for (const auto& value : object.value(QLatin1String(key)).toArray())
        texts.push_back(fromQt(value.toString()));
    return texts;
}

/// A note that cannot be read says less, and hides nothing.
std::optional<CatalogLoss> lossIn(const StateFolder& folder, const std::string& name) {
    const auto text = folder.read(name);
    if (!text || !*text)
        return std::nullopt;
    CatalogLoss loss;
    const auto object = parseJsonObject(**text, name);
    if (!object)
        return loss;
    loss.aside = fromQt(object->value(QLatin1String("moved_to")).toString());
    if (const auto at = fromRfc3339(fromQt(object->value(QLatin1String("at")).toString())))
        loss.at = *at;
    loss.problem = fromQt(object->value(QLatin1String("problem")).toString());
    loss.read = textsIn(*object, "read");
    loss.unanswered = textsIn(*object, "unanswered");
    loss.backups = static_cast<std::uint64_t>(object->value(QLatin1String("backups")).toInteger());
    loss.runs = static_cast<std::uint64_t>(object->value(QLatin1String("runs")).toInteger());
    return loss;
}

std::string nameOf(const std::string& path) { return fs::path(path).filename().string(); }
Result<StateFolder> folderOf(const std::string& catalogFile) {
    return StateFolder::open(fs::path(catalogFile).parent_path());
}

std::string joined(const std::vector<std::string>& titles) {
    std::string text;
    for (const auto& title : titles)
        text += (text.empty() ? "\"" : ", \"") + title + "\"";
    return text;
}

std::string sentence(const CatalogLoss& loss, bool isComplete, Instant now) {
    std::string text =
        loss.aside.empty()
            ? std::string("the catalog database of this computer was gone and was made anew")
            : "the catalog database of this computer was damaged and was moved aside to " + loss.aside;
    if (loss.at != Instant{})
        text +=
            ", " + spanText(std::chrono::duration_cast<std::chrono::seconds>(now - loss.at).count()) + " ago";
    if (!loss.problem.empty())
        text += " (" + loss.problem + ")";
    text += loss.read.empty() ? std::string("; no store was read again yet")
                              : "; what " + joined(loss.read) +
                                    " knows was read again: " + counted(loss.backups, "backup") + ", " +
                                    counted(loss.runs, "run");
    text += "; not recovered are the runs that had reached no store, among them failed ones, and restores";
    if (!loss.unanswered.empty())
        text += ", and what " + joined(loss.unanswered) + " knows, until it answers";
    if (!isComplete)
        text += "; the next salvorctl command, or the window, reads the other stores";
    return text;
}

Result<> write(const StateFolder& folder, const std::string& name, const CatalogLoss& loss) {
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(toJson(loss)));
    return folder.write(name, asBytes(text));
}

} // namespace

Result<CatalogLoss> moveAside(const std::string& catalogFile, const Error& problem, Instant now) {
    CatalogLoss loss;
    loss.at = now;
    loss.problem = problem.message;
    std::error_code failed;
    // Two losses in one second are two files.
    for (int i = 0; loss.aside.empty() || fs::exists(loss.aside, failed); ++i)
        loss.aside = catalogFile + kMark + toCompactUtc(now) + (i == 0 ? "" : "-" + std::to_string(i));
    fs::rename(catalogFile, loss.aside, failed);
    if (failed)
        return failure(ErrorCode::IoError,
                       "the catalog database " + catalogFile + " is damaged (" + problem.message +
                           ") and could not be moved aside: " + failed.message(),
                       "move it away yourself: what the stores hold is read again", {{"path", catalogFile}});
    for (const char* part : {"-wal", "-shm"})
        fs::rename(catalogFile + part, loss.aside + part, failed); // may not be there
    SALVOR_ASSIGN(const auto folder, folderOf(catalogFile));
    SALVOR_TRY(write(folder, nameOf(loss.aside) + ".json", loss));
    SALVOR_TRY(write(folder, nameOf(catalogFile) + kLost, loss));
    return loss;
}

Result<CatalogLoss> noteMissing(const std::string& catalogFile, Instant now) {
    CatalogLoss loss;
    loss.at = now;
    SALVOR_ASSIGN(const auto folder, folderOf(catalogFile));
    SALVOR_TRY(write(folder, nameOf(catalogFile) + kLost, loss));
    return loss;
}

bool isKnown(const std::string& catalogFile) {
    std::error_code ignored;
    return fs::exists(catalogFile + kKnown, ignored);
}

Result<> makeKnown(const std::string& catalogFile) {
    SALVOR_ASSIGN(const auto folder, folderOf(catalogFile));
    return folder.write(nameOf(catalogFile) + kKnown, {});
}

std::optional<CatalogLoss> unreadLoss(const std::string& catalogFile) {
    std::error_code ignored;
    if (!fs::exists(catalogFile + kLost, ignored))
        return std::nullopt;
    const auto folder = folderOf(catalogFile);
    return folder ? lossIn(*folder, nameOf(catalogFile) + kLost) : std::nullopt;
}

Result<> noteRead(const std::string& catalogFile, const CatalogLoss& loss, bool complete) {
    SALVOR_ASSIGN(const auto folder, folderOf(catalogFile));
    if (!loss.aside.empty())
        SALVOR_TRY(write(folder, nameOf(loss.aside) + ".json", loss));
    const std::string lost = nameOf(catalogFile) + kLost;
    return complete && (!loss.aside.empty() || loss.unanswered.empty()) ? folder.remove(lost)
                                                                        : write(folder, lost, loss);
}

std::vector<Finding> catalogLossFindings(const std::string& catalogFile, Instant now) {
    std::vector<Finding> findings;
    std::error_code ignored;
    const auto folder = folderOf(catalogFile);
    if (!folder)
        return findings; // the catalog itself is there then, too, and says so
    const auto unread = unreadLoss(catalogFile);
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder->path(), ignored))
        names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    for (const auto& name : names) {
        if (!name.starts_with(nameOf(catalogFile) + kMark) || name.ends_with(".json") ||
            name.ends_with("-wal") || name.ends_with("-shm"))
            continue;
        CatalogLoss loss = lossIn(*folder, name + ".json").value_or(CatalogLoss{});
        loss.aside = (folder->path() / name).string();
        const bool isComplete = !unread || nameOf(unread->aside) != name;
        findings.push_back({Severity::Warning,
                            "catalog_lost",
                            {},
                            {},
                            sentence(loss, isComplete, now) + "; this is said until that file is deleted",
                            {{QStringLiteral("backups"), toJsonCount(loss.backups)},
                             {QStringLiteral("runs"), toJsonCount(loss.runs)}},
                            loss.aside});
    }
    if (unread && unread->aside.empty())
        findings.push_back({Severity::Warning,
                            "catalog_lost",
                            {},
                            {},
                            sentence(*unread, false, now),
                            {{QStringLiteral("backups"), toJsonCount(unread->backups)},
                             {QStringLiteral("runs"), toJsonCount(unread->runs)}}});
    return findings;
}

Error toError(const CatalogLoss& loss, Instant now) {
    return {ErrorCode::Corrupt,
            sentence(loss, loss.unanswered.empty() && !loss.read.empty(), now),
            loss.aside.empty() ? "find out what removed it"
                               : "look at the disk; delete the file once you do not need it any longer",
            false,
            {{"path", loss.aside}}};
}

} // namespace salvor
