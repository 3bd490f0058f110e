// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// PgTarget: the schema, before and behind the rows.
#include "engines/postgresql/pgtarget.h"

#include "engines/postgresql/pghypertablekeys.h"
#include "engines/postgresql/pgmemoryfile.h"
#include "engines/postgresql/pgrestorerights.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgschemaforms.h"
#include "engines/postgresql/pgtakenoff.h"
#include "models/base/json.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <mutex>

namespace salvor {

namespace {

class TextSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        text += asText(bytes);
        return {};
    }
    std::string text;
};

using Entries = std::vector<PgArchiveEntry>;

/// Nothing where the archive is of a pg_dump that is newer than we know.
Result<std::optional<Entries>> entriesOf(ByteView archive) {
    auto read = pgReadArchive(archive);
    if (!read && read.error().code == ErrorCode::Unsupported)
        return std::optional<Entries>();
    SALVOR_TRY(read);
    return std::optional(std::move(*read));
}

const PgArchiveEntry* entryWith(const Entries& entries, int id) {
    const auto found = std::ranges::find(entries, id, &PgArchiveEntry::id);
    return found == entries.end() ? nullptr : &*found;
}

/// What says whether partitions' triggers are on, and their comments: `done` by us, behind the triggers.
std::vector<std::string> takeTriggers(const Entries& entries, std::set<int>& done) {
    std::vector<std::string> out;
    for (const auto* trigger : pgLateTriggers(entries)) {
        if (!done.insert(trigger->id).second)
            continue;
        if (pgSwitchesKeysTrigger(*trigger, entries))
            continue; // pgLeftOutNotes() says so
        out.push_back(trigger->definition);
        for (const int id : PgOmitter::dependents(entries, trigger->id)) {
            const auto* other = entryWith(entries, id);
            if (other != nullptr && other->kind == "COMMENT" && done.insert(id).second)
                out.push_back(other->definition);
        }
    }
    return out;
}

/// Ids of the event triggers, and of what is said of them.
std::set<int> eventTriggers(const Entries& entries) {
    std::set<int> out;
    for (const auto& entry : entries) {
        if (entry.kind == "EVENT TRIGGER")
            out.insert(entry.id);
    }
    std::set<int> said;
    for (const auto& entry : entries) {
        const bool needs = std::ranges::any_of(entry.needs, [&](int id) { return out.contains(id); });
        if (needs && (entry.kind == "COMMENT" || entry.kind == "SECURITY LABEL"))
            said.insert(entry.id);
    }
    out.merge(said);
    return out;
}

Entries without(const Entries& entries, const std::set<int>& ids) {
    Entries out;
    std::ranges::copy_if(entries, std::back_inserter(out),
                         [&](const PgArchiveEntry& entry) { return !ids.contains(entry.id); });
    return out;
}

} // namespace

Result<ItemReport> PgTarget::writeSchema(const std::string& section, ByteSource& source,
                                         const CancelToken& cancel) {
    SALVOR_ASSIGN(const Bytes archive, pgReadWhole(source));
    ItemReport report;
    report.bytes = archive.size();
    SALVOR_ASSIGN(const auto entries, entriesOf(archive));
    if (section == "post-data") {
        SALVOR_TRY(writePostData(archive, entries, cancel));
        if (!m_openedPublic.empty()) {
            SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
            SALVOR_TRY(pgClosePublic(*hidden, m_openedPublic, entries.value_or(Entries()),
                                     m_omitter->keepsGoing(), cancel));
        }
        return report;
    }
    auto late = entries ? pgLateDefaults(*entries) : PgLateDefaults();
    if (entries)
        pgReplaceTakenOff(*entries, m_server, late.definitions);
    if (entries)
        late.ids.merge(m_omitter->ofExtensions(*entries));
    const auto rights = entries ? takeRights(*entries, false, late.ids) : Chosen();
    auto restored = runRestore(section, archive, late.ids, late.definitions, cancel);
    if (!restored && m_chunksBehind && !restored.error().isCancelled()) {
        Error error = std::move(restored).error();
        error.hint +=
            (error.hint.empty() ? "" : "; ") +
            std::string("where it is a chunk that is not there: older backups have the chunks behind what "
                        "uses them, and docs/recovery-without-salvor.md says how to restore them by hand");
        return failure(std::move(error));
    }
    if (!restored)
        return failure(entries ? pgRestoreWayOut(std::move(restored).error(), *entries) : restored.error());
    if (entries)
        SALVOR_TRY(grantRights(*entries, rights, cancel));
    return report;
}

Result<> PgTarget::writePostData(const Bytes& archive, const std::optional<Entries>& read,
                                 const CancelToken& cancel) {
    if (!read && m_omitter->isActive())
        return failure(
            ErrorCode::Unsupported,
            "nothing can be left out of a schema that a newer pg_dump wrote than this version knows",
            "use a newer Salvor");
    if (!read)
        return runRestore("post-data", archive, {}, {}, cancel);
    const Entries& entries = *read;
    if (m_omitter->isActive() && !m_timescaleSchema.empty()) {
        SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
        SALVOR_TRY(m_omitter->followChunks(*hidden, cancel));
    }
    std::set<int> done = m_omitter->leaveOut(entries);
    done.merge(m_omitter->ofExtensions(entries));
    SALVOR_TRY(keepEventTriggers(archive, entries, done));
    const auto late = pgLateDefaults(entries);
    done.insert(late.ids.begin(), late.ids.end());
    const auto triggers = takeTriggers(entries, done);
    const auto rights = takeRights(entries, true, done);
    SALVOR_TRY(takeLateKeys(entries, done, cancel));
    SALVOR_TRY(buildIndexes(entries, done, cancel));
    Chosen keys;
    if (m_omitter->keepsGoing() || !m_lateRows.empty()) {
        Chosen first;
        takeConstraints(entries, done, first, keys);
        SALVOR_TRY(makeConstraints(entries, first, cancel));
    }
    SALVOR_TRY(writeLateRows(cancel)); // before there is a trigger or a foreign key
    const bool left = std::ranges::any_of(
        entries, [&](const PgArchiveEntry& entry) { return entry.postData && !done.contains(entry.id); });
    if (left) {
        auto restored = runRestore("post-data", archive, done, {}, cancel);
        if (!restored)
            return failure(pgRestoreWayOut(std::move(restored).error(), entries));
    }
    // Foreign keys may want an index of a partitioned table, which is whole only now.
    SALVOR_TRY(makeConstraints(entries, keys, cancel));
    SALVOR_TRY(runLate(entries, "switching a trigger of a partition on or off as it was", triggers, cancel));
    SALVOR_TRY(runLate(entries, "setting a default that names an index", late.statements, cancel));
    return grantRights(entries, rights, cancel);
}

Result<> PgTarget::keepEventTriggers(const Bytes& archive, const Entries& entries, std::set<int>& done) {
    const auto triggers = eventTriggers(entries);
    if (triggers.empty())
        return {};
    std::set<int> others;
    for (const auto& entry : entries) {
        if (!triggers.contains(entry.id))
            others.insert(entry.id);
    }
    SALVOR_ASSIGN(auto kept, pgArchiveWithout(archive, others));
    m_eventTriggers.push_back(std::move(kept));
    done.insert(triggers.begin(), triggers.end());
    return {};
}

Result<> PgTarget::makeEventTriggers(const CancelToken& cancel) const {
    for (const auto& archive : m_eventTriggers)
        SALVOR_TRY(runRestore("post-data", archive, {}, {}, cancel));
    return {};
}

Result<> PgTarget::buildIndexes(const Entries& entries, std::set<int>& done,
                                const CancelToken& cancel) const {
    const auto plan = pgPlanIndexes(without(entries, done), m_tableRows, m_keepTablespaces);
    std::mutex mutex;
    std::set<int> failed;
    const auto tell = [&](const PgIndexBuild& build, const Error& error, bool usable) -> Result<> {
        const auto* entry = entryWith(entries, build.entry);
        if (entry == nullptr)
            return failure(error);
        auto given = m_omitter->giveUp(*entry, error, usable);
        if (!given && usable && given.error().code == ErrorCode::ServerError)
            return failure(pgWithWayOut(std::move(given).error(), {pgEntryText(entries, *entry)}));
        SALVOR_TRY(given);
        const std::scoped_lock lock(mutex);
        failed.insert(build.entry);
        return {};
    };
    const auto open = [this](const CancelToken& stop) { return connectHidden(stop); };
    SALVOR_TRY(pgBuildIndexes(plan, static_cast<std::size_t>(m_jobs), open, cancel, tell));
    done.merge(plan.entries());
    for (const int id : failed)
        done.merge(PgOmitter::dependents(entries, id));
    return {};
}

void PgTarget::takeConstraints(const Entries& entries, std::set<int>& done, Chosen& first, Chosen& keys) {
    for (const auto& entry : entries) {
        if (!entry.postData || done.contains(entry.id) || !entry.kind.ends_with("CONSTRAINT"))
            continue;
        (entry.kind == "CONSTRAINT" ? first : keys).push_back(&entry);
        done.insert(entry.id);
        for (const int id : PgOmitter::dependents(entries, entry.id)) {
            const auto* other = entryWith(entries, id);
            if (other != nullptr && other->kind == "COMMENT")
                done.insert(id);
        }
    }
}

Result<> PgTarget::makeConstraints(const Entries& entries, const Chosen& which,
                                   const CancelToken& cancel) const {
    if (which.empty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectForEntries(entries, cancel));
    for (const auto* entry : which)
        SALVOR_TRY(m_omitter->make(*hidden, entries, *entry, pgEntrySql(*entry, m_keepTablespaces), cancel));
    return {};
}

Result<> PgTarget::takeLateKeys(const Entries& entries, std::set<int>& done, const CancelToken& cancel) {
    if (m_timescaleSchema.empty() ||
        std::ranges::none_of(entries, [](const auto& entry) { return entry.kind == "FK CONSTRAINT"; }))
        return {};
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    SALVOR_ASSIGN(const auto hypertables, pgHypertableNames(*hidden, cancel));
    auto taken = pgTakeHypertableKeys(entries, hypertables, done);
    if (!taken.empty())
        m_lateKeys.push_back(std::move(taken));
    return {};
}

Result<> PgTarget::makeLateKeys(const CancelToken& cancel) {
    for (const Entries& entries : m_lateKeys) {
        SALVOR_ASSIGN(const auto hidden, connectForEntries(entries, cancel));
        SALVOR_ASSIGN(const std::string others, pgOnlyTimescaleTriggers(*hidden, cancel));
        for (const auto& entry : entries) {
            if (entry.kind == "FK CONSTRAINT")
                SALVOR_TRY(
                    m_omitter->make(*hidden, entries, entry, pgEntrySql(entry, m_keepTablespaces), cancel));
        }
        if (!others.empty())
            SALVOR_TRY(hidden->script("switching event triggers on again", others, cancel));
    }
    return {};
}

Result<> PgTarget::publishChunks(const CancelToken& cancel) {
    const auto statements = m_server[QStringLiteral("chunk_publications")].toArray();
    if (statements.isEmpty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectHidden(cancel));
    SALVOR_ASSIGN(const std::string others, pgOnlyTimescaleTriggers(*hidden, cancel));
    for (const auto& statement : statements)
        SALVOR_TRY(
            hidden->script("putting chunks into their publications", fromQt(statement.toString()), cancel));
    if (!others.empty())
        SALVOR_TRY(hidden->script("switching event triggers on again", others, cancel));
    return {};
}

PgTarget::Chosen PgTarget::takeRights(const Entries& entries, bool postData, std::set<int>& done) const {
    Chosen out;
    bool behind = false; // rights of no section of their own belong to the one in which they stand
    const bool oneByOne = m_omitter->keepsGoing() || !m_omitter->withoutExtensions().empty();
    for (const auto& entry : entries) {
        behind = behind || entry.postData;
        if (oneByOne && pgIsRights(entry) && behind == postData && done.insert(entry.id).second)
            out.push_back(&entry);
    }
    return out;
}

Result<> PgTarget::grantRights(const Entries& entries, const Chosen& which, const CancelToken& cancel) const {
    if (which.empty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectForEntries(entries, cancel));
    for (const auto* entry : which)
        SALVOR_TRY(m_omitter->grant(*hidden, *entry, cancel));
    return {};
}

Result<> PgTarget::runLate(const Entries& entries, const std::string& doing,
                           const std::vector<std::string>& late, const CancelToken& cancel) const {
    if (late.empty())
        return {};
    SALVOR_ASSIGN(const auto hidden, connectForEntries(entries, cancel));
    for (const auto& statement : late)
        SALVOR_TRY(hidden->script(doing, statement, cancel));
    return {};
}

Result<std::unique_ptr<PgConnection>> PgTarget::connectForEntries(const Entries& entries,
                                                                  const CancelToken& cancel) const {
    SALVOR_ASSIGN(auto hidden, connectHidden(cancel));
    hidden->setPatience(std::chrono::seconds(0)); // a key over a big table takes what it takes
    SALVOR_TRY(hidden->script("preparing to make constraints",
                              pgEntrySettings(entries) + "SET lock_timeout = 0;\n", cancel));
    return hidden;
}

Result<> PgTarget::runRestore(const std::string& section, const Bytes& whole, const std::set<int>& done,
                              const std::map<int, std::string>& definitions,
                              const CancelToken& cancel) const {
    Bytes shortened;
    const bool isWhole = done.empty() && definitions.empty();
    if (!isWhole) {
        SALVOR_ASSIGN(shortened, pgArchiveWithout(whole, done, definitions));
    }
    const Bytes& archive = isWhole ? whole : shortened;
    SALVOR_ASSIGN(const auto tool,
                  m_tools->find("pg_restore", std::max(m_archiveMajor, m_serverMajor), cancel));
    std::vector<std::string> arguments{"--exit-on-error", "--section=" + section};
    if (!m_keepTablespaces)
        arguments.push_back("--no-tablespaces");
    std::string list;
    SALVOR_ASSIGN(const bool listed, listWithoutMadeSchemas(tool, archive, list, cancel));
    SALVOR_ASSIGN(const auto listFile, PgMemoryFile::make(asBytes(list)));
    SALVOR_ASSIGN(const auto archiveFile, PgMemoryFile::make(archive));
    if (listed)
        arguments.push_back("--use-list=" + listFile.path());
    std::vector<int> files{listFile.descriptor(), archiveFile.descriptor()};
    const std::string doing = "writing the schema (" + section + ")";
    const auto told = [this](Result<> ran) -> Result<> {
        if (!ran)
            return failure(pgWithOwnerHint(std::move(ran).error(), m_endpoint->user));
        return ran;
    };
    // Several at once only where it reaches our files.
    if (m_tools->reachesFiles() && section == "post-data") {
        // Constraints and foreign keys, in the order of their dependencies, several at once.
        arguments.insert(arguments.end(), {"--jobs=" + std::to_string(m_jobs), archiveFile.path()});
        return told(m_tools->run(doing, tool, m_name, arguments, nullptr, nullptr, cancel, std::move(files)));
    }
    PgMemorySource memory(archive);
    return told(m_tools->run(doing, tool, m_name, arguments, &memory, nullptr, cancel, std::move(files)));
}

Result<bool> PgTarget::listWithoutMadeSchemas(const PgTool& tool, ByteView archive, std::string& list,
                                              const CancelToken& cancel) const {
    if (m_madeSchemas.empty() || !m_tools->reachesFiles())
        return false;
    TextSink sink;
    PgMemorySource memory(archive);
    SALVOR_TRY(m_tools->runLocally("listing the schema's archive", tool, {"--list"}, &memory, &sink, cancel));
    // "12; 2615 16386 SCHEMA - name owner": the entry's number, then 2615 for pg_namespace and the schema's
    // OID on the source.
    const std::set<std::string> made(m_madeSchemas.begin(), m_madeSchemas.end());
    bool shortened = false;
    for (std::size_t begin = 0; begin < sink.text.size();) {
        const auto end = std::min(sink.text.find('\n', begin), sink.text.size());
        const auto line = sink.text.substr(begin, end - begin);
        begin = end + 1;
        const auto entry = line.find("; 2615 ");
        const auto oidEnd = entry == std::string::npos ? entry : line.find(' ', entry + 7);
        const bool isMade = oidEnd != std::string::npos && line.compare(oidEnd, 10, " SCHEMA - ") == 0 &&
                            made.contains(line.substr(entry + 7, oidEnd - entry - 7));
        if (isMade)
            shortened = true;
        else
            list += line + "\n";
    }
    return shortened;
}

} // namespace salvor
