// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/database/sqlitedatabase.h"

#include "models/base/json.h"
#include "models/database/fullfolder.h"
#include "models/database/privatefile.h"

#include <QSqlError>

#include <array>
#include <atomic>
#include <cstdlib>
#include <filesystem>

namespace salvor {

namespace {

// Primary result codes, https://www.sqlite.org/rescode.html; the low byte of what Qt reports.
enum SqliteCode {
    kBusy = 5,
    kLocked = 6,
    kReadOnly = 8,
    kIoError = 10,
    kCorrupt = 11,
    kFull = 13,
    kCantOpen = 14,
    kConstraint = 19,
    kNotADatabase = 26,
    kPermission = 3,
};

/// A private folder where there may be room: in memory, then where temporary files go. Empty: nowhere.
std::string makeCopyFolder() {
    const char* const runtime = std::getenv("XDG_RUNTIME_DIR");
    for (const std::string& base : {std::string(runtime == nullptr ? "" : runtime), std::string("/dev/shm"),
                                    std::filesystem::temp_directory_path().string()}) {
        std::string pattern = base + "/salvor-read-XXXXXX";
        if (!base.empty() && ::mkdtemp(pattern.data()) != nullptr)
            return pattern;
    }
    return {};
}

QString nextConnectionName() {
    static std::atomic<std::uint64_t> counter{0};
    return QStringLiteral("salvor-%1").arg(++counter);
}

} // namespace

SqliteDatabase::SqliteDatabase(std::string path, SqliteSchema schema)
    : m_path(std::move(path))
    , m_schema(std::move(schema))
    , m_connection(nextConnectionName())
    , m_thread(std::this_thread::get_id()) {}

SqliteDatabase::~SqliteDatabase() {
    Q_ASSERT(m_thread == std::this_thread::get_id());
    if (m_database.isValid()) {
        m_database.close();
        m_database = QSqlDatabase(); // removeDatabase() wants no copy left
        QSqlDatabase::removeDatabase(m_connection);
    }
    std::error_code ignored; // in memory: gone with the next start at the latest
    if (!m_copyFolder.empty())
        std::filesystem::remove_all(m_copyFolder, ignored);
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::string& path,
                                                             const SqliteSchema& schema,
                                                             std::chrono::milliseconds busyTimeout) {
    // A new one gets its name with log and schema in it: SQLite does not wait for another that turns the
    // log on at the same time.
    const auto make = [&](const std::string& file) -> Result<> {
        SqliteDatabase database(path, schema);
        return database.prepare(file, busyTimeout);
    };
    std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path, schema));
    auto prepared = preparePrivateFile(path, schema.what, make);
    if (prepared)
        prepared = database->prepare(path, busyTimeout);
    if (prepared)
        return database;
    const auto why = prepared.error().code == ErrorCode::NoSpace ? prepared.error() : whyNotWritable(path);
    std::error_code ignored;
    if (!why || prepared.error().code == ErrorCode::Corrupt || !std::filesystem::exists(path, ignored))
        return failure(std::move(prepared).error());
    database.reset();
    auto copy = openCopy(path, schema, busyTimeout, *why);
    return copy ? std::move(copy) : failure(std::move(prepared).error());
}

/// Its log holds what was committed and is not in the file yet, so that goes along. Nobody writes meanwhile:
/// there is no room, or no way.
Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::openCopy(const std::string& path,
                                                                 const SqliteSchema& schema,
                                                                 std::chrono::milliseconds busyTimeout,
                                                                 const Error& why) {
    namespace fs = std::filesystem;
    std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(path, schema));
    database->m_copyFolder = makeCopyFolder();
    const std::string copy = database->m_copyFolder + "/copy.sqlite";
    std::error_code failed;
    if (!database->m_copyFolder.empty())
        fs::copy_file(path, copy, failed);
    if (database->m_copyFolder.empty() || failed)
        return failure(why);
    std::error_code ignored;
    if (fs::file_size(path + "-wal", ignored) > 0 && !ignored)
        fs::copy_file(path + "-wal", copy + "-wal", failed);
    if (failed)
        return failure(why);
    SALVOR_TRY(database->prepare(copy, busyTimeout));
    SALVOR_TRY(database->execute(QStringLiteral("PRAGMA query_only = ON")));
    database->m_readOnlyWhy = why;
    return database;
}

Result<> SqliteDatabase::prepare(const std::string& file, std::chrono::milliseconds busyTimeout) {
    SALVOR_TRY(connect(file, busyTimeout));
    // In one snapshot: between two looks another process may have made the schema.
    SALVOR_TRY(snapshot([&] { return checkOwner(); }));
    SALVOR_TRY(setWriteAheadLog());
    return migrate();
}

Result<> SqliteDatabase::connect(const std::string& file, std::chrono::milliseconds busyTimeout) {
    m_database = QSqlDatabase::addDatabase(QStringLiteral("QSQLITE"), m_connection);
    if (!m_database.isValid())
        return failure(ErrorCode::ToolMissing, "Qt's SQLite driver was not found",
                       "install the package libqt6sql6-sqlite");
    m_database.setDatabaseName(toQt(file));
    m_database.setConnectOptions(QStringLiteral("QSQLITE_BUSY_TIMEOUT=%1").arg(busyTimeout.count()));
    if (!m_database.open())
        return failure(errorOf(QSqlQuery(m_database), "opening"));
    SALVOR_TRY(execute(QStringLiteral("PRAGMA foreign_keys = ON")));
    return execute(m_schema.durable ? QStringLiteral("PRAGMA synchronous = FULL")
                                    : QStringLiteral("PRAGMA synchronous = NORMAL"));
}

/// Before anything is changed in it: is it ours, and not of a newer version?
Result<> SqliteDatabase::checkOwner() {
    SALVOR_ASSIGN(const int application, pragma("application_id"));
    SALVOR_ASSIGN(const int version, pragma("user_version"));
    SALVOR_ASSIGN(QSqlQuery tables, query(QStringLiteral("SELECT count(*) FROM sqlite_master")));
    if (!tables.next())
        return failure(errorOf(tables, "reading"));
    const bool isNew = application == 0 && version == 0 && tables.value(0).toInt() == 0;
    if (!isNew && application != m_schema.applicationId)
        return failure(ErrorCode::Corrupt,
                       "opening the " + m_schema.what + " " + m_path +
                           " failed: it is a database of something else",
                       m_schema.damagedHint, {{"path", m_path}});
    if (version > static_cast<int>(m_schema.migrations.size()))
        return failure(ErrorCode::NewerFormat,
                       "opening the " + m_schema.what + " " + m_path + " failed: it has version " +
                           std::to_string(version) + ", this Salvor knows versions up to " +
                           std::to_string(m_schema.migrations.size()),
                       "a newer Salvor has used it: start that one, or update this one",
                       {{"path", m_path}, {"version", std::to_string(version)}});
    return {};
}

Result<> SqliteDatabase::setWriteAheadLog() {
    SALVOR_ASSIGN(QSqlQuery mode, query(QStringLiteral("PRAGMA journal_mode = WAL")));
    if (!mode.next())
        return failure(errorOf(mode, "setting up"));
    if (mode.value(0).toString() != QLatin1String("wal"))
        return failure(ErrorCode::Unsupported,
                       "the folder of the " + m_schema.what +
                           " does not support a write-ahead log: " + m_path,
                       "keep it on a local disk, not on a network share", {{"path", m_path}});
    return {};
}

Result<> SqliteDatabase::migrate() {
    const int target = static_cast<int>(m_schema.migrations.size());
    SALVOR_ASSIGN(const int seen, pragma("user_version"));
    if (seen == target)
        return {};
    return transaction([&]() -> Result<> {
        // Again, under the lock: another process may have done it meanwhile.
        SALVOR_TRY(checkOwner());
        SALVOR_ASSIGN(const int from, pragma("user_version"));
        for (int version = from; version < target; ++version) {
            for (const auto& statement : m_schema.migrations[static_cast<std::size_t>(version)])
                SALVOR_TRY(execute(statement));
        }
        SALVOR_TRY(execute(QStringLiteral("PRAGMA application_id = %1").arg(m_schema.applicationId)));
        return execute(QStringLiteral("PRAGMA user_version = %1").arg(target));
    });
}

Result<int> SqliteDatabase::pragma(const char* name) {
    SALVOR_ASSIGN(QSqlQuery result, query(QStringLiteral("PRAGMA ") + QLatin1String(name)));
    if (!result.next())
        return failure(errorOf(result, "reading"));
    return result.value(0).toInt();
}

Result<QSqlQuery> SqliteDatabase::query(const QString& sql, const QVariantList& values) {
    SALVOR_TRY(checkThread());
    QSqlQuery statement(m_database);
    statement.setForwardOnly(true);
    if (!statement.prepare(sql))
        return failure(errorOf(statement, "asking"));
    for (const auto& value : values)
        statement.addBindValue(value);
    if (!statement.exec())
        return failure(errorOf(statement, "using"));
    return statement;
}

Result<> SqliteDatabase::execute(const QString& sql, const QVariantList& values) {
    SALVOR_ASSIGN(QSqlQuery statement, query(sql, values));
    m_changedRows = statement.numRowsAffected();
    return {};
}

Result<> SqliteDatabase::bracket(const char* begin, const std::function<Result<>()>& body) {
    SALVOR_TRY(execute(QLatin1String(begin)));
    Result<> done = body();
    if (done)
        done = execute(QStringLiteral("COMMIT"));
    if (!done) {
        // Fails only where SQLite has rolled back by itself (disk full, damaged file).
        (void)execute(QStringLiteral("ROLLBACK"));
    }
    return done;
}

Result<> SqliteDatabase::transaction(const std::function<Result<>()>& body) {
    return bracket("BEGIN IMMEDIATE", body);
}

Result<> SqliteDatabase::snapshot(const std::function<Result<>()>& body) {
    return bracket("BEGIN DEFERRED", body);
}

Result<> SqliteDatabase::checkThread() const {
    if (m_thread == std::this_thread::get_id())
        return {};
    return failure(ErrorCode::Internal,
                   "the " + m_schema.what + " was used in another thread than it was opened in");
}

Error SqliteDatabase::errorOf(const QSqlQuery& query, const std::string& doing) const {
    const QSqlError fault = query.lastError().isValid() ? query.lastError() : m_database.lastError();
    const int code = fault.nativeErrorCode().toInt() & 0xff;
    Error error;
    error.message = doing + " the " + m_schema.what + " " + m_path + " failed: ";
    error.context = {{"path", m_path}, {"sqlite_code", fromQt(fault.nativeErrorCode())}};
    const bool mayBeRoom = code == kIoError || code == kCantOpen || code == kReadOnly || code == kFull;
    auto why = mayBeRoom ? m_readOnlyWhy : std::nullopt;
    if (mayBeRoom && !why)
        why = whyNotWritable(m_path);
    if (why) {
        error.code = why->code;
        error.message += why->message;
        error.hint = why->hint;
        error.context.merge(std::map<std::string, std::string>(why->context));
        return error;
    }
    switch (code) {
    case kBusy:
    case kLocked:
        error.code = ErrorCode::Busy;
        error.message += "another program has it locked";
        error.hint = "another Salvor is writing to it: try again in a moment";
        error.retryable = true;
        return error;
    case kCorrupt:
    case kNotADatabase:
        error.code = ErrorCode::Corrupt;
        error.message += code == kCorrupt ? "it is damaged" : "it is not a database";
        error.hint = m_schema.damagedHint;
        return error;
    case kReadOnly:
    case kCantOpen:
    case kPermission:
        error.code = ErrorCode::PermissionDenied;
        error.message += code == kReadOnly ? "it cannot be written to" : "it cannot be opened";
        error.hint = "the file and its folder must belong to this user and be writable";
        return error;
    case kFull:
        error.code = ErrorCode::NoSpace;
        error.message += "the disk is full";
        error.hint = fullFolderHint(std::filesystem::path(m_path).parent_path().string());
        return error;
    case kIoError:
        error.code = ErrorCode::IoError;
        error.message += fromQt(fault.databaseText());
        error.hint = "look at the disk's health in the system's log";
        return error;
    case kConstraint:
        error.code = ErrorCode::Conflict;
        break;
    default:
        error.code = ErrorCode::Internal;
    }
    error.message += fromQt(fault.databaseText());
    return error;
}

} // namespace salvor
