// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A report as metrics for Prometheus's node exporter (text exposition format 0.0.4). docs/watch.md lists
// them.
#pragma once

#include "models/watch/watchreport.h"

#include <string>

namespace salvor {

/// HELP and TYPE for each name, base units, labels user, policy, profile, database. Ends with a line feed.
/// `user`: whose watch it is, in every series: those of another user of the computer are told from them, and
/// the node exporter drops what is there twice.
std::string prometheusText(const WatchReport& report, const std::string& user);
/// The first label of every series, escaped as the format wants it: user="…".
std::string userLabel(const std::string& user);

} // namespace salvor
