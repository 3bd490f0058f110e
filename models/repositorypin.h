// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What this computer has pinned of a repository. Trust is decided by this, never by what the store says.
#pragma once

#include "models/base/clock.h"
#include "models/base/result.h"

#include <QJsonObject>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct RepositoryPin {
    std::string id;    ///< 32 lower-case hexadecimal characters
    std::string title; ///< unique in a workspace
    std::string url;   ///< "file:///srv/backups"
    std::uint64_t formatVersion = 0;
    bool encrypted = true;
    std::vector<std::string> recipients; ///< "age1…"
    std::string signingPublicKey;        ///< hex, Ed25519, the writer's
    std::string writerMachine;           ///< /etc/machine-id
    std::string writerUser;
    bool isWriter = false;  ///< this machine and user hold the writer's keys
    std::string secretKind; ///< where this computer keeps the keys below
    std::uint64_t highestCatalogSeen = 0;
    std::string highestCatalogHash;     ///< hex SHA-256 of that catalog file
    bool rehearsed = false;             ///< a recovery file and its passphrase have opened a backup
    std::optional<Instant> rehearsedAt; ///< when, the last time; older releases did not write it down
    std::string recoveryFile;           ///< where the second copy was saved; may be empty
    std::int64_t revision = 0;

    // Names in the secret store.
    std::string identitySecretName() const { return "repository-" + id + "-identity"; }
    std::string idKeySecretName() const { return "repository-" + id + "-id-key"; }
    std::string signingKeySecretName() const { return "repository-" + id + "-signing-key"; }
};

QJsonObject toJson(const RepositoryPin& pin);
Result<RepositoryPin> repositoryPinFromJson(const QJsonObject& object);

/// Whether anybody can be sure that the recovery file and its passphrase still open the backups.
enum class Rehearsal {
    NotNeeded, ///< not encrypted: nothing has to be kept outside the store
    Never,     ///< nobody ever tried
    Due,       ///< the last time is longer ago than kRehearsalInterval, is not known, or lies in the future
    Fresh,
};
std::string_view toString(Rehearsal state); ///< "not_needed", "never", "due", "fresh"
constexpr std::chrono::hours kRehearsalInterval{365 * 24};
Rehearsal rehearsalOf(const RepositoryPin& pin, Instant now);
/// When the next one is due; nothing where rehearsalOf() is not Fresh.
std::optional<Instant> rehearsalDueAt(const RepositoryPin& pin, Instant now);

} // namespace salvor
