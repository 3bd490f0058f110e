// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One connection to one of Salvor's SQLite files: opened, used and removed in one thread.
#pragma once

#include "models/base/result.h"

#include <QSqlDatabase>
#include <QSqlQuery>
#include <QVariantList>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace salvor {

/// What is in a file, and how it comes to be.
struct SqliteSchema {
    std::string what;      ///< "workspace", "catalog": for messages
    int applicationId = 0; ///< PRAGMA application_id: tells our files from other programs'
    /// migrations[n] are the statements that lead from version n to n + 1 (PRAGMA user_version).
    std::vector<QStringList> migrations;
    std::string damagedHint; ///< what to do when the file cannot be read
    bool durable =
        true; ///< false: a commit may be lost with the power (the file can be rebuilt), never half done
};

/// Write-ahead log, foreign keys on, file mode 0600. Several processes and threads may have the file open,
/// each with an object of its own. Needs a QCoreApplication (Qt finds its driver through it). Every method
/// blocks, at most for the busy time-out plus the disk's time.
///
/// Errors of every method: Busy (locked by another longer than the time-out; retryable), Corrupt (not SQLite,
/// damaged, or another program's), NewerFormat, PermissionDenied, NoSpace, IoError, Internal (a bug, or a
/// call from another thread).
class SqliteDatabase {
public:
    static constexpr std::chrono::milliseconds kBusyTimeout{5000};

    /// Opens, and makes or upgrades what is missing. The folder is made (0700) when it is not there. Where
    /// its file system is full or read-only, and the file is there, a copy of it in memory is read: every
    /// change fails then as on the file itself (NoSpace, PermissionDenied), and says so.
    static Result<std::unique_ptr<SqliteDatabase>> open(const std::string& path, const SqliteSchema& schema,
                                                        std::chrono::milliseconds busyTimeout = kBusyTimeout);
    ~SqliteDatabase();
    SqliteDatabase(const SqliteDatabase&) = delete;
    SqliteDatabase& operator=(const SqliteDatabase&) = delete;

    /// Runs one statement with '?' bound in order.
    Result<> execute(const QString& sql, const QVariantList& values = {});
    /// The same; the query stands before its first row. It must be gone before this object is.
    Result<QSqlQuery> query(const QString& sql, const QVariantList& values = {});
    /// Number of rows that the last execute() changed.
    int changedRows() const { return m_changedRows; }
    /// BEGIN IMMEDIATE, body, COMMIT; a failing body or commit leaves the file as it was. Not nested. The
    /// body must not wait for anything but this database.
    Result<> transaction(const std::function<Result<>()>& body);
    /// All of `body`'s reads see one state of the file.
    Result<> snapshot(const std::function<Result<>()>& body);
    /// The error that a failed step of a query (next()) left behind.
    Error errorOf(const QSqlQuery& query, const std::string& doing) const;

    const std::string& path() const { return m_path; }

private:
    SqliteDatabase(std::string path, SqliteSchema schema);
    /// `file` is m_path, or the file that will get its name.
    static Result<std::unique_ptr<SqliteDatabase>> openCopy(const std::string& path,
                                                            const SqliteSchema& schema,
                                                            std::chrono::milliseconds busyTimeout,
                                                            const Error& why);
    Result<> prepare(const std::string& file, std::chrono::milliseconds busyTimeout);
    Result<> connect(const std::string& file, std::chrono::milliseconds busyTimeout);
    Result<> checkOwner();
    Result<> migrate();
    Result<> setWriteAheadLog();
    Result<int> pragma(const char* name);
    Result<> bracket(const char* begin, const std::function<Result<>()>& body);
    Result<> checkThread() const;

    std::string m_path;
    SqliteSchema m_schema;
    QString m_connection;
    QSqlDatabase m_database;
    std::thread::id m_thread;
    int m_changedRows = 0;
    std::string m_copyFolder;           ///< of a copy; removed with it
    std::optional<Error> m_readOnlyWhy; ///< of a copy
};

} // namespace salvor
