// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What differs between two documents of a policy, or two files that timers read (job files, watch files), for
// people.
#pragma once

#include <QJsonObject>

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// Lines "-policy.retention.daily: 7" and "+policy.retention.daily: 14", sorted by field; what is equal is
/// left out. A file that is not there is an empty text. Lists of objects are compared by their titles, names
/// or UUIDs, rules as one text ("+* -tmp_*"). Nothing of a text that is no such file. These files hold no
/// secrets; a field that is called like one is not shown all the same.
std::string documentDifference(std::string_view before, std::string_view after);

/// One field of a document: its path, and its values in JSON's words; empty: it is not set.
struct FieldChange {
    std::string field;
    std::string before;
    std::string after;
};
/// The same of two documents, sorted by field.
std::vector<FieldChange> fieldChanges(const QJsonObject& before, const QJsonObject& after);

} // namespace salvor
