// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgextensionparts.h"

#include "engines/postgresql/pgomission.h"
#include "engines/postgresql/pgschema.h"
#include "models/base/json.h"

#include <QJsonArray>

#include <algorithm>
#include <array>
#include <string_view>

namespace salvor {

namespace {

/// Kinds that may go with an extension: whatever holds no rows and computes none.
constexpr std::array<std::string_view, 12> kMayGo{
    "EXTENSION", "COMMENT",   "ACL",           "VIEW",   "FUNCTION",      "RULE",
    "TRIGGER",   "PROCEDURE", "FK CONSTRAINT", "POLICY", "EVENT TRIGGER", "SECURITY LABEL"};

// Parameters by which an extension is told its one database: pg_cron has cron.database_name.
constexpr const char* kTied = R"sql(
SELECT x.extname, s.name FROM pg_catalog.pg_extension x JOIN pg_catalog.pg_settings s
    ON s.name IN (x.extname || '.database_name', pg_catalog.regexp_replace(x.extname, '^pg_', '') || '.database_name')
 WHERE s.setting = pg_catalog.current_database() ORDER BY 1)sql";

// Whether it is there; whether an event trigger may have its say; the parameter that names this database as
// its own.
constexpr const char* kTrialFacts = R"sql(
SELECT EXISTS (SELECT 1 FROM pg_catalog.pg_extension WHERE extname = $1),
       EXISTS (SELECT 1 FROM pg_catalog.pg_event_trigger WHERE evtenabled <> 'D'),
       coalesce((SELECT min(name) FROM pg_catalog.pg_settings WHERE setting = pg_catalog.current_database()
                    AND name IN ($1 || '.database_name', pg_catalog.regexp_replace($1, '^pg_', '') || '.database_name')), ''))sql";

bool goesWith(const PgArchiveEntry& entry, const PgExtensionParts& parts) {
    return std::ranges::any_of(entry.needs, [&](int id) { return parts.ids.contains(id); });
}

/// What a script raises by itself, what wants to be preloaded, a parameter that an unloaded library would
/// have. Any other failure may be the doing of this one database.
bool isRefusal(const Error& error) {
    const auto state = error.context.find("sqlstate");
    return state != error.context.end() &&
           (state->second == "P0001" || state->second == "55000" || state->second == "42704");
}

} // namespace

PgExtensionParts pgExtensionParts(const std::vector<PgArchiveEntry>& entries, const std::string& extension) {
    PgExtensionParts out;
    // An entry may stand before what it needs.
    for (bool grows = true; grows;) {
        grows = false;
        for (const auto& entry : entries) {
            const bool itself = entry.kind == "EXTENSION" && entry.name == extension;
            if (out.ids.contains(entry.id) || (!itself && !goesWith(entry, out)))
                continue;
            grows = true;
            out.ids.insert(entry.id);
            out.titles.insert(pgEntryTitle(entry));
            if (std::ranges::find(kMayGo, entry.kind) == kMayGo.end() && out.needed.empty())
                out.needed = pgEntryTitle(entry);
            if (entry.kind == "EXTENSION")
                out.extensions.insert(entry.name);
            if (entry.kind == "VIEW")
                out.views.emplace_back(entry.schema, entry.name);
        }
    }
    for (const auto& entry : entries)
        out.sql += out.ids.contains(entry.id) ? entry.definition : "";
    return out;
}

Result<std::vector<std::vector<PgArchiveEntry>>>
pgReadArchives(const Plan& plan, const decltype(RestoreSpec::openItem)& openItem, const CancelToken& cancel) {
    std::vector<std::vector<PgArchiveEntry>> out;
    for (const auto& phase : plan.phases) {
        for (const auto& item : phase.items) {
            if (item.kind != "schema" && item.kind != "schema_chunks")
                continue;
            SALVOR_ASSIGN(const auto source, openItem(item.id, cancel));
            SALVOR_ASSIGN(const Bytes archive, pgReadWhole(*source));
            SALVOR_ASSIGN(auto read, pgReadArchive(archive));
            out.push_back(std::move(read));
        }
    }
    return out;
}

std::optional<Error> pgCannotLeaveOut(const std::vector<std::vector<PgArchiveEntry>>& archives,
                                      const std::string& extension) {
    if (extension == "timescaledb")
        return Error{ErrorCode::Unsupported,
                     "the extension timescaledb cannot be left out: hypertables need it",
                     "restore to a server that has it",
                     false,
                     {}};
    for (const auto& entries : archives) {
        const auto parts = pgExtensionParts(entries, extension);
        if (!parts.needed.empty())
            return Error{ErrorCode::Unsupported,
                         "the extension " + extension + " cannot be left out: " + parts.needed + " needs it",
                         "restore to a server that makes the extension in any database",
                         false,
                         {{"extension", extension}}};
    }
    return std::nullopt;
}

Result<std::optional<std::string>> pgExtensionRefusal(PgConnection& server, const std::string& extension,
                                                      const std::string& version, const CancelToken& cancel) {
    const std::string doing = "trying the extension " + extension;
    SALVOR_ASSIGN(const auto facts, server.query(doing, kTrialFacts, cancel, {extension}));
    // Where the trial would be in its one database, it says nothing of others.
    if (!facts.view(0, 2).empty() && extension == "pg_cron")
        return std::optional("it is made only in the database that " + facts.text(0, 2) + " names");
    if (facts.flag(0, 0) || facts.flag(0, 1))
        return std::nullopt;
    const auto tried =
        server.script(doing,
                      "BEGIN; SET LOCAL lock_timeout = '5s'; CREATE EXTENSION " +
                          server.quoteName(extension) + " VERSION " + server.quoteText(version) + " CASCADE",
                      cancel);
    if (!tried && (!server.usable() || tried.error().isCancelled()))
        return failure(tried.error());
    SALVOR_TRY(server.script(doing, "ROLLBACK", cancel));
    if (tried || !isRefusal(tried.error()))
        return std::nullopt;
    const std::string said = tried.error().message;
    return std::optional(said.starts_with(doing + ": ") ? said.substr(doing.size() + 2) : said);
}

std::optional<std::map<std::string, std::string>> pgRelationsOfExtensions(const QJsonObject& server) {
    std::map<std::string, std::string> out;
    for (const auto& value : server[QStringLiteral("extensions")].toArray()) {
        const auto relations = value[QStringLiteral("relations")];
        if (!relations.isArray())
            return std::nullopt;
        for (const auto& relation : relations.toArray())
            out[fromQt(relation.toString())] = fromQt(value[QStringLiteral("name")].toString());
    }
    return out;
}

Result<std::vector<std::string>> pgTiedExtensions(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows, connection.query("looking for extensions of one database", kTied, cancel));
    std::vector<std::string> out;
    for (int row = 0; row < rows.size(); ++row)
        out.push_back("the extension " + rows.text(row, 0) + " is tied to this database by " +
                      rows.text(row, 1) + ", and the server may make it in no other one");
    return out;
}

} // namespace salvor
