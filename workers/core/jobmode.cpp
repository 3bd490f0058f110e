// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A core that runs a job file: no workspace, no keychain, only the job's own folders.
#include "engines/repository/statefolder.h"
#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "workers/core/coreprivate.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace salvor {

namespace {

constexpr off_t kLargestJobFile = off_t{16} << 20;
constexpr const char* kSeenName = "seen.json";

struct TimerFile {
    const std::string& path;
    const std::string& noun;
    const std::string& hint;
};

Error cannotRead(const TimerFile& file, int error) {
    return {error == ENOENT   ? ErrorCode::NotFound
            : error == EACCES ? ErrorCode::PermissionDenied
                              : ErrorCode::IoError,
            "reading the " + file.noun + " " + file.path + ": " + std::strerror(error),
            file.hint,
            false,
            {{"path", file.path}}};
}

/// Its hooks are commands: a file that somebody else may have written is not run.
Result<> checkOwner(int fd, const TimerFile& file) {
    const std::string& path = file.path;
    struct stat info{};
    if (::fstat(fd, &info) != 0)
        return failure(cannotRead(file, errno));
    if (!S_ISREG(info.st_mode) || info.st_size > kLargestJobFile)
        return failure(ErrorCode::InvalidInput, "not a " + file.noun + ": " + path, {}, {{"path", path}});
    if (info.st_uid != 0 && info.st_uid != ::geteuid())
        return failure(ErrorCode::PermissionDenied,
                       "the " + file.noun + " " + path + " belongs to another user (uid " +
                           std::to_string(info.st_uid) + "): it is not run",
                       "it has to belong to root or to the user who runs it", {{"path", path}});
    if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return failure(ErrorCode::PermissionDenied,
                       "others may write the " + file.noun + " " + path + ": it is not run",
                       "look at what is in it, then run: chmod go-w '" + path + "'", {{"path", path}});
    return {};
}

} // namespace

Result<std::string> Core::Private::readTimerFile(const std::string& path, const std::string& noun,
                                                 const std::string& hint) {
    const TimerFile file{path, noun, hint};
    const UniqueFd opened(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!opened.valid())
        return failure(cannotRead(file, errno));
    SALVOR_TRY(checkOwner(opened.get(), file));
    std::string bytes;
    char buffer[65536];
    for (;;) {
        const ssize_t got = ::read(opened.get(), buffer, sizeof buffer);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failure(cannotRead(file, errno));
        if (got == 0)
            return bytes;
        bytes.append(buffer, static_cast<std::size_t>(got));
    }
}

Result<std::unique_ptr<Core>> Core::forJobFile(const std::string& path, const std::string& expectedHash,
                                               CoreConfig base) {
    SALVOR_ASSIGN(
        const std::string bytes,
        Private::readTimerFile(path, "job file",
                               "make it with salvorctl policy export --job, or apply the timers again"));
    auto read = readJobFile(bytes);
    if (!read)
        return failure(withContext(std::move(read).error(), "path", path));
    if (!expectedHash.empty() && expectedHash != read->sha256)
        return failure(ErrorCode::Corrupt,
                       "the job file " + path + " is not the one that was asked for: its SHA-256 is " +
                           read->sha256 + ", not " + expectedHash,
                       "it was replaced after the timer was made: apply the timers again. Nothing was run",
                       {{"path", path}, {"expected", expectedHash}, {"found", read->sha256}});
    base.places = {};
    base.places.state = read->stateFolder;
    base.places.catalogFile = read->stateFolder + "/catalog.sqlite";
    base.places.secrets = read->secretsFolder;
    base.pluginFolder.clear();
    base.job = std::make_shared<const JobFile>(std::move(*read));
    SALVOR_TRY(createPrivateFolder(base.places.state));
    return std::make_unique<Core>(std::move(base));
}

Result<> Core::Private::prepareFolders() const {
    return isTimers() ? createPrivateFolder(config.places.state) : createFolders(config.places);
}

Result<RepositoryPin> Core::Private::withSeen(RepositoryPin pin) const {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(config.places.repositoryState(pin.id)));
    SALVOR_ASSIGN(const auto text, folder.read(kSeenName));
    if (!text)
        return pin;
    const std::string what = (folder.path() / kSeenName).string();
    SALVOR_ASSIGN(const QJsonObject seen, parseJsonObject(*text, what));
    SALVOR_ASSIGN(pin.highestCatalogSeen, requireCount(seen, "number", what));
    SALVOR_ASSIGN(pin.highestCatalogHash, requireString(seen, "hash", what));
    return pin;
}

Result<> Core::Private::rememberSeen(OpenedRepository& opened) const {
    const auto& catalog = opened.catalog;
    RepositoryPin& pin = opened.pin;
    if (catalog.number == pin.highestCatalogSeen && catalog.number > 0 &&
        catalog.hash != pin.highestCatalogHash)
        return failure(
            ErrorCode::PinMismatch,
            "catalog " + std::to_string(catalog.number) + " of the repository \"" + pin.title +
                "\" was seen before with other content",
            "somebody rewrote the store's history: compare it with another copy before trusting it",
            {{"seen", pin.highestCatalogHash}, {"found", catalog.hash}});
    if (catalog.number <= pin.highestCatalogSeen)
        return {};
    pin.highestCatalogSeen = catalog.number;
    pin.highestCatalogHash = catalog.hash;
    SALVOR_ASSIGN(const auto folder, StateFolder::open(config.places.repositoryState(pin.id)));
    SALVOR_ASSIGN(const std::string text,
                  toCanonicalJson({{QStringLiteral("number"), static_cast<qint64>(catalog.number)},
                                   {QStringLiteral("hash"), toQt(catalog.hash)}}));
    return folder.write(kSeenName, asBytes(text));
}

} // namespace salvor
