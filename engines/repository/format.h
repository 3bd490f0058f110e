// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Names and limits of the repository format (docs/repository-format.md), in one place.
#pragma once

#include "models/base/bytes.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace salvor::format {

/// What this program writes and reads. 0 is the format while it was being built; nobody reads it any more.
inline constexpr std::uint64_t kVersion = 1;

inline constexpr std::string_view kRepositoryKey = "salvor-repository.json";
inline constexpr std::string_view kRecoveryKey = "keys/recovery.age";
inline constexpr std::string_view kWriterKey = "keys/writer.age";
inline constexpr std::string_view kReserveKey = "reserve";
inline constexpr std::uint64_t kReserveBytes = 4 * 1024 * 1024;
/// Largest manifest that is read, in bytes of JSON (the signed size is checked too).
inline constexpr std::uint64_t kManifestLimit = 1024ULL * 1024 * 1024;

inline std::string catalogKey(std::uint64_t number) { return "catalog/" + std::to_string(number) + ".json"; }
/// The number of "catalog/<n>.json"; empty for any other key, also for one with a leading zero.
std::optional<std::uint64_t> catalogNumber(std::string_view key);

inline std::string refKey(const std::string& hash) { return "refs/" + hash.substr(0, 2) + "/" + hash; }
inline std::string objectKeyOf(const std::string& hash) {
    return "objects/" + hash.substr(0, 2) + "/" + hash;
}
inline std::string manifestKey(std::string_view backupId, bool encrypted) {
    return "manifests/" + std::string(backupId) + (encrypted ? ".age" : ".zst");
}
inline std::string runKey(std::string_view runId) { return "runs/" + std::string(runId) + ".json"; }
inline std::string proofKey(std::string_view backupId, std::string_view proofId) {
    return "proofs/" + std::string(backupId) + "/" + std::string(proofId) + ".json";
}

/// 64 lower-case hexadecimal digits.
bool isHash(std::string_view text);
/// "YYYYMMDDTHHMMSSZ-<6 base32>": safe as a file name.
bool isRecordId(std::string_view text);
/// Hex SHA-256.
std::string hashOf(ByteView bytes);

} // namespace salvor::format
