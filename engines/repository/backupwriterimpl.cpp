// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Beginning a backup: the lock, the spool, and what older backups can lend.
#include "engines/repository/backupwriterimpl.h"

#include "engines/repository/format.h"
#include "engines/repository/listneed.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storefaults.h"
#include "engines/repository/suspects.h"

namespace salvor {

namespace {

std::vector<AgeRecipient> recipientsFor(const RepositoryPin& pin, std::vector<AgeRecipient> recipients) {
    return pin.encrypted ? std::move(recipients) : std::vector<AgeRecipient>{};
}

} // namespace

BackupWriterImpl::BackupWriterImpl(RepositoryImpl& repository, BackupWriterRequest request,
                                   RepositoryLock lock, CatalogDocument base,
                                   std::vector<AgeRecipient> recipients)
    : m_repository(repository)
    , m_request(std::move(request))
    , m_lock(std::move(lock))
    , m_base(std::move(base))
    , m_encoder(recipientsFor(repository.pin(), std::move(recipients)))
    , m_unfinished(repository.state())
    , m_level(m_request.compressionLevel, m_request.adaptiveLevel) {}

Result<std::unique_ptr<BackupWriterImpl>> BackupWriterImpl::begin(RepositoryImpl& repository,
                                                                  const BackupWriterRequest& request,
                                                                  const CancelToken& cancel) {
    SALVOR_TRY(repository.requireWriter());
    if (!format::isRecordId(request.record.id))
        return failure(ErrorCode::InvalidInput, "\"" + request.record.id + "\" is not a backup's id");
    const std::string& name = request.record.database.empty() ? request.record.id : request.record.database;
    SALVOR_ASSIGN(RepositoryLock lock, repository.lock("backup of " + name));
    SALVOR_TRY(repository.runLog().closeAbandoned(repository.clock().now(), request.run.id));
    // What could not be sent stays in the spool; whether the store takes anything is seen below.
    (void)repository.runLog().send(cancel);
    SALVOR_ASSIGN(CatalogDocument base, repository.writableCatalog(cancel));
    for (const auto& entry : base.catalog.entries) {
        if (entry.backupId == request.record.id)
            return failure(ErrorCode::AlreadyExists, "there is a backup " + entry.backupId + " already");
    }
    SALVOR_ASSIGN(auto recipients, parseRecipients(repository.pin().recipients));
    if (!request.run.id.empty())
        SALVOR_TRY(repository.runLog().spool(request.run));
    std::unique_ptr<BackupWriterImpl> writer(
        new BackupWriterImpl(repository, request, std::move(lock), std::move(base), std::move(recipients)));
    SALVOR_TRY(ensureReserve(repository.store(), cancel));
    SALVOR_TRY(writer->learnObjects(cancel));
    writer->loadIndex();
    return writer;
}

Result<> BackupWriterImpl::learnObjects(const CancelToken& cancel) {
    std::set<std::string> refs;
    for (const auto& entry : m_base.catalog.entries)
        refs.insert(entry.refs.begin(), entry.refs.end());
    for (const auto& ref : refs) {
        const auto objects = m_repository.groupObjects(ref, cancel);
        if (!objects) {
            SALVOR_TRY(passOver(ref, objects.error(), cancel));
            continue;
        }
        for (const auto& object : **objects)
            m_known.name(object.name);
    }
    const auto list = [&](const StoreEntry& entry) -> Result<> {
        if (const auto name = objectNameOfKey(entry.key))
            m_known.listed(*name, entry.sizeBytes);
        return {};
    };
    SALVOR_TRY(m_repository.store().list("objects/", list, cancel));
    SALVOR_ASSIGN(m_suspects, loadSuspects(m_repository.state()));
    for (const Digest& object : m_suspects)
        m_known.distrust(object);
    return {};
}

/// A list that is damaged, lost or cannot be read vouches for nothing, and a new backup needs nothing of it:
/// what it named is stored anew.
Result<> BackupWriterImpl::passOver(const std::string& ref, Error error, const CancelToken& cancel) {
    SALVOR_TRY(requireAnswer(m_repository.store(), m_base.catalog.number, error, cancel));
    const bool isThere = error.code != ErrorCode::NotFound && error.code != ErrorCode::Corrupt;
    const auto hit = needing(m_base.catalog.entries, format::refKey(ref));
    if (isRefused(error))
        error = asRefused(std::move(error));
    else if (isThere && !error.hint.empty())
        error.hint += ". If it stays, " + wayOnWithout(hit);
    else
        error.hint = wayOnWithout(hit);
    error.context["key"] = format::refKey(ref);
    error.context["backups"] = idsOf(hit);
    error.message += "; this backup does without it. " + std::to_string(hit.size()) +
                     (hit.size() == 1 ? " older one needs it: " : " older ones need it: ") + namesOf(hit);
    m_passedOver.push_back(std::move(error));
    return {};
}

void BackupWriterImpl::loadIndex() {
    IndexBinding binding{m_base.catalog.number, {}};
    if (const auto hash = digestFromHex(m_base.catalog.hash))
        binding.catalogHash = *hash;
    m_index = WriterIndex::load(m_repository.state().path() / "index", binding);
    m_objects.emplace(ObjectStoreSetup{
        &m_repository.store(), &m_encoder, &m_repository.access().writerKeys->idKey, &m_index, &m_known,
        m_request.forceStore, [this](const std::string& key) { m_unfinished.add(key); }});
}

std::unique_ptr<ItemStream> BackupWriterImpl::openStream(std::uint64_t order, TaskRunner& runner,
                                                         const CancelToken& cancel) {
    ItemStreamSetup setup;
    setup.order = order;
    setup.objects = &*m_objects;
    setup.level = &m_level;
    setup.buffers = &m_buffers;
    setup.plainBytes = &m_plainBytes;
    setup.runner = &runner;
    setup.finished = [this](StreamResult result) {
        const std::scoped_lock lock(m_mutex);
        m_streams.push_back(std::move(result));
    };
    return makeItemStream(std::move(setup), cancel);
}

WriterFigures BackupWriterImpl::figures() const {
    const ObjectFigures objects = m_objects->figures();
    return {m_plainBytes.load(), objects.storedBytes, objects.newStoredBytes, objects.newObjects};
}

Result<std::unique_ptr<BackupWriter>> RepositoryImpl::beginBackup(const BackupWriterRequest& request,
                                                                  const CancelToken& cancel) {
    SALVOR_ASSIGN(auto writer, BackupWriterImpl::begin(*this, request, cancel));
    return std::unique_ptr<BackupWriter>(std::move(writer));
}

} // namespace salvor
