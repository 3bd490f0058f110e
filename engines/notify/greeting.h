// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What this computer calls itself to a mail server (RFC 5321, 4.1.1.1). Internal to engines/notify.
#pragma once

#include <string>

namespace salvor {

/// A full name: `host` where it is one, else the name that the hosts file (hosts(5), its text in `hosts`) has
/// for it, else the domain of the address `from`, which is known in the DNS at the least. Never asks the DNS:
/// no mail is to wait for that. Only letters, digits, "." and "-"; empty: none of these is a full name.
std::string greetingName(const std::string& host, const std::string& hosts, const std::string& from);
/// Of this computer. Reads /etc/hosts.
std::string greetingName(const std::string& from);

} // namespace salvor
