// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The BackupWriter behind the interface. Internal to the repository.
#pragma once

#include "engines/repository/itemstream.h"
#include "engines/repository/knownobjects.h"
#include "engines/repository/repositoryimpl.h"
#include "engines/repository/unfinished.h"
#include "engines/repository/writerindex.h"

#include <atomic>
#include <set>

namespace salvor {

class BackupWriterImpl final : public BackupWriter {
public:
    /// Everything of beginBackup().
    static Result<std::unique_ptr<BackupWriterImpl>>
    begin(RepositoryImpl& repository, const BackupWriterRequest& request, const CancelToken& cancel);

    std::unique_ptr<ItemStream> openStream(std::uint64_t order, TaskRunner& runner,
                                           const CancelToken& cancel) override;
    WriterFigures figures() const override;
    std::vector<Error> passedOver() const override { return m_passedOver; }
    Result<BackupRecord> commit(Manifest manifest, const CancelToken& cancel) override;

private:
    BackupWriterImpl(RepositoryImpl& repository, BackupWriterRequest request, RepositoryLock lock,
                     CatalogDocument base, std::vector<AgeRecipient> recipients);
    Result<> learnObjects(const CancelToken& cancel);
    Result<> passOver(const std::string& ref, Error error, const CancelToken& cancel);
    void loadIndex();

    // commit(), step by step
    Result<std::vector<GroupObjects>> joinStreams(Manifest& manifest);
    void completeRecord(Manifest& manifest) const;
    Result<> putRefs(Manifest& manifest, const std::vector<GroupObjects>& groups, const CancelToken& cancel);
    Result<> replaceRefs(const std::string& key, ByteView bytes, const Error& error,
                         const CancelToken& cancel);
    Result<CatalogEntry> putManifest(const Manifest& manifest, const CancelToken& cancel);
    Result<> recheck(const Manifest& manifest, const std::vector<GroupObjects>& groups,
                     const CatalogEntry& entry, const CancelToken& cancel);
    Result<> publish(CatalogEntry entry, const Manifest& manifest, const std::vector<GroupObjects>& groups,
                     const CancelToken& cancel);
    void fillIndex(const Manifest& manifest, const std::vector<GroupObjects>& groups);

    RepositoryImpl& m_repository;
    const BackupWriterRequest m_request;
    const RepositoryLock m_lock;
    const CatalogDocument m_base;
    const ObjectEncoder m_encoder;
    const UnfinishedFiles m_unfinished;
    KnownObjects m_known;
    std::set<Digest> m_suspects;
    std::vector<Error> m_passedOver;
    WriterIndex m_index;
    std::optional<ObjectStore> m_objects;
    CompressionLevel m_level;
    ChunkBuffers m_buffers;
    std::atomic<std::uint64_t> m_plainBytes{0};
    std::mutex m_mutex; ///< guards m_streams
    std::vector<StreamResult> m_streams;
    bool m_committed = false;
};

} // namespace salvor
