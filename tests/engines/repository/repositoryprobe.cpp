// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A program that makes one small backup or prunes, for killing it and for injecting errors into its system
// calls:
//   repositoryprobe STORE STATE KEYFILE NUMBER|prune
// Prints "ok" or the code of the error.
#include "engines/repository/fixture.h"
#include "models/base/json.h"

#include <QFile>

#include <cstdio>

using namespace salvor;
using namespace salvor::test;

namespace {

/// Whatever the age of orphans: the store's dates are of the real clock, this one stands still.
Result<> pruneNow(Repository& repository) {
    PruneRequest request;
    request.freeSpaceNow = true;
    request.orphanAge = std::chrono::hours(-24 * 36525);
    NullProgress progress;
    SALVOR_ASSIGN(const PruneReport report, repository.prune(request, progress, {}));
    return report.failedBecause ? Result<>(failure(*report.failedBecause)) : Result<>();
}

Result<> doOnce(const std::string& root, const std::string& state, const QString& keyFile,
                const std::string& action) {
    QFile file(keyFile);
    if (!file.open(QIODevice::ReadOnly))
        return failure(ErrorCode::NotFound, "no key file");
    SALVOR_ASSIGN(const QJsonObject keys, parseJsonObject(file.readAll().toStdString(), "key file"));
    const auto secret = [&](const char* name) {
        return Secret(*fromHex(fromQt(keys.value(QLatin1String(name)).toString())));
    };
    const SetClock clock;
    SALVOR_ASSIGN(const auto store, openLocalStore(root, clock));
    RepositoryAccess access;
    access.store = store.get();
    access.clock = &clock;
    SALVOR_ASSIGN(access.pin, repositoryPinFromJson(keys.value(QLatin1String("pin")).toObject()));
    access.stateFolder = state;
    access.writerKeys = WriterKeys{secret("id_key"), secret("signing_key")};
    access.principal = kAlice;
    access.process = "probe";
    SALVOR_ASSIGN(const auto repository, Repository::open(std::move(access), {}));
    if (action == "prune")
        return pruneNow(*repository);
    const int number = std::atoi(action.c_str());
    SALVOR_ASSIGN(const BackupRecord record,
                  backUp(*repository, backupId(number), tinyContent(static_cast<std::uint64_t>(number))));
    RunRecord run = backupRequest(record.id).run;
    run.ended = record.ended;
    run.outcome = RunOutcome::Ok;
    return repository->recordRun(run, {});
}

} // namespace

int main(int argc, char** argv) {
    if (argc != 5)
        return 2;
    const auto done = doOnce(argv[1], argv[2], QString::fromLocal8Bit(argv[3]), argv[4]);
    const std::string_view name = done ? "ok" : toString(done.error().code);
    std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    if (!done)
        std::fprintf(stderr, "%s\n", done.error().toText().c_str());
    return done ? 0 : 1;
}
