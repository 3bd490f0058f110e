// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/timerplan.h"

#include "engines/timers/temporaryfolder.h"
#include "engines/timers/timerowners.h"
#include "engines/timers/timerstatus.h"
#include "models/base/json.h"
#include "models/jsonfields.h"

#include <algorithm>
#include <map>
#include <set>

namespace salvor {

namespace {

class Planner {
public:
    Planner(const TimersWanted& wanted, const TimersHost& host, const CancelToken& cancel)
        : m_host(host)
        , m_cancel(cancel) {
        m_plan.wanted = wanted;
    }

    Result<TimersPlan> run() {
        const TimersWanted& wanted = m_plan.wanted;
        SALVOR_ASSIGN(m_owners, TimerOwners::load(m_host.files, m_host.layout, wanted.user));
        SALVOR_ASSIGN(auto installed, loadInstalledTimers(m_host.files, m_host.layout, wanted.user));
        m_old = m_owners.without(std::move(installed.record), m_host.layout);
        m_plan.unrecorded = std::move(installed.unrecorded);
        m_plan.recordState = installed.state;
        SALVOR_ASSIGN(const auto bytes, m_host.files.read(m_host.layout.record(wanted.user)));
        m_plan.recordBefore = bytes ? sha256Hex(*bytes) : std::string();
        m_plan.record = m_old;
        if (wanted.action == TimersAction::Undo)
            return std::move(m_plan);
        for (const auto& uuid : wanted.remove)
            std::erase_if(m_plan.record.policies, [&](const auto& policy) { return policy.uuid == uuid; });
        for (const auto& job : wanted.jobs)
            SALVOR_TRY(install(job));
        if (!wanted.watch.empty())
            SALVOR_TRY(installWatch());
        if (m_plan.record.policies.empty() && wanted.watch.empty()) {
            m_plan.record.watchFiles.clear();
            m_plan.record.watchTimer.clear();
            m_plan.record.watchCredentials.clear();
        }
        std::ranges::sort(m_plan.record.policies, {}, &InstalledPolicy::uuid);
        SALVOR_TRY(checkStems());
        SALVOR_TRY(compare());
        SALVOR_TRY(judge());
        SALVOR_TRY(findNotRunning());
        return std::move(m_plan);
    }

private:
    Result<> install(const std::string& bytes) {
        const TimersWanted& wanted = m_plan.wanted;
        SALVOR_ASSIGN(const JobFile job, readJobFile(bytes));
        if (const std::string owner = m_owners.ofPolicy(job.policy.uuid); !owner.empty())
            return belongsToAnother("the policy \"" + job.policy.title + "\" (units salvor-" +
                                        job.policy.uuid.substr(0, 8) + "-…)",
                                    owner, wanted.user,
                                    "make it anew: export it, and import it with --new-uuid; or let " +
                                        owner + " run salvorctl timers remove");
        SALVOR_TRY(checkCredentials(credentialNames(job)));
        PolicyUnits units{
            job, {}, wanted.scope, wanted.user, wanted.program, onFailure(), m_host.layout.credentials};
        SALVOR_ASSIGN(units.jobPath, jobPath(job, bytes));
        SALVOR_ASSIGN(const auto files, renderUnits(units));
        InstalledPolicy installed{
            job.policy.uuid,     job.policy.title, job.version, units.jobPath, job.sha256, {}, {},
            credentialNames(job)};
        const auto change = wanted.passwordChanges.find(job.policy.uuid);
        if (change != wanted.passwordChanges.end() && !installed.credentials.empty()) {
            installed.passwordChange = change->second;
            const InstalledPolicy* const before = m_old.find(job.policy.uuid);
            if (before && before->isOlderThan(change->second))
                m_plan.oldPasswords.push_back(job.policy.title);
        }
        want(installed.files, units.jobPath, bytes);
        for (const auto& file : files) {
            want(installed.files, m_host.layout.unit(file.name), file.text);
            if (file.name.ends_with(".timer"))
                installed.timers.push_back(file.name);
        }
        m_plan.credentials.insert(m_plan.credentials.end(), installed.credentials.begin(),
                                  installed.credentials.end());
        std::erase_if(m_plan.record.policies,
                      [&](const auto& policy) { return policy.uuid == job.policy.uuid; });
        m_plan.record.policies.push_back(std::move(installed));
        return {};
    }

    Result<> installWatch() {
        const TimersWanted& wanted = m_plan.wanted;
        SALVOR_ASSIGN(const WatchFile watch, readWatchFile(wanted.watch));
        WatchUnits units{watch,
                         watchStem(),
                         m_host.layout.watchFile(wanted.user),
                         wanted.scope,
                         wanted.user,
                         wanted.program,
                         m_host.layout.credentials};
        SALVOR_ASSIGN(const auto files, renderUnits(units));
        TimersRecord& record = m_plan.record;
        record.watchFiles.clear();
        want(record.watchFiles, units.path, wanted.watch);
        for (const auto& file : files)
            want(record.watchFiles, m_host.layout.unit(file.name), file.text);
        record.watchTimer = units.stem + ".timer";
        record.watchCredentials = credentialNames(watch);
        SALVOR_TRY(checkCredentials(record.watchCredentials));
        m_plan.credentials.insert(m_plan.credentials.end(), record.watchCredentials.begin(),
                                  record.watchCredentials.end());
        return {};
    }

    /// All users' credentials are in one folder: one of another's would be read by this user's services, or
    /// be written over.
    Result<> checkCredentials(const std::vector<std::string>& names) const {
        for (const auto& name : names) {
            if (const std::string owner = m_owners.ofCredential(name); !owner.empty())
                return belongsToAnother(
                    "the credential " + name, owner, m_plan.wanted.user,
                    "a workspace that was copied from there needs policies and channels of its own: make "
                    "them anew; or let " +
                        owner + " run salvorctl timers remove");
        }
        return {};
    }

    /// The first user of the computer has the plain name; another one's watch is named after its user.
    std::string watchStem() const {
        if (!m_old.watchTimer.empty())
            return m_old.watchTimer.substr(0, m_old.watchTimer.rfind('.'));
        const std::string plain = "salvor-watch";
        const auto isTaken = [&](const std::string& name) {
            const auto there = m_host.files.read(m_host.layout.unit(name));
            return !there || (*there && !isOfThisUser(**there)) ||
                   !m_owners.ofPath(m_host.layout.unit(name)).empty();
        };
        const bool taken = isTaken(plain + ".timer") || isTaken(plain + ".service");
        return taken ? plain + "-" + m_plan.wanted.user : plain;
    }

    /// The watch looks at once, and tells whoever has to know.
    std::string onFailure() const {
        const bool isWatched = !m_plan.wanted.watch.empty() || !m_old.watchTimer.empty();
        return isWatched ? watchStem() + ".service" : std::string();
    }

    void want(std::vector<InstalledFile>& list, const std::string& path, const std::string& content) {
        list.push_back({path, sha256Hex(content)});
        m_wanted[path] = content;
    }

    /// A job file is never changed: other content gets another name.
    Result<std::string> jobPath(const JobFile& job, const std::string& bytes) const {
        const InstalledPolicy* const before = m_old.find(job.policy.uuid);
        if (before && before->jobSha256 == job.sha256)
            return before->jobPath;
        const std::string folder = m_host.layout.jobFolder(job.policy.uuid) + "/";
        const std::string plain = folder + std::to_string(job.version) + ".json";
        SALVOR_ASSIGN(const auto there, m_host.files.read(plain));
        if (!there || *there == bytes)
            return plain;
        return folder + std::to_string(job.version) + "-" + job.sha256.substr(0, 8) + ".json";
    }

    /// Eight hex digits name a policy's units; two policies that share them cannot both have some.
    Result<> checkStems() const {
        std::map<std::string, std::string> owner;
        for (const auto& policy : m_plan.record.policies) {
            const auto [it, isNew] = owner.emplace(policy.uuid.substr(0, 8), policy.title);
            if (!isNew)
                return failure(ErrorCode::AlreadyExists,
                               "the policies \"" + it->second + "\" and \"" + policy.title +
                                   "\" would have units of the same name",
                               "make one of them anew: export it, and import it with --new-uuid");
        }
        return {};
    }

    Result<> compare() {
        for (const auto& [path, content] : m_wanted)
            SALVOR_TRY(change(path, content));
        for (const auto& file : m_old.files()) {
            if (!m_plan.record.owns(file.path))
                SALVOR_TRY(change(file.path, std::nullopt));
        }
        std::ranges::sort(m_plan.files, {}, &PlannedFile::path);
        return {};
    }

    Result<> change(const std::string& path, std::optional<std::string> content) {
        SALVOR_ASSIGN(const auto there, m_host.files.read(path));
        if (there == content)
            return {};
        if (const std::string owner = m_owners.ofPath(path); !owner.empty())
            return belongsToAnother(path, owner, m_plan.wanted.user,
                                    "let " + owner + " run salvorctl timers remove, or use another policy");
        const bool isUnit = path.starts_with(m_host.layout.units + "/");
        if (there && isUnit && !m_old.owns(path) && !isOfThisUser(*there))
            return failure(ErrorCode::AlreadyExists,
                           "there is a unit " + path + " that was not installed for " + m_plan.wanted.user,
                           "look at what it is; move it away if nobody needs it", {{"path", path}});
        m_plan.files.push_back(
            {path, there ? sha256Hex(*there) : std::string(), std::move(content), there.value_or("")});
        return {};
    }

    /// From here and for this user, though no record says so: it was lost, or an apply was killed before it
    /// wrote one. Who may write there is root.
    bool isOfThisUser(const std::string& unit) const { return isUnitFor(unit, m_plan.wanted.user); }

    /// systemd's own opinion of the units, before anything is written.
    Result<> judge() {
        SALVOR_ASSIGN(const auto folder, TemporaryFolder::make());
        std::vector<std::string> units;
        std::vector<std::string> services;
        for (const auto& [path, content] : m_wanted) {
            if (!path.starts_with(m_host.layout.units + "/"))
                continue;
            SALVOR_ASSIGN(const std::string file, folder.add(path.substr(path.rfind('/') + 1), content));
            units.push_back(file);
            if (file.ends_with(".service"))
                services.push_back(file);
        }
        if (units.empty())
            return {};
        auto verified = m_host.system->verify(units, m_cancel);
        if (!verified) {
            Error error = std::move(verified).error();
            if (!error.context.contains("state")) // of a manager that is not there: nobody looked at them
                error.message = "systemd does not take the units: " + error.message;
            return failure(std::move(error));
        }
        for (const auto& service : services) {
            SALVOR_ASSIGN(const unsigned tenths, m_host.system->exposureTenths(service, m_cancel));
            m_plan.scores.push_back({service.substr(service.rfind('/') + 1), tenths});
            // A user's own manager cannot hide folders, and its unit can do no more than the user.
            if (m_plan.wanted.scope == UnitScope::System && tenths > kMostExposureTenths)
                return failure(tooExposed(m_plan.scores.back()));
        }
        return {};
    }

    /// The record says what was installed, not what runs: somebody may have disabled a timer since, or an
    /// apply was killed before it enabled them.
    Result<> findNotRunning() {
        std::vector<std::string> known;
        for (const auto& timer : m_old.timers()) {
            if (m_wanted.contains(m_host.layout.unit(timer)))
                known.push_back(timer);
        }
        SALVOR_ASSIGN(m_plan.notRunning, timersNotRunning(*m_host.system, known, m_cancel));
        return {};
    }

    static Error tooExposed(const UnitScore& score) {
        const auto text = [](unsigned tenths) {
            return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
        };
        return {ErrorCode::Unsupported,
                "systemd rates the unit " + score.unit + " at " + text(score.exposureTenths) + ", above " +
                    text(kMostExposureTenths) + ": it is not installed",
                "this systemd does not know the sandbox that a job needs; use 252 or newer",
                false,
                {{"unit", score.unit}, {"exposure", text(score.exposureTenths)}}};
    }

    const TimersHost& m_host;
    const CancelToken& m_cancel;
    TimersPlan m_plan;
    TimerOwners m_owners;
    TimersRecord m_old;                          ///< without what is another user's
    std::map<std::string, std::string> m_wanted; ///< path → content
};

std::vector<std::string> lines(const std::string& text) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        out.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return out;
}

} // namespace

Result<std::string> writeTimersPlan(const TimersPlan& plan) {
    QJsonArray files;
    for (const auto& file : plan.files) {
        QJsonObject one{{QStringLiteral("path"), toQt(file.path)}};
        if (!file.before.empty())
            one.insert(QStringLiteral("before_sha256"), toQt(file.before));
        if (file.content)
            one.insert(QStringLiteral("content"), toQt(*file.content));
        files.append(one);
    }
    QJsonArray scores;
    for (const auto& score : plan.scores)
        scores.append(
            QJsonObject{{QStringLiteral("unit"), toQt(score.unit)},
                        {QStringLiteral("exposure_tenths"), static_cast<qint64>(score.exposureTenths)}});
    const TimersWanted& wanted = plan.wanted;
    const bool undo = wanted.action == TimersAction::Undo;
    QJsonObject document{{QStringLiteral("document"), QStringLiteral("timers_plan")},
                         {QStringLiteral("schema_version"), static_cast<qint64>(kPlanVersion)},
                         {QStringLiteral("action"), undo ? QStringLiteral("undo") : QStringLiteral("apply")},
                         {QStringLiteral("scope"), toQt(toString(wanted.scope))},
                         {QStringLiteral("user"), toQt(wanted.user)},
                         {QStringLiteral("program"), toQt(wanted.program)},
                         {QStringLiteral("jobs"), toJsonArray(wanted.jobs)},
                         {QStringLiteral("remove"), toJsonArray(wanted.remove)},
                         {QStringLiteral("watch"), toQt(wanted.watch)},
                         {QStringLiteral("record_before_sha256"), toQt(plan.recordBefore)},
                         {QStringLiteral("files"), files},
                         {QStringLiteral("credentials"), toJsonArray(plan.credentials)},
                         {QStringLiteral("scores"), scores}};
    if (!wanted.passwordChanges.empty())
        document.insert(QStringLiteral("password_changes"), toJsonObject(wanted.passwordChanges));
    SALVOR_ASSIGN(const std::string line, toCanonicalJson(document));
    return line + "\n";
}

Result<TimersWanted> readTimersPlan(std::string_view bytes) {
    SALVOR_ASSIGN(const auto document, parseJsonObject(bytes, "the plan of timers"));
    JsonFields fields(document, "the plan of timers");
    if (fields.textOr("document") != "timers_plan")
        return failure(ErrorCode::Corrupt, "this is not a plan of timers",
                       "make it with salvorctl timers plan");
    if (fields.count("schema_version") > kPlanVersion)
        return failure(ErrorCode::NewerFormat, "the plan was made by a newer Salvor",
                       "apply it with that one");
    TimersWanted wanted;
    const std::string action = fields.text("action");
    const std::string scope = fields.text("scope");
    wanted.user = fields.text("user");
    wanted.program = fields.text("program");
    wanted.jobs = fields.textsOr("jobs");
    wanted.remove = fields.textsOr("remove");
    wanted.watch = fields.textOr("watch");
    wanted.passwordChanges = fields.textMapOr("password_changes");
    if (action != "apply" && action != "undo")
        fields.fail("action", "is neither apply nor undo");
    if (scope != "system" && scope != "user")
        fields.fail("scope", "is neither system nor user");
    SALVOR_TRY(fields.finish());
    wanted.action = action == "undo" ? TimersAction::Undo : TimersAction::Apply;
    wanted.scope = scope == "user" ? UnitScope::User : UnitScope::System;
    return wanted;
}

Result<TimersPlan> planTimers(const TimersWanted& wanted, const TimersHost& host, const CancelToken& cancel) {
    return Planner(wanted, host, cancel).run();
}

// Longest common subsequence: units have some fifty lines. Equal lines are shown around changes.
std::string lineDifference(const std::string& before, const std::string& after) {
    if (before == after)
        return {};
    const auto a = lines(before);
    const auto b = lines(after);
    std::vector<std::vector<std::size_t>> common(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
    for (std::size_t i = a.size(); i-- > 0;) {
        for (std::size_t j = b.size(); j-- > 0;)
            common[i][j] =
                a[i] == b[j] ? common[i + 1][j + 1] + 1 : std::max(common[i + 1][j], common[i][j + 1]);
    }
    std::string out;
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() || j < b.size()) {
        if (i < a.size() && j < b.size() && a[i] == b[j]) {
            out += " " + a[i] + "\n";
            ++i;
            ++j;
        } else if (j == b.size() || (i < a.size() && common[i + 1][j] >= common[i][j + 1])) {
            out += "-" + a[i++] + "\n";
        } else {
            out += "+" + b[j++] + "\n";
        }
    }
    return out;
}

} // namespace salvor
