// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/timers/timerstexts.h"

#include "models/base/json.h"
#include "models/policy/policycommand.h"
#include "ui/support/format.h"
#include "ui/support/statemark.h"

#include <algorithm>
#include <array>

namespace salvor {

namespace {

constexpr unsigned kMostExposureTenths = 25; ///< what a plan of system units is refused above

QString exposure(unsigned tenths) { return QStringLiteral("%1.%2").arg(tenths / 10).arg(tenths % 10); }

} // namespace

QString TimersTexts::state(TimersState state) {
    switch (state) {
    case TimersState::Installed:
        return tr("installed");
    case TimersState::NotInstalled:
        return tr("not installed");
    case TimersState::Outdated:
        return tr("outdated");
    case TimersState::Drift:
        return tr("changed by hand");
    case TimersState::NotRunning:
        return tr("not running");
    case TimersState::OtherHome:
        return tr("of another home");
    case TimersState::PolicyGone:
        break;
    }
    return tr("its policy is gone");
}

Tone TimersTexts::tone(TimersState state) {
    switch (state) {
    case TimersState::Installed:
        return Tone::Good;
    case TimersState::Drift:
    case TimersState::NotRunning:
        return Tone::Bad;
    case TimersState::OtherHome:
    case TimersState::NotInstalled:
    case TimersState::Outdated:
    case TimersState::PolicyGone:
        break;
    }
    return Tone::Warning;
}

QString TimersTexts::advice(const PolicyTimersView& policy) {
    if (policy.policyUnknown)
        return policy.policyUuid.empty()
                   ? tr("The watch has policies that are not known here, as after the workspace was lost. It "
                        "goes on. Put the workspace back from a copy before you apply anything.")
                   : tr("The policy is not known here, and nobody removed it, as after the workspace was "
                        "lost. "
                        "Its timers go on. Put the workspace back from a copy before you apply anything.");
    switch (policy.state) {
    case TimersState::Installed:
        return policy.paused ? tr("The policy is paused: its timers elapse and start nothing.") : QString();
    case TimersState::NotInstalled:
        if (policy.policyUuid.empty())
            return tr("The watch, which tells when a backup is overdue, has no timer yet. Apply makes it.");
        return tr("The policy has a schedule that nobody follows. Apply makes its timers.");
    case TimersState::Outdated:
        if (policy.oldPassword)
            return tr("The profile's password was changed, and the timers still have the older one. Apply "
                      "renews it.");
        if (policy.othersUnits)
            return tr("Another program or version of Salvor wrote these units, and they call that one. Apply "
                      "makes them those of this program.");
        return tr(
            "The timers run the policy as it was when they were applied. Apply brings them up to date.");
    case TimersState::Drift:
        if (!policy.unrecorded.empty() || !policy.damagedRecord.empty())
            return tr(
                "These units are installed, and the record of what is installed was lost, is damaged or "
                "does not name them. Apply takes them over and writes it anew; Remove takes them away.");
        return tr("Somebody edited or removed these files. A job whose file was edited refuses to run. Apply "
                  "puts them right.");
    case TimersState::NotRunning:
        if (std::ranges::any_of(policy.timers, &TimerView::elapsed))
            return tr(
                "A timer is active, and systemd has no next time for it, so nothing will start its runs. A "
                "drop-in may have set a time that is past.");
        return tr(
            "A timer is disabled or stopped, so nothing will start its runs. Apply enables and starts it.");
    case TimersState::OtherHome:
        return tr("Another Salvor home of yours installed it. Apply and Remove it from there.");
    case TimersState::PolicyGone:
        break;
    }
    if (policy.policyRemoved && policy.paused)
        return tr("The policy was removed while it was paused: its timers elapse and start nothing. Apply or "
                  "Remove takes them away.");
    if (policy.policyRemoved)
        return tr(
            "The policy was removed, and its timers go on: they make backups and delete old ones by its "
            "last rules. Apply or Remove takes them away.");
    return tr("The policy has no schedule any more. Apply or Remove takes its timers away.");
}

QString TimersTexts::scope(bool userUnits) { return userUnits ? tr("your session") : tr("this computer"); }

QString TimersTexts::change(TimersFileChange change) {
    return change == TimersFileChange::Added     ? tr("New")
           : change == TimersFileChange::Changed ? tr("Changed")
                                                 : tr("Removed");
}

QString TimersTexts::road(const TimersRoad& road, bool userUnits) {
    if (userUnits)
        return tr("Applied at once, without an administrator. Such timers run only while your session's "
                  "manager does; “loginctl enable-linger” keeps it up.");
    if (road.isRoot)
        return tr("Applied at once: this program runs as root.");
    if (road.hasPolkit)
        return tr("The system asks for an administrator's password, in a dialog of its own. Salvor never "
                  "sees it.");
    return tr("This computer has no dialog for an administrator's password (polkit is not set up for "
              "Salvor). Salvor writes the plan down and shows the line that an administrator runs.");
}

QString TimersTexts::call(const TimersWish& wish) {
    std::vector<std::string> words{"salvorctl", "timers",
                                   wish.kind == TimersWish::Kind::Apply    ? "apply"
                                   : wish.kind == TimersWish::Kind::Remove ? "remove"
                                                                           : "undo"};
    if (wish.userUnits)
        words.emplace_back("--user-units");
    words.insert(words.end(), wish.policies.begin(), wish.policies.end());
    return toQt(shellQuoted(words));
}

QString TimersTexts::summary(const TimersPlanView& plan, TimersWish::Kind kind) {
    const QString user = toQt(plan.user);
    const bool isOnlyPasswords = plan.files.empty() && plan.notRunning.empty() && !plan.undo;
    if (plan.changesNothing || (isOnlyPasswords && !plan.oldPasswords.empty()))
        return plan.credentials.empty() ? tr("Everything is installed as it should be.")
                                        : tr("Every file is as it should be. Applying writes the "
                                             "credentials anew, as after a new password.");
    const QString starts = plan.notRunning.empty()
                               ? QString()
                               : QLatin1Char(' ') + tr("To be enabled and started: %n timer(s).", nullptr,
                                                       static_cast<int>(plan.notRunning.size()));
    if (plan.files.empty() && !starts.isEmpty())
        return tr("Every file is as it should be.") + starts;
    if (plan.files.empty() && (!plan.unrecorded.empty() || !plan.damagedRecord.empty()))
        return tr("No unit or job file changes; the record of what is installed is put right.");
    const QString files = tr("%n file(s)", nullptr, static_cast<int>(plan.files.size()));
    switch (kind) {
    case TimersWish::Kind::Remove:
        return tr("Timers go away: %1. Nothing of them stays; backups and policies are not touched.")
                   .arg(files) +
               starts;
    case TimersWish::Kind::Undo:
        return tr("Back to what was installed for %1 before the last change: %2.").arg(user, files) + starts;
    case TimersWish::Kind::Apply:
        break;
    }
    return tr("Timers that run as %1: %2, all of them or none.").arg(user, files) + starts;
}

QString TimersTexts::applied(const AppliedTimersView& done) {
    QStringList lines{done.files.empty()
                          ? tr("Done: no file had to change.")
                          : tr("Done: %n file(s) changed.", nullptr, static_cast<int>(done.files.size()))};
    if (!done.credentialsWritten.empty())
        lines << tr("%n credential(s) written.", nullptr, static_cast<int>(done.credentialsWritten.size()));
    for (const auto& timer : done.started)
        lines << tr("Started %1.").arg(toQt(timer));
    for (const auto& timer : done.stopped)
        lines << tr("Stopped and removed %1.").arg(toQt(timer));
    for (const auto& name : done.credentialsKept)
        lines << tr("Kept the credential %1 as it was.").arg(toQt(name));
    return lines.join(QLatin1Char('\n'));
}

void TimersModel::setTimers(AllTimersView timers) {
    beginResetModel();
    m_timers = std::move(timers);
    m_rows.clear();
    for (std::size_t i = 0; i < m_timers.policies.size(); ++i) {
        const auto& own = m_timers.policies[i].timers.timers;
        if (own.empty())
            m_rows.push_back({i, std::nullopt});
        for (std::size_t k = 0; k < own.size(); ++k)
            m_rows.push_back({i, k});
    }
    endResetModel();
}

const ScopedTimersView* TimersModel::policy(const QModelIndex& index) const {
    return index.isValid() && index.model() == this
               ? &m_timers.policies[m_rows[static_cast<std::size_t>(index.row())].policy]
               : nullptr;
}

const TimerView* TimersModel::timer(const QModelIndex& index) const {
    const ScopedTimersView* found = policy(index);
    const auto& number =
        found != nullptr ? m_rows[static_cast<std::size_t>(index.row())].timer : std::nullopt;
    return number ? &found->timers.timers[*number] : nullptr;
}

int TimersModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}
int TimersModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString TimersModel::text(const Row& row, int column) const {
    const ScopedTimersView& scoped = m_timers.policies[row.policy];
    const TimerView* timer = row.timer ? &scoped.timers.timers[*row.timer] : nullptr;
    const bool installed = scoped.timers.state != TimersState::NotInstalled;
    switch (column) {
    case PolicyColumn:
        return scoped.timers.policyUuid.empty() ? tr("The watch") : toQt(scoped.timers.title);
    case StateColumn:
        return scoped.timers.paused && scoped.timers.state == TimersState::Installed ? tr("installed, paused")
               : scoped.timers.policyUnknown                                         ? tr("not known here")
                                             : TimersTexts::state(scoped.timers.state);
    case ScopeColumn:
        return installed ? TimersTexts::scope(scoped.userUnits) : QString();
    case NextColumn:
        return timer == nullptr ? QString()
               : timer->next    ? Format::time(*timer->next)
                                : tr("none", "no next run");
    case LastColumn:
        return timer == nullptr ? QString() : timer->last ? Format::time(*timer->last) : tr("never");
    default:
        if (timer == nullptr || !timer->last)
            return {};
        return timer->exitCode && *timer->exitCode != 0 ? tr("exit code %1").arg(*timer->exitCode)
               : timer->exitCode                        ? tr("ok")
                                                        : toQt(timer->result);
    }
}

QVariant TimersModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::DecorationRole && index.column() == StateColumn)
        return StateMark::icon(TimersTexts::tone(m_timers.policies[row.policy].timers.state));
    if (role == Qt::ToolTipRole && index.column() == NextColumn && row.timer)
        return toQt(m_timers.policies[row.policy].timers.timers[*row.timer].timer);
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return text(row, index.column());
    return {};
}

QVariant TimersModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const std::array<QString, kColumns> titles{tr("Policy"),   tr("State"),    tr("Runs in"),
                                               tr("Next run"), tr("Last run"), tr("Last result")};
    return titles[static_cast<std::size_t>(section)];
}

void PlanModel::setPlan(const TimersPlanView& plan) {
    beginResetModel();
    m_rows.clear();
    for (const auto& file : plan.files) {
        const QString detail =
            !file.difference.empty() ? toQt(file.difference)
            : file.change == TimersFileChange::Removed
                ? tr("This job file is removed: no timer runs it any more.")
                : tr("The job file: what the service runs, with names of hosts, users and commands, and no "
                     "secret. “salvorctl timers plan --output FILE” writes the plan with its content.");
        m_rows.push_back({TimersTexts::change(file.change), toQt(file.path), detail,
                          file.change == TimersFileChange::Removed ? Tone::Warning : Tone::Neutral});
    }
    for (const auto& unit : plan.unrecorded)
        m_rows.push_back(
            {tr("Not recorded"), toQt(unit),
             tr("This unit is installed, and the record of what is installed was lost, is damaged "
                "or does not name it. Applying takes it over, or away with the others."),
             Tone::Warning});
    if (!plan.damagedRecord.empty())
        m_rows.push_back({tr("Damaged"), toQt(plan.damagedRecord),
                          tr("The record of what is installed cannot be read. What the units say counts, and "
                             "applying writes it anew or removes it."),
                          Tone::Warning});
    for (const auto& timer : plan.notRunning)
        m_rows.push_back({tr("Starts"), toQt(timer),
                          tr("This timer is installed, and it is disabled, stopped or failed: nothing will "
                             "start its runs. Applying enables and starts it."),
                          Tone::Warning});
    for (const auto& name : plan.credentials)
        m_rows.push_back({tr("Credential"), toQt(name),
                          tr("The secret goes from your secret store to the administrator's side through a "
                             "pipe and is encrypted by systemd-creds for this computer alone."),
                          Tone::Neutral});
    for (const auto& score : plan.scores)
        m_rows.push_back({tr("Rating %1").arg(exposure(score.exposureTenths)), toQt(score.unit),
                          tr("How exposed systemd finds the service: 0 is best, 10 worst. A plan for this "
                             "computer with more than 2.5 is refused; in a session's own manager the figure "
                             "is shown and not limited."),
                          score.exposureTenths <= kMostExposureTenths ? Tone::Good : Tone::Warning});
    for (const auto& title : plan.leftOut)
        m_rows.push_back({tr("Left out"), toQt(title),
                          tr("This policy has no schedule, so it gets no timer: it runs by hand."),
                          Tone::Neutral});
    endResetModel();
}

QString PlanModel::detail(const QModelIndex& index) const {
    return index.isValid() ? m_rows[static_cast<std::size_t>(index.row())].detail : QString();
}

int PlanModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}
int PlanModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QVariant PlanModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid))
        return {};
    const Row& row = m_rows[static_cast<std::size_t>(index.row())];
    if (role == Qt::DecorationRole && index.column() == WhatColumn)
        return StateMark::icon(row.tone);
    if (role == Qt::DisplayRole || role == Qt::ToolTipRole)
        return index.column() == WhatColumn ? row.what : row.of;
    return {};
}

QVariant PlanModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    return section == WhatColumn ? tr("What") : tr("Of");
}

} // namespace salvor
