// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvor-repository.json, and the two key files. Internal to the repository.
#pragma once

#include "engines/crypto/agekeys.h"
#include "engines/crypto/ed25519.h"
#include "engines/repository/repository.h"

#include <string>
#include <string_view>

namespace salvor {

/// salvor-repository.json: what a place is. Not signed; only pins and signatures decide about trust.
struct RepositoryFile {
    std::string id;
    std::string title;
    bool encrypted = true;
    std::uint64_t formatVersion = 0;
};
Result<std::string> writeRepositoryFile(const RepositoryFile& file, Instant created);
/// NotARepository when it is missing or something else, NewerFormat, VersionMismatch (format 0), NotFound: no
/// such place. PermissionDenied, IoError, Corrupt where it cannot be read.
Result<RepositoryFile> loadRepositoryFile(Store& store, const CancelToken& cancel);

/// After loadRepositoryFile() failed: success where the place is a repository all the same, as it has
/// catalogs, whose signatures decide. Else `why`.
Result<> requireCatalogs(Store& store, const Error& why, const CancelToken& cancel);

/// What the recovery file says once it is open. It is written with the passphrase, so a store cannot forge
/// it.
struct RecoveryContent {
    std::string repositoryId;
    std::string signingPublicKey; ///< hex
    bool encrypted = true;
    AgeIdentity identity;
};
/// An age identity file with comment lines, encrypted with the passphrase and armored: keys/recovery.age.
Result<std::string> sealRecovery(const RecoveryContent& content, const Secret& passphrase,
                                 unsigned workFactor);
/// The copy for the admin: comment lines that say what it is, then the armored file.
std::string recoveryCopy(std::string_view armored, const RecoveryContent& content, std::string_view title);
/// Either form. WrongIdentity for a wrong passphrase, InvalidInput for something else than a recovery file.
Result<RecoveryContent> openRecovery(std::string_view file, const Secret& passphrase);

/// keys/writer.age: the writer's keys, encrypted to the recipients.
Result<Bytes> sealWriterKeys(const WriterKeys& keys, const std::string& repositoryId,
                             const std::vector<std::string>& recipients);
/// Checked: they are this repository's, and the signing key is the one that is trusted. WrongIdentity,
/// Corrupt.
Result<WriterKeys> openWriterKeys(ByteView file, const AgeIdentity& identity, const std::string& repositoryId,
                                  const std::string& signingPublicKey);

Result<std::vector<AgeRecipient>> parseRecipients(const std::vector<std::string>& texts);
/// Of the pin's hexadecimal form; InvalidInput.
Result<VerifyKey> parseVerifyKey(const std::string& hex);

} // namespace salvor
