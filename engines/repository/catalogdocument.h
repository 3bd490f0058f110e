// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One catalog file: what it says, and its bytes. Internal to the repository.
#pragma once

#include "engines/crypto/ed25519.h"
#include "engines/repository/repository.h"

#include <map>
#include <string>
#include <string_view>

namespace salvor {

struct CatalogDocument {
    std::string repositoryId;
    bool encrypted = true;
    std::uint64_t previousNumber = 0; ///< 0: the first
    std::string previousHash;
    std::map<std::string, std::string>
        files;       ///< hex SHA-256 of what is written once: the key files, salvor-repository.json
    Catalog catalog; ///< all but hash, olderThanSeen and warnings, which no file says of itself
};

/// The signed file.
Result<std::string> signCatalog(const CatalogDocument& document, const SigningKey& key);

/// What decides whether a catalog belongs to the repository.
struct CatalogTrust {
    std::string repositoryId;
    VerifyKey key;
};
/// Checked: signature, kind, id, number, and every field; catalog.hash is filled in. Corrupt names the file;
/// PinMismatch when another key than the trusted one signed it; NewerFormat.
Result<CatalogDocument> readCatalog(std::string_view bytes, std::uint64_t number, const CatalogTrust& trust);

} // namespace salvor
