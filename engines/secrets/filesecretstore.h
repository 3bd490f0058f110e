// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Secrets as files that only their owner can open: no encryption at rest, and said so wherever it is used.
#pragma once

#include "engines/secrets/secretstore.h"

namespace salvor {

/// One 0600 file per name in a 0700 folder, both owned by this process's user; anything looser is refused
/// with PermissionDenied, never repaired silently. put() makes the folder when it is not there and replaces
/// atomically: after a failure or a crash the old secret is whole. Further errors: NoSpace, IoError.
class FileSecretStore final : public SecretStore {
public:
    /// `folder` is absolute; nothing is touched until the first call.
    explicit FileSecretStore(std::string folder);
    std::string_view kind() const override { return "file"; }
    Result<Secret> get(std::string_view name, const CancelToken& cancel) override;
    Result<> put(std::string_view name, const Secret& secret, const CancelToken& cancel) override;
    Result<> remove(std::string_view name, const CancelToken& cancel) override; ///< absent is success

private:
    const std::string m_folder;
};

} // namespace salvor
