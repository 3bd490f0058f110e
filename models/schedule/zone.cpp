// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/schedule/zone.h"

#include "models/schedule/civil.h"
#include "models/schedule/zonebuilder.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

namespace salvor {

namespace {

// systemd looks nowhere else, whatever TZDIR says.
constexpr std::string_view kFolder = "/usr/share/zoneinfo/";
constexpr std::size_t kLargestFile = 1 << 20; // the largest of the database has a few kilobytes

std::optional<std::string> contentOf(const std::filesystem::path& path) {
    std::error_code error;
    if (!std::filesystem::is_regular_file(path, error) ||
        std::filesystem::file_size(path, error) > kLargestFile || error)
        return {};
    std::ifstream file(path, std::ios::binary);
    std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    if (!file.good() && !file.eof())
        return {};
    return bytes;
}

/// "Europe/Berlin" of ".../zoneinfo/Europe/Berlin", or the path.
std::string nameOf(const std::filesystem::path& file) {
    std::error_code error;
    const auto real = std::filesystem::read_symlink(file, error);
    const std::string path = error ? file.string() : real.string();
    const std::size_t at = path.find("zoneinfo/");
    return at == std::string::npos ? file.string() : path.substr(at + 9);
}

std::string& computersFile() {
    static std::string path = "/etc/localtime";
    return path;
}

/// What cannot be read as a zone is UTC for the C library, and so for systemd.
Result<ZonePtr> orUtc(Result<ZonePtr> zone) {
    if (!zone && zone.error().code != ErrorCode::Unsupported)
        return Zone::utc();
    return zone;
}

} // namespace

bool isZoneName(std::string_view name) {
    if (name.empty() || name.front() == '/' || name.back() == '/' || name.size() >= 4096 ||
        name.find("//") != std::string_view::npos)
        return false;
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_' || c == '+' || c == '/';
    });
}

ZonePtr Zone::utc() { return ZoneBuilder("UTC").utc(); }

Result<ZonePtr> Zone::named(std::string_view name) {
    if (name == "UTC")
        return utc();
    if (!isZoneName(name))
        return failure(ErrorCode::InvalidInput, "not the name of a time zone: " + std::string(name),
                       "names look like Europe/Berlin; timedatectl list-timezones shows them");
    const auto bytes = contentOf(std::string(kFolder) + std::string(name));
    if (!bytes)
        return failure(ErrorCode::NotFound,
                       "this computer's zone database has no time zone " + std::string(name),
                       "timedatectl list-timezones shows them; Debian's packages tzdata and tzdata-legacy "
                       "bring them");
    return ZoneBuilder(name).fromFile(*bytes);
}

Result<ZonePtr> Zone::local() {
    const char* variable = std::getenv("TZ");
    if (!variable)
        return ofComputer();
    std::string_view text = variable;
    if (text.starts_with(':'))
        text.remove_prefix(1);
    if (text.empty())
        return utc();
    const std::filesystem::path path =
        text.front() == '/' ? std::filesystem::path(text) : std::filesystem::path(kFolder) / text;
    if (const auto bytes = contentOf(path))
        return orUtc(ZoneBuilder(text.front() == '/' ? nameOf(path) : std::string(text)).fromFile(*bytes));
    return orUtc(fromRule(text));
}

Result<ZonePtr> Zone::ofComputer() {
    const std::string& file = computersFile();
    const auto bytes = contentOf(file);
    return bytes ? orUtc(ZoneBuilder(nameOf(file)).fromFile(*bytes)) : Zone::utc();
}

void Zone::setComputersFile(std::string path) { computersFile() = std::move(path); }

Result<ZonePtr> Zone::fromBytes(std::string_view bytes, std::string_view name) {
    return ZoneBuilder(name).fromFile(bytes);
}

Result<ZonePtr> Zone::fromRule(std::string_view rule) {
    const auto parsed = parsePosixRule(rule);
    if (!parsed)
        return failure(ErrorCode::InvalidInput, "not a time zone rule: " + std::string(rule),
                       "a rule looks like CET-1CEST,M3.5.0,M10.5.0/3");
    return ZoneBuilder(rule).fromRule(*parsed);
}

std::size_t Zone::indexAt(std::int64_t seconds, std::size_t hint) const {
    const std::size_t count = m_spans.size();
    for (std::size_t at = hint; at < std::min(count, hint + 2); ++at) {
        if ((at == 0 || m_spans[at].start <= seconds) && (at + 1 == count || seconds < m_spans[at + 1].start))
            return at;
    }
    const auto after =
        std::upper_bound(m_spans.begin() + 1, m_spans.end(), seconds,
                         [](std::int64_t value, const ZoneSpan& span) { return value < span.start; });
    return static_cast<std::size_t>(after - m_spans.begin()) - 1;
}

std::string Zone::show(Instant instant) const {
    const auto whole = std::chrono::floor<std::chrono::seconds>(instant);
    const std::int64_t seconds = whole.time_since_epoch().count();
    const ZoneSpan& span = m_spans[indexAt(seconds)];
    const auto shown = std::chrono::sys_seconds(std::chrono::seconds(seconds + span.offset));
    const auto day = std::chrono::floor<std::chrono::days>(shown);
    const std::chrono::year_month_day date(day);
    const auto time = (shown - day).count();
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d:%02d", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  static_cast<int>(time / 3600), static_cast<int>(time / 60 % 60),
                  static_cast<int>(time % 60));
    std::string out = text;
    if (const auto fraction = (instant - whole).count()) {
        std::snprintf(text, sizeof text, ".%06d", static_cast<int>(fraction));
        out += text;
        out.erase(out.find_last_not_of('0') + 1);
    }
    return out + ' ' + abbreviation(span);
}

} // namespace salvor
