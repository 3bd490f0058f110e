// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/fixture.h"

#include "engines/repository/randomdata.h"

#include <QDir>
#include <QFileInfo>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace salvor::test {

Content sampleContent(std::uint64_t seed) {
    Content content;
    content["public"]["public.empty"] = {};
    content["public"]["public.small"] = toBytes("1\talpha\n2\tbeta\n");
    content["public"]["public.shared"] = rowData(70'000, 7);
    content["public"]["public.grows"] = rowData(120'000, 100 + seed);
    content["hyper"]["chunk_1"] = randomData(6'000'000, 3);
    content["hyper"]["chunk_2"] = rowData(1'500'000, 200 + seed);
    return content;
}

Content tinyContent(std::uint64_t seed) {
    Content content;
    content["a"]["a.same"] = rowData(3'000, 11);
    content["b"]["b.changes"] = rowData(2'000, 300 + seed);
    content["b"]["b.small"] = toBytes("1\tone\n");
    content["c"]["c.same"] = rowData(1'000, 12);
    return content;
}

Fixture::Fixture(bool encryptedRepository)
    : encrypted(encryptedRepository) {
    m_local = createLocalStore(root(), clock).value();
    m_store = std::make_unique<FaultStore>(*m_local);
}

/// In memory where possible: thousands of fsyncs are not what these tests are about.
QString Fixture::folderTemplate() {
    const QFileInfo memory(QStringLiteral("/dev/shm"));
    const QString base = memory.isDir() && memory.isWritable() ? memory.filePath() : QDir::tempPath();
    return base + QStringLiteral("/salvor-repository-XXXXXX");
}

std::unique_ptr<Fixture> Fixture::clone() const {
    auto copy = std::make_unique<Fixture>(encrypted);
    std::filesystem::copy(m_folder.path().toStdString(), copy->m_folder.path().toStdString(),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
    copy->outcome.pin = outcome.pin;
    copy->outcome.identity = outcome.identity.clone();
    copy->outcome.passphrase = outcome.passphrase.clone();
    copy->outcome.keys = {outcome.keys.idKey.clone(), outcome.keys.signingKey.clone()};
    copy->outcome.recoveryFile = outcome.recoveryFile;
    copy->clock = clock;
    return copy;
}

InitRequest Fixture::initRequest() const {
    InitRequest request;
    request.title = "test";
    request.encrypted = encrypted;
    request.principal = kAlice;
    request.workFactor = 4;
    return request;
}

Result<> Fixture::init() {
    SALVOR_ASSIGN(outcome, Repository::init(store(), clock, initRequest(), {}));
    return {};
}

RepositoryAccess Fixture::writerAccess() {
    RepositoryAccess access = readerAccess();
    access.stateFolder = statePath("alice");
    access.writerKeys = WriterKeys{outcome.keys.idKey.clone(), outcome.keys.signingKey.clone()};
    access.principal = kAlice;
    access.process = "test";
    return access;
}

RepositoryAccess Fixture::readerAccess() {
    RepositoryAccess access;
    access.store = m_store.get();
    access.clock = &clock;
    access.pin = outcome.pin;
    access.stateFolder = statePath("bob");
    access.identity = outcome.identity.clone();
    access.principal = kBob;
    return access;
}

std::string Fixture::readRaw(const std::string& key) const {
    std::ifstream file(root() + "/" + key, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

void Fixture::writeRaw(const std::string& key, const std::string& bytes) const {
    std::filesystem::create_directories(std::filesystem::path(root() + "/" + key).parent_path());
    std::ofstream file(root() + "/" + key, std::ios::binary | std::ios::trunc);
    file << bytes;
}

bool Fixture::existsRaw(const std::string& key) const { return std::filesystem::exists(root() + "/" + key); }

void Fixture::removeRaw(const std::string& key) const { std::filesystem::remove(root() + "/" + key); }

std::vector<std::string> Fixture::keys(const std::string& prefix) {
    std::vector<std::string> found;
    const auto collect = [&](const StoreEntry& entry) -> Result<> {
        found.push_back(entry.key);
        return {};
    };
    (void)m_local->list(prefix, collect, {});
    std::ranges::sort(found);
    return found;
}

std::string backupId(int number) {
    std::string digits = std::to_string(number);
    return "20261121T074000Z-" + std::string(6 - digits.size(), '0') + digits;
}

BackupWriterRequest backupRequest(const std::string& id) {
    BackupWriterRequest request;
    request.run.id = id;
    request.run.kind = "backup";
    request.run.started = fromRfc3339("2026-11-21T07:40:00Z").value();
    request.record.id = id;
    request.record.runId = id;
    request.record.engine = "postgresql";
    request.record.profileUuid = "8d3e4a0e-0000-4000-8000-000000000001";
    request.record.databaseId = "16384";
    request.record.database = "app";
    request.record.kind = "full";
    request.record.started = request.run.started;
    request.compressionLevel = 1;
    return request;
}

Result<std::unique_ptr<BackupWriter>> writeStreams(Repository& repository, const std::string& id,
                                                   const Content& content, const CancelToken& cancel) {
    return writeStreams(repository, backupRequest(id), content, cancel);
}

Result<std::unique_ptr<BackupWriter>> writeStreams(Repository& repository, const BackupWriterRequest& request,
                                                   const Content& content, const CancelToken& cancel) {
    InlineRunner runner;
    SALVOR_ASSIGN(auto writer, repository.beginBackup(request, cancel));
    std::uint64_t order = 0;
    for (const auto& [group, items] : content) {
        const auto stream = writer->openStream(order++, runner, cancel);
        for (const auto& [name, bytes] : items) {
            ManifestItem item;
            item.phase = "data";
            item.parallelPhase = true;
            item.id = name;
            item.kind = "table";
            item.name = name;
            item.group = group;
            item.changeKey = "k";
            stream->beginItem(item);
            SALVOR_TRY(stream->write(bytes));
            SALVOR_TRY(
                stream->endItem(2, "hash of " + name, {{QStringLiteral("format"), QStringLiteral("text")}}));
        }
        SALVOR_TRY(stream->finish());
    }
    return writer;
}

Result<BackupRecord> backUp(Repository& repository, const std::string& id, const Content& content,
                            const CancelToken& cancel) {
    return backUp(repository, backupRequest(id), content, cancel);
}

Result<BackupRecord> backUp(Repository& repository, const BackupWriterRequest& request,
                            const Content& content, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto writer, writeStreams(repository, request, content, cancel));
    Manifest manifest;
    manifest.record = request.record;
    manifest.server = {{QStringLiteral("version"), QStringLiteral("17.5")}};
    return writer->commit(std::move(manifest), cancel);
}

Result<Bytes> readItem(Repository& repository, const Manifest& manifest, std::size_t item) {
    SALVOR_ASSIGN(const auto source, repository.openItem(manifest, item, {}));
    Bytes all;
    Bytes buffer(100'000);
    while (true) {
        SALVOR_ASSIGN(const std::size_t got, source->read(buffer));
        if (got == 0)
            return all;
        all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
    }
}

Result<Content> readAll(Repository& repository, const std::string& id) {
    SALVOR_ASSIGN(const Manifest manifest, repository.manifest(id, {}));
    Content content;
    for (std::size_t i = 0; i < manifest.items.size(); ++i) {
        SALVOR_ASSIGN(content[manifest.items[i].group][manifest.items[i].name],
                      readItem(repository, manifest, i));
    }
    return content;
}

} // namespace salvor::test
