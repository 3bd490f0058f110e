// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgindexes.h"

#include <algorithm>
#include <chrono>

namespace salvor {

namespace {

/// From so many small builds on, preparing the sessions pays.
constexpr std::size_t kManyBuilds = 100;

std::string quotedName(const std::string& name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"')
            out.push_back('"');
        out.push_back(c);
    }
    return out + "\"";
}

bool isSetting(const PgArchiveEntry& entry) {
    return entry.kind == "ENCODING" || entry.kind == "STDSTRINGS" || entry.kind == "SEARCHPATH";
}

class Planner {
public:
    Planner(const std::vector<PgArchiveEntry>& archive, const std::map<PgTableName, std::uint64_t>& rows,
            bool keepTablespaces)
        : m_rows(rows)
        , m_keepTablespaces(keepTablespaces) {
        for (const auto& entry : archive) {
            m_byId[entry.id] = &entry;
            if (entry.kind == "COMMENT" && entry.needs.size() == 1)
                m_comments[entry.needs.front()] = &entry;
        }
    }

    PgIndexPlan plan() const {
        PgIndexPlan out;
        out.leavesNothing = true;
        for (const auto& [id, entry] : m_byId) {
            if (isSetting(*entry))
                out.settings += entry->definition;
            if (!entry->postData)
                continue;
            if (entry->kind == "INDEX" && isReady(*entry))
                out.builds.push_back(build(*entry));
            else
                out.leavesNothing = false;
        }
        // So that none of the big ones is left over for the end.
        std::ranges::stable_sort(out.builds, std::ranges::greater(), &PgIndexBuild::rows);
        return out;
    }

private:
    /// Nothing that it needs stands behind the rows itself.
    bool isReady(const PgArchiveEntry& entry) const {
        return std::ranges::none_of(entry.needs, [this](int id) {
            const auto needed = m_byId.find(id);
            return needed != m_byId.end() && needed->second->postData;
        });
    }

    PgIndexBuild build(const PgArchiveEntry& entry) const {
        PgIndexBuild out;
        out.entry = entry.id;
        out.name = entry.schema + "." + entry.name;
        out.quoted = quotedName(entry.schema) + "." + quotedName(entry.name);
        out.sql = pgEntrySql(entry, m_keepTablespaces);
        // pg_restore takes a comment for a part of the section in which the entry before it is: without its
        // index it would be looked for among the tables, and be lost.
        if (const auto comment = m_comments.find(entry.id); comment != m_comments.end()) {
            out.sql += comment->second->definition;
            out.comment = comment->second->id;
        }
        for (const int id : entry.needs) {
            const auto needed = m_byId.find(id);
            const auto rows = needed == m_byId.end()
                                  ? m_rows.end()
                                  : m_rows.find({needed->second->schema, needed->second->name});
            out.rows = std::max(out.rows, rows == m_rows.end() ? 0 : rows->second);
        }
        return out;
    }

    const std::map<PgTableName, std::uint64_t>& m_rows;
    const bool m_keepTablespaces;
    std::map<int, const PgArchiveEntry*> m_byId;
    std::map<int, const PgArchiveEntry*> m_comments; ///< by the entry that they are about
};

std::string preparation(const PgIndexPlan& plan) {
    // A build may have to wait for another one of the same table, as long as that takes.
    std::string sql = plan.settings + "SET lock_timeout = 0;\n";
    // glibc gives the memory of a sort back to the system after every small build, and gets it again page by
    // page for the next one (a tenth of the server's time, docs/benchmarks.md), until the process has once
    // freed something large: mallopt(3), M_MMAP_THRESHOLD.
    if (plan.builds.size() >= kManyBuilds)
        sql += "SELECT pg_catalog.length(pg_catalog.repeat('x', 16777216));\n";
    return sql;
}

/// Of what pg_dump writes: it doubles the quotes in texts and names.
std::vector<std::string> statementsOf(const std::string& sql) {
    std::vector<std::string> out;
    std::size_t begin = 0;
    char quote = 0;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        const char c = sql[at];
        if (quote != 0 ? c == quote : c == '\'' || c == '"') {
            quote = quote == 0 ? c : '\0';
        } else if (quote == 0 && c == ';') {
            out.push_back(sql.substr(begin, at + 1 - begin));
            begin = at + 1;
        }
    }
    if (sql.find_first_not_of(" \n", begin) != std::string::npos)
        out.push_back(sql.substr(begin));
    return out;
}

bool isDeadlock(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() && state->second == "40P01";
}

Result<> run(PgConnection& connection, const std::string& name, const std::string& sql,
             const CancelToken& cancel) {
    constexpr int kTries = 5; // whoever was in the way has gone on by then
    for (int tries = 1;; ++tries) {
        const auto done = connection.script("building index " + name, sql, cancel);
        if (done)
            return {};
        if (tries == kTries || !isDeadlock(done.error()) || !connection.usable())
            return failure(done.error());
    }
}

/// What is said of an index (CLUSTER ON, REPLICA IDENTITY) has a lock that does not go with another build on
/// the same table: together with the build in one transaction two of them would each wait for the other.
Result<> buildOne(PgConnection& connection, const PgIndexBuild& build, const CancelToken& cancel) {
    std::string sql;
    bool isBuild = false;
    bool isMade = false;
    for (const auto& statement : statementsOf(build.sql)) {
        sql += statement;
        isBuild = isBuild || statement.find("CREATE ") != std::string::npos; // before it: the tablespace
        if (!isBuild)
            continue;
        if (auto done = run(connection, build.name, sql, cancel); !done) {
            // An index is there as it was saved, or it is not there: what is said of it may be left out.
            if (isMade && connection.usable())
                SALVOR_TRY(connection.script("taking off index " + build.name, "DROP INDEX " + build.quoted,
                                             cancel));
            return done;
        }
        isMade = true;
        sql.clear();
    }
    return sql.empty() ? Result<>() : run(connection, build.name, sql, cancel);
}

} // namespace

std::set<int> PgIndexPlan::entries() const {
    std::set<int> out;
    for (const auto& build : builds) {
        out.insert(build.entry);
        if (build.comment != 0)
            out.insert(build.comment);
    }
    return out;
}

PgIndexPlan pgPlanIndexes(const std::vector<PgArchiveEntry>& archive,
                          const std::map<PgTableName, std::uint64_t>& rows, bool keepTablespaces) {
    return Planner(archive, rows, keepTablespaces).plan();
}

Result<> pgBuildIndexes(const PgIndexPlan& plan, std::size_t sessions, const PgOpener& open,
                        const CancelToken& cancel, const PgBuildFailed& failed) {
    const std::string prepare = preparation(plan);
    const auto opened = [&](const CancelToken& stop) -> Result<std::unique_ptr<PgConnection>> {
        SALVOR_ASSIGN(auto connection, open(stop));
        connection->setPatience(std::chrono::seconds(0)); // a build takes what it takes
        SALVOR_TRY(connection->script("preparing to build indexes", prepare, stop));
        return connection;
    };
    const auto build = [&](std::size_t at, PgConnection& connection, const CancelToken& stop) -> Result<> {
        const auto& one = plan.builds[at];
        const auto built = buildOne(connection, one, stop);
        if (built)
            return {};
        return failed ? failed(one, built.error(), connection.usable()) : failure(built.error());
    };
    return pgInParallel(plan.builds.size(), sessions, opened, build, cancel);
}

std::string pgEntrySql(const PgArchiveEntry& entry, bool keepTablespaces) {
    const std::string place = entry.tablespace.empty() ? "''" : quotedName(entry.tablespace);
    return (keepTablespaces ? "SET default_tablespace = " + place + ";\n" : std::string()) + entry.definition;
}

std::string pgEntrySettings(const std::vector<PgArchiveEntry>& archive) {
    std::string settings;
    for (const auto& entry : archive)
        settings += isSetting(entry) ? entry.definition : "";
    return settings;
}

} // namespace salvor
