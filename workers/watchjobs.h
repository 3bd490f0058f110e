// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the watch and the notifications of a Core take and give.
#pragma once

#include "models/base/clock.h"
#include "models/base/error.h"
#include "models/watch/watchreport.h"

#include <QJsonObject>

#include <optional>
#include <string>
#include <vector>

namespace salvor {

struct WatchFileSpec {
    std::string secretKind = "credentials"; ///< or "file"
    std::string textfile;                   ///< absolute; empty: none
};

struct WatchJob {
    std::string textfile; ///< empty: the watch file's, or none
    bool notify = true;   ///< false: look only; nothing is sent and nothing is written
};

/// One try to tell somebody.
struct Delivery {
    std::string channel; ///< its name
    std::string kind;
    std::string subject;
    bool accepted = false; ///< the server took it over, in its own words:
    std::string reply;
    std::optional<Error> error;            ///< when it did not
    std::vector<std::string> missing = {}; ///< of a mail that was taken for others: whom it did not reach
};

/// A notification that did not arrive yet. It is kept in the state folder and tried again with every run and
/// watch.
struct Undelivered {
    std::string id;
    std::string channel;
    std::string subject;
    Instant made{};
    std::uint64_t tries = 0;
    Error error;                           ///< of the newest try
    std::vector<std::string> missing = {}; ///< of a mail that others have: whom it is still to reach
};

struct WatchOutcome {
    WatchReport report;
    std::vector<Delivery> deliveries;     ///< of this watch, heartbeats included
    std::vector<Undelivered> undelivered; ///< that are left
    std::string textfile;                 ///< that was written; empty: none
    std::vector<Error> problems;          ///< what the watch itself could not do
    /// Nothing above a notice, everything arrived, no problem of its own.
    bool quiet() const;
};

QJsonObject toJson(const Delivery& delivery);
QJsonObject toJson(const Undelivered& undelivered);

} // namespace salvor
