// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/notify/greeting.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace salvor {

namespace {

/// What a server takes that wants full names; no name of this very computer to itself.
bool isFullName(const std::string& name) {
    const bool isPlain = std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '.';
    });
    const auto dot = name.find('.');
    return isPlain && dot != std::string::npos && dot > 0 && name.back() != '.' &&
           !name.starts_with("localhost.") && name.find("..") == std::string::npos;
}

/// The first full name of the first line that has the host's name and one.
std::string nameInHosts(const std::string& host, const std::string& hosts) {
    std::istringstream lines(hosts);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line.substr(0, line.find('#')));
        std::string address;
        words >> address;
        std::vector<std::string> names;
        for (std::string name; words >> name;)
            names.push_back(name);
        const auto full = std::ranges::find_if(names, isFullName);
        if (full != names.end() && std::ranges::find(names, host) != names.end())
            return *full;
    }
    return {};
}

} // namespace

std::string greetingName(const std::string& host, const std::string& hosts, const std::string& from) {
    if (isFullName(host))
        return host;
    if (std::string name = nameInHosts(host, hosts); !host.empty() && !name.empty())
        return name;
    const std::string domain = from.substr(from.rfind('@') + 1);
    return isFullName(domain) ? domain : std::string();
}

std::string greetingName(const std::string& from) {
    char host[256] = "";
    const bool known = ::gethostname(host, sizeof host - 1) == 0;
    std::ifstream file("/etc/hosts");
    std::ostringstream hosts;
    hosts << file.rdbuf();
    return greetingName(known ? host : "", hosts.str(), from);
}

} // namespace salvor
