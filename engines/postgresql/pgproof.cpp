// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgproof.h"

#include "engines/postgresql/pgchunkties.h"
#include "engines/postgresql/pgcreate.h"
#include "engines/postgresql/pghypertablekeys.h"
#include "engines/postgresql/pgomission.h"
#include "engines/postgresql/pgpreflight.h"
#include "engines/postgresql/pgproofscope.h"
#include "engines/postgresql/pgrangeledger.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgschemadiff.h"
#include "engines/postgresql/pgsettings.h"
#include "engines/postgresql/pgstandby.h"
#include "engines/postgresql/pgviewfill.h"
#include "engines/postgresql/pgwriteitems.h"
#include "models/base/json.h"
#include "models/jobphase.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <utility>

namespace salvor {

namespace {

constexpr int kLockTimeoutSeconds = 30;

constexpr const char* kInvalidIndexes = R"sql(
SELECT i.indexrelid::pg_catalog.regclass::text FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT (i.indisvalid AND i.indisready) AND c.relkind = 'i' AND n.nspname !~ '^pg_' ORDER BY 1)sql";

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

std::set<std::string> stringSet(const QJsonValue& value) {
    std::set<std::string> out;
    for (const auto& entry : value.toArray())
        out.insert(fromQt(entry.toString()));
    return out;
}

std::string firstFew(const std::vector<std::string>& names) {
    std::string out;
    for (std::size_t i = 0; i < names.size() && i < 5; ++i)
        out += (i == 0 ? "" : ", ") + names[i];
    return out + (names.size() > 5 ? " and " + std::to_string(names.size() - 5) + " more" : "");
}

class KeepSink final : public ByteSink {
public:
    explicit KeepSink(ByteSink& sink)
        : m_sink(sink) {}
    Result<> write(ByteView bytes) override {
        kept.insert(kept.end(), bytes.begin(), bytes.end());
        return m_sink.write(bytes);
    }
    Bytes kept;

private:
    ByteSink& m_sink;
};

std::string defaultTablespace(const QJsonObject& server) {
    return textOf(server[QStringLiteral("database")].toObject(), "tablespace");
}

/// Two sets that must be equal.
Result<> requireEqual(const std::string& what, const QJsonValue& saved, const QJsonValue& found) {
    const auto expected = stringSet(saved);
    const auto present = stringSet(found);
    std::vector<std::string> missing;
    std::vector<std::string> surplus;
    std::set_difference(expected.begin(), expected.end(), present.begin(), present.end(),
                        std::back_inserter(missing));
    std::set_difference(present.begin(), present.end(), expected.begin(), expected.end(),
                        std::back_inserter(surplus));
    if (missing.empty() && surplus.empty())
        return {};
    std::string text = "the restored database has not the same " + what + " as the backup";
    if (!missing.empty())
        text += "; missing: " + firstFew(missing);
    if (!surplus.empty())
        text += "; too many: " + firstFew(surplus);
    return failure(
        ErrorCode::ProofFailed, text, "do not use the restored database; restore again and report this",
        {{"missing", std::to_string(missing.size())}, {"surplus", std::to_string(surplus.size())}});
}

/// Makes the sources of a backup's items for another database.
class ProofPlanner {
public:
    ProofPlanner(const BackupContents& contents, const PgPlanInput& catalog,
                 const std::vector<PgOmission>& omissions)
        : m_contents(contents)
        , m_omissions(omissions) {
        for (const auto& relation : catalog.relations)
            m_byName[relation.quoted] = &relation;
        m_schemaEstimate = pgSchemaEstimate(catalog.relations.size());
        for (const auto& value : contents.plan.server[QStringLiteral("timescaledb")]
                                     .toObject()[QStringLiteral("scheduled_jobs")]
                                     .toArray())
            m_jobs += (m_jobs.empty() ? "" : ", ") + std::to_string(value.toInteger());
    }

    Result<PgPlan> plan(bool withSchema) {
        PgPlan out;
        out.plan.server = m_contents.plan.server;
        countRanges();
        Phase proof{jobPhaseId(JobPhase::Data),
                    true,
                    {}}; // nothing changes here: what was read apart can be read with the rest
        for (const auto& phase : m_contents.plan.phases) {
            for (const auto& item : phase.items) {
                const bool isSchema = item.kind == "schema" || item.kind == "schema_chunks";
                if (item.kind == "globals" || (isSchema && !withSchema) || wasSettled(item)) {
                    m_left.append(toQt(item.id)); // roles belong to the server, not to the database
                    continue;
                }
                SALVOR_ASSIGN(out.sources[item.id], source(item));
                proof.items.push_back(item);
                if (isSchema)
                    proof.items.back().sizeEstimateBytes = m_schemaEstimate;
            }
        }
        out.plan.phases.push_back(std::move(proof));
        return out;
    }

    /// Ids of the items that the plan leaves out.
    const QJsonArray& left() const { return m_left; }

private:
    void countRanges() {
        for (const auto& phase : m_contents.plan.phases) {
            for (const auto& item : phase.items)
                m_ranges[item.group] += item.kind == "table_range" ? 1 : 0;
        }
    }
    Result<PgItemSource> source(const Item& item);
    Result<PgRelation> relation(const Item& item) const;
    bool wasGenerated(const PgRelation& relation, const PgColumn& column) const;
    bool wasSettled(const Item& item) const;
    std::string rangeSql(const Item& item, const PgItemSource& source);
    std::string jobsSql(const PgItemSource& source, const std::string& condition) const;

    const BackupContents& m_contents;
    const std::vector<PgOmission>& m_omissions;
    std::map<std::string, const PgRelation*> m_byName;
    QJsonArray m_left;
    std::map<std::string, std::uint64_t> m_ranges; ///< how many a group has
    std::map<std::string, std::uint64_t> m_rangesMade;
    std::string m_jobs;
    std::uint64_t m_schemaEstimate = 0;
};

Result<PgRelation> ProofPlanner::relation(const Item& item) const {
    const std::string quoted = textOf(item.details, "quoted");
    const auto found = m_byName.find(quoted);
    if (found == m_byName.end())
        return failure(ErrorCode::ProofFailed, "the restored database has no table " + quoted,
                       "restore again and report this", {{"relation", quoted}});
    // The saved columns in the saved order: the restored table may have another one.
    PgRelation out = *found->second;
    std::vector<PgColumn> columns;
    for (const auto& value : item.details[QStringLiteral("columns")].toArray()) {
        const std::string name = fromQt(value.toString());
        const auto column = std::find_if(out.columns.begin(), out.columns.end(),
                                         [&](const PgColumn& c) { return c.quoted == name; });
        if (column == out.columns.end())
            return failure(ErrorCode::ProofFailed, "the restored table " + quoted + " has no column " + name,
                           "restore again and report this", {{"relation", quoted}});
        columns.push_back(*column);
    }
    const auto before = out.columns.size();
    std::erase_if(out.columns, [&](const PgColumn& column) { return wasGenerated(out, column); });
    out.allColumns = out.allColumns && before == out.columns.size();
    if (columns.size() != out.columns.size())
        return failure(ErrorCode::ProofFailed,
                       "the restored table " + quoted + " has more columns than the backup",
                       "restore again and report this", {{"relation", quoted}});
    out.columns = std::move(columns);
    out.encoding = textOf(item.details, "encoding"); // as saved: the sums are of these bytes
    return out;
}

/// In the backup; by now it is an ordinary one without values.
bool ProofPlanner::wasGenerated(const PgRelation& relation, const PgColumn& column) const {
    return std::ranges::any_of(m_omissions, [&](const PgOmission& one) {
        return one.kind == PgOmission::Kind::Generated &&
               (one.name == column.quoted || pgShownName(one.name) == column.quoted) &&
               std::ranges::find(one.carriers, PgTableName{relation.schema, relation.name}) !=
                   one.carriers.end();
    });
}

/// TimescaleDB's records of chunks' constraints and indexes, some of which were taken with what was left out;
/// rows of an extension that was.
bool ProofPlanner::wasSettled(const Item& item) const {
    if (item.kind == "catalog_table" &&
        pgWithoutExtensions({toQt("r " + textOf(item.details, "quoted"))}, m_omissions).isEmpty())
        return true;
    const std::string quoted = textOf(item.details, "quoted");
    return (quoted == "_timescaledb_catalog.chunk_constraint" ||
            quoted == "_timescaledb_catalog.chunk_index") &&
           std::ranges::any_of(m_omissions, &PgOmission::chunks);
}

std::string ProofPlanner::rangeSql(const Item& item, const PgItemSource& source) {
    const std::uint64_t count = m_ranges[item.group];
    const std::uint64_t index = m_rangesMade[item.group]++;
    const std::uint64_t perRange = source.relation.blocks / count + 1;
    const auto end = index + 1 < count ? std::optional((index + 1) * perRange) : std::nullopt;
    return pgCopyToRange(source.relation, source.format, index * perRange, end);
}

std::string ProofPlanner::jobsSql(const PgItemSource& source, const std::string& condition) const {
    // Restored jobs are off on purpose. Compared is everything else; that they are off is checked apart.
    std::string columns;
    for (const auto& column : source.relation.columns) {
        columns += columns.empty() ? "" : ", ";
        columns +=
            column.quoted == "scheduled" ? "id = ANY ('{" + m_jobs + "}'::pg_catalog.int4[])" : column.quoted;
    }
    const std::string& encoding = source.relation.encoding;
    return "COPY (SELECT " + columns + " FROM ONLY " + source.relation.quoted + " " + condition +
           ") TO STDOUT" + (encoding.empty() ? "" : " (ENCODING '" + encoding + "')");
}

Result<PgItemSource> ProofPlanner::source(const Item& item) {
    PgItemSource out;
    if (item.kind == "schema" || item.kind == "schema_chunks") {
        for (const auto& phase : m_contents.plan.phases) {
            for (const auto& other : phase.items) {
                const bool part =
                    other.kind == "schema_chunks" && (item.kind == "schema" || other.id == item.id);
                std::vector<std::string> names;
                for (const auto& value :
                     part ? other.details[QStringLiteral("relations")].toArray() : QJsonArray())
                    names.push_back(fromQt(value.toString()));
                const auto patterns = pgDumpPatterns(textOf(other.details, "schema"), names);
                auto& list = item.kind == "schema" ? out.schema.without : out.schema.only;
                list.insert(list.end(), patterns.begin(), patterns.end());
            }
        }
        return out;
    }
    if (!item.details.contains(QStringLiteral("quoted")))
        return out;
    SALVOR_ASSIGN(out.relation, relation(item));
    out.format =
        item.details[QStringLiteral("format")].toString() == u"binary" ? PgFormat::Binary : PgFormat::Text;
    out.columns = static_cast<int>(out.relation.columns.size());
    const std::string condition = textOf(item.details, "condition");
    if (item.kind == "table_range") {
        out.copySql = rangeSql(item, out);
    } else if (textOf(item.details, "quoted") == kPgJobTable) {
        out.copySql = jobsSql(out, condition);
    } else {
        out.copySql = pgCopyTo(out.relation, out.format, condition);
    }
    return out;
}

/// What of the schema is compared. pg_dump's text is the same only for the same major versions of server and
/// pg_dump; the list of what there is, for all.
enum class SchemaProof { Text, Names, Nothing };

class ProofSnapshot final : public PgSnapshot {
public:
    ProofSnapshot(PgView view, PgPlan plan, ProcessRunner& processes, const RestoreSpec& spec,
                  SchemaProof scope, PgSchemaRules rules, QJsonArray left, const std::string& generated)
        : PgSnapshot(std::move(view), std::move(plan), kLockTimeoutSeconds, pgPulseOf(spec.options),
                     processes)
        , m_schemaTools(processes, this->view().endpoint)
        , m_openItem(spec.openItem)
        , m_rules(std::move(rules))
        , m_unvalidated(spec.contents->plan.server[QStringLiteral("unvalidated_constraints")].toArray())
        , m_scope(scope)
        , m_archiveMajor(pgArchiveMajor(*spec.contents))
        , m_left(std::move(left)) {
        const BackupContents& contents = *spec.contents;
        if (m_scope != SchemaProof::Text)
            m_because.append(toQt(
                "The schema's text: the backup is of PostgreSQL " + textOf(contents.plan.server, "version") +
                ", the restored database of " + textOf(this->view().catalog.server, "version") +
                ", and each major version writes it in its own way. " +
                (m_scope == SchemaProof::Names
                     ? "What there is was compared by kind, schema and name, entry by entry."
                     : "Of what there is, the relations were compared.")));
        const auto views = QStringLiteral("materialized_views");
        const std::string filled =
            pgViewsNote(contents.plan.server[views].toArray(), this->view().catalog.server[views].toArray());
        if (!filled.empty())
            m_because.append(toQt(filled));
        if (!generated.empty())
            m_because.append(toQt(generated));
        for (const auto& note : pgExtensionOwnerNotes(contents.plan.server, this->view().catalog.extensions))
            m_because.append(toQt(note));
        if (!pgChunksInParts(contents.plan).empty() &&
            !contents.plan.server.contains(QLatin1String("chunk_publications")))
            m_because.append(QStringLiteral("Publications and statistics of chunks: the version that made "
                                            "the backup did not save them, as "
                                            "the database has more chunks than one pg_dump may lock."));
        for (const auto& value : contents.plan.server[QStringLiteral("reordered_tables")].toArray())
            m_because.append(toQt("The order of the columns of " + fromQt(value.toString()) +
                                  ", which inherits: a restore puts those of its parents first."));
        for (const auto& value : contents.plan.server[QStringLiteral("unlogged_on_standby")].toArray())
            m_because.append(toQt(pgUnloggedNote(fromQt(value.toString()))));
        for (const auto& one : m_rules.omissions) {
            m_because.append(toQt(pgOmissionSentence(one)));
            m_omitted.append(toQt(pgOmissionText(one)));
        }
        if (std::ranges::any_of(m_rules.omissions, &PgOmission::chunks))
            m_because.append(
                QStringLiteral("TimescaleDB's records of the chunks' constraints and indexes "
                               "(_timescaledb_catalog.chunk_constraint "
                               "and chunk_index): those of what was left out were taken as well."));
        std::size_t at = 0;
        for (const auto& phase : contents.plan.phases) {
            for (const auto& item : phase.items) {
                if (item.kind == "schema" || item.kind == "schema_chunks")
                    m_schemas[item.id] = contents.reports[at];
                if (item.kind == "sequences" &&
                    std::ranges::find(m_rules.omissions, PgOmission::Kind::Extension, &PgOmission::kind) !=
                        m_rules.omissions.end())
                    m_sequences = contents.reports[at];
                // Rows that may stand in another item now: those of ranges, and of partitions over an enum's
                // hashes.
                const std::string via = textOf(item.details, "load_via");
                if (item.kind == "table_range" || !via.empty()) {
                    const std::string sum = via.empty() ? item.group : "via:" + via;
                    m_sums[item.id] = {sum, contents.reports[at]};
                    m_ledger.expect(sum, contents.reports[at]);
                }
                ++at;
            }
        }
    }

    Result<ItemReport> read(const Item& item, Session& session, ByteSink& sink,
                            const CancelToken& cancel) override {
        if (const auto saved = m_schemas.find(item.id); saved != m_schemas.end())
            return readSchema(item, saved->second, session, sink, cancel);
        if (item.kind == "sequences" && !m_sequences.contentHash.empty())
            return readSequences(item, session, sink, cancel);
        auto report = PgSnapshot::read(item, session, sink, cancel);
        const auto part = m_sums.find(item.id);
        if (!report || part == m_sums.end())
            return report;
        return m_ledger.settle(part->second.first, part->second.second, *report);
    }

    Result<QJsonObject> finish(const CancelToken& cancel) override {
        SALVOR_ASSIGN(auto out, PgSnapshot::finish(cancel));
        SALVOR_ASSIGN(const auto invalid,
                      coordinator().query("looking for invalid indexes", kInvalidIndexes, cancel));
        if (invalid.size() > 0)
            return failure(ErrorCode::ProofFailed,
                           "the restored database has an invalid index: " + invalid.text(0, 0),
                           "do not use the restored database; restore again");
        const auto unvalidated = view().catalog.server[QStringLiteral("unvalidated_constraints")].toArray();
        SALVOR_TRY(requireEqual("unvalidated constraints", pgWithoutOmitted(m_unvalidated, m_rules.omissions),
                                pgWithoutOmitted(unvalidated, m_rules.omissions)));
        if (view().catalog.server.contains(QStringLiteral("timescaledb")))
            SALVOR_TRY(checkTimescale(cancel));
        out.insert(QStringLiteral("schema_compared"), m_scope == SchemaProof::Text);
        out.insert(QStringLiteral("schema_names_compared"), m_scope != SchemaProof::Nothing);
        out.insert(QStringLiteral("not_compared"), m_left);
        out.insert(QStringLiteral("not_compared_because"), m_because);
        if (!m_omitted.isEmpty())
            out.insert(QStringLiteral("left_out"), m_omitted);
        SALVOR_ASSIGN(const auto marker, pgMarkerOf(coordinator(), cancel));
        QJsonArray leftOff;
        for (const auto& sentence : marker.leftOff)
            leftOff.append(toQt(sentence));
        if (!leftOff.isEmpty())
            out.insert(QStringLiteral("left_off"), leftOff);
        return out;
    }

private:
    /// Equal texts are equal schemas. Others are compared entry by entry with the saved archive.
    Result<ItemReport> readSchema(const Item& item, const ItemReport& saved, Session& session, ByteSink& sink,
                                  const CancelToken& cancel) {
        KeepSink keep(sink);
        SALVOR_ASSIGN(auto report, PgSnapshot::read(item, session, keep, cancel));
        if (report.contentHash == saved.contentHash || !m_openItem)
            return report;
        const int major = std::max(m_archiveMajor, report.details[QStringLiteral("tool_major")].toInt());
        SALVOR_ASSIGN(const auto source, m_openItem(item.id, cancel));
        SALVOR_ASSIGN(const Bytes archive, pgReadWhole(*source));
        SALVOR_ASSIGN(const auto expected, pgSchemaEntries(m_schemaTools, major, archive, cancel));
        SALVOR_ASSIGN(const auto found, pgSchemaEntries(m_schemaTools, major, keep.kept, cancel));
        const auto differences = m_scope == SchemaProof::Names
                                     ? pgCompareSchemaNames(expected, found, m_rules.omissions)
                                     : pgCompareSchemas(expected, found, m_rules);
        if (differences.empty())
            report.contentHash = saved.contentHash;
        QJsonArray list;
        for (const auto& one : differences)
            list.append(QJsonObject{{QStringLiteral("item"), toQt(one.entry)},
                                    {QStringLiteral("expected"), toQt(one.expected)},
                                    {QStringLiteral("found"), toQt(one.found)}});
        report.details.insert(QStringLiteral("differences"), list);
        return report;
    }

    /// Without those of extensions that were left out.
    Result<ItemReport> readSequences(const Item& item, Session& session, ByteSink& sink,
                                     const CancelToken& cancel) {
        KeepSink keep(sink);
        SALVOR_ASSIGN(auto report, PgSnapshot::read(item, session, keep, cancel));
        if (report.contentHash == m_sequences.contentHash || !m_openItem)
            return report;
        SALVOR_ASSIGN(const auto source, m_openItem(item.id, cancel));
        SALVOR_ASSIGN(const Bytes saved, pgReadWhole(*source));
        if (pgSequencesWithout(asText(saved), m_rules.omissions) == asText(keep.kept)) {
            report.contentHash = m_sequences.contentHash;
            report.rows = m_sequences.rows;
        }
        return report;
    }

    Result<> checkTimescale(const CancelToken& cancel) {
        SALVOR_ASSIGN(const auto restoring,
                      coordinator().value("checking TimescaleDB's restore mode",
                                          "SELECT current_setting('timescaledb.restoring')", cancel));
        if (restoring != "off")
            return failure(ErrorCode::ProofFailed,
                           "TimescaleDB's restore mode is on in the restored database", "restore again");
        SALVOR_ASSIGN(const auto on, coordinator().value("checking TimescaleDB's jobs",
                                                         std::string("SELECT count(*) FROM ") + kPgJobTable +
                                                             " WHERE scheduled AND id >= 1000",
                                                         cancel));
        if (on != "0")
            return failure(ErrorCode::ProofFailed,
                           on + " of TimescaleDB's jobs are switched on in the restored database",
                           "switch them off");
        SALVOR_ASSIGN(const auto missing, pgKeysThatMissChunks(coordinator(), cancel));
        if (!missing.isEmpty())
            return failure(ErrorCode::ProofFailed,
                           "in the restored database the foreign key " + fromQt(missing[0].toString()) +
                               " does not reach all chunks of its hypertable",
                           "drop it and add it again; or restore again and report this");
        return {};
    }

    PgTools m_schemaTools;
    decltype(RestoreSpec::openItem) m_openItem;
    PgSchemaRules m_rules;
    std::map<std::string, ItemReport> m_schemas; ///< as saved, by item
    ItemReport m_sequences;                      ///< as saved, where an extension was left out
    QJsonArray m_unvalidated;
    SchemaProof m_scope;
    int m_archiveMajor;
    QJsonArray m_left;
    QJsonArray m_because; ///< sentences: what is not compared, and why
    QJsonArray m_omitted; ///< names of what the restored database says that it has not
    std::map<std::string, std::pair<std::string, ItemReport>> m_sums; ///< by item: its sum and what was saved
    PgRangeLedger m_ledger;
};

Result<SchemaProof> schemaProof(ProcessRunner& processes, const PgView& view, const RestoreSpec& spec,
                                const CancelToken& cancel) {
    const int major = view.coordinator->serverVersion() / 10000;
    const bool sameServer =
        spec.contents->plan.server[QStringLiteral("version_number")].toInt() / 10000 == major;
    const PgTools tools(processes, view.endpoint);
    const auto dump = tools.find("pg_dump", major, cancel);
    if (!dump && (sameServer || dump.error().isCancelled()))
        return failure(dump.error());
    if (dump && sameServer && dump->major == pgArchiveMajor(*spec.contents))
        return SchemaProof::Text;
    // Both archives are listed by one pg_restore; of the saved one there may be no more than its hash.
    return dump && spec.openItem ? SchemaProof::Names : SchemaProof::Nothing;
}

/// Of generated columns, which are neither saved nor loaded, by pg_dump either. Empty: there are none.
std::string generatedNote(const PgPlanInput& catalog) {
    constexpr std::size_t kNamed = 5;
    std::string tables;
    std::size_t count = 0;
    for (const auto& relation : catalog.relations) {
        if (!relation.allColumns && ++count <= kNamed)
            tables += (tables.empty() ? "" : ", ") + relation.quoted;
    }
    if (count > kNamed)
        tables += " and " + std::to_string(count - kNamed) + " more";
    return count == 0 ? std::string()
                      : "The values of generated columns: the server made them anew in the restored "
                        "database, by the "
                        "expressions and functions that it has now (" +
                            tables + ").";
}

Result<PgSchemaRules> schemaRules(const PgView& view, const BackupContents& contents,
                                  const CancelToken& cancel) {
    PgSchemaRules rules{
        defaultTablespace(contents.plan.server), defaultTablespace(view.catalog.server), false, {}};
    SALVOR_ASSIGN(rules.omissions, pgOmissionsOf(*view.coordinator, cancel));
    SALVOR_ASSIGN(const auto missing, pgMissingTablespaces(*view.coordinator, contents.plan.server, cancel));
    rules.ignoresTablespaces = !missing.empty();
    return rules;
}

} // namespace

Result<std::unique_ptr<Snapshot>> pgPrepareProof(ProcessRunner& processes, const RestoreSpec& spec,
                                                 const std::string& database, ProgressSink& progress,
                                                 const CancelToken& cancel) {
    SALVOR_ASSIGN(auto endpoint, makePgEndpoint(spec.connection));
    if (spec.contents == nullptr)
        return failure(ErrorCode::Internal, "a proof without a backup");
    {
        SALVOR_ASSIGN(const auto server, PgConnection::open(endpoint, endpoint->database, cancel));
        SALVOR_ASSIGN(endpoint, pgQuietEndpoint(*server, endpoint, cancel));
    }
    const auto& saved = spec.contents->plan.server;
    const PgTextForms forms =
        saved.contains(QLatin1String("session")) ? PgTextForms::Fixed : PgTextForms::AsFound;
    SALVOR_ASSIGN(auto view,
                  pgOpenView(endpoint, database, {kLockTimeoutSeconds, forms, {}}, progress, cancel));
    SALVOR_ASSIGN(const auto omissions, pgOmissionsOf(*view.coordinator, cancel));
    SALVOR_TRY(requireEqual("relations", pgWithoutExtensions(pgSavedRelations(saved), omissions),
                            view.catalog.server[QStringLiteral("relations")]));
    // What archives of chunks do not hold, and pg_dump does not show here either.
    const auto apart = pgChunksInParts(spec.contents->plan);
    if (const auto publications = saved[QLatin1String("chunk_publications")]; publications.isArray())
        SALVOR_TRY(
            requireEqual("publications of chunks", pgComparablePublications(publications.toArray()),
                         pgComparablePublications(pgChunkPublications(view.catalog.hypertables, apart))));
    SALVOR_ASSIGN(const auto scope, schemaProof(processes, view, spec, cancel));
    SALVOR_ASSIGN(auto rules, schemaRules(view, *spec.contents, cancel));
    ProofPlanner planner(*spec.contents, view.catalog, rules.omissions);
    SALVOR_ASSIGN(auto plan, planner.plan(scope != SchemaProof::Nothing));
    const std::string generated = generatedNote(view.catalog);
    return std::make_unique<ProofSnapshot>(std::move(view), std::move(plan), processes, spec, scope,
                                           std::move(rules), planner.left(), generated);
}

} // namespace salvor
