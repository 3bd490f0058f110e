// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Times the preview of retention and the plan of a prune on one repository of 10,000 backups and 100,000
// objects:
//   retentionbench [BACKUPS [NEW_OBJECTS_PER_BACKUP]]
// The files are as large as the catalog says and hold nothing: neither call reads more than catalog and refs.
#include "engines/repository/catalogdocument.h"
#include "engines/repository/format.h"
#include "engines/repository/refs.h"
#include "workers/agedbackups.h"
#include "workers/core.h"

#include <chrono>
#include <cstdio>
#include <fstream>

using namespace salvor;
using namespace salvor::test;

namespace {

class Bench {
public:
    Bench(int backups, int objects)
        : m_backups(backups)
        , m_objects(objects) {
        m_config.places = placesIn((m_folder.path() + QStringLiteral("/home")).toStdString());
        m_config.clock = &m_clock;
    }

    Result<> run() {
        Core core(m_config);
        SALVOR_TRY(make(core));
        SALVOR_ASSIGN(const AgedSource source, sourceOf(core));
        SALVOR_TRY(fill(source));
        NullProgress nobody;
        SALVOR_TRY(core.rebuildCatalog("vault", nobody, {}).map([](std::uint64_t) {}));
        std::printf("%d backups, %d objects\n", m_backups, m_backups * m_objects);
        for (int round = 0; round < 3; ++round) {
            SALVOR_TRY(time("retention preview", 0.5, [&]() -> Result<> {
                SALVOR_ASSIGN(const auto preview, core.previewRetention({}, {}));
                std::printf("  drops %zu, frees %zu bytes\n", static_cast<std::size_t>(preview.dropped),
                            static_cast<std::size_t>(preview.freed.bytes()));
                return {};
            }));
            SALVOR_TRY(time("prune plan", 5, [&]() -> Result<> {
                SALVOR_ASSIGN(const auto opened, openAged(source));
                PruneRequest request;
                request.dryRun = true;
                return opened.repository->prune(request, nobody, {}).map([](const PruneReport&) {});
            }));
        }
        return {};
    }

private:
    static Result<> time(const char* what, double goalSeconds, const std::function<Result<>()>& call) {
        const auto begin = std::chrono::steady_clock::now();
        SALVOR_TRY(call());
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        std::printf("%-18s %7.3f s   goal %.1f s\n", what, took.count(), goalSeconds);
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

    void write(const std::string& key, const std::string& bytes) const {
        const std::filesystem::path path(root() + "/" + key);
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << bytes;
    }

    GroupObject object(int number) const {
        const std::string bytes(100 + static_cast<std::size_t>(number % 50), 'x');
        const GroupObject made{sha256(asBytes("object " + std::to_string(number))), bytes.size()};
        write(objectKey(made.name), bytes);
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
        GroupObjects before;
        for (int i = 0; i < m_backups; ++i) {
            GroupObjects fresh;
            for (int k = 0; k < m_objects; ++k)
                fresh.push_back(object(i * m_objects + k));
            GroupObjects all = before;
            all.insert(all.end(), fresh.begin(), fresh.end());
            before = fresh;
            document.catalog.entries.push_back(entry(source, i, all));
        }
        SALVOR_ASSIGN(const std::string bytes, signCatalog(document, key));
        write("catalog/2.json", bytes);
        return {};
    }

    CatalogEntry entry(const AgedSource& source, int number, const GroupObjects& objects) const {
        const std::string refs = writeRefs(objects);
        const std::string hash = format::hashOf(asBytes(refs));
        write(format::refKey(hash), refs);
        const Instant started = m_clock.now() - std::chrono::hours(m_backups - number);
        const std::string id = makeRecordId(started);
        CatalogEntry entry;
        entry.backupId = id;
        entry.manifestHash = hash;
        entry.manifestStoredBytes = 10;
        entry.refs = {hash};
        entry.summary = backupRequest(id).record;
        entry.summary.started = started;
        entry.summary.ended = started;
        entry.summary.policyUuid = source.policyUuid;
        entry.summary.repositoryId = source.pin.id;
        write(format::manifestKey(id, true), "0123456789");
        return entry;
    }

    QTemporaryDir m_folder;
    SystemClock m_clock;
    CoreConfig m_config;
    const int m_backups;
    const int m_objects;
};

} // namespace

int main(int argc, char** argv) {
    const int backups = argc > 1 ? std::atoi(argv[1]) : 10'000;
    const int objects = argc > 2 ? std::atoi(argv[2]) : 10;
    const auto done = Bench(backups, objects).run();
    if (!done)
        std::fprintf(stderr, "%s\n", done.error().toText().c_str());
    return done ? 0 : 1;
}
