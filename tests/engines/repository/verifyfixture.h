// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of verifications look at, and how they ask.
#pragma once

#include "engines/crypto/ed25519.h"
#include "engines/repository/fixture.h"
#include "engines/repository/refs.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace salvor::test {

inline Result<VerifyReport> verify(Repository& repository, VerifyDepth depth,
                                   std::vector<std::string> ids = {}) {
    NullProgress progress;
    return repository.verify({depth, std::move(ids)}, progress, {});
}

inline const VerifyProblem* problemOf(const VerifyReport& report, const std::string& key) {
    for (const auto& problem : report.problems) {
        const auto it = problem.error.context.find("key");
        if (it != problem.error.context.end() && it->second == key)
            return &problem;
    }
    return nullptr;
}

/// Keys of the objects of one item.
inline std::vector<std::string> objectsOf(Fixture& fixture, Repository& reader, const std::string& backup,
                                          const std::string& item) {
    const Manifest manifest = reader.manifest(backup, {}).value();
    const auto found = std::ranges::find(manifest.items, item, &ManifestItem::name);
    const auto group = std::ranges::find(manifest.groups, found->group, &ManifestGroup::name);
    const auto refs =
        parseRefs(fixture.readRaw("refs/" + group->ref.substr(0, 2) + "/" + group->ref), group->ref).value();
    std::vector<std::string> keys;
    for (std::uint64_t i = 0; i < found->objectCount; ++i)
        keys.push_back(objectKey(refs[found->firstObject + i].name));
    return keys;
}

/// A repository, with its writer and a reader open.
class VerifyWorld {
protected:
    /// Two backups that share objects, a run, a registered reader's proof.
    void make(bool encrypted) {
        m_reader.reset();
        m_writer.reset();
        m_fixture = std::make_unique<Fixture>(encrypted);
        CHECK_OK(m_fixture->init());
        m_writer = m_fixture->openWriter().value();
        CHECK_OK(backUp(*m_writer, backupId(1), tinyContent(1)));
        CHECK_OK(backUp(*m_writer, backupId(2), tinyContent(2)));
        const SigningKey key = SigningKey::generate().value();
        CHECK_OK(m_writer->registerReader({toHex(key.publicKey().raw()), kBob}, {}));
        RunRecord run = backupRequest(backupId(1)).run;
        run.ended = run.started;
        CHECK_OK(m_writer->recordRun(run, {}));
        m_reader = m_fixture->openReader().value();
        Proof proof;
        proof.id = backupId(10);
        proof.backupId = backupId(1);
        proof.kind = "read_back";
        CHECK_OK(m_reader->recordProof(proof, key.seed(), {}));
    }

    std::unique_ptr<Fixture> m_fixture;
    std::unique_ptr<Repository> m_writer;
    std::unique_ptr<Repository> m_reader;
};

} // namespace salvor::test
