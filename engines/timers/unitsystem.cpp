// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/timers/unitsystem.h"

#include "models/base/secretsource.h"

#include <algorithm>
#include <cstdlib>

namespace salvor {

namespace {

constexpr std::chrono::seconds kLongest{60};
constexpr std::size_t kMostOutput = std::size_t{1} << 20U;

class Collector final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        if (m_text.size() < kMostOutput)
            m_text.append(asText(bytes));
        return {};
    }
    std::string& text() { return m_text; }

private:
    std::string m_text;
};

std::string trimmed(std::string text) {
    while (!text.empty() && (text.back() == '\n' || text.back() == ' '))
        text.pop_back();
    return text;
}

/// In one line, as it becomes a part of one.
std::string oneLine(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != std::string::npos; at += 2)
        text.replace(at, 1, "; ");
    return text;
}

/// systemctl --user and systemd-analyze --user where that user has no session and no lingering manager.
bool saysNoManager(const std::string& said) {
    return said.find("Failed to lookup RuntimeDirectory path") != std::string::npos ||
           said.find("Failed to connect to bus") != std::string::npos ||
           said.find("Failed to connect to user scope bus") != std::string::npos;
}

Error noManager(const std::string& said) {
    return {ErrorCode::ToolFailed,
            "this user's own systemd manager does not run or is not reached: " + oneLine(said),
            "log in as that user (not by su or sudo alone), or let an administrator run loginctl "
            "enable-linger for the user, and set XDG_RUNTIME_DIR=/run/user/UID",
            false,
            {{"state", "no_user_manager"}}};
}

Error toolFailed(const std::vector<std::string>& command, int exitCode, const std::string& said) {
    std::string words;
    for (std::size_t i = 0; i < command.size() && i < 3; ++i)
        words += (words.empty() ? "" : " ") + command[i];
    return {ErrorCode::ToolFailed,
            words + " failed (" + std::to_string(exitCode) + ")" + (said.empty() ? "" : ": " + oneLine(said)),
            "systemd says why; journalctl may say more",
            false,
            {{"program", command.front()}, {"exit_code", std::to_string(exitCode)}}};
}

} // namespace

Result<std::string> UnitSystem::run(std::vector<std::string> command, const CancelToken& cancel,
                                    ByteSource* input) const {
    ProcessRequest request;
    request.command = std::move(command);
    request.environment = {
        {"LC_ALL", "C.UTF-8"}, {"SYSTEMD_COLORS", "0"}, {"SYSTEMD_PAGER", ""}, {"TZ", "UTC"}};
    // Where the user's own manager is reached.
    for (const char* name : {"XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS"}) {
        if (const char* value = std::getenv(name); value && m_scope == UnitScope::User)
            request.environment.emplace(name, value);
    }
    Collector output;
    request.output = &output;
    request.input = input;
    request.timeout = kLongest;
    auto report = m_processes.run(request, cancel);
    if (!report && report.error().code == ErrorCode::ToolMissing) {
        Error error = std::move(report).error();
        error.hint = "timers need systemd 252 or newer; without it let cron call salvorctl run --policy";
        return failure(std::move(error));
    }
    if (!report)
        return failure(std::move(report).error());
    if (report->exitCode == 0)
        return std::move(output.text());
    const std::string said = trimmed(report->errorTail.empty() ? output.text() : report->errorTail);
    if (m_scope == UnitScope::User && saysNoManager(said))
        return failure(noManager(said));
    return failure(toolFailed(request.command, report->exitCode, said));
}

Result<std::string> UnitSystem::systemctl(std::vector<std::string> words, const CancelToken& cancel) const {
    std::vector<std::string> command{"systemctl"};
    if (m_scope == UnitScope::User)
        command.emplace_back("--user");
    command.emplace_back("--no-ask-password");
    command.insert(command.end(), words.begin(), words.end());
    return run(std::move(command), cancel);
}

Result<> UnitSystem::reload(const CancelToken& cancel) const {
    SALVOR_TRY(systemctl({"daemon-reload"}, cancel));
    return {};
}

Result<> UnitSystem::enable(const std::vector<std::string>& units, const CancelToken& cancel) const {
    if (units.empty())
        return {};
    std::vector<std::string> words{"enable", "--quiet"};
    words.insert(words.end(), units.begin(), units.end());
    SALVOR_TRY(systemctl(std::move(words), cancel));
    return {};
}

Result<> UnitSystem::restart(const std::vector<std::string>& units, const CancelToken& cancel) const {
    if (units.empty())
        return {};
    std::vector<std::string> words{"restart"};
    words.insert(words.end(), units.begin(), units.end());
    SALVOR_TRY(systemctl(std::move(words), cancel));
    return {};
}

Result<> UnitSystem::disable(const std::vector<std::string>& units, const CancelToken& cancel) const {
    if (units.empty())
        return {};
    std::vector<std::string> words{"disable", "--now", "--quiet"};
    words.insert(words.end(), units.begin(), units.end());
    SALVOR_TRY(systemctl(std::move(words), cancel));
    return {};
}

void UnitSystem::stop(const std::vector<std::string>& units, const CancelToken& cancel) const {
    for (const auto& unit : units)
        (void)systemctl({"stop", unit}, cancel); // one that is not loaded has nothing to end
}

void UnitSystem::resetFailed(const std::vector<std::string>& units, const CancelToken& cancel) const {
    for (const auto& unit : units)
        (void)systemctl({"reset-failed", unit}, cancel); // one that is not loaded has nothing to forget
}

Result<std::map<std::string, std::string>> UnitSystem::show(const std::string& unit,
                                                            const std::vector<std::string>& properties,
                                                            const CancelToken& cancel) const {
    std::vector<std::string> words{"show", "--timestamp=unix", unit};
    for (const auto& property : properties)
        words.push_back("--property=" + property);
    SALVOR_ASSIGN(const std::string text, systemctl(std::move(words), cancel));
    std::map<std::string, std::string> values;
    std::size_t at = 0;
    while (at < text.size()) {
        const auto end = std::min(text.find('\n', at), text.size());
        const std::string line = text.substr(at, end - at);
        if (const auto equals = line.find('='); equals != std::string::npos)
            values.emplace(line.substr(0, equals), line.substr(equals + 1));
        at = end + 1;
    }
    return values;
}

Result<> UnitSystem::verify(const std::vector<std::string>& files, const CancelToken& cancel) const {
    std::vector<std::string> command{"systemd-analyze"};
    if (m_scope == UnitScope::User)
        command.emplace_back("--user");
    // "no": not only what cannot be loaded, also a key or a value that systemd would ignore.
    for (const char* word : {"verify", "--man=no", "--recursive-errors=no"})
        command.emplace_back(word);
    command.insert(command.end(), files.begin(), files.end());
    SALVOR_TRY(run(std::move(command), cancel));
    return {};
}

Result<unsigned> UnitSystem::exposureTenths(const std::string& file, const CancelToken& cancel) const {
    SALVOR_ASSIGN(const std::string text,
                  run({"systemd-analyze", "security", "--offline=true", "--no-pager", file}, cancel));
    // "→ Overall exposure level for salvor-x.service: 1.7 OK"
    const auto line = text.find("Overall exposure level for ");
    const auto colon = line == std::string::npos ? line : text.find(": ", line);
    unsigned tenths = 0;
    bool digits = false;
    for (std::size_t at = colon == std::string::npos ? text.size() : colon + 2;
         at < text.size() && (text[at] == '.' || (text[at] >= '0' && text[at] <= '9')); ++at) {
        if (text[at] == '.')
            continue;
        tenths = tenths * 10 + static_cast<unsigned>(text[at] - '0');
        digits = true;
    }
    if (!digits)
        return failure(ErrorCode::ToolFailed, "systemd-analyze security said no exposure level for " + file,
                       {}, {{"path", file}});
    return tenths;
}

Result<std::string> UnitSystem::encrypt(const std::string& name, const Secret& secret,
                                        const CancelToken& cancel) const {
    SecretSource source(secret);
    return run({"systemd-creds", "encrypt", "--name=" + name, "-", "-"}, cancel, &source);
}

} // namespace salvor
