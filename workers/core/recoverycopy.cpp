// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/recoverycopy.h"

#include "models/storefolder.h"
#include "workers/core/coreprivate.h"
#include "workers/core/repositorykeys.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace salvor {

namespace {

constexpr std::size_t kLargestCopy = 1024 * 1024;

Error cannotSave(const std::string& path, int number) {
    const auto says = [&](ErrorCode code, const char* hint) {
        return Error{
            code, "cannot save " + path + ": " + std::strerror(number), hint, false, {{"path", path}}};
    };
    switch (number) {
    case EEXIST:
        return says(ErrorCode::AlreadyExists,
                    "choose another name; the file that is there may be the key of another repository");
    case ENOENT:
    case ENOTDIR:
        return says(ErrorCode::NotFound, "choose a folder that exists");
    case EACCES:
    case EPERM:
    case EROFS:
        return says(ErrorCode::PermissionDenied, "choose a folder that you may write to");
    case ENOSPC:
    case EDQUOT:
        return says(ErrorCode::NoSpace, "make room there, or choose another folder");
    default:
        return says(ErrorCode::IoError, "choose another folder");
    }
}

Error cannotRead(const std::string& path, int number) {
    const std::string hint = number == ENOENT || number == EISDIR
                                 ? "the repository holds a copy too: keys/recovery.age in its folder"
                                 : "";
    const ErrorCode code = number == ENOENT || number == ENOTDIR ? ErrorCode::NotFound
                           : number == EACCES || number == EPERM ? ErrorCode::PermissionDenied
                           : number == EISDIR                    ? ErrorCode::InvalidInput
                                                                 : ErrorCode::IoError;
    return Error{code, "cannot read " + path + ": " + std::strerror(number), hint, false, {{"path", path}}};
}

/// 0, or errno.
int writeDurably(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t put = write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return errno;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return fsync(fd) == 0 ? 0 : errno;
}

/// So that the file's name is there after a crash, too.
void syncFolderOf(const std::string& path) {
    std::error_code ignored;
    const auto folder = std::filesystem::absolute(path, ignored).parent_path();
    const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/// Where the file is found again; empty where what was opened has no name of its own there: /dev/stdin is
/// another file for the next one.
std::string lastingPath(const std::string& path) {
    std::error_code error;
    const std::string absolute = std::filesystem::absolute(path, error).lexically_normal().string();
    if (!absolute.starts_with("/dev/") && !absolute.starts_with("/proc/"))
        return absolute;
    const std::string real = std::filesystem::canonical(path, error).string();
    return error || real.starts_with("/proc/") ? std::string() : real;
}

} // namespace

Result<RecoveryCopy> readRecoveryCopy(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return failure(cannotRead(path, errno));
    RecoveryCopy copy;
    char buffer[16384];
    ssize_t got = 0;
    do {
        got = read(fd, buffer, sizeof buffer);
        if (got > 0)
            copy.bytes.append(buffer, static_cast<std::size_t>(got));
    } while ((got > 0 && copy.bytes.size() <= kLargestCopy) || (got < 0 && errno == EINTR));
    const int number = errno;
    struct stat facts{};
    const bool isFile = fstat(fd, &facts) == 0 && S_ISREG(facts.st_mode);
    close(fd);
    if (got < 0)
        return failure(cannotRead(path, number));
    if (copy.bytes.size() > kLargestCopy)
        return failure(ErrorCode::InvalidInput, path + " is far too big for a recovery file",
                       "choose the file that was saved when the repository was made", {{"path", path}});
    if (isFile)
        copy.path = lastingPath(path);
    return copy;
}

Result<> writeRecoveryCopy(const std::string& path, const std::string& bytes) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return failure(cannotSave(path, errno));
    int number = writeDurably(fd, bytes);
    if (close(fd) != 0 && number == 0) // a network's file system may say it only now
        number = errno;
    if (number != 0) {
        unlink(path.c_str());
        return failure(cannotSave(path, number));
    }
    syncFolderOf(path);
    return {};
}

void removeRecoveryCopy(const std::string& path, const std::string& bytes) {
    std::ifstream file(path, std::ios::binary);
    std::string there(bytes.size() + 1, '\0');
    file.read(there.data(), static_cast<std::streamsize>(there.size()));
    there.resize(static_cast<std::size_t>(file.gcount()));
    if (there == bytes)
        unlink(path.c_str());
}

Result<> checkOutsideStore(const std::string& url, const std::string& path) {
    namespace fs = std::filesystem;
    const auto folder = storeFolder(url);
    if (!folder)
        return {}; // whoever opens it is told
    std::error_code ignored;
    const fs::path store = fs::weakly_canonical(*folder, ignored);
    const fs::path file = fs::weakly_canonical(fs::absolute(path, ignored), ignored);
    const auto parted = std::mismatch(store.begin(), store.end(), file.begin(), file.end());
    const bool isInside = !store.empty() && parted.first == store.end();
    if (!isInside && !fs::equivalent(fs::path(*folder) / "keys/recovery.age", file, ignored))
        return {};
    return failure(ErrorCode::InvalidInput,
                   "the recovery file " + path +
                       " lies in the store itself, which has a copy already: when the "
                       "store is lost or damaged, so is this one",
                   "use a place outside the store, on another disk or computer", {{"path", path}});
}

Result<KeysHere> keysHere(const Core& core, const RepositoryPin& pin, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto secrets, keyStoreOf(core.inside(), pin));
    KeysHere here;
    const auto look = [&](const std::string& name) -> Result<bool> {
        const auto key = getKey(*secrets, pin, name, cancel);
        if (!key && !isMissingSecret(key.error(), pin))
            return failure(key.error());
        // An identity may have been removed on purpose; the writer's keys are the writer's.
        const bool isWanted =
            name == pin.identitySecretName() ? !key && isDamagedSecret(key.error()) : pin.isWriter;
        if (!key && isWanted && !here.problem)
            here.problem = key.error();
        return key.has_value();
    };
    if (pin.encrypted) {
        SALVOR_ASSIGN(here.identity, look(pin.identitySecretName()));
    }
    SALVOR_ASSIGN(const bool idKey, look(pin.idKeySecretName()));
    SALVOR_ASSIGN(const bool signingKey, look(pin.signingKeySecretName()));
    here.writers = idKey && signingKey;
    return here;
}

Result<> checkSecondCopy(Core& core, const std::string& repository, const std::string& path) {
    SALVOR_ASSIGN(const auto pins, core.repositories());
    for (const auto& pin : pins) {
        if (pin.title == repository || pin.id == repository || (repository.empty() && pins.size() == 1))
            return checkOutsideStore(pin.url, path);
    }
    return {};
}

Result<RecoveryCopy> readSecondCopy(Core& core, const std::string& repository, const std::string& path) {
    SALVOR_TRY(checkSecondCopy(core, repository, path));
    auto copy = readRecoveryCopy(path);
    if (copy || copy.error().hint.find("keys/recovery.age") == std::string::npos)
        return copy;
    Error error = std::move(copy).error();
    error.hint = "a rehearsal needs the copy that is kept outside the repository: look whether its disk is "
                 "there, and check the path";
    return failure(std::move(error));
}

} // namespace salvor
