// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: what is found before a restore: on the server by the engine; keys, chain and time by us.
#include "models/base/json.h"
#include "models/damagedbackups.h"
#include "models/recoverytime.h"
#include "workers/core/coreprivate.h"
#include "workers/core/restoresource.h"

#include <algorithm>
#include <cmath>

namespace salvor {

namespace {

using Level = PreflightFinding::Level;

void add(Preflight& out, Level level, const char* check, std::string text, std::string hint = {},
         ErrorCode code = ErrorCode::Internal) {
    out.findings.push_back({level, check, std::move(text), std::move(hint), code});
}

void addBlocker(Preflight& out, const char* check, const Error& error) {
    add(out, Level::Blocker, check, error.message, error.hint, error.code);
}

/// What says that keys are not at hand, rather than that something is wrong with the store.
bool concernsKeys(ErrorCode code) {
    return code == ErrorCode::SecretUnavailable || code == ErrorCode::WrongIdentity;
}

bool concernsChain(ErrorCode code) {
    return code == ErrorCode::Corrupt || code == ErrorCode::NewerFormat || code == ErrorCode::PinMismatch ||
           code == ErrorCode::RolledBack || code == ErrorCode::NotARepository;
}

bool concernsConnection(ErrorCode code) {
    return code == ErrorCode::ConnectionFailed || code == ErrorCode::ConnectionLost ||
           code == ErrorCode::AuthenticationFailed || code == ErrorCode::TlsFailed ||
           code == ErrorCode::Timeout || code == ErrorCode::Busy || code == ErrorCode::SecretUnavailable;
}

constexpr std::size_t kAll = 10'000'000;

/// How long restoring took before, and of how much.
struct Measured {
    double seconds = 0;
    std::uint64_t bytes = 0;
    Instant at{};
    bool sameDatabase = false;
    std::string where; ///< of a test restore, else empty
};

std::string whereOf(const RunRecord& run) {
    if (run.kind != "drill")
        return {};
    return run.details.value(QLatin1String("target_kind")).toString() == QLatin1String("throwaway")
               ? ", by a test restore to a private server of this computer, which need not be as fast or slow"
               : ", by a test restore";
}

/// As the window writes it.
std::string durationText(double seconds) {
    if (seconds < 60)
        return fromQt(QString::number(seconds, 'f', 1)) + " s";
    const auto whole = std::llround(seconds);
    const auto two = [](long long number) {
        return fromQt(QStringLiteral("%1").arg(number, 2, 10, QLatin1Char('0')));
    };
    return whole < 3600 ? std::to_string(whole / 60) + " min " + two(whole % 60) + " s"
                        : std::to_string(whole / 3600) + " h " + two(whole % 3600 / 60) + " min";
}

std::optional<Measured> measuredFor(CatalogDatabase& catalog, const BackupRecord& record) {
    std::optional<Measured> best;
    for (const char* kind : {"drill", "restore"}) {
        RunFilter filter;
        filter.kind = kind;
        filter.outcome = RunOutcome::Ok;
        filter.limit = 200;
        const auto runs = catalog.runs(filter);
        if (!runs)
            continue;
        for (const auto& run : *runs->rows) {
            const auto seconds = recoverySecondsOf(run);
            // Up to twice as much or half as much, time goes with size; beyond that it need not.
            if (!seconds || run.sizeBytes == 0 || run.sizeBytes > 2 * record.sizeBytes ||
                record.sizeBytes > 2 * run.sizeBytes)
                continue;
            const Measured one{*seconds, run.sizeBytes, run.started,
                               std::find(run.backupIds.begin(), run.backupIds.end(), record.id) !=
                                       run.backupIds.end() ||
                                   (run.profileUuid == record.profileUuid && run.database == record.database),
                               whereOf(run)};
            if (!best || std::pair(one.sameDatabase, one.at) > std::pair(best->sameDatabase, best->at))
                best = one;
        }
    }
    return best;
}

void sayTime(Preflight& out, CatalogDatabase& catalog, const BackupRecord& record) {
    const auto measured = measuredFor(catalog, record);
    if (!measured) {
        add(out, Level::Ok, "time",
            "not yet measured: no restore or drill of a backup of about this size was done from here",
            "a test restore measures it");
        return;
    }
    out.expectedSeconds =
        measured->seconds * static_cast<double>(record.sizeBytes) / static_cast<double>(measured->bytes);
    add(out, Level::Ok, "time",
        "about " + durationText(*out.expectedSeconds) + ", with the proof: measured on " +
            toRfc3339(measured->at) + " with " +
            (measured->sameDatabase ? "this database" : "another backup of about this size") +
            measured->where);
}

/// What lies beside the backup (an old catalog, a record, a key file) stops no restore of it.
Result<bool> sayListed(Preflight& out, const RestoreSource& source, Level level, bool isDamaged,
                       const CancelToken& cancel) {
    NullProgress nobody;
    SALVOR_ASSIGN(const auto report, source.opened.repository->verify(
                                         {VerifyDepth::Quick, {source.backupId}, false}, nobody, cancel));
    bool isHit = false;
    for (const auto& problem : report.problems) {
        const bool isOfBackup =
            std::ranges::find(problem.backupIds, source.backupId) != problem.backupIds.end();
        isHit = isHit || isOfBackup;
        if (isOfBackup && problem.unread)
            add(out, level, "chain", problem.error.message, problem.error.hint, problem.error.code);
        else if (isOfBackup)
            add(out, level, "chain", problem.error.message,
                "restore another backup, or bring a copy of the store back; a verification shows what is "
                "hit; "
                "salvorctl restore --although-damaged starts all the same, stops at what is missing, and "
                "leaves what it got hidden",
                problem.error.code);
        else if (problem.error.code != ErrorCode::RolledBack) // the catalog's own warning
            add(out, Level::Warning, "chain", problem.error.message, problem.error.hint, problem.error.code);
    }
    if (!isHit && !isDamaged)
        add(out, Level::Ok, "chain",
            "all " + std::to_string(report.objects) +
                " objects that the backup needs are in the store, in their size; not read again by this");
    return isHit;
}

/// Of the same database, and not known to be damaged.
Result<std::optional<BackupRecord>> newestGood(CatalogDatabase& catalog, const BackupRecord& record,
                                               const std::map<std::string, Damage>& damage) {
    BackupFilter filter;
    filter.profile = record.profileUuid;
    filter.limit = kAll;
    SALVOR_ASSIGN(const auto page, catalog.backups(filter)); // the newest first
    for (const auto& one : *page.rows) {
        const bool isSame = record.databaseId.empty() || one.databaseId.empty()
                                ? one.database == record.database
                                : one.systemId == record.systemId && one.databaseId == record.databaseId;
        if (isSame && !damage.contains(one.id))
            return std::optional(one);
    }
    return std::optional<BackupRecord>();
}

/// The size of an object says nothing of its bytes; something has read them. A restore stops at them.
Result<bool> sayDamage(Preflight& out, CatalogDatabase& catalog, const RestoreSource& source, Level level) {
    SALVOR_ASSIGN(const auto runs, catalog.runsOnDamage(source.opened.pin.id));
    const auto damage = damageIn(runs);
    const auto found = damage.find(source.backupId);
    if (found == damage.end())
        return false;
    const Damage& it = found->second;
    const BackupRecord& record = source.manifest.record;
    SALVOR_ASSIGN(const auto good, newestGood(catalog, record, damage));
    add(out, level, "chain",
        "this backup is damaged: " +
            (it.afterItsRun ? "reading back what it had made, the run " + it.runId + " found that on "
                            : "the verification " + it.runId + " found that on ") +
            toRfc3339(it.at) + ", and none since has found it intact",
        (good ? "restore " + good->id + " of " + toRfc3339(good->started) + ", the newest good backup of \"" +
                    record.database + "\""
              : "no good backup of \"" + record.database + "\" is known") +
            "; if the store was mended, verify this one again (salvorctl verify " + source.backupId +
            " --depth full): that lifts it. salvorctl restore --although-damaged starts all the same, stops "
            "at what is damaged, and leaves what it got hidden",
        ErrorCode::Corrupt);
    return true;
}

} // namespace

Result<bool> lookAtChain(const Core::Private& core, const RestoreSource& source, bool althoughDamaged,
                         Preflight& out, const CancelToken& cancel) {
    const Level level = althoughDamaged ? Level::Warning : Level::Blocker;
    SALVOR_ASSIGN(const auto database, core.catalog());
    SALVOR_ASSIGN(const bool isDamaged, sayDamage(out, *database, source, level));
    SALVOR_ASSIGN(const bool isHit, sayListed(out, source, level, isDamaged, cancel));
    return isDamaged || isHit;
}

Result<> requireChain(const Core::Private& core, const RestoreSource& source, const CancelToken& cancel) {
    Preflight found;
    SALVOR_TRY(lookAtChain(core, source, false, found, cancel));
    for (const auto& one : found.findings) {
        if (one.level == Level::Blocker)
            return failure(one.code, one.text, one.hint, {{"backup", source.manifest.record.id}});
    }
    return {};
}

Result<> Core::Private::inspect(const RestoreSource& source, bool althoughDamaged, Preflight& out,
                                const CancelToken& cancel) const {
    const RepositoryPin& pin = source.opened.pin;
    add(out, Level::Ok, "keys",
        pin.encrypted ? "the identity of \"" + pin.title + "\" is at hand, and opened the backup's manifest"
                      : "\"" + pin.title + "\" is not encrypted");
    const auto looked = lookAtChain(*this, source, althoughDamaged, out, cancel);
    SALVOR_TRY(checkCancelled(cancel));
    if (!looked)
        addBlocker(out, "chain", looked.error());
    for (const auto& warning : source.opened.catalog.warnings)
        add(out, Level::Warning, "chain", warning.message, warning.hint, warning.code);
    SALVOR_ASSIGN(const auto database, catalog());
    sayTime(out, *database, source.manifest.record);
    return {};
}

Result<Preflight> Core::preflightRestore(const RestoreJob& job, const CancelToken& cancel) {
    const Private& core = *m_private;
    Preflight out;
    RestoreSource source;
    const auto found = source.find(core, job.repository, job.backup, cancel);
    if (!found && concernsKeys(found.error().code)) {
        addBlocker(out, "keys", found.error());
        return out; // what the backup needs stands in its manifest, which nobody can open here
    }
    if (!found && concernsChain(found.error().code)) {
        addBlocker(out, "chain", found.error());
        return out;
    }
    SALVOR_TRY(found);
    SALVOR_ASSIGN(auto profile, source.profileFor(core, job.targetProfile));
    const std::string runId = job.runId.empty() ? core.newId() : job.runId;
    const auto aimed = source.aim(core, std::move(profile), aimOf(job, runId), cancel);
    if (!aimed && aimed.error().code != ErrorCode::SecretUnavailable)
        return failure(aimed.error());
    auto onServer =
        aimed ? source.engine->preflight(source.spec, cancel) : Result<Preflight>(failure(aimed.error()));
    SALVOR_TRY(checkCancelled(cancel));
    if (onServer)
        out = std::move(*onServer);
    else if (concernsConnection(onServer.error().code))
        addBlocker(out, "connection", onServer.error());
    else
        return onServer;
    SALVOR_TRY(core.inspect(source, job.exceptions.althoughDamaged, out, cancel));
    return out;
}

} // namespace salvor
