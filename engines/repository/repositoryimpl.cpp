// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Opening a repository, and its catalog.
#include "engines/repository/repositoryimpl.h"

#include "engines/repository/repositoryfile.h"
#include "engines/repository/suspects.h"
#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr const char* kSeenName = "seen.json";

Result<SeenCatalog> loadSeen(const StateFolder& state, const RepositoryPin& pin) {
    SeenCatalog seen{pin.highestCatalogSeen, pin.highestCatalogHash};
    SALVOR_ASSIGN(const auto text, state.read(kSeenName));
    if (!text)
        return seen;
    const auto object = parseJsonObject(*text, kSeenName);
    const auto number = object ? requireCount(*object, "number", kSeenName) : Result<std::uint64_t>(0);
    // A damaged file is no reason to stop: the pin's number still counts.
    if (number && *number > seen.number)
        seen = {*number, fromQt(object->value(QLatin1String("hash")).toString())};
    return seen;
}

tl::unexpected<Error> pinMismatch(const Store& store, const std::string& what) {
    return failure(ErrorCode::PinMismatch,
                   "the repository at " + store.location() + " is not the one that is known: " + what,
                   "somebody put another repository in this place, or the address is another's; if that was "
                   "you, open it "
                   "anew with its own recovery file",
                   {{"location", store.location()}});
}

Result<> checkPin(const Store& store, const RepositoryPin& pin, const RepositoryFile& file) {
    if (file.id != pin.id)
        return pinMismatch(store, "its id is " + file.id + ", known is " + pin.id);
    if (file.encrypted != pin.encrypted)
        return pinMismatch(store, file.encrypted ? "it says it is encrypted" : "it says it is not encrypted");
    return {};
}

} // namespace

RepositoryImpl::RepositoryImpl(RepositoryAccess access, StateFolder state, VerifyKey key)
    : m_access(std::move(access))
    , m_state(std::move(state))
    , m_verifyKey(key)
    , m_principal(m_access.principal.value_or(currentPrincipal())) {}

Result<std::unique_ptr<RepositoryImpl>> RepositoryImpl::create(RepositoryAccess access) {
    SALVOR_ASSIGN(const VerifyKey key, parseVerifyKey(access.pin.signingPublicKey));
    SALVOR_ASSIGN(const auto recipients, parseRecipients(access.pin.recipients));
    SALVOR_ASSIGN(StateFolder state, StateFolder::open(access.stateFolder));
    std::unique_ptr<RepositoryImpl> impl(new RepositoryImpl(std::move(access), std::move(state), key));
    if (impl->m_access.writerKeys) {
        SALVOR_ASSIGN(impl->m_signingKey, SigningKey::fromSeed(impl->m_access.writerKeys->signingKey));
        if (!(impl->m_signingKey->publicKey() == key))
            return failure(ErrorCode::PinMismatch,
                           "the signing key in the secret store is not the one that is pinned for "
                           "repository " +
                               impl->m_access.pin.id,
                           "its recovery file and passphrase put the right one back: salvorctl repository "
                           "open \"" +
                               impl->m_access.pin.url + "\" --recovery FILE");
    }
    if (impl->m_access.identity) {
        SALVOR_ASSIGN(impl->m_identity, AgeIdentity::parse(impl->m_access.identity->text()));
        if (std::ranges::find(recipients, impl->m_identity->recipient()) == recipients.end())
            return failure(ErrorCode::WrongIdentity,
                           "the identity does not belong to repository " + impl->m_access.pin.id,
                           "use the recovery file of this repository");
    }
    SALVOR_ASSIGN(impl->m_seen, loadSeen(impl->m_state, impl->m_access.pin));
    // The next backup must not lean on what could not be read.
    const auto suspect = [repository = impl.get()](const Digest& object) {
        const std::scoped_lock lock(repository->m_mutex);
        return addSuspects(repository->m_state, {object});
    };
    impl->m_objects = std::make_shared<ObjectReader>(
        impl->store(), impl->m_access.pin.encrypted ? impl->identity() : nullptr, suspect);
    return impl;
}

Result<std::unique_ptr<Repository>> Repository::open(RepositoryAccess access, const CancelToken& cancel) {
    const auto file = loadRepositoryFile(*access.store, cancel);
    // Without the file the pin and the catalog's signature decide, as they do with it.
    SALVOR_TRY(file ? checkPin(*access.store, access.pin, *file)
                    : requireCatalogs(*access.store, file.error(), cancel));
    SALVOR_ASSIGN(auto impl, RepositoryImpl::create(std::move(access)));
    SALVOR_ASSIGN(NewestCatalog newest, impl->newestCatalog(false, cancel));
    const Catalog& catalog = newest.document.catalog;
    if (catalog.recipients != impl->pin().recipients || newest.document.encrypted != impl->pin().encrypted)
        return pinMismatch(impl->store(), "it encrypts for other keys");
    const Principal writer{catalog.writerMachine, catalog.writerUser};
    if (impl->signingKey() != nullptr && writer != impl->principal())
        return failure(ErrorCode::ForeignWriter,
                       "the repository at " + impl->store().location() + " is written by user " +
                           writer.user + " of machine " + writer.machine + ", not by this one",
                       "open it for reading, or take it over",
                       {{"machine", writer.machine}, {"user", writer.user}});
    // A store that takes nothing now is met again when something is written; reading needs none of this.
    if (impl->signingKey() != nullptr)
        (void)impl->runLog().send(cancel);
    (void)impl->sendProofs(catalog, cancel);
    impl->keep(std::move(newest.document));
    return std::unique_ptr<Repository>(std::move(impl));
}

SeenCatalog RepositoryImpl::seen() const {
    const std::scoped_lock lock(m_mutex);
    return m_seen;
}

void RepositoryImpl::keep(CatalogDocument document) {
    auto read = std::make_shared<const Known>(std::move(document));
    const std::scoped_lock lock(m_mutex);
    m_newest = std::move(read);
}

void RepositoryImpl::remember(const CatalogDocument& document) {
    {
        const std::scoped_lock lock(m_mutex);
        if (m_newest == nullptr || m_newest->document.catalog.hash != document.catalog.hash)
            m_newest = std::make_shared<const Known>(document);
        if (document.catalog.number <= m_seen.number)
            return;
        m_seen = {document.catalog.number, document.catalog.hash};
    }
    const QJsonObject object{{QStringLiteral("hash"), toQt(document.catalog.hash)},
                             {QStringLiteral("number"), static_cast<qint64>(document.catalog.number)}};
    // Not being able to note it (a full disk) makes no reading wrong; the pin is told of it too.
    if (const auto text = toCanonicalJson(object))
        (void)m_state.write(kSeenName, asBytes(*text));
}

Result<NewestCatalog> RepositoryImpl::newestCatalog(bool fromCache, const CancelToken& cancel) {
    const auto cached = fromCache ? known() : nullptr;
    return findNewestCatalog(store(), trust(), seen(), cached ? &cached->document : nullptr, cancel);
}

RepositoryImpl::Known::Known(CatalogDocument read)
    : document(std::move(read)) {
    const auto& entries = document.catalog.entries;
    for (std::size_t i = 0; i < entries.size(); ++i)
        m_places.emplace(entries[i].backupId, i);
}

const CatalogEntry* RepositoryImpl::Known::entry(std::string_view backupId) const {
    const auto place = m_places.find(backupId);
    return place == m_places.end() ? nullptr : &document.catalog.entries[place->second];
}

std::shared_ptr<const RepositoryImpl::Known> RepositoryImpl::known() const {
    const std::scoped_lock lock(m_mutex);
    return m_newest;
}

Result<Catalog> RepositoryImpl::catalog(const CancelToken& cancel) {
    SALVOR_ASSIGN(const NewestCatalog newest, newestCatalog(true, cancel));
    SALVOR_ASSIGN(Catalog catalog, judgeCatalog(store(), newest, seen(), trust(), cancel));
    if (!catalog.olderThanSeen)
        remember(newest.document);
    return catalog;
}

Result<> RepositoryImpl::requireWriter() const {
    if (m_signingKey)
        return {};
    return failure(ErrorCode::SecretUnavailable,
                   "cannot write to repository " + m_access.pin.id +
                       ": it was opened without the writer's keys",
                   "back up from the machine and user that write it, or take it over");
}

Result<RepositoryLock> RepositoryImpl::lock(const std::string& job) const {
    return RepositoryLock::acquire(m_state, {m_access.process, job, clock().now()});
}

} // namespace salvor
