// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerapply.h"

#include "engines/timers/timerowners.h"
#include "engines/timers/timerstatus.h"
#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "models/jsonfields.h"
#include "models/watch/watchfile.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fcntl.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

namespace salvor {

namespace {

bool holds(const std::vector<std::string>& list, const std::string& name) {
    return std::ranges::find(list, name) != list.end();
}

std::vector<std::string> without(const std::vector<std::string>& all, const std::vector<std::string>& these) {
    std::vector<std::string> rest;
    for (const auto& one : all) {
        if (!holds(these, one))
            rest.push_back(one);
    }
    return rest;
}

/// What undo needs, as bytes: the files as they were, and the record among them.
Result<std::string> writePrevious(const std::vector<FileChange>& changes) {
    QJsonArray files;
    for (const auto& change : changes) {
        QJsonObject one{{QStringLiteral("path"), toQt(change.path)},
                        {QStringLiteral("mode"), static_cast<qint64>(change.mode)}};
        if (change.content)
            one.insert(QStringLiteral("content"), toQt(toBase64(asBytes(*change.content))));
        files.append(one);
    }
    return toCanonicalJson({{QStringLiteral("document"), QStringLiteral("timers_previous")},
                            {QStringLiteral("schema_version"), 1},
                            {QStringLiteral("files"), files}});
}

Result<std::vector<FileChange>> readPrevious(const std::string& bytes, const std::string& path) {
    SALVOR_ASSIGN(const auto document, parseJsonObject(bytes, path));
    SALVOR_ASSIGN(const auto files, requireArray(document, "files", path));
    std::vector<FileChange> changes;
    for (const auto& one : files) {
        JsonFields fields(one.toObject(), path);
        FileChange change{fields.text("path"), std::nullopt, static_cast<unsigned>(fields.count("mode"))};
        SALVOR_TRY(fields.finish());
        if (one.toObject().contains(QLatin1String("content"))) {
            SALVOR_ASSIGN(const Bytes content, fromBase64(fields.text("content")));
            change.content = std::string(asText(content));
        }
        changes.push_back(std::move(change));
    }
    return changes;
}

class Applier {
public:
    Applier(const TimersHost& host, const CancelToken& cancel)
        : m_host(host)
        , m_cancel(cancel)
        , m_transaction(host.files) {}

    Result<AppliedTimers> run(const std::string& planBytes, const CredentialSecrets& secrets) {
        SALVOR_ASSIGN(const TimersWanted wanted, readTimersPlan(planBytes));
        SALVOR_ASSIGN(const UniqueFd lock, lockUnits());
        SALVOR_ASSIGN(m_done.plan, planTimers(wanted, m_host, m_cancel));
        SALVOR_TRY(compare(planBytes));
        SALVOR_ASSIGN(m_owners, TimerOwners::load(m_host.files, m_host.layout, wanted.user));
        SALVOR_ASSIGN(auto installed, loadInstalledTimers(m_host.files, m_host.layout, wanted.user));
        m_mends = installed.needsMending();
        m_old = m_owners.without(std::move(installed.record), layout());
        m_mayKeep = m_owners.without(std::move(installed.written), layout()).credentials();
        const std::string metrics = textfile();
        if (wanted.action == TimersAction::Undo)
            SALVOR_TRY(goBack());
        else
            SALVOR_TRY(goForward(secrets));
        tidy();
        if (!metrics.empty() && metrics != textfile() && m_host.files.exists(metrics))
            m_done.formerTextfile = metrics;
        return std::move(m_done);
    }

private:
    const TimersLayout& layout() const { return m_host.layout; }
    const std::string& user() const { return m_done.plan.wanted.user; }

    /// Of the watch that is installed now; empty: none, or its file cannot be read.
    std::string textfile() const {
        const auto bytes = m_host.files.read(layout().watchFile(user()));
        const auto watch = bytes && *bytes ? readWatchFile(**bytes) : Result<WatchFile>(WatchFile());
        return watch ? watch->textfile : std::string();
    }

    /// One at a time; the folder itself is the lock, so that none stays behind.
    Result<UniqueFd> lockUnits() const {
        UniqueFd folder(
            ::open(m_host.files.inRoot(layout().units).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!folder.valid() && layout().scope == UnitScope::User)
            return folder; // not there yet: nobody else is at it
        if (!folder.valid())
            return failure(ErrorCode::NotFound, "opening " + layout().units + ": " + std::strerror(errno),
                           "timers need systemd 252 or newer", {{"path", layout().units}});
        if (::flock(folder.get(), LOCK_EX | LOCK_NB) != 0)
            return failure(ErrorCode::Busy, "somebody else is applying timers right now",
                           "try again when that is done");
        return folder;
    }

    /// The plan's bytes have to be the ones that come out here.
    Result<> compare(const std::string& planBytes) const {
        SALVOR_ASSIGN(const std::string again, writeTimersPlan(m_done.plan));
        if (again == planBytes)
            return {};
        SALVOR_ASSIGN(const auto given, parseJsonObject(planBytes, "the plan"));
        SALVOR_ASSIGN(const auto made, parseJsonObject(again, "the plan"));
        if (befores(given) != befores(made))
            return failure(ErrorCode::Conflict,
                           "what is installed changed after the plan was made; nothing was changed",
                           "make the plan again: salvorctl timers plan");
        return failure(ErrorCode::Corrupt,
                       "the plan holds something that this program does not make of its policies; "
                       "nothing was changed",
                       "make the plan again with this version: salvorctl timers plan");
    }

    static QJsonArray befores(const QJsonObject& plan) {
        QJsonArray list{plan.value(QLatin1String("record_before_sha256"))};
        for (const auto& file : plan.value(QLatin1String("files")).toArray())
            list.append(QJsonArray{file.toObject().value(QLatin1String("path")),
                                   file.toObject().value(QLatin1String("before_sha256"))});
        return list;
    }

    Result<> goForward(const CredentialSecrets& secrets) {
        TimersPlan& plan = m_done.plan;
        std::vector<FileChange> changes;
        for (const auto& file : plan.files)
            changes.push_back({file.path, file.content, 0644});
        SALVOR_TRY(addCredentials(secrets, changes));
        noteKeptPasswords();
        noteFolders(changes);
        std::optional<std::string> record;
        if (!plan.record.empty()) {
            SALVOR_ASSIGN(record, writeTimersRecord(plan.record));
        }
        changes.push_back({layout().record(user()), record, 0644});
        SALVOR_ASSIGN(const auto before, asItIs(changes));
        std::optional<std::string> previous;
        if (!plan.record.empty()) {
            SALVOR_ASSIGN(previous, writePrevious(before));
        }
        changes.push_back({layout().previous(user()), previous, 0600});
        return switchOver(changes, plan.record, plan.notRunning);
    }

    Result<> goBack() {
        const std::string path = layout().previous(user());
        SALVOR_ASSIGN(const auto bytes, m_host.files.read(path));
        if (!bytes)
            return failure(ErrorCode::NotFound, "there is nothing to go back to for " + user(),
                           "undo goes back one step, to what was there before the last apply");
        SALVOR_ASSIGN(auto changes, readPrevious(*bytes, path));
        SALVOR_TRY(checkOwners(changes));
        TimersRecord record;
        for (const auto& change : changes) {
            if (change.path == layout().record(user()) && change.content) {
                SALVOR_ASSIGN(record, readTimersRecord(*change.content, change.path));
            }
        }
        // Units that no record named when the step was written down.
        for (const auto& file : m_old.files()) {
            if (!record.owns(file.path) &&
                std::ranges::find(changes, file.path, &FileChange::path) == changes.end())
                changes.push_back({file.path, std::nullopt, 0644});
        }
        SALVOR_ASSIGN(const auto before, asItIs(changes));
        std::optional<std::string> previous;
        if (!record.empty()) {
            SALVOR_ASSIGN(previous, writePrevious(before));
        }
        for (const auto& change : changes)
            m_done.plan.files.push_back({change.path, {}, change.content, {}});
        changes.push_back({path, previous, 0600});
        m_done.plan.record = record;
        const auto kept = without(record.timers(), without(record.timers(), m_old.timers()));
        SALVOR_ASSIGN(const auto off, timersNotRunning(*m_host.system, kept, m_cancel));
        return switchOver(changes, record, off);
    }

    /// What undo goes back to: the record as it has to be, where there is none or a damaged one.
    Result<std::vector<FileChange>> asItIs(const std::vector<FileChange>& changes) const {
        SALVOR_ASSIGN(auto now, FileTransaction::present(m_host.files, changes));
        const auto record = std::ranges::find(now, layout().record(user()), &FileChange::path);
        if (!m_mends || record == now.end())
            return now;
        record->content.reset();
        record->mode = 0644;
        if (!m_old.empty()) {
            SALVOR_ASSIGN(record->content, writeTimersRecord(m_old));
        }
        return now;
    }

    /// What undo goes back to was this user's then; another one may have it now.
    Result<> checkOwners(const std::vector<FileChange>& changes) const {
        const std::string credentials = layout().credentials + "/";
        for (const auto& change : changes) {
            const std::string owner = change.path.starts_with(credentials)
                                          ? m_owners.ofCredential(change.path.substr(credentials.size()))
                                          : m_owners.ofPath(change.path);
            if (!owner.empty())
                return belongsToAnother(change.path, owner, user(),
                                        "let " + owner +
                                            " run salvorctl timers remove, or apply instead of undo");
        }
        return {};
    }

    Result<> addCredentials(const CredentialSecrets& secrets, std::vector<FileChange>& changes) {
        const auto& needed = m_done.plan.credentials;
        for (const auto& [name, secret] : secrets) {
            if (!holds(needed, name))
                return failure(ErrorCode::InvalidInput, "the plan asks for no credential " + name,
                               "give exactly what salvorctl timers secrets writes");
        }
        for (const auto& name : needed) {
            const std::string path = layout().credential(name);
            const auto given = secrets.find(name);
            // A file of that name that this user's record does not have is somebody's secret all the same.
            if (given == secrets.end() && (!m_host.files.exists(path) || !holds(m_mayKeep, name)))
                return failure(
                    ErrorCode::SecretUnavailable,
                    "the credential " + name + " was not given, and there is none that was installed for " +
                        user(),
                    "give it on standard input: salvorctl timers secrets --plan FILE | … --secrets-fd 0",
                    {{"credential", name}, {"state", "not_found"}});
            if (given == secrets.end()) {
                m_done.credentialsKept.push_back(name);
                continue;
            }
            SALVOR_ASSIGN(std::string sealed, m_host.system->encrypt(name, given->second, m_cancel));
            changes.push_back({path, std::move(sealed), 0600});
            m_done.credentialsWritten.push_back(name);
        }
        for (const auto& name : without(m_old.credentials(), m_done.plan.record.credentials()))
            changes.push_back({layout().credential(name), std::nullopt, 0600});
        return {};
    }

    /// A credential that nobody gave anew has the password that it had.
    void noteKeptPasswords() {
        for (auto& policy : m_done.plan.record.policies) {
            const bool isKept = std::ranges::any_of(
                policy.credentials, [&](const auto& name) { return holds(m_done.credentialsKept, name); });
            const InstalledPolicy* const before = isKept ? m_old.find(policy.uuid) : nullptr;
            if (isKept)
                policy.passwordChange = before ? before->passwordChange : std::nullopt;
        }
    }

    /// Folders that will be made, so that whoever removes the last timer can take them away.
    void noteFolders(const std::vector<FileChange>& changes) {
        std::set<std::string> made(m_old.madeFolders.begin(), m_old.madeFolders.end());
        const auto note = [&](const std::string& path) {
            for (std::string folder = path.substr(0, path.rfind('/'));
                 !folder.empty() && !m_host.files.exists(folder); folder.resize(folder.rfind('/')))
                made.insert(folder);
        };
        for (const auto& change : changes) {
            if (change.content)
                note(change.path);
        }
        note(layout().record(user()));
        m_done.plan.record.madeFolders.assign(made.begin(), made.end());
    }

    /// `off`: of those that the record has already, the ones that do not run.
    Result<> switchOver(const std::vector<FileChange>& changes, const TimersRecord& next,
                        const std::vector<std::string>& off) {
        const auto gone = without(m_old.timers(), next.timers());
        const auto fresh = without(next.timers(), m_old.timers());
        auto started = fresh;
        for (const auto& timer : without(next.timers(), fresh)) {
            if (holds(off, timer) || std::ranges::any_of(changes, [&](const auto& one) {
                    return one.path == layout().unit(timer);
                }))
                started.push_back(timer);
        }
        auto enabled = fresh;
        enabled.insert(enabled.end(), off.begin(), off.end());
        m_host.system->resetFailed(off, m_cancel);
        auto done = steps(changes, gone, enabled, started);
        if (!done)
            return putBack(std::move(done).error(), gone, fresh);
        m_done.started = started;
        m_done.stopped = gone;
        return {};
    }

    Result<> steps(const std::vector<FileChange>& changes, const std::vector<std::string>& gone,
                   const std::vector<std::string>& enabled, const std::vector<std::string>& started) {
        SALVOR_TRY(openSettings());
        SALVOR_TRY(m_host.system->disable(present(gone), m_cancel));
        // A job that starts until systemd has read the new units still goes by the old ones: the file that
        // they name goes last.
        const auto split = [&](bool last) {
            std::vector<FileChange> part;
            std::ranges::copy_if(changes, std::back_inserter(part), [&](const FileChange& change) {
                return last == (!change.content && !change.path.starts_with(layout().units + "/"));
            });
            return part;
        };
        SALVOR_TRY(m_transaction.apply(split(false)));
        SALVOR_TRY(m_host.system->reload(m_cancel));
        SALVOR_TRY(m_transaction.apply(split(true)));
        SALVOR_TRY(m_host.system->enable(enabled, m_cancel));
        return m_host.system->restart(started, m_cancel);
    }

    /// Only those that systemctl can find: somebody may have removed a unit by hand.
    std::vector<std::string> present(const std::vector<std::string>& units) const {
        std::vector<std::string> there;
        for (const auto& unit : units) {
            if (m_host.files.exists(layout().unit(unit)))
                there.push_back(unit);
        }
        return there;
    }

    /// salvorctl run by root makes this folder for root alone; the units' users have to get through.
    Result<> openSettings() const {
        const auto mode = m_host.files.mode(layout().settings);
        if (layout().scope == UnitScope::User || !mode || (*mode & 0011U) == 0011U)
            return {};
        if (::chmod(m_host.files.inRoot(layout().settings).c_str(), *mode | 0011U) != 0)
            return failure(ErrorCode::PermissionDenied,
                           "letting jobs into " + layout().settings + ": " + std::strerror(errno),
                           "it needs root", {{"path", layout().settings}});
        return {};
    }

    Result<> putBack(Error error, const std::vector<std::string>& gone,
                     const std::vector<std::string>& fresh) {
        const CancelToken notCancelled; // what was begun is taken back, also after a cancel
        std::string problems;
        const auto note = [&](const Result<>& step) {
            if (!step)
                problems += (problems.empty() ? "" : "; ") + step.error().message;
        };
        note(m_host.system->disable(present(fresh), notCancelled));
        note(m_transaction.rollBack());
        note(m_host.system->reload(notCancelled));
        const auto again = present(gone);
        note(m_host.system->enable(again, notCancelled));
        note(m_host.system->restart(again, notCancelled));
        error.message += problems.empty() ? "; everything was put back as it was"
                                          : "; and putting everything back was not possible: " + problems;
        error.context.emplace("rolled_back", problems.empty() ? "true" : "false");
        return failure(std::move(error));
    }

    /// What systemd itself keeps of units that are gone, and folders that are empty now.
    void tidy() {
        std::vector<std::string> units;
        for (const auto& timer : m_done.stopped) {
            const std::string service = timer.substr(0, timer.rfind('.')) + ".service";
            units.push_back(timer);
            units.push_back(service);
            // A backup goes on to its end. A watch that is at work has lost its files, would fail by that,
            // and would stay in systemd's list.
            if (timer == m_old.watchTimer)
                m_host.system->stop({service}, {});
            ::unlink(m_host.files.inRoot(layout().stamp(timer)).c_str());
        }
        m_host.system->resetFailed(units, {});
        std::vector<std::string> folders = m_old.madeFolders;
        for (const auto& policy : m_old.policies)
            folders.push_back(layout().jobFolder(policy.uuid));
        std::ranges::sort(folders, std::greater<>()); // the inner ones first
        for (const auto& folder : folders)
            ::rmdir(m_host.files.inRoot(folder).c_str()); // only an empty one goes
    }

    const TimersHost& m_host;
    const CancelToken& m_cancel;
    FileTransaction m_transaction;
    TimerOwners m_owners;
    TimersRecord m_old;                 ///< without what is another user's
    std::vector<std::string> m_mayKeep; ///< credentials that this user's record has
    bool m_mends = false;               ///< the record does not say all that m_old does
    AppliedTimers m_done;
};

} // namespace

Result<AppliedTimers> applyTimers(const std::string& planBytes, const CredentialSecrets& secrets,
                                  const TimersHost& host, const CancelToken& cancel) {
    return Applier(host, cancel).run(planBytes, secrets);
}

} // namespace salvor
