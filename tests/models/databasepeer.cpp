// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The other process in the tests of the databases. Modes:
//   hold FILE        takes the write lock of FILE, keeps it until standard input ends
//   half FILE        opens a workspace and stands in the middle of a transaction that added a setting
//   run FILE ID      records a run in a catalog, as running by this process
//   count FILE N     raises the setting "counter" N times, each by a read and a write of its own transaction
#include "databasefixture.h"
#include "models/catalog/catalogdatabase.h"
#include "models/database/sqlitedatabase.h"
#include "models/workspace/workspaceschema.h"

#include <cstdio>
#include <iostream>

using namespace salvor;

namespace {

int report(const Error& error) {
    std::fprintf(stderr, "peer: %s\n", error.toText().c_str());
    return 1;
}

void sayReadyAndWait() {
    std::puts("ready");
    std::fflush(stdout);
    std::string line;
    while (std::getline(std::cin, line)) {
    }
}

Result<> holdLock(const std::string& path, bool insert) {
    SALVOR_ASSIGN(const auto database, SqliteDatabase::open(path, workspaceSchema()));
    return database->transaction([&]() -> Result<> {
        if (insert)
            SALVOR_TRY(database->execute(QStringLiteral("INSERT INTO settings VALUES ('half', 'written')")));
        sayReadyAndWait();
        return {};
    });
}

Result<> run(const std::string& path, const std::string& id) {
    SALVOR_ASSIGN(const auto catalog, CatalogDatabase::open(path));
    RunRecord record;
    record.id = id;
    record.kind = "backup";
    record.profileUuid = "p";
    record.database = "billing";
    record.host = "here";
    SALVOR_TRY(catalog->startRun(record));
    sayReadyAndWait();
    record.outcome = RunOutcome::Ok;
    return catalog->saveRun(record);
}

Result<> count(const std::string& path, int times) {
    SALVOR_ASSIGN(const auto database, SqliteDatabase::open(path, workspaceSchema()));
    sayReadyAndWait();
    for (int i = 0; i < times; ++i) {
        SALVOR_TRY(database->transaction([&]() -> Result<> {
            return database->execute(
                QStringLiteral("INSERT INTO settings VALUES ('counter', '1') ON CONFLICT (name) DO UPDATE "
                               "SET value = CAST(CAST(value AS INTEGER) + 1 AS TEXT)"));
        }));
    }
    return {};
}

} // namespace

int main(int argc, char** argv) {
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    if (arguments.size() < 3)
        return 2;
    const std::string path = arguments[2].toStdString();
    Result<> done;
    if (arguments[1] == QLatin1String("count"))
        done = count(path, arguments.value(3).toInt());
    else if (arguments[1] == QLatin1String("run"))
        done = run(path, arguments.value(3).toStdString());
    else
        done = holdLock(path, arguments[1] == QLatin1String("half"));
    return done ? 0 : report(done.error());
}
