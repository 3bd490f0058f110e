// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgstandbyage.h"

#include "models/base/json.h"
#include "models/dataasof.h"

namespace salvor {

namespace {

// Of a receiver others than pg_read_all_stats see the process, and nothing else of the row: that is enough.
constexpr const char* kAge = R"sql(
SELECT EXISTS (SELECT FROM pg_catalog.pg_stat_wal_receiver),
       coalesce(pg_catalog.pg_wal_lsn_diff(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn()), 0)::pg_catalog.int8,
       pg_catalog.pg_is_wal_replay_paused(), (SELECT setting <> '0' FROM pg_catalog.pg_settings WHERE name = 'recovery_min_apply_delay'),
       pg_catalog.current_setting('restore_command') <> '',
       pg_catalog.to_char(t.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), extract(epoch FROM pg_catalog.clock_timestamp() - t.at)::pg_catalog.int8
  FROM (SELECT greatest(pg_catalog.pg_last_xact_replay_timestamp(), c.checkpoint_time) AS at FROM pg_catalog.pg_control_checkpoint() c) t
 WHERE pg_catalog.pg_is_in_recovery())sql";

// After wal_retrieve_retry_interval a standby tries again to connect; the server does the waiting.
constexpr const char* kRetryInterval =
    "SELECT pg_catalog.pg_sleep(setting::pg_catalog.float8 / 1000 + 1) FROM pg_catalog.pg_settings WHERE "
    "name = 'wal_retrieve_retry_interval'";

enum Column { HasReceiver, Gap, Paused, Delayed, HasArchive, At, Lag };

constexpr std::int64_t kOnItsWay = 16LL * 1024 * 1024; // bytes that a standby which keeps up may yet replay
constexpr qint64 kLongLag = 60;                        // seconds

QString textAt(const QJsonObject& object, const char* key) { return object[QLatin1String(key)].toString(); }
bool flagAt(const QJsonObject& object, const char* key) { return object[QLatin1String(key)].toBool(); }

bool receivesNothing(const QJsonObject& standby) {
    return textAt(standby, "receives") == QLatin1String("nothing");
}

bool isOld(const QJsonObject& standby) {
    return (receivesNothing(standby) || flagAt(standby, "behind")) &&
           standby[QStringLiteral("lag_seconds")].toInteger() > kLongLag;
}

bool isWrong(const QJsonObject& standby) {
    return receivesNothing(standby) || flagAt(standby, "paused") || isOld(standby);
}

std::string holdsAsOf(const QJsonObject& standby) {
    std::string at = fromQt(textAt(standby, "as_of")); // 2026-11-27T03:56:43Z
    if (at.size() == 20)
        at = at.substr(0, 10) + " " + at.substr(11, 8) + " UTC";
    return "it holds what the primary had at " + at;
}

/// Continues "a standby that …".
std::string stateOf(const QJsonObject& standby) {
    const std::string missing = ", and nothing that was changed since";
    if (receivesNothing(standby))
        return "receives nothing: no server sends it changes, and it has no restore_command. As far as it "
               "can be known " +
               holdsAsOf(standby) + missing + ".";
    if (flagAt(standby, "behind")) {
        const std::string why = flagAt(standby, "paused")    ? "its replay is paused"
                                : flagAt(standby, "delayed") ? "recovery_min_apply_delay holds changes back"
                                                             : "it has not replayed all that it received";
        return "is behind, as " + why + ": " + holdsAsOf(standby) + missing + ".";
    }
    if (textAt(standby, "receives") == QLatin1String("archive"))
        return "no server sends changes to, and that fetches them from an archive (restore_command): " +
               holdsAsOf(standby) + ", and whether there is more cannot be seen from here.";
    return std::string("has replayed all that it received") +
           (flagAt(standby, "paused") ? "; its replay is paused, so it will fall behind." : ".");
}

std::string whatToDo(const QJsonObject& standby) {
    if (receivesNothing(standby))
        return " Look at primary_conninfo, at the replication slot on the primary and at the standby's log, "
               "or back up the primary.";
    return flagAt(standby, "paused") ? " SELECT pg_wal_replay_resume() lets it go on." : "";
}

} // namespace

Result<QJsonObject> pgReadStandbyAge(PgConnection& connection, const CancelToken& cancel) {
    const std::string doing = "asking how old the standby's data are";
    SALVOR_ASSIGN(auto rows, connection.query(doing, kAge, cancel));
    if (rows.size() == 0)
        return QJsonObject();
    if (!rows.flag(0, HasReceiver) && !rows.flag(0, HasArchive)) { // or it is just connecting again
        SALVOR_TRY(connection.query(doing, kRetryInterval, cancel));
        SALVOR_ASSIGN(rows, connection.query(doing, kAge, cancel));
        if (rows.size() == 0) // promoted meanwhile
            return QJsonObject();
    }
    const bool paused = rows.flag(0, Paused);
    const bool delayed = rows.flag(0, Delayed);
    const auto gap = rows.integer(0, Gap);
    const bool held = paused || delayed;
    return QJsonObject{{QStringLiteral("as_of"), toQt(rows.view(0, At))},
                       {QStringLiteral("lag_seconds"), static_cast<qint64>(rows.integer(0, Lag))},
                       {QStringLiteral("receives"), rows.flag(0, HasReceiver)  ? QStringLiteral("stream")
                                                    : rows.flag(0, HasArchive) ? QStringLiteral("archive")
                                                                               : QStringLiteral("nothing")},
                       {QStringLiteral("paused"), paused},
                       {QStringLiteral("delayed"), delayed},
                       {QStringLiteral("behind"), gap > (held ? 0 : kOnItsWay)}};
}

void pgAddStandbyAge(QJsonObject& server, const QJsonObject& standby) {
    if (standby.isEmpty())
        return;
    server.insert(QStringLiteral("standby"), standby);
    if (isOld(standby))
        server.insert(QLatin1String(kDataAsOfKey), standby[QStringLiteral("as_of")]);
    if (const auto warning = pgStandbyWarning(standby); !warning.empty())
        server.insert(QLatin1String(kSourceWarningKey), toQt(warning));
}

std::string pgStandbyNote(const QJsonObject& server) {
    const QJsonObject standby = server[QStringLiteral("standby")].toObject();
    return standby.isEmpty() ? std::string() : "Made from a standby that " + stateOf(standby);
}

std::string pgStandbyWarning(const QJsonObject& standby) {
    if (standby.isEmpty() || !isWrong(standby))
        return {};
    return "The server is a standby that " + stateOf(standby) + whatToDo(standby);
}

} // namespace salvor
