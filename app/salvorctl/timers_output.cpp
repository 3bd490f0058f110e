// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/timers_output.h"

#include "models/jsonfields.h"

#include <algorithm>

namespace salvor::ctl {

namespace {

const char* word(TimersFileChange change) {
    return change == TimersFileChange::Added     ? "added"
           : change == TimersFileChange::Changed ? "changed"
                                                 : "removed";
}

QString sentence(const TimersFileView& file) {
    const QString path = toQt(printable(file.path));
    switch (file.change) {
    case TimersFileChange::Added:
        return Text::tr("New: %1").arg(path);
    case TimersFileChange::Changed:
        return Text::tr("Changed: %1").arg(path);
    case TimersFileChange::Removed:
        break;
    }
    return Text::tr("Removed: %1").arg(path);
}

std::string exposure(unsigned tenths) {
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10);
}

std::string stateText(const PolicyTimersView& policy) {
    if (policy.policyUnknown) // whatever else it is: nothing is to be applied now
        return policy.policyUuid.empty()
                   ? text(Text::tr(
                         "it goes on, with policies that are not known here: was the workspace lost?"))
                   : text(Text::tr("NOT KNOWN HERE, it goes on: was the workspace lost?"));
    switch (policy.state) {
    case TimersState::Installed:
        return text(Text::tr("installed"));
    case TimersState::NotInstalled:
        return text(Text::tr("not installed: salvorctl timers apply"));
    case TimersState::Outdated:
        return policy.othersUnits ? text(Text::tr("of another program or version: salvorctl timers apply"))
                                  : text(Text::tr("edited since: salvorctl timers apply"));
    case TimersState::Drift:
        return policy.unrecorded.empty() && policy.damagedRecord.empty()
                   ? text(Text::tr("CHANGED BY HAND: salvorctl timers plan"))
                   : text(Text::tr("NOT WRITTEN DOWN: salvorctl timers apply"));
    case TimersState::NotRunning:
        return text(Text::tr("NOT RUNNING: salvorctl timers apply"));
    case TimersState::OtherHome:
        return text(Text::tr("of another Salvor home of this user"));
    case TimersState::PolicyGone:
        break;
    }
    if (policy.policyRemoved && policy.paused)
        return text(
            Text::tr("its policy was removed while it was paused, it does nothing: salvorctl timers apply"));
    return policy.policyRemoved
               ? text(Text::tr("ITS POLICY WAS REMOVED, IT GOES ON: salvorctl timers apply"))
               : text(Text::tr("its policy has no schedule any more: salvorctl timers apply"));
}

QJsonValue timeOrNull(const std::optional<Instant>& time) { return time ? toJsonTime(*time) : QJsonValue(); }

QJsonObject toJson(const TimerView& timer) {
    return {{QStringLiteral("timer"), toQt(timer.timer)},
            {QStringLiteral("enabled"), toQt(timer.enabled)},
            {QStringLiteral("active"), toQt(timer.active)},
            {QStringLiteral("next"), timeOrNull(timer.next)},
            {QStringLiteral("last"), timeOrNull(timer.last)},
            {QStringLiteral("last_result"), toQt(timer.result)},
            {QStringLiteral("last_exit_code"), timer.exitCode ? QJsonValue(*timer.exitCode) : QJsonValue()},
            {QStringLiteral("elapsed"), timer.elapsed},
            {QStringLiteral("failed_unrecorded"), timer.failedUnrecorded},
            {QStringLiteral("drop_ins"), toJsonArray(timer.dropIns)}};
}

QJsonObject toJson(const PolicyTimersView& policy) {
    QJsonArray timers;
    for (const auto& timer : policy.timers)
        timers.append(toJson(timer));
    return {{QStringLiteral("policy_uuid"), toQt(policy.policyUuid)},
            {QStringLiteral("title"), toQt(policy.title)},
            {QStringLiteral("state"), toQt(toString(policy.state))},
            {QStringLiteral("paused"), policy.paused},
            {QStringLiteral("version"), static_cast<qint64>(policy.version)},
            {QStringLiteral("old_password"), policy.oldPassword},
            {QStringLiteral("others_units"), policy.othersUnits},
            {QStringLiteral("edited"), toJsonArray(policy.edited)},
            {QStringLiteral("missing"), toJsonArray(policy.missing)},
            {QStringLiteral("policy_removed"), policy.policyRemoved},
            {QStringLiteral("policy_unknown"), policy.policyUnknown},
            {QStringLiteral("unrecorded"), toJsonArray(policy.unrecorded)},
            {QStringLiteral("damaged_record"), toQt(policy.damagedRecord)},
            {QStringLiteral("timers"), timers}};
}

void addRows(std::vector<std::vector<std::string>>& rows, const PolicyTimersView& policy) {
    const std::string title = policy.policyUuid.empty() ? text(Text::tr("(watch)")) : policy.title;
    std::string state = stateText(policy);
    if (policy.paused)
        state += text(Text::tr(", paused"));
    if (policy.timers.empty())
        rows.push_back({title, "", "", "", "", state});
    for (const auto& timer : policy.timers)
        rows.push_back({title, timer.timer, timer.next ? localTime(*timer.next) : "",
                        timer.last ? localTime(*timer.last) : "",
                        timer.exitCode ? std::to_string(*timer.exitCode) : "", state});
}

void sayTrouble(Context& context, const PolicyTimersView& policy, const TimerView& timer) {
    const std::string stem = timer.timer.substr(0, timer.timer.rfind('.'));
    if (policy.state == TimersState::NotRunning && timer.enabled == "enabled" && timer.elapsed)
        context.out().warn(
            text(Text::tr("%1 is active, and systemd has no next time for it: nothing will start it. "
                          "systemctl cat %1 shows its OnCalendar=, with what a drop-in sets.")
                     .arg(toQt(timer.timer))));
    else if (policy.state == TimersState::NotRunning &&
             (timer.enabled != "enabled" || timer.active != "active"))
        context.out().warn(
            text(Text::tr("%1 is %2 and %3: nothing will start it.")
                     .arg(toQt(timer.timer), toQt(timer.enabled.empty() ? "not there" : timer.enabled),
                          toQt(timer.active))));
    if (timer.failedUnrecorded)
        context.out().warn(
            text(Text::tr("%1.service failed before it could record a run (%2): journalctl -u %1.service")
                     .arg(toQt(stem), toQt(timer.result))));
}

} // namespace

QJsonObject toJson(const TimersPlanView& plan) {
    QJsonArray files;
    for (const auto& file : plan.files)
        files.append(QJsonObject{{QStringLiteral("path"), toQt(file.path)},
                                 {QStringLiteral("change"), QLatin1String(word(file.change))},
                                 {QStringLiteral("difference"), toQt(file.difference)}});
    QJsonArray scores;
    for (const auto& score : plan.scores)
        scores.append(QJsonObject{{QStringLiteral("unit"), toQt(score.unit)},
                                  {QStringLiteral("exposure"), score.exposureTenths / 10.0}});
    return {{QStringLiteral("user"), toQt(plan.user)},
            {QStringLiteral("action"), plan.undo ? QStringLiteral("undo") : QStringLiteral("apply")},
            {QStringLiteral("sha256"), toQt(plan.sha256)},
            {QStringLiteral("changes_nothing"), plan.changesNothing},
            {QStringLiteral("files"), files},
            {QStringLiteral("not_running"), toJsonArray(plan.notRunning)},
            {QStringLiteral("old_passwords"), toJsonArray(plan.oldPasswords)},
            {QStringLiteral("unrecorded"), toJsonArray(plan.unrecorded)},
            {QStringLiteral("damaged_record"), toQt(plan.damagedRecord)},
            {QStringLiteral("credentials"), toJsonArray(plan.credentials)},
            {QStringLiteral("scores"), scores},
            {QStringLiteral("without_schedule"), toJsonArray(plan.leftOut)}};
}

void showPlan(Context& context, const TimersPlanView& plan) {
    Output& out = context.out();
    out.line(text((plan.undo ? Text::tr("Back to what was installed for %1 before the last change.")
                             : Text::tr("Timers that run as %1:"))
                      .arg(toQt(plan.user))));
    for (const auto& file : plan.files) {
        out.line(text(sentence(file)));
        for (std::size_t at = 0; at < file.difference.size();) {
            const auto end = std::min(file.difference.find('\n', at), file.difference.size());
            out.line("    " + printable(file.difference.substr(at, end - at)));
            at = end + 1;
        }
    }
    if (!plan.damagedRecord.empty())
        out.line(text(Text::tr("%1 is damaged: what the units say counts, and it is written anew or removed.")
                          .arg(toQt(printable(plan.damagedRecord)))));
    for (const auto& unit : plan.unrecorded)
        out.line(text(Text::tr("Installed, and not written down: %1. It is taken over or removed.")
                          .arg(toQt(printable(unit)))));
    for (const auto& timer : plan.notRunning)
        out.line(text(
            Text::tr("Not running, though installed: %1. Apply enables and starts it.").arg(toQt(timer))));
    for (const auto& title : plan.oldPasswords)
        out.line(text(
            Text::tr("Policy \"%1\": its timers have an older password than its profile. Apply renews it.")
                .arg(toQt(printable(title)))));
    for (const auto& name : plan.credentials)
        out.line(text(Text::tr("Credential, encrypted for this computer: %1").arg(toQt(name))));
    for (const auto& score : plan.scores)
        out.line(text(Text::tr("systemd rates %1 at %2 (0 is best, 10 worst; more than 2.5 is refused)")
                          .arg(toQt(score.unit), toQt(exposure(score.exposureTenths)))));
    for (const auto& title : plan.leftOut)
        out.line(text(Text::tr("Policy \"%1\" has no schedule, so it gets no timer.").arg(toQt(title))));
    if (plan.changesNothing && plan.removal)
        out.line(text(Text::tr("No timers are installed, so there is nothing to remove.")));
    else if (plan.changesNothing)
        out.line(text(Text::tr("Everything is installed as it should be.")));
}

Exit showTimers(Context& context, const std::vector<PolicyTimersView>& timers) {
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    bool asItShould = true;
    for (const auto& policy : timers) {
        array.append(toJson(policy));
        addRows(rows, policy);
        asItShould = asItShould && policy.state == TimersState::Installed &&
                     std::ranges::none_of(policy.timers, &TimerView::failedUnrecorded);
    }
    if (rows.empty())
        context.out().line(text(Text::tr(
            "No policy has a schedule. Give one to it with: salvorctl policy set NAME --when EXPRESSION")));
    else
        context.out().table({text(Text::tr("POLICY")), text(Text::tr("TIMER")), text(Text::tr("NEXT")),
                             text(Text::tr("LAST")), text(Text::tr("EXIT")), text(Text::tr("STATE"))},
                            rows);
    for (const auto& policy : timers) {
        for (const auto& path : policy.edited)
            context.out().warn(text(Text::tr("%1 was changed by hand.").arg(toQt(printable(path)))));
        for (const auto& path : policy.missing)
            context.out().warn(text(Text::tr("%1 is missing.").arg(toQt(printable(path)))));
        if (policy.oldPassword)
            context.out().warn(text(
                Text::tr(
                    "The timers of \"%1\" have an older password than its profile: salvorctl timers apply")
                    .arg(toQt(printable(policy.title)))));
        if (!policy.damagedRecord.empty())
            context.out().warn(
                text(Text::tr("%1 is damaged: salvorctl timers apply writes it anew, salvorctl "
                              "timers remove takes everything away.")
                         .arg(toQt(printable(policy.damagedRecord)))));
        for (const auto& unit : policy.unrecorded)
            context.out().warn(
                text(Text::tr("%1 is installed and not written down: salvorctl timers apply takes it over, "
                              "salvorctl timers remove takes it away.")
                         .arg(toQt(printable(unit)))));
        for (const auto& timer : policy.timers)
            sayTrouble(context, policy, timer);
    }
    context.out().data(array);
    return asItShould ? Exit::Ok : Exit::Partial;
}

} // namespace salvor::ctl
