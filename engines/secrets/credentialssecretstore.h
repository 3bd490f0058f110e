// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Secrets that systemd hands to a unit (systemd.exec(5), "CREDENTIALS"): files in $CREDENTIALS_DIRECTORY.
#pragma once

#include "engines/secrets/secretstore.h"

namespace salvor {

/// "salvor-<uuid>-<name>": the credential's name in the unit file and in /etc/credstore.encrypted. Without a
/// policy, in a unit that somebody wrote by hand, "salvor-<name>", which has the owner's UUID in it.
std::string credentialName(std::string_view uuid, std::string_view name);

/// Read-only: put() and remove() fail with "read_only". systemd makes the files for one unit, mode 0400, or
/// 0440 where an access list names the unit's user; a file that everybody may read is none of systemd's and
/// is refused.
class CredentialsSecretStore final : public SecretStore {
public:
    /// `folder` is the value of $CREDENTIALS_DIRECTORY (empty: "absent"), `uuid` the policy's or empty.
    CredentialsSecretStore(std::string folder, std::string uuid);
    std::string_view kind() const override { return "credentials"; }
    Result<Secret> get(std::string_view name, const CancelToken& cancel) override;
    Result<> put(std::string_view name, const Secret& secret, const CancelToken& cancel) override;
    Result<> remove(std::string_view name, const CancelToken& cancel) override;

private:
    const std::string m_folder;
    const std::string m_uuid;
};

} // namespace salvor
