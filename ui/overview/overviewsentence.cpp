// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/json.h"
#include "ui/overview/overviewtexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <QRegularExpression>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kNamed = 3; ///< concerns told by name; the table has them all

/// With its server where another one has a database of that name.
QString nameOf(const WorkspaceSnapshot& snapshot, const Concern& concern) {
    const QString name = QString::fromStdString(concern.database);
    const bool several = std::ranges::any_of(snapshot.sources, [&](const SourceStanding& source) {
        return source.database == concern.database && source.profileTitle != concern.profileTitle;
    });
    return several ? OverviewTexts::tr("%1 on %2", "database, server")
                         .arg(name, QString::fromStdString(concern.profileTitle))
                   : name;
}

QString tell(const QString& name, const Concern& concern) {
    switch (concern.state) {
    case Protection::Overdue:
        return OverviewTexts::tr("%1 overdue by %2")
            .arg(name, Format::distance(static_cast<double>(concern.overdueBy.count())));
    case Protection::Behind:
        return OverviewTexts::tr("%1 backed up from a server that was %2 behind")
            .arg(name, Format::distance(static_cast<double>(concern.behindBy.count())));
    case Protection::Lost:
        return OverviewTexts::tr("%1 not on its server any more").arg(name);
    case Protection::Failed:
        return OverviewTexts::tr("%1 failed").arg(name);
    case Protection::Partial:
        return OverviewTexts::tr("%1 only in part").arg(name);
    case Protection::Unreachable:
        return OverviewTexts::tr("%1 unreachable").arg(name);
    case Protection::FutureDated:
        return OverviewTexts::tr("%1 dated in the future").arg(name);
    case Protection::Paused:
        return OverviewTexts::tr("%1 paused").arg(name);
    case Protection::Unprotected:
        return OverviewTexts::tr("%1 selected by no policy").arg(name);
    case Protection::StoreLost:
        return OverviewTexts::tr("the store of %1 does not answer").arg(name);
    default:
        return OverviewTexts::tr("%1 never backed up").arg(name);
    }
}

QString tellConcerns(const WorkspaceSnapshot& snapshot, const std::vector<Concern>& concerns) {
    QStringList parts;
    for (std::size_t i = 0; i < std::min(kNamed, concerns.size()); ++i) {
        const bool noneLeft = std::ranges::any_of(snapshot.sources, [&](const SourceStanding& source) {
            return source.database == concerns[i].database &&
                   source.profileTitle == concerns[i].profileTitle && hasNoneLeft(source);
        });
        parts << (noneLeft
                      ? OverviewTexts::tr("%1 has no good backup left").arg(nameOf(snapshot, concerns[i]))
                      : tell(nameOf(snapshot, concerns[i]), concerns[i]));
    }
    if (concerns.size() > kNamed)
        parts << OverviewTexts::tr("and %n more", nullptr, static_cast<int>(concerns.size() - kNamed));
    return parts.join(QStringLiteral(", "));
}

/// Of all that are counted, protected now or not: what the column says of each.
std::size_t provenCount(const WorkspaceSnapshot& snapshot) {
    return static_cast<std::size_t>(std::ranges::count_if(snapshot.sources, [](const SourceStanding& source) {
        return !isPast(source.protection) && source.proven;
    }));
}

/// Every backup is there and whole: it is the run that lacks something.
QString tellIncomplete(const WorkspaceSnapshot& snapshot, std::size_t count) {
    const bool onlyRead = std::ranges::all_of(snapshot.sources, [](const SourceStanding& source) {
        return source.protection != Protection::Incomplete || wasNotReadBack(source);
    });
    const int n = static_cast<int>(count);
    return onlyRead ? OverviewTexts::tr("%n of the protected not read back after the backup", nullptr, n)
                    : OverviewTexts::tr("%n of the protected by a run that did not do all", nullptr, n);
}

std::size_t serversWithoutSources(const WorkspaceSnapshot& snapshot) {
    return static_cast<std::size_t>(
        std::count_if(snapshot.profiles.begin(), snapshot.profiles.end(), [&](const Profile& profile) {
            // One without a policy is only restored to.
            return std::ranges::count(snapshot.policies, profile.uuid, &Policy::profileUuid) > 0 &&
                   !snapshot.waiting.contains(profile.uuid) &&
                   std::none_of(
                       snapshot.sources.begin(), snapshot.sources.end(),
                       [&](const SourceStatus& source) { return source.profileUuid == profile.uuid; });
        }));
}

QString tellWaiting(const WorkspaceSnapshot& snapshot) {
    QStringList titles;
    for (const auto& profile : snapshot.profiles) {
        if (snapshot.waiting.contains(profile.uuid))
            titles << QString::fromStdString(profile.title);
    }
    return OverviewTexts::tr("first run to come: %1", "titles of servers")
        .arg(titles.join(OverviewTexts::tr(", ", "list")));
}

/// A store that answers may be set back, or be written by somebody else: its backups can still be read.
OverviewConcern storeConcern(const RepositoryInfo& info) {
    const QString text =
        info.answered ? OverviewTexts::tr("The repository “%1” answers, but something is amiss: %2 (%3)")
                      : OverviewTexts::tr("The repository “%1” cannot be used: %2 (%3)");
    return {text.arg(QString::fromStdString(info.pin.title), ErrorPanel::title(info.problem->code),
                     Format::told(info.problem->message)),
            OverviewConcern::Remedy::RepositoryInfo, QString::fromStdString(info.pin.id)};
}

OverviewConcern identityConcern(const IdentityProblem& problem) {
    const QString title = QString::fromStdString(problem.repositoryTitle);
    const QString text =
        problem.error
            ? OverviewTexts::tr("Whether the backups in “%1” can be opened from here is not known: %2 (%3)")
                  .arg(title, ErrorPanel::title(problem.error->code), Format::told(problem.error->message))
            : OverviewTexts::tr("The backups in “%1” cannot be opened from here: the key (identity) is not "
                                "on this computer. With the recovery file and its passphrase they can.")
                  .arg(title);
    return {text, OverviewConcern::Remedy::RepositoryInfo, QString::fromStdString(problem.repositoryId)};
}

std::vector<OverviewConcern> repositoryConcerns(const WorkspaceSnapshot& snapshot,
                                                const std::vector<RepositoryInfo>& repositories,
                                                const std::vector<IdentityProblem>& identities) {
    std::vector<OverviewConcern> concerns;
    for (const auto& info : repositories) {
        if (info.problem)
            concerns.push_back(storeConcern(info));
    }
    for (const auto& problem : identities)
        concerns.push_back(identityConcern(problem));
    for (const auto& pin : snapshot.repositories) {
        if (pin.encrypted && !pin.rehearsed)
            concerns.push_back({OverviewTexts::tr("The recovery file of “%1” was never tried: without a "
                                                  "rehearsal nobody knows whether it opens the backups.")
                                    .arg(QString::fromStdString(pin.title)),
                                OverviewConcern::Remedy::Rehearse, QString::fromStdString(pin.id)});
    }
    return concerns;
}

/// Ids of runs and backups, which are for command lines: in a sentence the time that is in them.
std::string withTimes(const std::string& text) {
    static const QRegularExpression id(
        QStringLiteral("\\b(\\d{4})(\\d\\d)(\\d\\d)T(\\d\\d)(\\d\\d)(\\d\\d)Z-[0-9A-Z]{6}\\b"));
    return toQt(text).replace(id, QStringLiteral("\\1-\\2-\\3T\\4:\\5:\\6Z")).toStdString();
}

/// What is to be brought back first.
BackupChoice lostBackup(const WorkspaceSnapshot& snapshot, const std::string& profileUuid) {
    const auto lost = std::ranges::find_if(snapshot.sources, [&](const SourceStanding& source) {
        return source.profileUuid == profileUuid && source.protection == Protection::Lost && source.lastGood;
    });
    if (lost == snapshot.sources.end())
        return {};
    return {toQt(lost->lastGood->repositoryId), toQt(lost->lastGood->id)};
}

OverviewConcern findingConcern(const WorkspaceSnapshot& snapshot, const Finding& finding) {
    const auto policy = std::ranges::find(snapshot.policies, finding.policy, &Policy::uuid);
    const bool isKnown = policy != snapshot.policies.end();
    if (finding.code != "prune_refused") {
        const bool isLoss = finding.code == "databases_gone" || finding.code == "server_replaced";
        OverviewConcern concern{
            OverviewTexts::tr("The watch says: %1").arg(Format::told(withTimes(finding.message))), {}, {}};
        if (isLoss && isKnown)
            concern.backup = lostBackup(snapshot, policy->profileUuid);
        if ((isLoss || finding.code == "schedule_ended") && isKnown)
            concern.policyUuid = toQt(finding.policy);
        return concern;
    }
    const std::string title = isKnown ? policy->title : finding.policy;
    return {
        OverviewTexts::tr("The policy “%1” prunes nothing until somebody confirms it: %2 of %3 backups would "
                          "go at once. Look at its retention, then prune by hand, or change the rules.")
            .arg(QString::fromStdString(title))
            .arg(finding.numbers.value(QLatin1String("dropped")).toInteger())
            .arg(finding.numbers.value(QLatin1String("live")).toInteger()),
        {},
        {},
        {},
        isKnown ? toQt(finding.policy) : QString()};
}

} // namespace

bool hasNoneLeft(const SourceStanding& source) {
    return source.protection == Protection::Never &&
           std::ranges::any_of(source.recentRuns,
                               [](const RunRecord& run) { return run.outcome == RunOutcome::Ok; });
}

bool wasNotReadBack(const SourceStanding& source) {
    return std::ranges::any_of(source.recentRuns, [&](const RunRecord& run) {
        return run.outcome == RunOutcome::Partial && isWhole(source, run) && lacksReadBack(run);
    });
}

std::vector<Finding> findingsBesideTheTable(const WatchReport& report) {
    std::vector<Finding> beside;
    for (const auto& finding : report.findings()) {
        for (const char* kind :
             {"prune_", "verify_", "drill_", "catalog_lost", "workspace_lost", "state_full", "swap_open",
              "no_policy", "schedule_ended", "server_replaced", "databases_gone"}) {
            if (finding.code.starts_with(kind))
                beside.push_back(finding);
        }
    }
    return beside;
}

Result<std::vector<Finding>> lookBesideTheTable(Core& core, const CancelToken& cancel) {
    WatchJob look;
    look.notify = false;
    SALVOR_ASSIGN(const auto seen, core.watch(look, cancel));
    return findingsBesideTheTable(seen.report);
}

OverviewSentence overviewSentence(const WorkspaceSnapshot& snapshot,
                                  const std::vector<RepositoryInfo>& repositories,
                                  const std::vector<IdentityProblem>& identities,
                                  const std::vector<Finding>& findings) {
    const ProtectionSummary summary = summarize(snapshot.sources);
    OverviewSentence sentence;
    sentence.concerns = repositoryConcerns(snapshot, repositories, identities);
    for (const auto& finding : findings)
        sentence.concerns.push_back(findingConcern(snapshot, finding));
    const std::size_t bare = serversWithoutSources(snapshot);
    const bool isNew = summary.total == 0 && bare == 0 && !snapshot.waiting.empty();
    if (isNew) {
        sentence.text = OverviewTexts::tr("No database is protected yet");
    } else if (summary.total == 0) {
        sentence.text = OverviewTexts::tr("No database is protected");
    } else {
        sentence.text = OverviewTexts::tr("%1 of %n database(s) protected, %2 proven by restore", nullptr,
                                          static_cast<int>(summary.total))
                            .arg(summary.protectedNow)
                            .arg(provenCount(snapshot));
    }
    if (summary.untimed > 0)
        sentence.text += QStringLiteral("; ") + OverviewTexts::tr("no timer for %n of the protected", nullptr,
                                                                  static_cast<int>(summary.untimed));
    if (summary.incomplete > 0)
        sentence.text += QStringLiteral("; ") + tellIncomplete(snapshot, summary.incomplete);
    if (!summary.concerns.empty())
        sentence.text += QStringLiteral("; ") + tellConcerns(snapshot, summary.concerns);
    if (bare > 0)
        sentence.text += QStringLiteral("; ") + OverviewTexts::tr("%n server(s) without any backup", nullptr,
                                                                  static_cast<int>(bare));
    if (!snapshot.waiting.empty())
        sentence.text += QStringLiteral("; ") + tellWaiting(snapshot);
    const bool red =
        (!isNew && summary.protectedNow == 0) || bare > 0 || !sentence.concerns.empty() ||
        std::any_of(summary.concerns.begin(), summary.concerns.end(),
                    [](const Concern& concern) { return StateMark::tone(concern.state) == Tone::Bad; });
    const bool amber = !summary.concerns.empty() || summary.untimed > 0 || summary.incomplete > 0 ||
                       !snapshot.waiting.empty();
    sentence.tone = red ? Tone::Bad : amber ? Tone::Warning : Tone::Good;
    return sentence;
}

} // namespace salvor
