// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of swaps begin with: a database, its backup and its restore, over a core.
#pragma once

#include "support/lab.h"
#include "workers/corefixture.h"

#include <exception>
#include <string>
#include <vector>

namespace salvor::test {

inline std::string oidOf(LabConnection& admin, const std::string& name) {
    const auto rows = admin.run("SELECT oid::text FROM pg_database WHERE datname = '" + name + "'");
    return rows.empty() ? std::string("none") : *rows.front().front();
}

inline std::string stateOf(CoreFixture& fixture, const std::string& name) {
    for (const auto& one :
         fixture.core.restoredDatabases("lab", {}).value_or(std::vector<RestoredDatabase>())) {
        if (one.name == name)
            return one.state;
    }
    return "none";
}

inline bool isAudited(CoreFixture& fixture, const std::string& action) {
    AuditFilter filter;
    filter.action = action;
    const auto trail = fixture.core.auditTrail(filter);
    return trail && !trail->empty();
}

/// A database, its backup and its proved restore; everything under a name of its own, and gone afterwards.
struct Restored {
    explicit Restored(const LabServer& of, const std::string& content,
                      LabDatabase::TimescaleDb extension = LabDatabase::TimescaleDb::No)
        : server(of)
        , source(server, extension)
        , admin(server, "postgres")
        , live(source.name())
        , fresh(live + "_fresh") {
        source.run(content);
    }
    ~Restored() {
        try {
            for (const auto& row :
                 admin.run("SELECT datname FROM pg_database WHERE datname LIKE '" + live + "\\_%'"))
                dropDatabase(server, *row.front());
            for (const auto& role : roles)
                admin.run("DROP OWNED BY " + role + " CASCADE; DROP ROLE " + role);
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }
    Result<> prepare(bool prove = true) {
        SALVOR_TRY(fixture.init().map([](const auto&) {}));
        SALVOR_TRY(fixture.addProfile(server).map([](const auto&) {}));
        SALVOR_ASSIGN(const auto made, fixture.backUp(live));
        backupId = made.backups.front().id;
        RestoreJob job = restoreJob(backupId, fresh);
        job.prove = prove;
        NullProgress nobody;
        SALVOR_TRY(fixture.restore(job, nobody).map([](const auto&) {}));
        source.disconnect();
        return {};
    }
    std::string role(const std::string& words) {
        roles.push_back(live + "_role");
        admin.run("CREATE ROLE " + roles.back() + " " + words);
        return roles.back();
    }
    SwapRequest swap(bool confirmed = true) const {
        SwapRequest request;
        request.profile = "lab";
        request.database = fresh;
        request.confirm = confirmed ? live : "";
        return request;
    }
    SwapRequest undo() const {
        SwapRequest request = swap();
        request.database = live;
        request.undo = true;
        return request;
    }

    LabServer server;
    LabDatabase source;
    LabConnection admin;
    std::string live;
    std::string fresh;
    std::string backupId;
    std::vector<std::string> roles;
    CoreFixture fixture;
};

} // namespace salvor::test
