// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgtools.h"

#include "engines/postgresql/pgerror.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

namespace salvor {

namespace {

class TextSink final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        text += asText(bytes);
        return {};
    }
    std::string text;
};

/// Majors that a distribution's folder layout offers, such as /usr/lib/postgresql/<major>/bin.
std::vector<std::pair<int, std::string>> installedMajors() {
    std::vector<std::pair<int, std::string>> out;
    const std::pair<const char*, std::string_view> layouts[] = {
        {"/usr/lib/postgresql", ""}, {"/usr", "pgsql-"}, {"/opt", "pgsql-"}};
    for (const auto& [folder, prefix] : layouts) {
        std::error_code ignored;
        for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
            const std::string name = entry.path().filename().string();
            if (!name.starts_with(prefix))
                continue;
            int major = 0;
            const char* end = name.data() + name.size();
            if (std::from_chars(name.data() + prefix.size(), end, major).ptr == end && major > 0)
                out.emplace_back(major, (entry.path() / "bin/").string());
        }
    }
    std::sort(out.begin(), out.end());
    return out;
}

/// Whether open files do not get to the program: it runs elsewhere, or what starts it closes them (sudo,
/// doas, pkexec). Any word counts, as others may stand before it: nice, env.
bool closesFiles(const std::vector<std::string>& command) {
    static constexpr std::array<std::string_view, 8> kClosing{"docker", "podman", "nerdctl", "kubectl",
                                                              "ssh",    "sudo",   "doas",    "pkexec"};
    return std::any_of(command.begin(), command.end(), [](const std::string& word) {
        const auto program = std::filesystem::path(word).filename().string();
        return std::find(kClosing.begin(), kClosing.end(), program) != kClosing.end();
    });
}

constexpr std::size_t kMostSaid = 16384; ///< of a program's words, in a message or a record

/// Without the middle of what is too long to be read. UTF-8 stays UTF-8.
std::string shortened(const std::string& line) {
    constexpr std::size_t kBegin = 1000;
    constexpr std::size_t kEnd = 200;
    const auto isInside = [&](std::size_t at) {
        return (static_cast<unsigned char>(line[at]) & 0xC0) == 0x80;
    };
    if (line.size() <= kBegin + kEnd)
        return line;
    std::size_t first = kBegin;
    std::size_t last = line.size() - kEnd;
    while (first > 0 && isInside(first))
        --first;
    while (last + 1 < line.size() && isInside(last))
        ++last;
    return line.substr(0, first) + " … " + line.substr(last);
}

/// What a program said on several lines, for a message of one.
std::string inOneLine(const std::string& text) {
    std::string out;
    for (std::size_t begin = 0; begin < text.size();) {
        const std::size_t end = std::min(text.find('\n', begin), text.size());
        std::string line = text.substr(begin, end - begin);
        begin = end + 1;
        if (!line.empty() && line.back() == '\r')
            line.pop_back();
        const auto first = line.find_first_not_of(" \t");
        if (first != std::string::npos)
            out += (out.empty() ? "" : " | ") + shortened(line.substr(first));
    }
    if (out.size() > kMostSaid) // of very many lines; the last ones say why it ended
        out = "… " + out.substr(out.find(" | ", out.size() - kMostSaid) + 3);
    return out;
}

} // namespace

std::string pgToolHint(const std::string& text) {
    const auto has = [&](const char* words) { return text.find(words) != std::string::npos; };
    if (has("max_locks_per_transaction"))
        return pgErrorHint("53200");
    // As far as the server speaks English: the program's session is one more than our own.
    if (has("too many connections for") || has("too many clients already") ||
        has("remaining connection slots are reserved"))
        return pgErrorHint("53300");
    return "the text above is the program's own";
}

int pgToolMajor(std::string_view output, std::string* version) {
    const auto bracket = output.find(") ");
    if (bracket == std::string_view::npos)
        return 0;
    auto rest = output.substr(bracket + 2);
    rest = rest.substr(0, rest.find('\n'));
    int major = 0;
    std::from_chars(rest.data(), rest.data() + rest.size(), major);
    if (version != nullptr)
        *version = rest;
    return major;
}

bool pgNamesFolder(const std::vector<std::string>& toolsCommand) {
    if (toolsCommand.empty())
        return false;
    const auto program = std::filesystem::path(toolsCommand.front()).filename().string();
    if (toolsCommand.size() > 1 && !program.starts_with("ld-"))
        return false;
    const std::string& last = toolsCommand.back();
    std::error_code ignored;
    return last.ends_with('/') || (last.starts_with('/') && std::filesystem::is_directory(last, ignored));
}

bool PgTools::reachesFiles() const { return !closesFiles(m_endpoint->toolsCommand); }

PgTools::PgTools(ProcessRunner& processes, PgEndpointPtr endpoint)
    : m_processes(processes)
    , m_endpoint(std::move(endpoint)) {}

std::vector<std::vector<std::string>> PgTools::candidates(const std::string& name, int major) const {
    auto words = m_endpoint->toolsCommand;
    if (!words.empty()) {
        if (words.back().ends_with('/'))
            words.back() += name;
        else if (pgNamesFolder(words))
            words.back() += "/" + name;
        else
            words.push_back(name);
        return {words};
    }
    std::vector<std::vector<std::string>> out;
    std::string newestOld;
    for (const auto& [found, folder] : installedMajors()) {
        if (found >= major)
            out.push_back({folder + name});
        else
            newestOld = folder + name;
    }
    out.push_back({name});
    if (!newestOld.empty())
        out.push_back({newestOld}); // too old, but the answer can name it
    return out;
}

Result<PgTool> PgTools::ask(const std::vector<std::string>& command, const CancelToken& cancel) const {
    TextSink output;
    ProcessRequest request;
    request.command = command;
    request.command.push_back("--version");
    request.output = &output;
    request.timeout = std::chrono::seconds(20);
    SALVOR_ASSIGN(const auto report, m_processes.run(request, cancel));
    PgTool tool;
    tool.command = command;
    tool.major = pgToolMajor(output.text, &tool.version);
    if (report.exitCode != 0 || tool.major == 0)
        return failure(ErrorCode::ToolMissing, "asking " + command.back() +
                                                   " for its version failed: " + inOneLine(report.errorTail));
    return tool;
}

Result<PgTool> PgTools::find(const std::string& name, int major, const CancelToken& cancel) const {
    std::string found;
    std::string problem;
    for (const auto& command : candidates(name, major)) {
        auto tool = ask(command, cancel);
        if (tool && tool->major >= major)
            return tool;
        if (tool)
            found = tool->version;
        else if (tool.error().isCancelled())
            return tool;
        else
            problem = tool.error().message;
    }
    const std::string needed = std::to_string(major);
    const std::string hint = "install the package postgresql-client-" + needed +
                             " (or newer), or give the profile a tools command that reaches a " + name + " " +
                             needed;
    std::map<std::string, std::string> context{
        {"tool", name}, {"needed_version", needed}, {"found_version", found}};
    if (!found.empty())
        return failure(ErrorCode::ToolMissing,
                       "the server needs " + name + " " + needed + " or newer, and what was found is " +
                           found,
                       hint, std::move(context));
    return failure(ErrorCode::ToolMissing, name + " was not found" + (problem.empty() ? "" : ": " + problem),
                   hint, std::move(context));
}

Result<> PgTools::run(std::string_view doing, const PgTool& tool, const std::string& database,
                      const std::vector<std::string>& arguments, ByteSource* input, ByteSink* output,
                      const CancelToken& cancel, std::vector<int> files) const {
    ProcessRequest request;
    // The last statement of pg_dump names as many tables as go into 100,000 bytes, behind the server's words.
    constexpr std::size_t kDumpErrorBytes = std::size_t{128} * 1024;
    constexpr std::size_t kPage = 4096;
    if (tool.command.back().ends_with("pg_dump")) {
        request.errorTailBytes = kDumpErrorBytes;
        request.outputPipeBytes = kPage; // see PgSnapshot::readSchema
    }
    request.keptDescriptors = std::move(files);
    request.command = tool.command;
    request.command.insert(request.command.end(), arguments.begin(), arguments.end());
    request.command.insert(request.command.end(),
                           {"--no-password", "--dbname=" + pgToolConninfo(*m_endpoint, database)});
    request.input = input;
    request.output = output;
    Secret passfile;
    if (m_endpoint->hasPassword) {
        if (!reachesFiles())
            return failure(
                ErrorCode::Unsupported,
                std::string(doing) + ": a password cannot be handed to a program in a container, on "
                                     "another host or started by sudo yet",
                "use a login without a password there (peer or certificate), or tools on this computer that "
                "start without sudo");
        SALVOR_ASSIGN(passfile, pgPassfile(*m_endpoint));
        request.secretFiles.push_back({"PGPASSFILE", &passfile});
    }
    SALVOR_ASSIGN(const auto report, m_processes.run(request, cancel));
    if (report.exitCode != 0) {
        const std::string said = inOneLine(report.errorTail);
        const bool isLong = report.errorTail.size() > kMostSaid;
        return failure(ErrorCode::ToolFailed,
                       std::string(doing) + ": " + tool.command.back() + " ended with code " +
                           std::to_string(report.exitCode) + ": " + said,
                       pgToolHint(report.errorTail),
                       {{"tool", tool.command.back()}, {"stderr", isLong ? said : report.errorTail}});
    }
    return {};
}

Result<> PgTools::runLocally(std::string_view doing, const PgTool& tool,
                             const std::vector<std::string>& arguments, ByteSource* input, ByteSink* output,
                             const CancelToken& cancel) const {
    ProcessRequest request;
    request.command = tool.command;
    request.command.insert(request.command.end(), arguments.begin(), arguments.end());
    request.input = input;
    request.output = output;
    SALVOR_ASSIGN(const auto report, m_processes.run(request, cancel));
    if (report.exitCode != 0)
        return failure(ErrorCode::ToolFailed, std::string(doing) + ": " + tool.command.back() +
                                                  " ended with code " + std::to_string(report.exitCode) +
                                                  ": " + inOneLine(report.errorTail));
    return {};
}

} // namespace salvor
