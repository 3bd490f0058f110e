// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A repository in a temporary folder, with a clock that is set by hand, and small backups in it.
#pragma once

#include "engines/repository/repository.h"
#include "engines/storage/localstore.h"
#include "support/check.h"
#include "support/faultstore.h"

#include <QTemporaryDir>

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace salvor::test {

class SetClock final : public Clock {
public:
    Instant now() const override { return m_now; }
    void set(std::string_view rfc3339) { m_now = fromRfc3339(rfc3339).value(); }
    void advance(std::chrono::seconds by) { m_now += by; }

private:
    Instant m_now = fromRfc3339("2026-11-21T07:40:00Z").value();
};

/// Runs each task before submit() returns.
class InlineRunner final : public TaskRunner {
public:
    Result<> submit(std::function<void()> task) override {
        task();
        return {};
    }
    bool poolIsBottleneck() const override { return true; }
};

/// Items of a backup: group → (name → content).
using Content = std::map<std::string, std::map<std::string, Bytes>>;
/// Two groups with an item of two objects, small items and an empty one.
Content sampleContent(std::uint64_t seed = 1);
/// Three objects of a few kilobytes, for tests that go through hundreds of backups.
Content tinyContent(std::uint64_t seed = 1);

const Principal kAlice{"0123456789abcdef0123456789abcdef", "alice"};
const Principal kBob{"fedcba9876543210fedcba9876543210", "bob"};

/// The place, the keys and the state folders of one repository.
class Fixture {
public:
    explicit Fixture(bool encrypted = true);

    std::string root() const { return (m_folder.path() + QStringLiteral("/store")).toStdString(); }
    std::filesystem::path statePath(const std::string& name) const {
        return (m_folder.path().toStdString() + "/state-") + name;
    }
    LocalStore& local() { return *m_local; }
    FaultStore& store() { return *m_store; }

    /// Another one with the same files, keys and state folders.
    std::unique_ptr<Fixture> clone() const;

    InitRequest initRequest() const;
    Result<> init();
    /// Of kAlice with all keys.
    RepositoryAccess writerAccess();
    /// Of kBob, with the identity only.
    RepositoryAccess readerAccess();
    Result<std::unique_ptr<Repository>> openWriter() { return Repository::open(writerAccess(), {}); }
    Result<std::unique_ptr<Repository>> openReader() { return Repository::open(readerAccess(), {}); }

    /// The bytes of a file in the store's folder, past any store.
    std::string readRaw(const std::string& key) const;
    void writeRaw(const std::string& key, const std::string& bytes) const;
    bool existsRaw(const std::string& key) const;
    void removeRaw(const std::string& key) const;
    /// Keys of all files, sorted; those that begin with `prefix`.
    std::vector<std::string> keys(const std::string& prefix = {});

    SetClock clock;
    InitOutcome outcome;
    bool encrypted;

private:
    static QString folderTemplate();

    QTemporaryDir m_folder{folderTemplate()};
    std::unique_ptr<LocalStore> m_local;
    std::unique_ptr<FaultStore> m_store;
};

BackupWriterRequest backupRequest(const std::string& backupId);
/// Writes one stream a group and commits.
Result<BackupRecord> backUp(Repository& repository, const std::string& backupId, const Content& content,
                            const CancelToken& cancel = {});
/// The same with a record of one's own.
Result<BackupRecord> backUp(Repository& repository, const BackupWriterRequest& request,
                            const Content& content, const CancelToken& cancel = {});
/// All but commit().
Result<std::unique_ptr<BackupWriter>> writeStreams(Repository& repository, const std::string& backupId,
                                                   const Content& content, const CancelToken& cancel = {});
Result<std::unique_ptr<BackupWriter>> writeStreams(Repository& repository, const BackupWriterRequest& request,
                                                   const Content& content, const CancelToken& cancel);
Result<Bytes> readItem(Repository& repository, const Manifest& manifest, std::size_t item);
/// Everything that a backup gives back; the first error.
Result<Content> readAll(Repository& repository, const std::string& backupId);

/// Ids in ascending order: backupId(1) < backupId(2).
std::string backupId(int number);

} // namespace salvor::test
