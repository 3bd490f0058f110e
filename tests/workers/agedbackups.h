// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Real backups of any date in the repository of a Core, made without a server.
#pragma once

#include "engines/repository/fixture.h"
#include "engines/secrets/opensecretstore.h"
#include "engines/storage/openstore.h"
#include "models/places.h"
#include "models/workspace/workspacedatabase.h"

#include <optional>

namespace salvor::test {

inline Places placesIn(const std::string& home) {
    return *findPlaces(PlacesKind::User, [&](const char* name) -> std::optional<std::string> {
        return std::string_view(name) == "SALVOR_HOME" ? std::optional(home) : std::nullopt;
    });
}

/// Who backs up, and for which policy.
struct AgedSource {
    Places places;
    const Clock* clock = nullptr;
    RepositoryPin pin;
    std::optional<Principal> principal; ///< empty: this machine and user
    std::string policyUuid;
    std::string profileUuid;
};

/// As its writer, with the keys of the file store.
struct OpenAged {
    std::unique_ptr<Store> store;
    std::unique_ptr<Repository> repository;
};
inline Result<OpenAged> openAged(const AgedSource& source) {
    SecretStoreConfig secrets;
    secrets.fileFolder = source.places.secrets;
    SALVOR_ASSIGN(const auto keys, openSecretStore("file", secrets));
    OpenAged opened;
    SALVOR_ASSIGN(opened.store, openStore(source.pin.url, *source.clock));
    RepositoryAccess access;
    access.store = opened.store.get();
    access.clock = source.clock;
    access.pin = source.pin;
    access.stateFolder = source.places.repositoryState(source.pin.id);
    access.principal = source.principal;
    SALVOR_ASSIGN(auto idKey, keys->get(source.pin.idKeySecretName(), {}));
    SALVOR_ASSIGN(auto signingKey, keys->get(source.pin.signingKeySecretName(), {}));
    access.writerKeys = WriterKeys{std::move(idKey), std::move(signingKey)};
    SALVOR_ASSIGN(opened.repository, Repository::open(std::move(access), {}));
    return opened;
}

/// A backup of `database` that began then. Its seed decides what it shares with others; `moreBytes` of one
/// more item make it larger.
inline Result<BackupRecord> makeAged(const AgedSource& source, const std::string& database, Instant started,
                                     std::uint64_t seed, std::size_t moreBytes = 0) {
    SALVOR_ASSIGN(const auto opened, openAged(source));
    BackupWriterRequest request = backupRequest(makeRecordId(started));
    request.run.started = started;
    request.run.ended = started;
    request.record.started = started;
    request.record.ended = started;
    request.record.policyUuid = source.policyUuid;
    request.record.profileUuid = source.profileUuid;
    request.record.profileTitle = "shop server";
    request.record.database = database;
    request.record.databaseId = "of " + database;
    Content content = tinyContent(seed);
    if (moreBytes > 0)
        content.begin()->second["more"] = Bytes(moreBytes, std::byte{7});
    return backUp(*opened.repository, request, content);
}

/// Gives the only policy of the workspace these rules; its UUID.
inline Result<std::string> setRules(const Places& places, const Clock& clock,
                                    const std::optional<RetentionRules>& rules) {
    SALVOR_ASSIGN(const auto workspace, WorkspaceDatabase::open(places.workspaceFile, clock, "test"));
    SALVOR_ASSIGN(auto policies, workspace->policies());
    policies.front().retention = rules;
    SALVOR_ASSIGN(const Policy saved, workspace->updatePolicy(policies.front()));
    return saved.uuid;
}

} // namespace salvor::test
