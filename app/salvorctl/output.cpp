// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/output.h"

#include "app/salvorctl/command.h"

#include <QDateTime>
#include <QJsonDocument>
#include <QLocale>
#include <QTimeZone>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace salvor::ctl {

namespace {

/// Width on a terminal, near enough: code points.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(QString::fromStdString(text).toUcs4().size());
}

std::string padded(const std::string& text, std::size_t target) {
    const std::size_t have = width(text);
    return have < target ? text + std::string(target - have, ' ') : text;
}

int answerError = 0; ///< errno of the first write to standard output that failed

void put(std::FILE* stream, const std::string& text) {
    const bool isWhole =
        std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fputc('\n', stream) != EOF;
    if (!isWhole && stream == stdout && answerError == 0)
        answerError = errno;
}

/// The text that could not be read, and below it a sign at the character that is wrong.
void pointAt(const Error& error) {
    constexpr std::size_t kLongest = 200;
    const auto expression = error.context.find("expression");
    const auto offset = error.context.find("offset");
    if (expression == error.context.end() || offset == error.context.end() || expression->second.empty() ||
        expression->second.size() > kLongest)
        return;
    const auto at = std::min<std::size_t>(std::strtoul(offset->second.c_str(), nullptr, 10), kLongest);
    put(stderr, "  " + printable(expression->second));
    put(stderr, "  " + std::string(width(printable(expression->second.substr(0, at))), ' ') + '^');
}

} // namespace

Output::Output(bool json, bool quiet, std::string schemaName)
    : m_json(json)
    , m_quiet(quiet)
    , m_schema("salvor." + std::move(schemaName) + "/1") {}

void Output::line(const std::string& text) {
    if (!m_json && !m_quiet)
        put(stdout, text);
}

void Output::warn(const std::string& text) { put(stderr, text); }

void Output::warning(const std::string& sentence, QJsonObject entry) {
    if (!m_warned.insert(sentence).second)
        return;
    put(stderr, text(Text::tr("warning: %1").arg(QString::fromStdString(sentence))));
    if (!entry.contains(QLatin1String("message")))
        entry.insert(QStringLiteral("message"), QString::fromStdString(sentence));
    m_warnings.append(entry);
}

void Output::table(const std::vector<std::string>& header,
                   const std::vector<std::vector<std::string>>& rows) {
    if (m_json)
        return;
    std::vector<std::size_t> widths(header.size());
    std::vector<std::vector<std::string>> cells{header};
    for (const auto& row : rows) {
        auto& printableRow = cells.emplace_back();
        for (const auto& cell : row)
            printableRow.push_back(printable(cell));
    }
    for (const auto& row : cells) {
        for (std::size_t i = 0; i < row.size() && i < widths.size(); ++i)
            widths[i] = std::max(widths[i], width(row[i]));
    }
    for (const auto& row : cells) {
        std::string out;
        for (std::size_t i = 0; i < row.size(); ++i)
            out += i + 1 < row.size() ? padded(row[i], widths[i]) + "  " : row[i];
        put(stdout, out);
    }
}

void Output::fields(const std::vector<std::pair<std::string, std::string>>& fields) {
    if (m_json)
        return;
    std::size_t widest = 0;
    for (const auto& [name, value] : fields)
        widest = std::max(widest, width(name));
    for (const auto& [name, value] : fields)
        put(stdout, padded(name, widest) + "  " + printable(value));
}

void Output::data(const QJsonValue& data) {
    if (m_json)
        print({{QStringLiteral("schema"), QString::fromStdString(m_schema)}, {QStringLiteral("data"), data}});
}

void Output::error(const Error& error) {
    if (m_json) {
        print({{QStringLiteral("schema"), QString::fromStdString(m_schema)},
               {QStringLiteral("error"), toJson(error)}});
        return;
    }
    put(stderr, "salvorctl: " + printable(error.message));
    pointAt(error);
    if (!error.hint.empty())
        put(stderr, "  " + printable(error.hint));
}

Result<> Output::flush() {
    if (std::fflush(stdout) != 0 && answerError == 0)
        answerError = errno;
    if (answerError == 0 || answerError == EPIPE) // who read it had enough
        return {};
    const bool isFull = answerError == ENOSPC || answerError == EDQUOT;
    return failure(isFull ? ErrorCode::NoSpace : ErrorCode::IoError,
                   std::string("not all of the answer could be written to standard output: ") +
                       std::strerror(answerError),
                   "what the command did is done; only what it said is cut short");
}

void Output::print(QJsonObject object) {
    if (!m_warnings.isEmpty())
        object.insert(QStringLiteral("warnings"), m_warnings);
    const QByteArray bytes = QJsonDocument(object).toJson(QJsonDocument::Compact);
    put(stdout, bytes.toStdString());
}

std::string size(std::uint64_t bytes) {
    return QLocale()
        .formattedDataSize(static_cast<qint64>(bytes), 1, QLocale::DataSizeSIFormat)
        .toStdString();
}

std::string count(std::uint64_t number) {
    return QLocale().toString(static_cast<qulonglong>(number)).toStdString();
}

std::string localTime(Instant instant) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(instant).time_since_epoch().count();
    const QDateTime time = QDateTime::fromSecsSinceEpoch(seconds);
    return (time.toString(QStringLiteral("yyyy-MM-dd HH:mm:ss ")) + time.timeZoneAbbreviation())
        .toStdString();
}

std::string duration(double seconds) {
    if (seconds < 60)
        return text(Text::tr("%1 s").arg(seconds, 0, 'f', 1));
    const auto whole = static_cast<qint64>(seconds);
    if (whole < 3600)
        return text(Text::tr("%1 min %2 s").arg(whole / 60).arg(whole % 60, 2, 10, QLatin1Char('0')));
    return text(Text::tr("%1 h %2 min").arg(whole / 3600).arg(whole % 3600 / 60, 2, 10, QLatin1Char('0')));
}

std::string took(Instant started, Instant ended) {
    const double seconds = std::chrono::duration<double>(ended - started).count();
    return std::abs(seconds) < 0.05 ? text(Text::tr("under 1 s")) : duration(seconds);
}

} // namespace salvor::ctl
