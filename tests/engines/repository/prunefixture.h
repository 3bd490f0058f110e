// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the tests of prune do with a repository, and what has to hold of it afterwards.
#pragma once

#include "engines/repository/fixture.h"
#include "engines/repository/format.h"
#include "engines/repository/refs.h"

#include <set>

namespace salvor::test {

/// After the modification times of every file that these tests make: three days from now, in whole seconds.
inline Instant later() {
    return std::chrono::floor<std::chrono::seconds>(SystemClock().now()) + std::chrono::hours(72);
}

inline Result<Catalog> trash(Fixture& fixture, const std::vector<int>& numbers) {
    SALVOR_ASSIGN(const auto writer, fixture.openWriter());
    BackupChanges changes;
    for (const int number : numbers)
        changes.trash.push_back(backupId(number));
    return writer->changeBackups(changes, {});
}

inline Result<PruneReport> prune(Fixture& fixture, const PruneRequest& request = {},
                                 const CancelToken& cancel = {}) {
    SALVOR_ASSIGN(const auto writer, fixture.openWriter());
    NullProgress progress;
    return writer->prune(request, progress, cancel);
}

/// Keys of all objects, refs and manifests that the newest catalog leads to, read past the code under test.
inline std::set<std::string> neededKeys(Fixture& fixture) {
    std::set<std::string> keys;
    const auto reader = fixture.openReader();
    const auto catalog = (*reader)->catalog({});
    for (const auto& entry : catalog->entries) {
        keys.insert(format::manifestKey(entry.backupId, fixture.encrypted));
        for (const auto& ref : entry.refs) {
            keys.insert(format::refKey(ref));
            const auto objects = parseRefs(fixture.readRaw(format::refKey(ref)), ref);
            for (const auto& object : *objects)
                keys.insert(objectKey(object.name));
        }
    }
    return keys;
}

inline std::set<std::string> storedKeys(Fixture& fixture) {
    std::set<std::string> keys;
    for (const char* prefix : {"objects/", "refs/", "manifests/"}) {
        for (const auto& key : fixture.keys(prefix))
            keys.insert(key);
    }
    return keys;
}

/// Nothing is missing and nothing is left over.
inline void checkExactlyNeeded(Fixture& fixture) { QVERIFY(storedKeys(fixture) == neededKeys(fixture)); }

/// Every byte of everything that a catalog names.
inline void verifyFully(Fixture& fixture) {
    const auto reader = fixture.openReader();
    CHECK_OK(reader);
    NullProgress progress;
    const auto report = (*reader)->verify({VerifyDepth::Full, {}}, progress, {});
    CHECK_OK(report);
    QVERIFY2(report->ok(), report->ok() ? "" : report->problems.front().error.message.c_str());
}

} // namespace salvor::test
