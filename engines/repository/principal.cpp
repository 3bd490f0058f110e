// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/repository.h"

#include <array>
#include <fstream>
#include <pwd.h>
#include <unistd.h>

namespace salvor {

namespace {

std::string machineId() {
    for (const char* path : {"/etc/machine-id", "/var/lib/dbus/machine-id"}) {
        std::ifstream file(path);
        std::string line;
        if (std::getline(file, line) && line.size() == 32)
            return line;
    }
    // A chroot has no machine id. The host's name is as good as it gets there.
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0')
        return "host-unknown";
    return std::string("host-") + name.data();
}

std::string loginName() {
    std::array<char, 4096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    if (::getpwuid_r(::geteuid(), &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr)
        return found->pw_name;
    return "uid-" + std::to_string(::geteuid());
}

} // namespace

Principal currentPrincipal() { return {machineId(), loginName()}; }

} // namespace salvor
