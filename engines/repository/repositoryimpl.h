// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The Repository behind the interface. Internal to the repository.
#pragma once

#include "engines/crypto/agekeys.h"
#include "engines/crypto/ed25519.h"
#include "engines/repository/catalogchain.h"
#include "engines/repository/itemreader.h"
#include "engines/repository/lock.h"
#include "engines/repository/refs.h"
#include "engines/repository/repository.h"
#include "engines/repository/runlog.h"
#include "engines/repository/statefolder.h"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace salvor {

struct ProofTrust;

class RepositoryImpl final : public Repository {
public:
    /// Keys parsed and fitting the pin, state folder there; nothing read from the store yet.
    static Result<std::unique_ptr<RepositoryImpl>> create(RepositoryAccess access);

    // Repository
    const RepositoryPin& pin() const override { return m_access.pin; }
    Result<Catalog> catalog(const CancelToken& cancel) override;
    Result<Manifest> manifest(std::string_view backupId, const CancelToken& cancel) override;
    Result<std::string> resolve(std::string_view prefix, const CancelToken& cancel) override;
    Result<std::uint64_t> referencedBytes(const CancelToken& cancel) override;
    Result<FreedSpace> freedBy(const std::vector<std::string>& backupIds, const CancelToken& cancel) override;
    Result<Catalog> changeBackups(const BackupChanges& changes, const CancelToken& cancel) override;
    Result<PruneReport> prune(const PruneRequest& request, ProgressSink& progress,
                              const CancelToken& cancel) override;
    Result<std::unique_ptr<ByteSource>> openItem(const Manifest& manifest, std::size_t item,
                                                 const CancelToken& cancel) override;
    Result<std::unique_ptr<BackupWriter>> beginBackup(const BackupWriterRequest& request,
                                                      const CancelToken& cancel) override;
    Result<VerifyReport> verify(const VerifyRequest& request, ProgressSink& progress,
                                const CancelToken& cancel) override;
    Result<RepositoryPin> takeOver(const CancelToken& cancel) override;
    Result<std::vector<Error>> writtenOnceFaults(const CancelToken& cancel) override;
    Result<WriterKeys> storedWriterKeys(const CancelToken& cancel) override;
    Result<> recordRun(const RunRecord& run, const CancelToken& cancel) override;
    Result<std::vector<RunRecord>> runs(const CancelToken& cancel, std::vector<Error>* leftOut) override;
    using Repository::runs;
    Result<> registerReader(const ReaderKey& reader, const CancelToken& cancel) override;
    Result<> recordProof(const Proof& proof, const Secret& readerKey, const CancelToken& cancel) override;
    Result<std::vector<Proof>> proofs(std::string_view backupId, const CancelToken& cancel,
                                      std::vector<Error>* leftOut) override;
    using Repository::proofs;

    // For the parts of the repository.
    Store& store() const { return *m_access.store; }
    const Clock& clock() const { return *m_access.clock; }
    const StateFolder& state() const { return m_state; }
    const RepositoryAccess& access() const { return m_access; }
    const Principal& principal() const { return m_principal; }
    const AgeIdentity* identity() const { return m_identity ? &*m_identity : nullptr; }
    const SigningKey* signingKey() const { return m_signingKey ? &*m_signingKey : nullptr; }
    CatalogTrust trust() const { return {m_access.pin.id, m_verifyKey}; }
    RunLog runLog() const { return {store(), m_state, m_access.pin.id, m_verifyKey, signingKey()}; }

    /// SecretUnavailable where only the writer may go on.
    Result<> requireWriter() const;
    Result<RepositoryLock> lock(const std::string& job) const;
    /// The catalog that the next one continues: the newest, undamaged, not rolled back, and this writer's.
    Result<CatalogDocument> writableCatalog(const CancelToken& cancel);
    /// ForeignWriter unless `base` is still the newest catalog.
    Result<> checkStillNewest(const CatalogDocument& base, const CancelToken& cancel);
    /// `next` is complete but for number and previous, which continue `base`; `above` is the highest number
    /// in the store.
    Result<CatalogDocument> numberAfter(CatalogDocument next, const CatalogDocument& base,
                                        std::uint64_t above) const;
    /// Makes the signed document catalog number document.catalog.number; create-only, ForeignWriter. Not
    /// cancellable.
    Result<> publishCatalog(CatalogDocument document, const std::string& bytes);
    /// Signs and publishes a catalog without a new backup, and carries over of the writer's index what `keep`
    /// says; without `keep` the index is given up, and the next backup stores everything again. Its hash.
    Result<std::string> publishWithoutBackup(const CatalogDocument& next, const CatalogDocument& base,
                                             const SigningKey& signer,
                                             const std::function<bool(const Digest&)>& keep);

    /// The list of a group's objects, checked against the hash that the catalog names.
    Result<std::shared_ptr<const GroupObjects>>
    groupObjects(const std::string& ref, const CancelToken& cancel, bool fromCache = true);
    /// The manifest of a catalog entry. As manifest().
    Result<Manifest> readManifest(const CatalogEntry& entry, const CancelToken& cancel);
    /// publishWithoutBackup() on a store that may be full: gives the reserve up, then the index. Whether the
    /// reserve went. `makeRoom` (may be empty) is called before the index is given up.
    Result<bool> publishWithReserve(const CatalogDocument& next, const CatalogDocument& base,
                                    const std::function<bool(const Digest&)>& keep,
                                    const std::function<Result<>()>& makeRoom);
    /// Proofs that the store did not take yet go out, those of backups that are in `catalog`.
    Result<> sendProofs(const Catalog& catalog, const CancelToken& cancel) const;
    SeenCatalog seen() const;
    Result<NewestCatalog> newestCatalog(bool fromCache, const CancelToken& cancel);
    /// So that whoever asks next need not read and parse it again. Not judged yet, so not noted as seen.
    void keep(CatalogDocument document);

private:
    /// The newest catalog that was read, and which backup stands where in it.
    struct Known {
        explicit Known(CatalogDocument read);
        const CatalogEntry* entry(std::string_view backupId) const; ///< null: it has no such backup
        const CatalogDocument document;

    private:
        std::unordered_map<std::string_view, std::size_t> m_places; ///< by id, which `document` owns
    };

    explicit RepositoryImpl(RepositoryAccess access, StateFolder state, VerifyKey key);
    void remember(const CatalogDocument& document);
    Result<CatalogDocument> ownCopy(std::uint64_t number) const;
    std::shared_ptr<const Known> known() const; ///< null: none was read yet
    Result<std::vector<Proof>> proofsOf(const Catalog& catalog, const CatalogEntry& entry,
                                        std::vector<Error>* leftOut, const CancelToken& cancel);
    Result<> addKeptProofs(const ProofTrust& trust, const std::string& backupId,
                           std::vector<Proof>& proofs) const;

    RepositoryAccess m_access;
    StateFolder m_state;
    VerifyKey m_verifyKey;
    Principal m_principal;
    std::optional<AgeIdentity> m_identity;
    std::optional<SigningKey> m_signingKey;
    std::shared_ptr<ObjectReader> m_objects;

    mutable std::mutex m_mutex;            ///< guards what follows
    std::shared_ptr<const Known> m_newest; ///< shared, as it may be of thousands of backups
    SeenCatalog m_seen;
    std::map<std::string, std::shared_ptr<const GroupObjects>> m_groups; ///< a few, by hash
};

} // namespace salvor
