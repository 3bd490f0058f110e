// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Proofs: proofs/<backup>/<proof>.json, signed by the reader who verified or restored, written outside the
// lock.
#include "engines/crypto/signeddocument.h"
#include "engines/repository/format.h"
#include "engines/repository/proofs.h"
#include "engines/repository/recordkeys.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "models/jsonfields.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

namespace salvor {

namespace {

/// In the state folder, what the store did not take: "<backup>.<proof>.json".
constexpr const char* kKeptFolder = "proofs";

std::string keptName(const std::string& backupId, const std::string& proofId) {
    return std::string(kKeptFolder) + "/" + backupId + "." + proofId + ".json";
}

std::optional<std::pair<std::string, std::string>> keptIds(const std::string& name) {
    const auto dot = name.find('.');
    if (dot == name.npos || !name.ends_with(".json") || name.size() < dot + 6)
        return std::nullopt;
    std::pair ids{name.substr(0, dot), name.substr(dot + 1, name.size() - dot - 6)};
    if (!format::isRecordId(ids.first) || !format::isRecordId(ids.second))
        return std::nullopt;
    return ids;
}

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
    ProofTrust trust{pin.id, entry.manifestHash, {pin.signingPublicKey}, catalog.number};
    for (const auto& reader : catalog.readers)
        trust.registeredKeys.push_back(reader.publicKey);
    return trust;
}

Result<std::vector<Proof>> readProofs(Store& store, const std::string& backupId, const ProofTrust& trust,
                                      std::vector<Error>* problems, const CancelToken& cancel) {
    std::vector<std::string> keys;
    const std::string folder = "proofs/" + backupId + "/";
    const auto collect = [&](const StoreEntry& entry) -> Result<> {
        if (isRecordKey(entry.key, folder))
            keys.push_back(entry.key);
        return {};
    };
    if (auto listed = store.list(folder, collect, cancel); !listed) {
        // Something that is no folder is in the way, or it is another one's; what was listed so far counts.
        SALVOR_TRY(requireAnswer(store, trust.catalogNumber, listed.error(), cancel));
        if (problems != nullptr)
            problems->push_back(recordFault("proofs", folder, std::move(listed).error()));
    }
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    std::vector<Proof> proofs;
    for (const auto& key : keys) {
        const auto bytes = getText(store, key, cancel);
        if (!bytes) {
            SALVOR_TRY(requireAnswer(store, trust.catalogNumber, bytes.error(), cancel));
            if (problems != nullptr && bytes.error().code != ErrorCode::NotFound) // else it went meanwhile
                problems->push_back(recordFault("proof", key, bytes.error()));
            continue;
        }
        auto proof = parseProof(*bytes, key, trust);
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
    auto put = putExactly(store(), format::proofKey(proof.backupId, proof.id), asBytes(bytes), cancel);
    if (put || put.error().code == ErrorCode::AlreadyExists)
        return put;
    Error error = std::move(put).error();
    const std::string name = keptName(proof.backupId, proof.id);
    error.message = "the proof of backup " + proof.backupId + " is not in the store: " + error.message;
    auto kept = m_state.makeFolder(kKeptFolder);
    if (kept)
        kept = m_state.write(name, asBytes(bytes));
    if (!kept) {
        error.message += "; keeping it here failed too: " + kept.error().message;
        return failure(std::move(error));
    }
    error.context["kept"] = (m_state.path() / name).string();
    error.hint = "it is kept in " + error.context["kept"] +
                 " and goes into the store as soon as that takes it" + (error.hint.empty() ? "" : ": ") +
                 error.hint;
    return failure(std::move(error));
}

/// Of this computer, and not in the store yet.
Result<> RepositoryImpl::addKeptProofs(const ProofTrust& trust, const std::string& backupId,
                                       std::vector<Proof>& proofs) const {
    SALVOR_ASSIGN(const auto names, m_state.list(kKeptFolder));
    for (const auto& name : names) {
        const auto ids = keptIds(name);
        if (!ids || ids->first != backupId ||
            std::ranges::find(proofs, ids->second, &Proof::id) != proofs.end())
            continue;
        SALVOR_ASSIGN(const auto bytes, m_state.read(kKeptFolder + ("/" + name)));
        auto proof = bytes ? parseProof(*bytes, format::proofKey(ids->first, ids->second), trust)
                           : Result<Proof>(failure(ErrorCode::NotFound, "sent meanwhile"));
        if (proof)
            proofs.push_back(std::move(*proof));
    }
    std::ranges::sort(proofs, {}, &Proof::id);
    return {};
}

Result<> RepositoryImpl::sendProofs(const Catalog& catalog, const CancelToken& cancel) const {
    SALVOR_ASSIGN(const auto names, m_state.list(kKeptFolder));
    for (const auto& name : names) {
        const auto ids = keptIds(name);
        if (!ids ||
            std::ranges::find(catalog.entries, ids->first, &CatalogEntry::backupId) == catalog.entries.end())
            continue; // a proof of nothing, or of what an older state does not know
        SALVOR_ASSIGN(const auto bytes, m_state.read(kKeptFolder + ("/" + name)));
        if (!bytes)
            continue;
        const auto put =
            putExactly(store(), format::proofKey(ids->first, ids->second), asBytes(*bytes), cancel);
        if (!put && put.error().code != ErrorCode::AlreadyExists)
            return put;
        SALVOR_TRY(m_state.remove(kKeptFolder + ("/" + name)));
    }
    return {};
}

Result<std::vector<Proof>> RepositoryImpl::proofs(std::string_view backupId, const CancelToken& cancel,
                                                  std::vector<Error>* leftOut) {
    // Who asks of one backup after the other shall not look for the newest catalog each time: of a backup
    // none says anything else, and what it may say more is who reads.
    if (const auto read = known()) {
        if (const CatalogEntry* entry = read->entry(backupId)) {
            std::vector<Error> problems;
            SALVOR_ASSIGN(auto proofs, proofsOf(read->document.catalog, *entry, &problems, cancel));
            if (std::ranges::all_of(proofs, &Proof::registered)) {
                if (leftOut != nullptr)
                    std::ranges::move(problems, std::back_inserter(*leftOut));
                return proofs;
            }
        }
    }
    SALVOR_ASSIGN(const Catalog newest, catalog(cancel));
    const auto entry = std::ranges::find(newest.entries, backupId, &CatalogEntry::backupId);
    if (entry == newest.entries.end())
        return failure(ErrorCode::NotFound, "there is no backup " + std::string(backupId));
    return proofsOf(newest, *entry, leftOut, cancel);
}

Result<std::vector<Proof>> RepositoryImpl::proofsOf(const Catalog& catalog, const CatalogEntry& entry,
                                                    std::vector<Error>* leftOut, const CancelToken& cancel) {
    const ProofTrust trust = proofTrust(pin(), catalog, entry);
    SALVOR_ASSIGN(auto proofs, readProofs(store(), entry.backupId, trust, leftOut, cancel));
    SALVOR_TRY(addKeptProofs(trust, entry.backupId, proofs));
    return proofs;
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
