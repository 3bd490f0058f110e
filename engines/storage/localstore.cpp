// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/storage/localstore.h"

#include "engines/storage/localfiles.h"
#include "engines/storage/storekey.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>
#include <vector>

namespace salvor {

using namespace localfiles;

namespace {

constexpr std::uint64_t kMaxBlobBytes = std::uint64_t(1) << 30;
constexpr std::string_view kLeftoverMark = "+tmp."; // '+' stands in no key
constexpr std::string_view kOfReaders = "proofs/";  // what others than the owner write
constexpr std::string_view kDeferred = "objects/";  // folders whose fsync waits for sync()

/// A file under a name of its own until it is published or given up.
class Temporary {
public:
    Temporary(int folder, std::string name)
        : m_folder(folder)
        , m_name(std::move(name)) {}
    ~Temporary() {
        if (!m_published)
            ::unlinkat(m_folder, m_name.c_str(), 0);
    }
    Temporary(const Temporary&) = delete;
    Temporary& operator=(const Temporary&) = delete;
    const std::string& name() const { return m_name; }
    void published() { m_published = true; }

private:
    int m_folder;
    std::string m_name;
    bool m_published = false;
};

std::string temporaryName() {
    std::array<std::byte, 12> random{};
    while (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    }
    return std::string(kLeftoverMark) + toHex(random);
}

Instant modifiedOf(const struct stat& info) {
    return Instant(std::chrono::seconds(info.st_mtim.tv_sec) +
                   std::chrono::microseconds(info.st_mtim.tv_nsec / 1000));
}

/// 0 or the errno. File systems that cannot sync a folder (some shares) say EINVAL; there is nothing more to
/// do there.
int syncFd(int fd) {
    if (::fsync(fd) == 0 || errno == EINVAL || errno == EOPNOTSUPP)
        return 0;
    return errno;
}

/// Every name in a folder, so that what the visitor changes there does not disturb the reading. 0 or the
/// errno.
int readNames(UniqueFd folder, std::vector<std::string>& names) {
    if (!folder.valid())
        return errno;
    const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(folder.get()), ::closedir);
    if (!stream)
        return errno;
    folder.release();
    for (;;) {
        errno = 0;
        const struct dirent* entry = ::readdir(stream.get());
        if (entry == nullptr)
            return errno;
        names.emplace_back(static_cast<const char*>(entry->d_name));
    }
}

std::string joined(const std::string& folder, const std::string& name) {
    return folder.empty() ? name : folder + "/" + name;
}

/// Who keeps the store owns its folder. Somebody else's files in it (root's, who only reads, and signs for
/// that) are to be the owner's; a proof is to be readable by him through the folder's group at least. Where
/// the system refuses that (a share that lets root do nothing), they stay as they are. `key`: of a folder
/// without a slash at its end.
void giveToOwner(int root, int made, std::string_view key, bool isFolder) {
    struct stat place{};
    if (::fstat(root, &place) != 0 || place.st_uid == ::geteuid())
        return;
    if (::geteuid() == 0) {
        (void)!::fchown(made, place.st_uid, place.st_gid);
        return;
    }
    const bool isOfReaders = key.starts_with(kOfReaders) || (isFolder && key == "proofs");
    if (isOfReaders && (place.st_mode & S_IWGRP) != 0 &&
        ::fchown(made, static_cast<uid_t>(-1), place.st_gid) == 0)
        (void)::fchmod(made, isFolder ? 0770 : 0640);
}

/// ".snapshots", ".Trash-0": keys may be called so, but a snapshotting file system, a desktop or another
/// program made it where it cannot even be opened.
bool isHidden(const std::string& folder) {
    return folder.starts_with('.') || folder.find("/.") != folder.npos;
}

Result<> checkPath(const std::string& path) {
    if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos)
        return failure(ErrorCode::InvalidInput, "not an absolute path of a folder: " + path,
                       "give the whole path, such as /srv/backups");
    return {};
}

} // namespace

LocalStore::LocalStore(std::string root, const Clock& clock, Identity identity)
    : m_root(std::move(root))
    , m_clock(clock)
    , m_identity(identity) {}

Result<LocalStore::Identity> LocalStore::identify(int root, const std::string& path) {
    struct stat info{};
    if (::fstat(root, &info) != 0)
        return failure(systemError("cannot look at the folder", path, errno));
    return Identity{info.st_dev, info.st_ino};
}

/// Opened for each call: a descriptor that is kept would keep the disk from being unmounted.
Result<UniqueFd> LocalStore::openRoot() const {
    SALVOR_ASSIGN(UniqueFd root, localfiles::openRoot(m_root));
    SALVOR_ASSIGN(const Identity identity, identify(root.get(), m_root));
    if (identity != m_identity)
        return failure(ErrorCode::NotFound, "the folder " + m_root + " is not the one that was opened",
                       "was the disk unmounted, or another one mounted?", {{"path", m_root}});
    return root;
}

Result<UniqueFd> LocalStore::makeFolder(int root, const std::string& folder) const {
    constexpr int kFlags = O_RDONLY | O_DIRECTORY;
    UniqueFd whole(openBeneath(root, folder, kFlags));
    if (whole.valid())
        return whole;
    if (errno != ENOENT)
        return failure(systemError("cannot open the folder", shown(folder), errno));
    UniqueFd at(openBeneath(root, "", kFlags));
    for (std::size_t from = 0; at.valid() && from < folder.size();) {
        const std::size_t end = std::min(folder.find('/', from), folder.size());
        const std::string step = folder.substr(from, end - from);
        const bool isNew = ::mkdirat(at.get(), step.c_str(), 0700) == 0;
        if (!isNew && errno != EEXIST)
            return failure(systemError("cannot make the folder", shown(folder), errno));
        at = UniqueFd(openBeneath(at.get(), step, kFlags));
        if (isNew && at.valid())
            giveToOwner(root, at.get(), std::string_view(folder).substr(0, end), true);
        from = end + 1;
    }
    if (!at.valid())
        return failure(systemError("cannot open the folder", shown(folder), errno));
    return at;
}

Result<> LocalStore::put(std::string_view key, ByteView bytes, const CancelToken& cancel) {
    SALVOR_TRY(checkStoreKey(key));
    if (bytes.size() > kMaxBlobBytes)
        return failure(ErrorCode::InvalidInput, "too large for one file of a store: " + std::string(key));
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(const UniqueFd root, openRoot());
    SALVOR_ASSIGN(const UniqueFd folder, makeFolder(root.get(), parentOf(key)));
    const auto published = publish(root.get(), folder.get(), key, bytes, cancel);
    // Who meets it may go on to use it, and it may be of a process that was cut off before it could sync.
    if (!published && published.error().code == ErrorCode::AlreadyExists)
        noteMet(parentOf(key));
    SALVOR_TRY(published);
    return settle(root.get(), folder.get(), key);
}

/// Writes, syncs and names the file. On failure there is neither the name nor a temporary.
Result<> LocalStore::publish(int root, int folder, std::string_view key, ByteView bytes,
                             const CancelToken& cancel) const {
    const std::string name = nameOf(key);
    const auto failed = [&](int error) { return failure(systemError("cannot write", shown(key), error)); };
    struct stat info{};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0)
        return failed(EEXIST);
    Temporary temporary(folder, temporaryName());
    const UniqueFd file(openBeneath(folder, temporary.name(), O_WRONLY | O_CREAT | O_EXCL, 0600));
    if (!file.valid())
        return failed(errno);
    giveToOwner(root, file.get(), key, false);
    if (const int error = writeAll(file.get(), bytes, cancel); error != 0)
        return failed(error);
    if (::fsync(file.get()) != 0)
        return failed(errno); // never tried again: the kernel may have dropped the pages
    if (const int error = renameNew(folder, temporary.name(), name, file.get()); error != 0)
        return failed(error);
    temporary.published();
    return {};
}

/// Makes the new name durable, or notes that sync() has to.
Result<> LocalStore::settle(int root, int folder, std::string_view key) {
    const std::string own = parentOf(key);
    noteUsed(own);
    if (key.starts_with(kDeferred)) {
        const std::lock_guard lock(m_mutex);
        m_dirtyFolders.insert(own);
        return {};
    }
    const std::lock_guard syncLock(m_syncMutex);
    std::vector<std::string> dirty;
    {
        const std::lock_guard lock(m_mutex);
        m_dirtyFolders.insert(own);
        for (std::string at = own;; at = parentOf(at)) {
            if (m_dirtyFolders.erase(at) > 0)
                dirty.push_back(at);
            if (at.empty())
                break;
        }
    }
    for (const std::string& each : dirty) {
        if (Result<> synced = syncFolder(root, each); !synced) {
            ::unlinkat(folder, nameOf(key).c_str(), 0);
            return synced;
        }
    }
    return {};
}

/// A folder may be new, from this process or from one that was cut off before it could sync: its names in the
/// folders above become durable with the first put.
void LocalStore::noteUsed(const std::string& folder) {
    const std::lock_guard lock(m_mutex);
    if (!m_usedFolders.insert(folder).second)
        return;
    for (std::string at = folder; !at.empty();) {
        at = parentOf(at);
        m_dirtyFolders.insert(at);
    }
}

void LocalStore::noteMet(const std::string& folder) {
    noteUsed(folder);
    const std::lock_guard lock(m_mutex);
    m_dirtyFolders.insert(folder);
}

Result<> LocalStore::syncFolder(int root, const std::string& folder) {
    const UniqueFd fd(openBeneath(root, folder, O_RDONLY | O_DIRECTORY));
    const int error = fd.valid() ? syncFd(fd.get()) : errno;
    if (error == 0)
        return {};
    Error failed = systemError("cannot make durable the folder", shown(folder), error);
    failed.retryable = false;
    const std::lock_guard lock(m_mutex);
    m_syncFailure = failed;
    return failure(std::move(failed));
}

Result<> LocalStore::sync(const CancelToken& cancel) {
    const std::lock_guard syncLock(m_syncMutex);
    std::set<std::string> dirty;
    {
        const std::lock_guard lock(m_mutex);
        if (m_syncFailure)
            return failure(*m_syncFailure);
        dirty.swap(m_dirtyFolders);
    }
    const auto giveBack = [&] {
        const std::lock_guard lock(m_mutex);
        m_dirtyFolders.merge(dirty);
    };
    Result<UniqueFd> root = openRoot();
    if (!root) {
        giveBack();
        return failure(std::move(root).error());
    }
    while (!dirty.empty()) {
        if (cancel.stop_requested()) {
            giveBack();
            return failure(cancelledError());
        }
        SALVOR_TRY(syncFolder(root->get(), *dirty.begin()));
        dirty.erase(dirty.begin());
    }
    return {};
}

Result<LocalStore::Blob> LocalStore::openBlob(std::string_view key) const {
    SALVOR_TRY(checkStoreKey(key));
    SALVOR_ASSIGN(const UniqueFd root, openRoot());
    // Not blocking: a named pipe that somebody put there must not hold us.
    UniqueFd file(openBeneath(root.get(), std::string(key), O_RDONLY | O_NONBLOCK | O_NOCTTY));
    if (!file.valid())
        return failure(systemError("cannot open", shown(key), errno));
    struct stat info{};
    if (::fstat(file.get(), &info) != 0)
        return failure(systemError("cannot look at", shown(key), errno));
    if (S_ISDIR(info.st_mode))
        return failure(systemError("cannot open", shown(key), ENOENT));
    if (!S_ISREG(info.st_mode))
        return failure(systemError("cannot open", shown(key), ENOTDIR));
    const auto size = static_cast<std::uint64_t>(info.st_size);
    return Blob{std::move(file), StoreEntry{std::string(key), size, modifiedOf(info)}};
}

Result<Bytes> LocalStore::readBlob(const Blob& blob, std::uint64_t offset, std::uint64_t length,
                                   const CancelToken& cancel) const {
    if (length > kMaxBlobBytes)
        return failure(ErrorCode::Corrupt,
                       "larger than any file that Salvor stores: " + shown(blob.entry.key), {},
                       {{"path", shown(blob.entry.key)}});
    const bool whole = offset <= blob.entry.sizeBytes && length <= blob.entry.sizeBytes - offset;
    Bytes bytes(whole ? length : 0);
    const int error = whole ? readAll(blob.file.get(), bytes, offset, cancel) : ENODATA;
    if (error == ENODATA)
        return failure(ErrorCode::Corrupt, "shorter than it should be: " + shown(blob.entry.key), {},
                       {{"path", shown(blob.entry.key)}});
    if (error != 0)
        return failure(systemError("cannot read", shown(blob.entry.key), error));
    return bytes;
}

Result<Bytes> LocalStore::get(std::string_view key, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(const Blob blob, openBlob(key));
    return readBlob(blob, 0, blob.entry.sizeBytes, cancel);
}

Result<Bytes> LocalStore::getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                                   const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(const Blob blob, openBlob(key));
    return readBlob(blob, offset, length, cancel);
}

/// Visits the files (or the left-over temporaries) whose key starts with `prefix`. What cannot be a key is
/// not ours and is passed over (lost+found). A link, a pipe or a device under a key is visited with no size,
/// so that it does not pass for absent: whoever reads it is told what it is.
Result<> LocalStore::walk(std::string_view prefix, bool leftovers, const Visit& visit,
                          const CancelToken& cancel) const {
    SALVOR_TRY(checkStorePrefix(prefix));
    SALVOR_ASSIGN(const UniqueFd root, openRoot());
    const std::string start = parentOf(prefix);
    // Of halves nothing can be removed there anyway; that our own folders can be listed shows elsewhere.
    const auto isOfOthers = [&](const std::string& folder) {
        return folder != start && (leftovers || isHidden(folder));
    };
    std::vector<std::string> waiting{start};
    while (!waiting.empty()) {
        const std::string folder = std::exchange(waiting.back(), {});
        waiting.pop_back();
        const auto failed = [&](int error) {
            return failure(systemError("cannot list", shown(folder), error));
        };
        const UniqueFd at(openBeneath(root.get(), folder, O_RDONLY | O_DIRECTORY));
        if (!at.valid() && errno == ENOENT && folder == start)
            return {};
        if (!at.valid() && errno == EACCES && isOfOthers(folder))
            continue;
        std::vector<std::string> names;
        if (const int error =
                at.valid() ? readNames(UniqueFd(::fcntl(at.get(), F_DUPFD_CLOEXEC, 0)), names) : errno;
            error != 0)
            return failed(error);
        for (const std::string& name : names) {
            SALVOR_TRY(checkCancelled(cancel));
            const bool leftover = name.starts_with(kLeftoverMark);
            const std::string key = joined(folder, name);
            if (!leftover && !checkStoreKey(key))
                continue;
            struct stat info{};
            if (::fstatat(at.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
                if (errno == ENOENT) // removed since the names were read
                    continue;
                if (errno == EACCES && isOfOthers(folder)) // it may be listed, not entered
                    break;
                return failed(errno);
            }
            if (S_ISDIR(info.st_mode) && leftovers && isHidden(name))
                continue; // nobody puts there
            if (S_ISDIR(info.st_mode) && (key + "/").starts_with(prefix))
                waiting.push_back(key);
            else if (!S_ISDIR(info.st_mode) && leftover == leftovers && key.starts_with(prefix) &&
                     (S_ISREG(info.st_mode) || !leftovers))
                SALVOR_TRY(visit(
                    at.get(),
                    StoreEntry{key, S_ISREG(info.st_mode) ? static_cast<std::uint64_t>(info.st_size) : 0,
                               modifiedOf(info)}));
        }
    }
    return {};
}

Result<> LocalStore::list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                          const CancelToken& cancel) {
    return walk(prefix, false, [&](int, const StoreEntry& entry) { return visit(entry); }, cancel);
}

Result<std::uint64_t> LocalStore::removeLeftovers(std::chrono::seconds age, const CancelToken& cancel) {
    const Instant before = m_clock.now() - age;
    std::uint64_t count = 0;
    const Visit visit = [&](int folder, const StoreEntry& entry) -> Result<> {
        if (entry.modified >= before)
            return {};
        if (::unlinkat(folder, nameOf(entry.key).c_str(), 0) != 0 && errno != ENOENT)
            return failure(systemError("cannot remove", shown(entry.key), errno));
        ++count;
        return {};
    };
    SALVOR_TRY(walk("", true, visit, cancel));
    return count;
}

Result<> LocalStore::remove(std::string_view key, const CancelToken& cancel) {
    SALVOR_TRY(checkStoreKey(key));
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(const UniqueFd root, openRoot());
    const std::string own = parentOf(key);
    const UniqueFd folder(openBeneath(root.get(), own, O_RDONLY | O_DIRECTORY));
    if (!folder.valid() && errno != ENOENT)
        return failure(systemError("cannot remove", shown(key), errno));
    if (!folder.valid())
        return {};
    if (::unlinkat(folder.get(), nameOf(key).c_str(), 0) != 0) {
        if (errno == ENOENT || errno == EISDIR) // a folder is not a blob
            return {};
        return failure(systemError("cannot remove", shown(key), errno));
    }
    const std::lock_guard lock(m_mutex);
    m_dirtyFolders.insert(own);
    return {};
}

Result<std::optional<StoreEntry>> LocalStore::stat(std::string_view key, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    Result<Blob> blob = openBlob(key);
    if (blob)
        return std::optional(std::move(blob->entry));
    const Error& error = blob.error();
    // The root has a NotFound of its own, which is not about the key.
    if (error.code == ErrorCode::NotFound && error.context.at("path") == shown(key))
        return std::optional<StoreEntry>();
    return failure(std::move(blob).error());
}

Result<std::optional<StoreSpace>> LocalStore::space(const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_ASSIGN(const UniqueFd root, openRoot());
    struct statvfs info{};
    if (::fstatvfs(root.get(), &info) != 0)
        return failure(systemError("cannot ask for the space of", m_root, errno));
    return std::optional(StoreSpace{info.f_bavail * info.f_frsize, info.f_blocks * info.f_frsize});
}

Result<std::unique_ptr<LocalStore>> openLocalStore(const std::string& path, const Clock& clock) {
    SALVOR_TRY(checkPath(path));
    SALVOR_ASSIGN(const UniqueFd root, localfiles::openRoot(path));
    SALVOR_ASSIGN(const auto identity, LocalStore::identify(root.get(), path));
    return std::unique_ptr<LocalStore>(new LocalStore(path, clock, identity));
}

Result<std::unique_ptr<LocalStore>> createLocalStore(const std::string& path, const Clock& clock) {
    SALVOR_TRY(checkPath(path));
    if (::mkdir(path.c_str(), 0700) != 0) {
        if (errno != EEXIST) {
            Error error = systemError("cannot make the folder", path, errno);
            if (error.code == ErrorCode::NotFound)
                error.hint = "the folder that is to hold it must exist: is the disk mounted?";
            return failure(std::move(error));
        }
        return openLocalStore(path, clock);
    }
    SALVOR_ASSIGN(auto store, openLocalStore(path, clock));
    const UniqueFd parent(::open((path + "/..").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const int error = parent.valid() ? syncFd(parent.get()) : errno;
    if (error != 0 && error != EACCES) // a parent that may be passed but not read cannot be synced by us
        return failure(systemError("cannot make durable the folder that holds", path, error));
    return store;
}

} // namespace salvor
