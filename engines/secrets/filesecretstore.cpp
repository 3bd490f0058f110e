// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/filesecretstore.h"

#include "engines/secrets/secretfiles.h"
#include "engines/secrets/secretname.h"
#include "models/places.h"

#include <fcntl.h>
#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdio>

namespace salvor {

using namespace secretfiles;

namespace {

/// Begins with a character that no secret's name has.
std::string temporaryName() {
    std::array<std::byte, 12> random{};
    while (::getrandom(random.data(), random.size(), 0) != static_cast<ssize_t>(random.size())) {
    }
    return "+tmp." + toHex(random);
}

/// 0 or the errno.
int writeDurably(int fd, ByteView bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::write(fd, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            return errno;
        if (count > 0)
            bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
    return ::fsync(fd) == 0 ? 0 : errno;
}

} // namespace

FileSecretStore::FileSecretStore(std::string folder)
    : m_folder(std::move(folder)) {}

Result<Secret> FileSecretStore::get(std::string_view name, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(checkSecretName(name));
    SALVOR_ASSIGN(const UniqueFd folder, openFolder(m_folder, {}));
    return readFile(folder.get(), std::string(name), m_folder + "/" + std::string(name), {});
}

Result<> FileSecretStore::put(std::string_view name, const Secret& secret, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(checkSecretName(name));
    SALVOR_TRY(createPrivateFolder(m_folder));
    SALVOR_ASSIGN(const UniqueFd folder, openFolder(m_folder, {}));
    const std::string path = m_folder + "/" + std::string(name);
    const std::string temporary = temporaryName();
    const UniqueFd file(::openat(folder.get(), temporary.c_str(),
                                 O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.valid())
        return failure(systemError("cannot write the secret", path, errno));
    int error = writeDurably(file.get(), secret.bytes());
    if (error == 0 &&
        ::renameat(folder.get(), temporary.c_str(), folder.get(), std::string(name).c_str()) != 0)
        error = errno;
    if (error != 0) {
        ::unlinkat(folder.get(), temporary.c_str(), 0);
        return failure(systemError("cannot write the secret", path, error));
    }
    if (::fsync(folder.get()) != 0)
        return failure(systemError("cannot make durable the secret", path, errno));
    return {};
}

Result<> FileSecretStore::remove(std::string_view name, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(checkSecretName(name));
    const Result<UniqueFd> folder = openFolder(m_folder, {});
    if (!folder && secretState(folder.error()) == "absent")
        return {};
    if (!folder)
        return failure(folder.error());
    if (::unlinkat(folder->get(), std::string(name).c_str(), 0) != 0 && errno != ENOENT)
        return failure(systemError("cannot remove the secret", m_folder + "/" + std::string(name), errno));
    if (::fsync(folder->get()) != 0)
        return failure(systemError("cannot make durable the folder of secrets", m_folder, errno));
    return {};
}

} // namespace salvor
