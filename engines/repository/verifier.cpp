// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/verifier.h"

#include "engines/repository/storefaults.h"
#include "engines/repository/suspects.h"
#include "models/damagedbackups.h"
#include "models/jobphase.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace salvor {

Result<> runInParallel(std::size_t count, const CancelToken& cancel,
                       const std::function<void(std::size_t)>& task) {
    const std::size_t threads =
        std::min<std::size_t>(count, std::clamp(std::thread::hardware_concurrency(), 1U, 4U));
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t i = next++; i < count && !cancel.stop_requested(); i = next++)
            task(i);
    };
    {
        std::vector<std::jthread> helpers;
        for (std::size_t i = 1; i < threads; ++i)
            helpers.emplace_back(work);
        work();
    }
    return checkCancelled(cancel);
}

Verifier::Verifier(RepositoryImpl& repository, const VerifyRequest& request, ProgressSink& progress,
                   CancelToken cancel)
    : m_repository(repository)
    , m_request(request)
    , m_progress(progress)
    , m_cancel(std::move(cancel))
    , m_reader(repository.store(), repository.pin().encrypted ? repository.identity() : nullptr) {
    m_now.phase = jobPhaseId(JobPhase::Verify);
}

void Verifier::advance(std::uint64_t bytes) {
    m_now.itemsDone += 1;
    m_now.bytesDone += bytes;
    m_bytesRead += bytes;
    m_progress.progressed(m_now);
}

void Verifier::addProblem(Error error, std::vector<std::string> backups, std::vector<std::string> items) {
    m_problems.push_back({std::move(error), std::move(backups), std::move(items)});
}

void Verifier::addFileProblem(Error error, std::vector<std::string> backups, std::vector<std::string> items) {
    if (isRefused(error))
        m_problems.push_back({asRefused(std::move(error)), std::move(backups), std::move(items), true});
    else
        addProblem(std::move(error), std::move(backups), std::move(items));
}

Result<> Verifier::requireOneFile(const Error& error) const {
    return requireAnswer(m_repository.store(), m_newest.document.catalog.number, error, m_cancel);
}

std::vector<std::string> Verifier::backupsWithRef(const std::string& ref) const {
    std::vector<std::string> ids;
    for (const auto& backup : m_backups) {
        if (std::ranges::find(backup.entry.refs, ref) != backup.entry.refs.end())
            ids.push_back(backup.entry.backupId);
    }
    return ids;
}

std::vector<std::string> Verifier::allBackups() const {
    std::vector<std::string> ids;
    for (const auto& backup : m_backups)
        ids.push_back(backup.entry.backupId);
    return ids;
}

namespace {

/// Which items of a group have bytes in one of its objects that are bad, by object.
void addItemsHit(const Manifest& manifest, const std::string& ref, const GroupObjects& objects,
                 const Digest& bad, std::set<std::string>& items) {
    for (const auto& group : manifest.groups) {
        if (group.ref != ref)
            continue;
        for (const auto& item : manifest.items) {
            if (item.group != group.name)
                continue;
            const std::uint64_t end =
                std::min<std::uint64_t>(item.firstObject + item.objectCount, objects.size());
            for (std::uint64_t i = item.firstObject; i < end; ++i) {
                if (objects[i].name == bad) {
                    items.insert(item.name);
                    break;
                }
            }
        }
    }
}

} // namespace

void Verifier::collectObjectProblems(VerifyReport& report) {
    std::map<Digest, std::set<std::string>> refsOf;
    for (const auto& [ref, objects] : m_refs) {
        for (const auto& object : *objects) {
            if (m_objectFaults.contains(object.name))
                refsOf[object.name].insert(ref);
        }
    }
    for (auto& [object, error] : m_objectFaults) {
        std::vector<std::string> backups;
        std::set<std::string> items;
        for (const auto& backup : m_backups) {
            bool hit = false;
            for (const auto& ref : refsOf[object]) {
                if (std::ranges::find(backup.entry.refs, ref) == backup.entry.refs.end())
                    continue;
                hit = true;
                if (backup.manifest)
                    addItemsHit(*backup.manifest, ref, *m_refs.at(ref), object, items);
            }
            if (hit)
                backups.push_back(backup.entry.backupId);
        }
        addFileProblem(error, std::move(backups), {items.begin(), items.end()});
    }
    report.problems = std::move(m_problems);
    std::set<std::string> hit;
    for (const auto& problem : report.problems)
        hit.insert(problem.backupIds.begin(), problem.backupIds.end());
    for (const auto& backup : m_backups) {
        if (!hit.contains(backup.entry.backupId))
            report.intactBackupIds.push_back(backup.entry.backupId);
    }
}

/// The next backup must not lean on what failed here. Failing to note it would defeat that, so it is a
/// finding of its own; a reader makes no backups here.
void Verifier::noteSuspects(const std::set<Digest>& bad) {
    const bool isWriter = m_repository.signingKey() != nullptr;
    const auto objects = addSuspects(m_repository.state(), bad);
    const auto catalogs = keepSuspectCatalogs(m_repository.state(), m_badCatalogs);
    for (const auto& noted : {objects, m_badCatalogs.empty() ? Result<>() : catalogs}) {
        if (noted || !isWriter)
            continue;
        Error error = noted.error();
        error.message = "what is damaged could not be noted for the next backup: " + error.message;
        error.hint += (error.hint.empty() ? "" : "; ") + std::string("then verify again");
        addProblem(std::move(error), {});
    }
}

Result<> Verifier::look() {
    const bool encrypted = m_repository.pin().encrypted;
    if (m_request.depth == VerifyDepth::Full && encrypted && m_repository.identity() == nullptr)
        return failure(ErrorCode::SecretUnavailable,
                       "a full verification decrypts, and the identity is not at hand",
                       "open the repository with its recovery file, or verify the stored bytes only");
    SALVOR_TRY(selectBackups());
    SALVOR_TRY(checkChain());
    SALVOR_TRY(checkWrittenOnce());
    if (m_request.records)
        SALVOR_TRY(checkRecords());
    SALVOR_TRY(checkManifests());
    SALVOR_TRY(checkRefs());
    SALVOR_TRY(checkListing());
    if (m_request.depth == VerifyDepth::Stored)
        SALVOR_TRY(checkStoredBytes());
    if (m_request.depth == VerifyDepth::Full)
        SALVOR_TRY(checkItems());
    return {};
}

std::set<Digest> Verifier::badObjects() const {
    std::set<Digest> bad;
    for (const auto& [object, error] : m_objectFaults) {
        if (!isRefused(error))
            bad.insert(object);
    }
    return bad;
}

/// The damage was found before somebody cancelled, or while the store still answered, and stays true.
Error Verifier::withDamageFound(Error error) {
    (void)addSuspects(m_repository.state(), badObjects()); // the next verification finds them again
    VerifyReport report;
    collectObjectProblems(report);
    std::erase_if(report.problems, [](const VerifyProblem& problem) {
        return problem.unread || problem.backupIds.empty(); // what hits no backup is found again later
    });
    if (report.problems.empty())
        return error;
    std::set<std::string> hit;
    for (const auto& problem : report.problems)
        hit.insert(problem.backupIds.begin(), problem.backupIds.end());
    std::string ids;
    for (const auto& id : hit)
        ids += (ids.empty() ? "" : " ") + id;
    error.context[kDamagedBackupsKey] = ids;
    const Error& first = report.problems.front().error;
    error.message += "; before that, damage was found: " + std::to_string(report.problems.size()) +
                     (report.problems.size() == 1 ? " problem: " : " problems, the first: ") + first.message;
    return error;
}

Result<VerifyReport> Verifier::run() {
    auto looked = look();
    if (!looked)
        return failure(withDamageFound(looked.error()));
    noteSuspects(badObjects());
    VerifyReport report;
    report.backups = m_backups.size();
    report.objects = m_objects.size();
    report.bytesRead = m_bytesRead;
    collectObjectProblems(report);
    return report;
}

Result<VerifyReport> RepositoryImpl::verify(const VerifyRequest& request, ProgressSink& progress,
                                            const CancelToken& cancel) {
    return Verifier(*this, request, progress, cancel).run();
}

} // namespace salvor
