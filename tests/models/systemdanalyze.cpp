// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "systemdanalyze.h"

#include <QDateTime>
#include <QProcess>
#include <QRegularExpression>
#include <QTimeZone>

namespace salvor::test {

namespace {

std::int64_t secondsOf(const QString& utcText) {
    // "Mon 2026-03-30 00:30:00 UTC"; a zone that equals UTC says its own abbreviation.
    const QDateTime time = QDateTime::fromString(utcText.mid(4, 19), QStringLiteral("yyyy-MM-dd HH:mm:ss"));
    return QDateTime(time.date(), time.time(), QTimeZone::utc()).toSecsSinceEpoch();
}

} // namespace

SystemdAnalyze::Output SystemdAnalyze::run(const QStringList& arguments, const std::string& zone) const {
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("TZ"), QString::fromStdString(zone));
    environment.insert(QStringLiteral("LC_ALL"), QStringLiteral("C.UTF-8"));
    environment.insert(QStringLiteral("SYSTEMD_COLORS"), QStringLiteral("0"));
    environment.insert(QStringLiteral("SYSTEMD_LOG_TARGET"), QStringLiteral("console"));
    process.setProcessEnvironment(environment);
    process.start(m_command.first(), m_command.mid(1) + arguments);
    if (!process.waitForFinished(60000))
        return {};
    return {QString::fromUtf8(process.readAllStandardOutput()).split(QLatin1Char('\n')),
            QString::fromUtf8(process.readAllStandardError()), process.exitStatus() == QProcess::NormalExit};
}

int SystemdAnalyze::version() const {
    const Output output = run({QStringLiteral("--version")}, "UTC");
    return output.ran ? output.lines.value(0).section(QLatin1Char(' '), 1, 1).toInt() : 0;
}

std::vector<SystemdAnswer> SystemdAnalyze::ask(const std::string& zone, std::int64_t baseSeconds,
                                               int iterations,
                                               const std::vector<std::string>& expressions) const {
    QStringList arguments{QStringLiteral("calendar"), QStringLiteral("--iterations=%1").arg(iterations),
                          QStringLiteral("--base-time=@%1").arg(baseSeconds), QStringLiteral("--")};
    for (const auto& expression : expressions)
        arguments.append(QString::fromStdString(expression));
    const Output output = run(arguments, zone);
    std::vector<SystemdAnswer> answers(expressions.size());
    std::size_t at = 0;
    // What failed has said so on standard error, and has no table.
    const auto said = [&](const char* what) {
        return output.errors.contains(QLatin1String(what) +
                                      QStringLiteral(" '%1'").arg(QString::fromStdString(expressions[at])));
    };
    const auto skipFailed = [&] {
        for (; at < expressions.size(); ++at) {
            answers[at].read = !said("Failed to parse calendar specification");
            answers[at].gaveUp = said("Failed to determine next elapse for");
            if (answers[at].read && !answers[at].gaveUp)
                return;
        }
    };
    skipFailed();
    static const QRegularExpression kLine(QStringLiteral("^ *([^:]+): (.*)$"));
    for (const QString& line : output.lines) {
        const auto match = kLine.match(line);
        if (!match.hasMatch())
            continue;
        const QString field = match.captured(1);
        const QString value = match.captured(2);
        if (field == QStringLiteral("Normalized form")) {
            if (at < expressions.size() && !answers[at].normalForm.empty()) {
                ++at;
                skipFailed();
            }
            if (at >= expressions.size()) {
                qWarning("systemd-analyze said more than it was asked: %s", qPrintable(line));
                return {};
            }
            answers[at].normalForm = value.toStdString();
        } else if (field == QStringLiteral("(in UTC)")) {
            answers[at].times.back() = secondsOf(value);
        } else if ((field == QStringLiteral("Next elapse") && value != QStringLiteral("never")) ||
                   field.startsWith(QStringLiteral("Iter"))) {
            answers[at].times.push_back(secondsOf(value));
        }
    }
    if (at < expressions.size() && !answers[at].normalForm.empty()) {
        ++at;
        skipFailed();
    }
    if (!output.ran || at != expressions.size()) {
        qWarning("systemd-analyze was not understood: %s", qPrintable(output.errors.left(500)));
        return {};
    }
    return answers;
}

} // namespace salvor::test
