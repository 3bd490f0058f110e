// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The manifest of one backup: everything its restore needs.
#pragma once

#include "models/backuprecord.h"
#include "models/base/result.h"

#include <QJsonObject>

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

/// One item of a backup and where its bytes are: objects [firstObject, firstObject + objectCount) of its
/// group's list, decrypted, decompressed and joined; the item begins `offset` bytes into that and is
/// `sizeBytes` long (small items share objects).
struct ManifestItem {
    std::string phase;
    bool parallelPhase = false;
    std::string id;
    std::string kind;
    std::string name;
    std::string group;
    std::string changeKey;
    QJsonObject details;
    std::uint64_t rows = 0;
    std::uint64_t sizeBytes = 0;
    std::string contentHash; ///< the engine's, order independent
    std::string sha256;      ///< hex, of the plaintext stream
    std::uint64_t firstObject = 0;
    std::uint64_t objectCount = 0;
    std::uint64_t offset = 0;
};

struct ManifestGroup {
    std::string name;
    std::string ref; ///< hex SHA-256 of the refs file with this group's object names
    std::uint64_t objects = 0;
};

struct Manifest {
    BackupRecord record;
    QJsonObject server;  ///< Plan::server
    QJsonObject finish;  ///< Snapshot::finish()
    QJsonObject policy;  ///< effective, without secrets
    QJsonObject profile; ///< without secrets
    std::vector<ManifestGroup> groups;
    std::vector<ManifestItem> items; ///< in the order of the plan
};

QJsonObject toJson(const Manifest& manifest);
Result<Manifest> manifestFromJson(const QJsonObject& object);

} // namespace salvor
