// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl calendar: an expression's normal form and when it elapses next.
#include "app/salvorctl/command.h"
#include "models/schedule/calendarexpression.h"

#include <QDateTime>
#include <QLocale>

namespace salvor::ctl {

namespace {

struct CalendarOptions {
    std::string expression;
    std::string baseTime;
    std::string zone;
    std::string systemd = "257";
    unsigned iterations = 1;
};

/// "in 3 h", "in 12 d 4 h": the two largest units.
std::string until(std::chrono::microseconds left) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(left).count();
    if (seconds < 60)
        return text(Text::tr("in %1 s").arg(seconds));
    if (seconds < 3600)
        return text(Text::tr("in %1 min").arg(seconds / 60));
    const auto days = seconds / 86400;
    const auto hours = seconds / 3600 % 24;
    const auto minutes = seconds / 60 % 60;
    if (days == 0 && minutes == 0)
        return text(Text::tr("in %1 h").arg(hours));
    if (days == 0)
        return text(Text::tr("in %1 h %2 min").arg(hours).arg(minutes));
    if (days < 60 && hours > 0)
        return text(Text::tr("in %1 d %2 h").arg(days).arg(hours));
    return text(Text::tr("in %1 d").arg(days));
}

std::string weekdayOf(Instant instant, const Zone& zone) {
    const QString shown = QString::fromStdString(zone.show(instant));
    const QDate date = QDate::fromString(shown.left(10), Qt::ISODate);
    return QLocale().dayName(date.dayOfWeek(), QLocale::ShortFormat).toStdString() + ' ' +
           shown.toStdString();
}

/// "now", "@1767225600", RFC 3339, or "2026-11-25 02:30" as the zone's clocks show it.
Result<Instant> baseTime(const std::string& given, const Zone& zone, SystemdRules rules) {
    if (given.empty() || given == "now")
        return SystemClock().now();
    if (given.front() == '@') {
        bool ok = false;
        const qint64 seconds = QString::fromStdString(given.substr(1)).toLongLong(&ok);
        if (ok && seconds >= -62135596800 && seconds <= 253402300799)
            return Instant(std::chrono::seconds(seconds));
    }
    if (const auto exact = fromRfc3339(given))
        return *exact;
    const QDateTime time = QDateTime::fromString(QString::fromStdString(given), Qt::ISODateWithMs);
    if (time.isValid() && time.timeSpec() != Qt::LocalTime)
        return Instant(std::chrono::milliseconds(time.toMSecsSinceEpoch()));
    if (time.isValid()) {
        WallTime wall;
        wall.fields = {time.date().year(), time.date().month(),  time.date().day(),
                       time.time().hour(), time.time().minute(), time.time().second()};
        if (const auto seconds = WallClock(zone, rules, 0).settle(wall))
            return Instant(std::chrono::seconds(*seconds) + std::chrono::milliseconds(time.time().msec()));
    }
    return failure(ErrorCode::InvalidInput, "base time is not understood: " + given,
                   "write it like 2026-11-25T02:30:00Z, \"2026-11-25 02:30\" or @1795573800",
                   {{"base_time", given}});
}

Error noTime(const CalendarExpression& expression, Instant base, bool gaveUp) {
    const std::string form = expression.normalForm();
    std::map<std::string, std::string> context{{"normalized", form}, {"base_time", toRfc3339Micros(base)}};
    if (gaveUp)
        return {ErrorCode::NeverElapses,
                "calendar expression \"" + form + "\" has no next time after " + toRfc3339Micros(base) +
                    ": where clocks change, systemd goes in circles with it and gives up",
                "write the hours out as a list, or end the expression with UTC (docs/schedules.md)", false,
                std::move(context)};
    return {
        ErrorCode::NeverElapses,
        "calendar expression \"" + form + "\" never elapses after " + toRfc3339Micros(base),
        "no such date comes up to the end of 2199: see the year, the days of the month and the days of the "
        "week together",
        false, std::move(context)};
}

void show(Context& context, const CalendarOptions& options, const CalendarExpression& expression,
          Instant base, const std::vector<Instant>& times, bool gaveUp) {
    const Zone& zone = *expression.zone();
    context.out().fields({{text(Text::tr("Normal form")), expression.normalForm()},
                          {text(Text::tr("Zone")), zone.name()},
                          {text(Text::tr("From")), weekdayOf(base, zone)}});
    std::vector<std::vector<std::string>> rows;
    QJsonArray next;
    for (const Instant time : times) {
        next.append(QString::fromStdString(toRfc3339Micros(time)));
        rows.push_back({weekdayOf(time, zone), toRfc3339Micros(time), until(time - base)});
    }
    context.out().line("");
    context.out().table({text(Text::tr("NEXT")), text(Text::tr("UTC")), text(Text::tr("IN"))}, rows);
    if (gaveUp)
        context.out().warn(
            text(Text::tr("After these, systemd goes in circles where clocks change, and gives up: "
                          "a timer would stop. Write the hours out as a list.")));
    else if (times.size() < options.iterations)
        context.out().line(text(Text::tr("Then never again.")));
    context.out().data(
        QJsonObject{{QStringLiteral("normalized"), QString::fromStdString(expression.normalForm())},
                    {QStringLiteral("zone"), QString::fromStdString(zone.name())},
                    {QStringLiteral("base_time"), QString::fromStdString(toRfc3339Micros(base))},
                    {QStringLiteral("next"), next},
                    {QStringLiteral("gave_up"), gaveUp}});
}

Result<Exit> calendar(Context& context, const CalendarOptions& options) {
    SALVOR_ASSIGN(const ZonePtr local, options.zone.empty() ? Zone::local() : Zone::named(options.zone));
    SALVOR_ASSIGN(const CalendarExpression expression, CalendarExpression::parse(options.expression, local));
    const SystemdRules rules = options.systemd == "252" ? SystemdRules::V252 : SystemdRules::V257;
    SALVOR_ASSIGN(const Instant base, baseTime(options.baseTime, *expression.zone(), rules));
    std::vector<Instant> times;
    CalendarExpression::Elapse elapse;
    Instant after = base;
    while (times.size() < options.iterations) {
        elapse = expression.elapse(after, rules);
        if (!elapse.at)
            break;
        after = *elapse.at;
        times.push_back(after);
    }
    if (times.empty())
        return failure(noTime(expression, base, elapse.gaveUp));
    show(context, options, expression, base, times, elapse.gaveUp);
    return Exit::Ok;
}

} // namespace

void addCalendarCommand(Commands& commands) {
    CLI::App* verb = commands.app().add_subcommand(
        "calendar", text(Text::tr("Read a calendar expression, and say when it elapses next")));
    auto options = std::make_shared<CalendarOptions>();
    verb->add_option("EXPRESSION", options->expression,
                     text(Text::tr("As for OnCalendar= of systemd: \"Mon..Fri 02:30\", \"daily\"")))
        ->required();
    verb->add_option(
        "--base-time", options->baseTime,
        text(Text::tr("Only times after this one: RFC 3339, a local time, or @SECONDS; now by default")));
    verb->add_option("--iterations", options->iterations, text(Text::tr("How many times")))
        ->check(CLI::Range(1, 100000));
    verb->add_option(
        "--zone", options->zone,
        text(Text::tr("The zone of the computer whose timer it is; $TZ, else this computer's, by default")));
    verb->add_option("--systemd", options->systemd,
                     text(Text::tr("Compute as this version does: 257, or 252 of Debian 12")))
        ->check(CLI::IsMember({"252", "257"}));
    commands.onChosen(
        verb, "calendar.show", [options](Context& context) { return calendar(context, *options); }, false);
}

} // namespace salvor::ctl
