// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The workspace: profiles, policies, pinned repositories, settings, and who changed what.
#pragma once

#include "models/base/clock.h"
#include "models/base/result.h"
#include "models/policy/policy.h"
#include "models/profile.h"
#include "models/repositorypin.h"
#include "models/watch/channel.h"
#include "models/workspace/auditrecord.h"

#include <QJsonObject>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace salvor {

class SqliteDatabase;
struct AuditContext;

/// One connection, for one thread: opened, used and destroyed there; other threads and processes open their
/// own. Every change is one short transaction together with its audit record. Methods block, at most for the
/// busy time-out plus the disk's time. Holds no secret.
///
/// Errors of every method: those of SqliteDatabase; of a change moreover
/// - NotFound: no such thing;
/// - AlreadyExists: its title or id is taken (context "title");
/// - Conflict: somebody else changed it meanwhile (its revision is not the one that was read; context "yours"
///   and "theirs" of an update hold both documents), or something else still refers to it;
/// - InvalidInput: it does not pass validate().
/// After an error the file is as it was.
class WorkspaceDatabase {
public:
    /// `who` is what the audit says, for example "anna@laptop". `clock` must outlive the database.
    static Result<std::unique_ptr<WorkspaceDatabase>>
    open(const std::string& path, const Clock& clock, std::string who,
         std::chrono::milliseconds busyTimeout = std::chrono::milliseconds(5000));
    ~WorkspaceDatabase();

    // Lists are sorted by title. Single look-ups take the UUID (repository: the id) or the title. `insert`
    // gives the thing back with revision 1, `update` with its revision raised by one.
    Result<std::vector<Profile>> profiles();
    Result<Profile> profile(const std::string& uuidOrTitle);
    Result<Profile> insertProfile(Profile profile);
    Result<Profile> updateProfile(Profile profile);
    /// Removes its policies with it.
    Result<> removeProfile(const std::string& uuid, std::int64_t revision);

    Result<std::vector<Policy>> policies();
    Result<std::vector<Policy>> policiesOfProfile(const std::string& profileUuid);
    Result<Policy> policy(const std::string& uuidOrTitle);
    /// Profile and repository must be there (NotFound).
    Result<Policy> insertPolicy(Policy policy);
    Result<Policy> updatePolicy(Policy policy);
    Result<> removePolicy(const std::string& uuid, std::int64_t revision);

    Result<std::vector<Channel>> channels();
    Result<Channel> channel(const std::string& uuidOrTitle);
    Result<Channel> insertChannel(Channel channel);
    /// Conflict for another title or kind while a policy names it.
    Result<Channel> updateChannel(Channel channel);
    /// Conflict while a policy names it.
    Result<> removeChannel(const std::string& uuid, std::int64_t revision);

    Result<std::vector<RepositoryPin>> repositories();
    Result<RepositoryPin> repository(const std::string& idOrTitle);
    Result<RepositoryPin> insertRepository(RepositoryPin pin);
    /// Never lowers the highest catalog seen: a job may have noted a newer one since `pin` was read.
    Result<RepositoryPin> updateRepository(RepositoryPin pin);
    /// Conflict while a policy uses it.
    Result<> removeRepository(const std::string& id, std::int64_t revision);
    /// Remembers a catalog that was seen, if it is higher than what was; jobs call it at any time, so it
    /// neither asks for a revision nor raises it, and leaves no audit record. PinMismatch when the same
    /// number was seen with another hash.
    Result<RepositoryPin> noteCatalogSeen(const std::string& id, std::uint64_t number,
                                          const std::string& hash);

    Result<std::optional<std::string>> setting(const std::string& name);
    Result<> setSetting(const std::string& name, const std::string& value);
    Result<> removeSetting(const std::string& name);

    /// For acts that change something elsewhere (a database dropped, a repository taken over).
    Result<> recordAudit(const std::string& action, const std::string& subject, const QJsonObject& before,
                         const QJsonObject& after);
    /// Newest first.
    Result<std::vector<AuditRecord>> auditTrail(const AuditFilter& filter);
    Result<std::vector<AuditRecord>> auditTrail(std::size_t limit, std::size_t offset = 0) {
        AuditFilter filter;
        filter.limit = limit;
        filter.offset = offset;
        return auditTrail(filter);
    }

private:
    WorkspaceDatabase(std::unique_ptr<SqliteDatabase> database, const Clock& clock, std::string who);
    AuditContext auditContext();
    Result<> checkReferences(const Policy& policy);
    Result<> checkUnnamed(const Channel& channel);

    std::unique_ptr<SqliteDatabase> m_database;
    const Clock& m_clock;
    std::string m_who;
};

} // namespace salvor
