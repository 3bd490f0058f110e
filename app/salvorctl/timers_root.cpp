// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/timers_root.h"

#include "app/salvorctl/secretinput.h"
#include "app/salvorctl/timers_output.h"
#include "models/jsonfields.h"

namespace salvor::ctl {

namespace {

void sayApplied(Context& context, const AppliedTimersView& done) {
    Output& out = context.out();
    for (const auto& timer : done.started)
        out.line(text(Text::tr("Started %1.").arg(toQt(timer))));
    for (const auto& timer : done.stopped)
        out.line(text(Text::tr("Removed %1.").arg(toQt(timer))));
    for (const auto& name : done.credentialsKept)
        out.line(text(Text::tr("Kept the credential %1 as it was.").arg(toQt(name))));
    out.line(text(Text::tr("Done: %n file(s) changed, %1.", nullptr, static_cast<int>(done.files.size()))
                      .arg(Text::tr("%n credential(s) written", nullptr,
                                    static_cast<int>(done.credentialsWritten.size())))));
    if (!done.formerTextfile.empty())
        out.warn(
            text(Text::tr("%1 has the metrics of the former watch, and the node exporter goes on reading "
                          "them: delete it. salvorctl timers status does, when %2 runs it.")
                     .arg(toQt(printable(done.formerTextfile)), toQt(done.user))));
    out.data(QJsonObject{{QStringLiteral("user"), toQt(done.user)},
                         {QStringLiteral("former_textfile"), toQt(done.formerTextfile)},
                         {QStringLiteral("files"), toJsonArray(done.files)},
                         {QStringLiteral("started"), toJsonArray(done.started)},
                         {QStringLiteral("stopped"), toJsonArray(done.stopped)},
                         {QStringLiteral("credentials_written"), toJsonArray(done.credentialsWritten)},
                         {QStringLiteral("credentials_kept"), toJsonArray(done.credentialsKept)}});
}

} // namespace

Result<Exit> applyPlanFile(Context& context, const PlanFileOptions& options) {
    Secret secrets;
    if (options.secretsFd >= 0) {
        auto read = readSecretFromFd(options.secretsFd, context.cancel());
        if (!read && read.error().code != ErrorCode::InvalidInput)
            return failure(std::move(read).error());
        if (read)
            secrets = std::move(*read);
    }
    SALVOR_ASSIGN(const auto done, applyTimersPlanFile(options.plan, options.hash, secrets,
                                                       findTimersRoad({}), context.cancel()));
    sayApplied(context, done);
    return Exit::Ok;
}

Result<Exit> applyPlan(Context& context, Timers& timers, const TimersRoad& road, const TimersPlanView& plan,
                       const std::string& action) {
    const auto done = applyTimersPlan(timers, road, plan, action, context.cancel());
    if (!done && !road.leadsThere())
        showPlan(context, plan);
    if (!done)
        return failure(done.error());
    if (!done->byPolkit) {
        sayApplied(context, *done);
        return Exit::Ok;
    }
    context.out().line(text(Text::tr("The timers are installed.")));
    context.out().data(toJson(plan));
    return Exit::Ok;
}

} // namespace salvor::ctl
