// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/credentialssecretstore.h"

#include "engines/secrets/secretfiles.h"
#include "engines/secrets/secretname.h"

#include <sys/stat.h>

namespace salvor {

using namespace secretfiles;

namespace {

constexpr Demand kFolder{S_IWGRP | S_IWOTH, false};
constexpr Demand kFile{S_IRWXO | S_IWGRP, false};

Error readOnly() {
    return secretUnavailable("read_only", "systemd's credentials cannot be changed by the job that uses them",
                             "change them where the timer was set up: salvorctl timers apply");
}

} // namespace

std::string credentialName(std::string_view uuid, std::string_view name) {
    return "salvor-" + (uuid.empty() ? std::string() : std::string(uuid) + "-") + std::string(name);
}

CredentialsSecretStore::CredentialsSecretStore(std::string folder, std::string uuid)
    : m_folder(std::move(folder))
    , m_uuid(std::move(uuid)) {}

Result<Secret> CredentialsSecretStore::get(std::string_view name, const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(checkSecretName(name));
    if (m_folder.empty())
        return failure(
            secretUnavailable("absent", "systemd gave this process no credentials",
                              "run it from its unit, which has LoadCredentialEncrypted= or LoadCredential="));
    SALVOR_ASSIGN(const UniqueFd folder, openFolder(m_folder, kFolder));
    const std::string file = credentialName(m_uuid, name);
    Result<Secret> secret = readFile(folder.get(), file, m_folder + "/" + file, kFile);
    if (!secret && secretState(secret.error()) == "not_found")
        return failure(secretUnavailable(
            "not_found", "systemd gave this process no credential " + file,
            m_uuid.empty() ? "give the unit a LoadCredentialEncrypted= of that name"
                           : "apply the policy's timer again, which writes the unit and its "
                             "credentials"));
    return secret;
}

Result<> CredentialsSecretStore::put(std::string_view, const Secret&, const CancelToken&) {
    return failure(readOnly());
}

Result<> CredentialsSecretStore::remove(std::string_view, const CancelToken&) { return failure(readOnly()); }

} // namespace salvor
