// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Times the preview of retention and the plan of a prune on one repository of 10,000 backups and 100,000
// objects:
//   retentionbench [--folder FOLDER] [BACKUPS [NEW_OBJECTS_PER_BACKUP]]      default 10000 10
// All of it is in a folder of its own below FOLDER (default: the one for temporary files), which goes at the
// end. Each object takes a block of the disk: at most 3 GB, and three minutes, else it ends with what it got
// to. Catalog, lists of objects and the rebuilt list are the repository's own; objects and manifests are as
// large as the catalog says and hold nothing, as neither call reads them, and nothing is fsynced.
#include "engines/repository/catalogdocument.h"
#include "engines/repository/format.h"
#include "engines/repository/refs.h"
#include "workers/agedbackups.h"
#include "workers/core.h"
#include "workers/core/timelimit.h"

#include <QDir>
#include <QStorageInfo>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>

using namespace salvor;
using namespace salvor::test;

namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::minutes kLongest{3};
constexpr std::uint64_t kMostBytes = 3'000'000'000;
constexpr std::uint64_t kBlock = 4096; ///< what a small file takes
constexpr int kRounds = 3;

double secondsSince(Steady::time_point begin) {
    return std::chrono::duration<double>(Steady::now() - begin).count();
}

/// A line each second or so, and the last one.
class Printed final : public ProgressSink {
public:
    explicit Printed(const char* what)
        : m_what(what) {}
    void progressed(const Progress& progress) override {
        const std::lock_guard lock(m_mutex);
        if (secondsSince(m_last) < 1 && progress.itemsDone != progress.itemsTotal)
            return;
        m_last = Steady::now();
        std::printf("%-24s %7llu of %llu   %6.1f s\n", m_what,
                    static_cast<unsigned long long>(progress.itemsDone),
                    static_cast<unsigned long long>(progress.itemsTotal), secondsSince(m_begin));
    }

private:
    const char* const m_what;
    const Steady::time_point m_begin = Steady::now();
    std::mutex m_mutex;
    Steady::time_point m_last = Steady::now();
};

/// Middle of the rounds, and whether that meets the goal.
class Figure {
public:
    Figure(const char* what, double goalSeconds)
        : m_what(what)
        , m_goal(goalSeconds) {}
    Result<> time(const std::function<Result<>()>& call) {
        const auto begin = Steady::now();
        SALVOR_TRY(call());
        m_seconds.push_back(secondsSince(begin));
        print(m_what, m_seconds.back());
        return {};
    }
    void printMedian() {
        std::ranges::sort(m_seconds);
        print(std::string(m_what) + ", median", m_seconds[m_seconds.size() / 2]);
    }

private:
    void print(const std::string& what, double seconds) const {
        std::printf("%-24s %7.3f s   goal %.1f s   %s\n", what.c_str(), seconds, m_goal,
                    seconds <= m_goal ? "met" : "NOT met");
    }

    const char* const m_what;
    const double m_goal;
    std::vector<double> m_seconds;
};

class Bench {
public:
    Bench(const QString& folder, int backups, int objects)
        : m_folder(QDir(folder).filePath(QStringLiteral("retentionbench-XXXXXX")))
        , m_backups(backups)
        , m_objects(objects) {
        m_config.places = placesIn((m_folder.path() + QStringLiteral("/home")).toStdString());
        m_config.clock = &m_clock;
    }

    Result<> run() {
        SALVOR_TRY(checkRoom());
        Core core(m_config);
        SALVOR_TRY(make(core));
        SALVOR_ASSIGN(const AgedSource source, sourceOf(core));
        SALVOR_TRY(fill(source));
        {
            Printed printed("list rebuilt");
            SALVOR_TRY(core.rebuildCatalog("vault", printed, m_limit.token()));
        }
        std::printf("%d backups, %d objects\n", m_backups, m_backups * m_objects);
        NullProgress nobody;
        Figure preview("retention preview", 0.5);
        Figure plan("prune plan", 5);
        for (int round = 0; round < kRounds; ++round) {
            RetentionPreview previewed;
            SALVOR_TRY(preview.time([&]() -> Result<> {
                SALVOR_ASSIGN(previewed, core.previewRetention({}, m_limit.token()));
                return {};
            }));
            PruneReport planned;
            SALVOR_TRY(plan.time([&]() -> Result<> {
                SALVOR_ASSIGN(const auto opened, openAged(source));
                PruneRequest request;
                request.dryRun = true;
                SALVOR_ASSIGN(planned, opened.repository->prune(request, nobody, m_limit.token()));
                return {};
            }));
            // What was timed did what it is for.
            if (previewed.rows.size() != static_cast<std::size_t>(m_backups) || previewed.dropped == 0)
                return failure(ErrorCode::Internal, "the preview does not tell of all backups");
            if (planned.orphans.files + planned.young.files != 0)
                return failure(ErrorCode::Internal, "the plan takes objects in use for orphans");
        }
        preview.printMedian();
        plan.printMedian();
        return {};
    }
    bool tookTooLong() const { return m_limit.token().stop_requested(); }

private:
    Result<> checkRoom() const {
        if (!m_folder.isValid())
            return failure(ErrorCode::IoError,
                           "cannot make a folder: " + m_folder.errorString().toStdString());
        const auto files = static_cast<std::uint64_t>(m_backups) * static_cast<std::uint64_t>(m_objects + 3);
        const auto there =
            static_cast<std::uint64_t>(std::max<qint64>(0, QStorageInfo(m_folder.path()).bytesAvailable()));
        std::printf("in %s: about %llu MB\n", qPrintable(m_folder.path()),
                    static_cast<unsigned long long>(files * kBlock / 1'000'000));
        if (files * kBlock > kMostBytes || files * kBlock > there / 2)
            return failure(ErrorCode::NoSpace,
                           "that takes more room than 3 GB, or than half of what is free");
        return {};
    }

    Result<> make(Core& core) const {
        RepositoryInitSpec spec;
        spec.url = root();
        spec.title = "vault";
        spec.secretKind = "file";
        SALVOR_TRY(core.initRepository(std::move(spec), {}));
        Profile profile;
        profile.title = "bench";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.user = "backup";
        profile.database = "postgres";
        SALVOR_TRY(core.saveProfile(profile, std::nullopt, "vault"));
        RetentionRules rules;
        rules.hourly = 48;
        rules.daily = 30;
        rules.monthly = 12;
        return setRules(m_config.places, m_clock, rules).map([](const std::string&) {});
    }

    Result<AgedSource> sourceOf(Core& core) const {
        SALVOR_ASSIGN(const auto pins, core.repositories());
        SALVOR_ASSIGN(const auto policies, core.policies());
        return AgedSource{m_config.places,       &m_clock,
                          pins.front(),          std::nullopt,
                          policies.front().uuid, policies.front().profileUuid};
    }

    std::string root() const { return (m_folder.path() + QStringLiteral("/store")).toStdString(); }

    /// Into a folder that is there, without fsync.
    Result<> write(const std::string& key, const std::string& bytes) const {
        const int file = ::open((root() + "/" + key).c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        const bool written =
            file >= 0 && ::write(file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size());
        const int error = errno;
        if (file >= 0)
            ::close(file);
        if (!written)
            return failure(ErrorCode::IoError, "cannot write " + key + ": " + std::strerror(error));
        return {};
    }

    Result<> makeFolders() const {
        const QDir place(QString::fromStdString(root()));
        bool made = place.mkpath(QStringLiteral("manifests"));
        for (int i = 0; i < 256; ++i) {
            const QString name = QStringLiteral("%1").arg(i, 2, 16, QLatin1Char('0'));
            made = made && place.mkpath(QStringLiteral("objects/") + name) &&
                   place.mkpath(QStringLiteral("refs/") + name);
        }
        return made ? Result<>() : Result<>(failure(ErrorCode::IoError, "cannot make folders in " + root()));
    }

    Result<GroupObject> object(int number) const {
        const std::string bytes(100 + static_cast<std::size_t>(number % 50), 'x');
        const GroupObject made{sha256(asBytes("object " + std::to_string(number))), bytes.size()};
        SALVOR_TRY(write(objectKey(made.name), bytes));
        return made;
    }

    /// Each backup names its own new objects and those of the one before.
    Result<> fill(const AgedSource& source) const {
        SecretStoreConfig secrets;
        secrets.fileFolder = m_config.places.secrets;
        SALVOR_ASSIGN(const auto store, openSecretStore("file", secrets));
        SALVOR_ASSIGN(const Secret seed, store->get(source.pin.signingKeySecretName(), {}));
        SALVOR_ASSIGN(const SigningKey key, SigningKey::fromSeed(seed));
        std::ifstream file(root() + "/catalog/1.json", std::ios::binary);
        const std::string first((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
        SALVOR_ASSIGN(CatalogDocument document, readCatalog(first, 1, {source.pin.id, key.publicKey()}));
        document.previousNumber = 1;
        document.previousHash = document.catalog.hash;
        document.catalog.number = 2;
        SALVOR_TRY(makeFolders());
        Printed printed("backups made");
        Progress now;
        now.itemsTotal = static_cast<std::uint64_t>(m_backups);
        GroupObjects before;
        for (int i = 0; i < m_backups; ++i) {
            SALVOR_TRY(checkCancelled(m_limit.token()));
            GroupObjects fresh;
            for (int k = 0; k < m_objects; ++k) {
                SALVOR_ASSIGN(fresh.emplace_back(), object(i * m_objects + k));
            }
            GroupObjects all = before;
            all.insert(all.end(), fresh.begin(), fresh.end());
            before = std::move(fresh);
            SALVOR_ASSIGN(document.catalog.entries.emplace_back(), entry(source, i, all));
            ++now.itemsDone;
            printed.progressed(now);
        }
        SALVOR_ASSIGN(const std::string bytes, signCatalog(document, key));
        return write("catalog/2.json", bytes);
    }

    Result<CatalogEntry> entry(const AgedSource& source, int number, const GroupObjects& objects) const {
        const std::string refs = writeRefs(objects);
        const std::string hash = format::hashOf(asBytes(refs));
        SALVOR_TRY(write(format::refKey(hash), refs));
        const Instant started = m_clock.now() - std::chrono::hours(m_backups - number);
        const std::string id = makeRecordId(started);
        const std::string manifest = "manifest " + id;
        CatalogEntry entry;
        entry.backupId = id;
        entry.manifestHash = format::hashOf(asBytes(manifest));
        entry.manifestStoredBytes = manifest.size();
        entry.refs = {hash};
        entry.summary = backupRequest(id).record;
        entry.summary.started = started;
        entry.summary.ended = started + std::chrono::milliseconds(2345);
        entry.summary.policyUuid = source.policyUuid;
        entry.summary.profileUuid = source.profileUuid;
        entry.summary.repositoryId = source.pin.id;
        entry.summary.sizeBytes = 1'000'000'000 + static_cast<std::uint64_t>(number) * 1000;
        for (const GroupObject& object : objects)
            entry.summary.storedBytes += object.storedBytes;
        SALVOR_TRY(write(format::manifestKey(id, true), manifest));
        return entry;
    }

    QTemporaryDir m_folder;
    SystemClock m_clock;
    CoreConfig m_config;
    const int m_backups;
    const int m_objects;
    TimeLimit m_limit{kLongest};
};

} // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0); // each line at once, also into a file
    QString folder = QDir::tempPath();
    std::vector<int> numbers;
    for (int i = 1; i < argc; ++i) {
        if (std::strcmp(argv[i], "--folder") == 0 && i + 1 < argc)
            folder = QString::fromLocal8Bit(argv[++i]);
        else
            numbers.push_back(std::atoi(argv[i]));
    }
    numbers.resize(std::max<std::size_t>(numbers.size(), 2), 0);
    const int backups = numbers[0] > 0 ? numbers[0] : 10'000;
    const int objects = numbers[1] > 0 ? numbers[1] : 10;
    Bench bench(folder, backups, objects);
    const auto done = bench.run();
    if (!done)
        std::fprintf(stderr, "%s\n",
                     bench.tookTooLong() ? "it was ended after three minutes"
                                         : done.error().toText().c_str());
    std::printf("removing its folder\n");
    return done ? 0 : 1;
}
