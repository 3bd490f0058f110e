// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/format.h"

#include "ui/support/windowwords.h"

#include <QDateTime>
#include <QLocale>
#include <QRegularExpression>
#include <QTimeZone>

#include <cmath>

#include <algorithm>
#include <limits>

namespace salvor {

namespace {

QDateTime local(Instant instant) {
    return QDateTime::fromSecsSinceEpoch(
        std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count());
}

} // namespace

QString Format::size(std::uint64_t bytes) {
    return QLocale().formattedDataSize(static_cast<qint64>(bytes), bytes < 1000 ? 0 : 1,
                                       QLocale::DataSizeSIFormat);
}

QString Format::rate(double bytesPerSecond) {
    return tr("%1/s", "a data rate").arg(size(static_cast<std::uint64_t>(std::max(0.0, bytesPerSecond))));
}

QString Format::count(std::uint64_t number) { return QLocale().toString(static_cast<qulonglong>(number)); }

namespace {

/// Which form a counted text has.
int plural(std::uint64_t number) {
    return static_cast<int>(std::min<std::uint64_t>(number, std::numeric_limits<int>::max()));
}

} // namespace

QString Format::items(std::uint64_t number) {
    return tr("%1 item(s)", "of a backup", plural(number)).arg(count(number));
}

QString Format::rows(std::uint64_t number) {
    return tr("%1 row(s)", "of tables", plural(number)).arg(count(number));
}

QString Format::time(Instant instant) {
    const QDateTime when = local(instant);
    return QLocale().toString(when, tr("d MMM yyyy HH:mm", "date and time format")) + QLatin1Char(' ') +
           when.timeZoneAbbreviation();
}

QString Format::timeShort(Instant instant, Instant now) {
    const QDateTime when = local(instant);
    if (when.date().year() != local(now).date().year())
        return time(instant);
    return QLocale().toString(when, tr("d MMM HH:mm", "date without a year, and time")) + QLatin1Char(' ') +
           when.timeZoneAbbreviation();
}

QString Format::told(const std::string& text) {
    static const QRegularExpression stamp(
        QStringLiteral("\\b\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z"));
    const QString whole = windowWords(QString::fromStdString(text));
    QString told;
    qsizetype from = 0;
    for (auto found = stamp.globalMatch(whole); found.hasNext();) {
        const QRegularExpressionMatch match = found.next();
        const auto instant = fromRfc3339(match.captured().toStdString());
        told += whole.mid(from, match.capturedStart() - from);
        told += instant ? time(*instant) : match.captured();
        from = match.capturedEnd();
    }
    return told + whole.mid(from);
}

QString Format::date(Instant instant) {
    return QLocale().toString(local(instant), tr("d MMM yyyy", "date format"));
}

QString Format::utc(Instant instant) {
    const QDateTime when = local(instant).toUTC();
    const bool midnight = when.time() == QTime(0, 0);
    return when.toString(midnight ? QStringLiteral("yyyy-MM-dd") : QStringLiteral("yyyy-MM-dd HH:mm 'UTC'"));
}

QString Format::timeExact(Instant instant) {
    const QDateTime when = local(instant);
    return QLocale().toString(when, tr("d MMM yyyy HH:mm:ss", "date and time format")) + QLatin1Char(' ') +
           when.timeZoneAbbreviation();
}

QString Format::ago(Instant instant, Instant now) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now - instant).count();
    if (std::abs(seconds) < 60)
        return tr("just now");
    const QString amount = distance(static_cast<double>(std::abs(seconds)));
    return seconds > 0 ? tr("%1 ago").arg(amount) : tr("in %1").arg(amount);
}

QString Format::distance(double seconds) {
    const auto whole = static_cast<qint64>(seconds);
    if (whole < 3600)
        return tr("%1 min").arg(whole / 60);
    if (whole < 2 * 86400L)
        return tr("%1 h").arg(whole / 3600);
    return tr("%n day(s)", nullptr, static_cast<int>(whole / 86400));
}

QString Format::duration(double seconds) {
    if (seconds < 60)
        return tr("%1 s").arg(QLocale().toString(seconds, 'f', 1));
    const auto whole = static_cast<qint64>(std::llround(seconds));
    if (whole < 3600)
        return tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0'));
    return tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60, 2, 10, QLatin1Char('0'));
}

QString Format::took(Instant started, Instant ended) {
    const double seconds = std::chrono::duration<double>(ended - started).count();
    return std::abs(seconds) < 0.05 ? tr("under 1 s") : duration(seconds);
}

QString Format::left(double seconds) {
    if (seconds < 10)
        return tr("a few seconds left");
    if (seconds < 60)
        return tr("about %1 s left").arg(static_cast<int>(std::ceil(seconds / 10)) * 10);
    if (seconds < 5400)
        return tr("about %1 min left").arg(static_cast<int>(std::ceil(seconds / 60)));
    return tr("about %1 h left").arg(static_cast<int>(std::ceil(seconds / 3600)));
}

} // namespace salvor
