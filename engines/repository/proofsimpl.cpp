// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Proofs: proofs/<backup>/<proof>.json, signed by the reader who verified or restored, written outside the
// lock.
#include "engines/crypto/signeddocument.h"
#include "engines/repository/format.h"
#include "engines/repository/proofs.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "models/jsonfields.h"

#include <algorithm>

namespace salvor {

namespace {

QJsonObject payload(const Proof& proof, const std::string& repositoryId, const std::string& manifestHash,
                    const VerifyKey& key) {
    return {{QStringLiteral("at"), toJsonTime(proof.at)},
            {QStringLiteral("backup"), toQt(proof.backupId)},
            {QStringLiteral("details"), proof.details},
            {QStringLiteral("document"), QStringLiteral("proof")},
            {QStringLiteral("format"), static_cast<qint64>(format::kVersion)},
            {QStringLiteral("id"), toQt(proof.id)},
            {QStringLiteral("key"), toQt(toHex(key.raw()))},
            {QStringLiteral("kind"), toQt(proof.kind)},
            {QStringLiteral("machine"), toQt(proof.machine)},
            {QStringLiteral("manifest"), toQt(manifestHash)},
            {QStringLiteral("repository"), toQt(repositoryId)},
            {QStringLiteral("user"), toQt(proof.user)}};
}

Result<Proof> parseProof(std::string_view bytes, const std::string& key, const ProofTrust& trust) {
    // The key that signed stands in the payload, so that also an unregistered reader's file is known to be
    // whole.
    SALVOR_ASSIGN(const std::string claimed, unverifiedPayload(bytes));
    SALVOR_ASSIGN(const QJsonObject claimedObject, parseJsonObject(claimed, key));
    SALVOR_ASSIGN(const std::string publicKey, requireString(claimedObject, "key", key));
    SALVOR_ASSIGN(const VerifyKey verifyKey, parseVerifyKey(publicKey));
    SALVOR_ASSIGN(const std::string text, verifyDocument(bytes, verifyKey));
    SALVOR_ASSIGN(const QJsonObject object, parseJsonObject(text, key));
    JsonFields fields(object, key);
    Proof proof;
    proof.id = fields.text("id");
    proof.backupId = fields.text("backup");
    proof.kind = fields.text("kind");
    proof.at = fields.time("at");
    proof.machine = fields.text("machine");
    proof.user = fields.text("user");
    proof.details = fields.objectOr("details");
    const bool placed =
        fields.text("document") == "proof" && fields.text("repository") == trust.repositoryId &&
        fields.text("manifest") == trust.manifestHash && format::proofKey(proof.backupId, proof.id) == key;
    SALVOR_TRY(fields.finish());
    if (!placed)
        return failure(ErrorCode::Corrupt, "it is another signed document, put in its place");
    proof.keyId = verifyKey.id();
    proof.registered = std::ranges::find(trust.registeredKeys, publicKey) != trust.registeredKeys.end();
    return proof;
}

} // namespace

ProofTrust proofTrust(const RepositoryPin& pin, const Catalog& catalog, const CatalogEntry& entry) {
    ProofTrust trust{pin.id, entry.manifestHash, {pin.signingPublicKey}};
    for (const auto& reader : catalog.readers)
        trust.registeredKeys.push_back(reader.publicKey);
    return trust;
}

Result<std::vector<Proof>> readProofs(Store& store, const std::string& backupId, const ProofTrust& trust,
                                      std::vector<Error>* problems, const CancelToken& cancel) {
    std::vector<std::string> keys;
    const auto collect = [&](const StoreEntry& entry) -> Result<> {
        keys.push_back(entry.key);
        return {};
    };
    if (auto listed = store.list("proofs/" + backupId + "/", collect, cancel); !listed) {
        if (listed.error().code != ErrorCode::Corrupt)
            return failure(std::move(listed).error());
        if (problems != nullptr) // something that is no folder is in the way
            problems->push_back(std::move(listed).error());
    }
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::vector<Proof> proofs;
    for (const auto& key : keys) {
        const auto bytes = getText(store, key, cancel);
        if (!bytes && bytes.error().code != ErrorCode::Corrupt && bytes.error().code != ErrorCode::NotFound)
            return failure(bytes.error());
        auto proof = bytes ? parseProof(*bytes, key, trust) : Result<Proof>(failure(bytes.error()));
        if (proof)
            proofs.push_back(std::move(*proof));
        else if (problems != nullptr)
            problems->push_back(
                {ErrorCode::Corrupt,
                 "proof " + key + " is damaged or forged: " + proof.error().message,
                 "the backup itself does not depend on it; verify or restore it again for a new proof",
                 false,
                 {{"key", key}}});
    }
    return proofs;
}

Result<> RepositoryImpl::recordProof(const Proof& proof, const Secret& readerKey, const CancelToken& cancel) {
    if (!format::isRecordId(proof.id))
        return failure(ErrorCode::InvalidInput, "\"" + proof.id + "\" is not a proof's id");
    SALVOR_ASSIGN(const SigningKey key, SigningKey::fromSeed(readerKey));
    SALVOR_ASSIGN(const Catalog known, catalog(cancel));
    const auto entry = std::ranges::find(known.entries, proof.backupId, &CatalogEntry::backupId);
    if (entry == known.entries.end())
        return failure(ErrorCode::NotFound,
                       "there is no backup " + proof.backupId + " that the proof could be of");
    SALVOR_ASSIGN(const std::string text,
                  toCanonicalJson(payload(proof, m_access.pin.id, entry->manifestHash, key.publicKey())));
    SALVOR_ASSIGN(const std::string bytes, signDocument(text, key));
    return putExactly(store(), format::proofKey(proof.backupId, proof.id), asBytes(bytes), cancel);
}

Result<std::vector<Proof>> RepositoryImpl::proofs(std::string_view backupId, const CancelToken& cancel) {
    SALVOR_ASSIGN(const Catalog known, catalog(cancel));
    const auto entry = std::ranges::find(known.entries, backupId, &CatalogEntry::backupId);
    if (entry == known.entries.end())
        return failure(ErrorCode::NotFound, "there is no backup " + std::string(backupId));
    return readProofs(store(), entry->backupId, proofTrust(pin(), known, *entry), nullptr, cancel);
}

Result<> RepositoryImpl::registerReader(const ReaderKey& reader, const CancelToken& cancel) {
    SALVOR_TRY(requireWriter());
    SALVOR_TRY(parseVerifyKey(reader.publicKey));
    SALVOR_ASSIGN(const RepositoryLock held, lock("register a reader"));
    SALVOR_ASSIGN(const CatalogDocument base, writableCatalog(cancel));
    if (std::ranges::find(base.catalog.readers, reader) != base.catalog.readers.end())
        return {};
    CatalogDocument next = base;
    std::erase_if(next.catalog.readers,
                  [&](const ReaderKey& known) { return known.publicKey == reader.publicKey; });
    next.catalog.readers.push_back(reader);
    SALVOR_ASSIGN(next, numberAfter(std::move(next), base, base.catalog.number));
    return publishWithoutBackup(next, base, *signingKey(), [](const Digest&) { return true; })
        .map([](const std::string&) {});
}

} // namespace salvor
