// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgplan.h"

#include "engines/postgresql/pgchunkties.h"
#include "engines/postgresql/pgleftout.h"
#include "engines/postgresql/pgsmallitems.h"
#include "engines/postgresql/pgstandby.h"
#include "engines/postgresql/pgstandbyage.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <algorithm>
#include <unordered_set>
#include <utility>

namespace salvor {

namespace {

constexpr std::uint64_t kBlockBytes = 8192;
constexpr std::uint64_t kSmallBytes = 4096; ///< the estimate of what nobody has to wait for

std::string joined(const std::vector<std::string>& parts) {
    std::string out;
    for (const auto& part : parts)
        out += (out.empty() ? "" : ", ") + part;
    return out;
}

std::vector<std::string> quotedColumns(const PgRelation& relation) {
    std::vector<std::string> out;
    for (const auto& column : relation.columns)
        out.push_back(column.quoted);
    return out;
}

const char* formatName(PgFormat format) { return format == PgFormat::Binary ? "binary" : "text"; }

/// Of what is copied in binary form nothing has an encoding.
std::string formatOption(PgFormat format, const std::string& encoding) {
    if (format == PgFormat::Binary)
        return " (FORMAT binary)";
    return encoding.empty() ? std::string() : " (ENCODING '" + encoding + "')";
}

std::string selectRows(const PgRelation& relation, const std::string& condition) {
    return "SELECT " + joined(quotedColumns(relation)) + " FROM ONLY " + relation.quoted +
           (condition.empty() ? "" : " " + condition);
}

class Builder {
public:
    Builder(PgPlanInput input, const PgPlanOptions& options)
        : m_input(std::move(input))
        , m_options(options)
        , m_unreadable(pgUnloggedTables(m_input.server)) {}

    Result<PgPlan> build();

private:
    void addSmallItems();
    void addLargeObjects();
    Result<> addSchema();
    Error tooManyTables(std::uint64_t count) const;
    Result<> addCatalogTables();
    Result<> collectTables();
    bool isBig(const PgRelation& relation) const {
        return relation.blocks * kBlockBytes > m_options.rangeBytes;
    }
    void addHeld();
    void addTables();
    void addTable(const PgRelation& relation);
    void addRanges(const PgRelation& relation);
    void addChunk(const PgRelation& relation, const PgChunk& chunk);
    Item rowItem(const std::string& kind, const PgRelation& relation, PgFormat format) const;
    void add(Item item, PgItemSource source);
    void endPhase(bool parallel);
    void addPlain(const std::string& kind, const std::string& name, std::uint64_t estimate = kSmallBytes);
    void addNotes();
    PgFormat formatOf(const PgRelation& relation) const {
        return m_options.textOnly ? PgFormat::Text : relation.format;
    }

    PgPlanInput m_input;
    const PgPlanOptions& m_options;
    std::set<std::string> m_unreadable; ///< quoted tables of which there are no rows to read
    PgPlan m_out;
    std::map<std::string, std::pair<const PgRelation*, const PgChunk*>> m_chunks; ///< by sort key
    std::vector<const PgRelation*> m_tables;                                      ///< the other ones
    std::vector<const PgRelation*> m_held; ///< and those that are read first
    Phase m_phase;                         ///< that is being filled
};

void Builder::endPhase(bool parallel) {
    if (m_phase.items.empty())
        return;
    m_phase.name = jobPhaseId(JobPhase::Data);
    m_phase.parallel = parallel;
    m_out.plan.phases.push_back(std::exchange(m_phase, Phase()));
}

void Builder::add(Item item, PgItemSource source) {
    m_out.sources[item.id] = std::move(source);
    m_phase.items.push_back(std::move(item));
}

void Builder::addPlain(const std::string& kind, const std::string& name, std::uint64_t estimate) {
    Item item;
    item.id = kind;
    item.kind = kind;
    item.name = name;
    item.group = "database";
    item.sizeEstimateBytes = estimate;
    add(std::move(item), {});
}

void Builder::addSmallItems() {
    addPlain("globals", "roles and settings");
    addPlain("sequences", "sequence values");
    m_phase.items.back().details = QJsonObject{{QStringLiteral("form"), kPgSequenceForm}};
    QJsonArray without;
    for (const auto& name : pgUnloggedSequences(m_input.server))
        without.append(toQt(name));
    if (!without.isEmpty())
        m_phase.items.back().details.insert(QStringLiteral("without"), without);
    if (m_input.largeObjectBytes == 0)
        return;
    addPlain("large_object_owners", "owners of large objects");
    m_phase.items.back().details = QJsonObject{{QStringLiteral("form"), kPgLargeObjectForm}};
}

void Builder::addLargeObjects() {
    if (m_input.largeObjectBytes == 0)
        return;
    addPlain("large_objects", "large objects", std::max(kSmallBytes, m_input.largeObjectBytes));
    m_phase.items.back().details =
        QJsonObject{{QStringLiteral("format"), QStringLiteral("binary")},
                    {QStringLiteral("columns"),
                     QJsonArray{QStringLiteral("oid"), QStringLiteral("part"), QStringLiteral("data")}},
                    {QStringLiteral("restore_sql"),
                     QStringLiteral("CREATE TEMPORARY TABLE salvor_parts (oid oid, part int4, data bytea); "
                                    "COPY salvor_parts FROM STDIN (FORMAT binary)")}};
}

/// `count`: with the chunks that others depend on.
Error Builder::tooManyTables(std::uint64_t count) const {
    const auto& needed = m_input.hypertables.needed;
    const std::string chunks =
        needed.empty() ? std::string()
                       : " (" + std::to_string(needed.size()) +
                             " of them chunks that views, functions, statistics or the like depend on)";
    return {ErrorCode::Unsupported,
            "reading the schema needs a lock on each of " + std::to_string(count) + " tables" + chunks +
                ", and the server has room for " + std::to_string(m_input.locks.capacity) +
                " locks of all its sessions",
            "raise max_locks_per_transaction on the server, which needs a restart",
            false,
            {{"tables", std::to_string(count)}, {"capacity", std::to_string(m_input.locks.capacity)}}};
}

Result<> Builder::addSchema() {
    // pg_dump holds a lock on every table until it ends. A budget of half the lock table leaves room for the
    // applications; beyond it, chunks go into archives of their own, each by a pg_dump of its own under the
    // same snapshot.
    const std::uint64_t budget =
        m_options.lockBudget != 0 ? m_options.lockBudget : m_input.locks.capacity / 2;
    const auto& hypertables = m_input.hypertables;
    std::uint64_t plain = 0; // with the chunks that others depend on: those stay with these
    std::map<std::string, std::vector<std::string>> chunksBySchema;
    for (const auto& relation : m_input.relations) {
        if (hypertables.chunks.contains(relation.oid) && !hypertables.needed.contains(relation.oid))
            chunksBySchema[relation.schema].push_back(relation.name);
        else
            ++plain;
    }
    if (plain > std::max(budget, m_input.locks.capacity * 9 / 10))
        return failure(tooManyTables(plain));
    Item item;
    item.id = "schema";
    item.kind = "schema";
    item.name = "schema";
    item.group = "database";
    item.sizeEstimateBytes = pgSchemaEstimate(m_input.relations.size());
    PgItemSource main;
    std::vector<std::pair<Item, PgItemSource>> parts;
    if (m_input.relations.size() > budget) {
        const std::size_t atOnce = std::max<std::size_t>(50, budget / 2);
        for (const auto& [schema, names] : chunksBySchema) {
            const auto all = pgDumpPatterns(schema, names);
            main.schema.without.insert(main.schema.without.end(), all.begin(), all.end());
            for (std::size_t first = 0; first < names.size(); first += atOnce) {
                const std::vector<std::string> some(
                    names.begin() + static_cast<std::ptrdiff_t>(first),
                    names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), first + atOnce)));
                Item part = item;
                part.id = "schema_chunks:" + std::to_string(parts.size() + 1);
                part.kind = "schema_chunks";
                part.name = "schema of chunks, part " + std::to_string(parts.size() + 1);
                part.details.insert(QStringLiteral("schema"), toQt(schema));
                QJsonArray relations;
                for (const auto& name : some)
                    relations.append(toQt(name));
                part.details.insert(QStringLiteral("relations"), relations);
                PgItemSource source;
                source.schema.only = pgDumpPatterns(schema, some);
                parts.emplace_back(std::move(part), std::move(source));
            }
        }
    }
    add(std::move(item), std::move(main));
    for (auto& [part, source] : parts)
        add(std::move(part), std::move(source));
    if (!parts.empty()) {
        std::set<PgRelationName> apart;
        for (const auto& [schema, names] : chunksBySchema) {
            for (const auto& name : names)
                apart.emplace(schema, name);
        }
        m_input.server.insert(QStringLiteral("chunk_publications"), pgChunkPublications(hypertables, apart));
    }
    return {};
}

Item Builder::rowItem(const std::string& kind, const PgRelation& relation, PgFormat format) const {
    Item item;
    item.id = kind + ":" + relation.quoted;
    item.kind = kind;
    item.name = relation.schema + "." + relation.name;
    item.group = "tables:" + relation.schema;
    item.sizeEstimateBytes = relation.sizeBytes;
    QJsonArray columns;
    for (const auto& column : relation.columns)
        columns.append(toQt(column.quoted));
    const std::string& written = relation.loadVia.empty() ? relation.quoted : relation.loadVia;
    const std::string encoding = format == PgFormat::Text ? relation.encoding : std::string();
    item.details = QJsonObject{{QStringLiteral("schema"), toQt(relation.schema)},
                               {QStringLiteral("relation"), toQt(relation.name)},
                               {QStringLiteral("quoted"), toQt(relation.quoted)},
                               {QStringLiteral("columns"), columns},
                               {QStringLiteral("format"), QLatin1String(formatName(format))},
                               {QStringLiteral("restore_sql"),
                                toQt(pgCopyFrom(written, quotedColumns(relation), format, false, encoding))}};
    if (!encoding.empty())
        item.details.insert(QStringLiteral("encoding"), toQt(encoding));
    if (!relation.loadVia.empty())
        item.details.insert(QStringLiteral("load_via"), toQt(relation.loadVia));
    return item;
}

PgItemSource rowSource(const PgRelation& relation, PgFormat format, std::string copySql) {
    PgItemSource source;
    source.relation = relation;
    source.format = format;
    source.columns = static_cast<int>(relation.columns.size());
    source.copySql = std::move(copySql);
    return source;
}

Result<> Builder::addCatalogTables() {
    std::map<Oid, const PgRelation*> byOid;
    for (const auto& relation : m_input.relations)
        byOid[relation.oid] = &relation;
    int order = 0;
    for (const auto& table : m_input.extensions.tables) {
        const auto found = byOid.find(table.oid);
        if (found == byOid.end())
            return failure(ErrorCode::SourceChanged,
                           "a configuration table of the extension " + table.extension +
                               " vanished while looking",
                           "begin the backup again");
        if (m_unreadable.contains(found->second->quoted))
            continue;
        // These hold regtype and regrole, and are small: text, always.
        Item item = rowItem("catalog_table", *found->second, PgFormat::Text);
        item.group = "catalog";
        item.details.insert(QStringLiteral("extension"), toQt(table.extension));
        item.details.insert(QStringLiteral("condition"), toQt(table.condition));
        item.details.insert(QStringLiteral("order"), order++);
        add(std::move(item), rowSource(*found->second, PgFormat::Text,
                                       pgCopyTo(*found->second, PgFormat::Text, table.condition)));
    }
    return {};
}

void Builder::addRanges(const PgRelation& relation) {
    const PgFormat format = formatOf(relation);
    const std::uint64_t perRange = std::max<std::uint64_t>(1, m_options.rangeBytes / kBlockBytes);
    const std::uint64_t ranges = std::max<std::uint64_t>(1, relation.blocks / perRange);
    for (std::uint64_t i = 0; i < ranges; ++i) {
        const std::uint64_t first = i * perRange;
        // The last one has no end: the table may have grown, and its size now bounds nothing.
        const auto end = i + 1 < ranges ? std::optional(first + perRange) : std::nullopt;
        Item item = rowItem("table_range", relation, format);
        item.id = "table_range:" + relation.quoted + ":" + std::to_string(first);
        item.name += " from block " + std::to_string(first);
        item.group = "table:" + relation.quoted;
        item.sizeEstimateBytes = relation.sizeBytes / ranges;
        item.details.insert(QStringLiteral("first_block"), static_cast<qint64>(first));
        if (end)
            item.details.insert(QStringLiteral("end_block"), static_cast<qint64>(*end));
        auto source = rowSource(relation, format, pgCopyToRange(relation, format, first, end));
        add(std::move(item), std::move(source));
    }
}

void Builder::addTable(const PgRelation& relation) {
    if (relation.accessMethod == "heap" && isBig(relation))
        return addRanges(relation);
    const PgFormat format = formatOf(relation);
    Item item = rowItem("table", relation, format);
    // Rows that stand in a hypertable itself, in no chunk. It must not be truncated, which would reach the
    // chunks.
    if (std::find(m_input.hypertables.roots.begin(), m_input.hypertables.roots.end(), relation.oid) !=
        m_input.hypertables.roots.end())
        item.details.insert(QStringLiteral("hypertable_root"), true);
    add(std::move(item), rowSource(relation, format, pgCopyTo(relation, format, {})));
}

void Builder::addChunk(const PgRelation& relation, const PgChunk& chunk) {
    const PgFormat format = formatOf(relation);
    Item item = rowItem("chunk", relation, format);
    item.group = "hypertable:" + chunk.hypertable;
    item.details.insert(QStringLiteral("hypertable"), toQt(chunk.hypertableName));
    if (!chunk.timeRange.isEmpty())
        item.details.insert(QStringLiteral("time_range"), chunk.timeRange);
    add(std::move(item), rowSource(relation, format, pgCopyTo(relation, format, {})));
}

Result<> Builder::collectTables() {
    std::unordered_set<Oid> config;
    for (const auto& table : m_input.extensions.tables)
        config.insert(table.oid);
    const std::unordered_set<Oid> roots(m_input.hypertables.roots.begin(), m_input.hypertables.roots.end());
    for (const auto& relation : m_input.relations) {
        if (m_unreadable.contains(relation.quoted))
            continue; // pgLeftOutNotes() says so
        if (const auto chunk = m_input.hypertables.chunks.find(relation.oid);
            chunk != m_input.hypertables.chunks.end()) {
            if (relation.accessMethod != "heap")
                return failure(ErrorCode::Unsupported,
                               "the chunk " + relation.quoted + " is kept by the access method " +
                                   relation.accessMethod + ", which cannot be backed up yet",
                               "convert it to a heap table, or leave this database out");
            m_chunks[chunk->second.sortKey] = {&relation, &chunk->second};
        } else if (!config.contains(relation.oid) &&
                   !(roots.contains(relation.oid) && relation.blocks == 0)) {
            // One that has grown big since it was locked is read with its like.
            (m_input.held.contains(relation.oid) && !isBig(relation) ? m_held : m_tables)
                .push_back(&relation);
        }
    }
    return {};
}

void Builder::addHeld() {
    // Those that stopped an attempt first, then the smallest: with a slow store the time that they may be
    // held for is over before the last one's turn, and what is read by then nobody can truncate under it.
    const auto rank = [&](const PgRelation* r) {
        const bool named = std::ranges::find(m_options.readFirst, r->quoted) != m_options.readFirst.end();
        return std::pair(!named, r->sizeBytes);
    };
    std::ranges::stable_sort(m_held, {}, rank);
    for (const auto* relation : m_held) {
        addTable(*relation);
        m_out.held.insert(m_phase.items.back().id);
    }
}

void Builder::addTables() {
    // Big tables first, so that no session is left alone with one at the end.
    std::stable_sort(m_tables.begin(), m_tables.end(), [&](const PgRelation* a, const PgRelation* b) {
        const auto rank = [&](const PgRelation* r) { return isBig(*r) ? r->blocks : 0; };
        return rank(a) > rank(b);
    });
    std::size_t big = 0;
    while (big < m_tables.size() && isBig(*m_tables[big]))
        addTable(*m_tables[big++]);
    for (const auto& [key, entry] : m_chunks)
        addChunk(*entry.first, *entry.second);
    for (; big < m_tables.size(); ++big)
        addTable(*m_tables[big]);
}

void Builder::addNotes() {
    auto& notes = m_out.plan.notes;
    if (auto note = pgStandbyNote(m_input.server); !note.empty())
        notes.push_back(std::move(note));
    notes.push_back(
        "Sequence values were read after the snapshot: they are never behind the rows, and may be ahead.");
    for (auto& note : pgNotesOf(m_input.server))
        notes.push_back(std::move(note));
    bool unlogged = false;
    for (const auto& relation : m_input.relations)
        unlogged = unlogged || (relation.unlogged && !m_unreadable.contains(relation.quoted));
    if (unlogged)
        notes.push_back("Unlogged tables are captured like the others.");
    notes.push_back("Subscriptions are not captured, as their definitions hold passwords.");
}

Result<PgPlan> Builder::build() {
    SALVOR_TRY(collectTables());
    addHeld();
    endPhase(false); // in the session that has them locked
    SALVOR_TRY(addSchema());
    addSmallItems();
    const std::size_t begunFirst = m_phase.items.size(); // DDL voids the attempt until they are read
    SALVOR_TRY(addCatalogTables());
    addLargeObjects();
    addTables();
    m_phase.begunFirst = begunFirst;
    endPhase(true); // one snapshot: else the order of reading does not matter
    addNotes();
    m_out.plan.server = std::move(m_input.server);
    return std::move(m_out);
}

} // namespace

std::vector<std::string> pgNotesOf(const QJsonObject& server) {
    std::vector<std::string> notes;
    for (const auto& value : server[QStringLiteral("relations")].toArray()) {
        if (const auto text = value.toString(); text.startsWith(u"f "))
            notes.push_back("The rows of the foreign table " + fromQt(text.mid(2)) +
                            " live on another server and are not captured.");
    }
    for (const auto& value : server[QStringLiteral("hidden_user_mappings")].toArray())
        notes.push_back(pgHiddenMappingNote(fromQt(value.toString())));
    for (const auto& value : server[QStringLiteral("reordered_tables")].toArray())
        notes.push_back("The table " + fromQt(value.toString()) +
                        " inherits, and has its columns in another order than a restore gives them (those of "
                        "its parents first). Rows are restored by the columns' names; an INSERT that names "
                        "none would meet the new order.");
    const auto timescale = server[QStringLiteral("timescaledb")].toObject();
    for (const auto& value : timescale[QStringLiteral("keys_missing_chunks")].toArray())
        notes.push_back(
            "The foreign key " + fromQt(value.toString()) +
            " does not reach all chunks of its hypertable, as a restore by pg_restore leaves it: "
            "deleting rows there breaks it unseen. A restore makes it whole; to mend it here, drop "
            "it and add it again.");
    for (auto& note : pgLeftOutNotes(server))
        notes.push_back(std::move(note));
    return notes;
}

Result<PgPlanOptions> PgPlanOptions::from(const QJsonObject& options) {
    PgPlanOptions out;
    const auto format = options[QStringLiteral("format")].toString(QStringLiteral("auto"));
    if (format != u"auto" && format != u"binary" && format != u"text")
        return failure(ErrorCode::InvalidInput, "the option format has an unknown value: " + fromQt(format),
                       "use auto, binary or text");
    out.textOnly = format == u"text";
    const auto number = [&](const char* key, auto& target, qint64 least) -> Result<> {
        const auto value = options[QLatin1String(key)];
        if (value.isUndefined())
            return {};
        if (!value.isDouble() || value.toInteger(-1) < least)
            return failure(ErrorCode::InvalidInput, std::string("the option ") + key +
                                                        " is not a number from " + std::to_string(least) +
                                                        " on");
        target = static_cast<std::remove_reference_t<decltype(target)>>(value.toInteger());
        return {};
    };
    SALVOR_TRY(number("range_bytes", out.rangeBytes, 8192));
    SALVOR_TRY(number("lock_timeout_seconds", out.lockTimeoutSeconds, 1));
    SALVOR_TRY(number("lock_budget", out.lockBudget, 1));
    SALVOR_TRY(number("first_bytes", out.firstBytes, 0));
    for (const auto& value : options[QStringLiteral("read_first")].toArray())
        out.readFirst.push_back(fromQt(value.toString()));
    return out;
}

Result<PgPlan> pgPlanBackup(PgPlanInput input, const PgPlanOptions& options) {
    return Builder(std::move(input), options).build();
}

std::string pgHiddenMappingNote(const std::string& mapping) {
    return "The options of the user mapping of " + mapping +
           " are not captured, a password among them: the server shows them to superusers only.";
}

std::uint64_t pgSchemaEstimate(std::size_t relations) { return 16384 * (std::uint64_t{relations} + 10); }

std::string pgCopyTo(const PgRelation& relation, PgFormat format, const std::string& condition) {
    if (!condition.empty())
        return "COPY (" + selectRows(relation, condition) + ") TO STDOUT" +
               formatOption(format, relation.encoding);
    const auto columns = quotedColumns(relation);
    return "COPY " + relation.quoted + (columns.empty() ? "" : " (" + joined(columns) + ")") + " TO STDOUT" +
           formatOption(format, relation.encoding);
}

std::string pgCopyToRange(const PgRelation& relation, PgFormat format, std::uint64_t firstBlock,
                          std::optional<std::uint64_t> endBlock) {
    std::string condition = "WHERE ctid >= '(" + std::to_string(firstBlock) + ",0)'::pg_catalog.tid";
    if (endBlock)
        condition += " AND ctid < '(" + std::to_string(*endBlock) + ",0)'::pg_catalog.tid";
    return "COPY (" + selectRows(relation, condition) + ") TO STDOUT" +
           formatOption(format, relation.encoding);
}

std::string pgCopyFrom(const std::string& quoted, const std::vector<std::string>& columns, PgFormat format,
                       bool freeze, const std::string& encoding) {
    std::vector<std::string> options;
    if (freeze)
        options.push_back("FREEZE");
    if (format == PgFormat::Binary)
        options.push_back("FORMAT binary");
    else if (!encoding.empty())
        options.push_back("ENCODING '" + encoding + "'");
    return "COPY " + quoted + (columns.empty() ? "" : " (" + joined(columns) + ")") + " FROM STDIN" +
           (options.empty() ? "" : " (" + joined(options) + ")");
}

} // namespace salvor
