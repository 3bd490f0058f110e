// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A policy: which sources of a profile are backed up, to which repository. This release makes a default one
// per profile.
#pragma once

#include "models/base/result.h"

#include <QJsonObject>

#include <string>
#include <vector>

namespace salvor {

/// One include or exclude glob on the database name; the last match wins. '*' any run, '?' one character.
struct SelectionRule {
    bool include = true;
    std::string databaseGlob;
};

struct Policy {
    std::string uuid;
    std::string title;
    std::string profileUuid;
    std::string repositoryId;
    std::vector<SelectionRule> rules; ///< default: include "*"
    std::string method = "logical";
    std::string kind = "full";
    QJsonObject options;
    std::int64_t revision = 0;
};

/// Template databases never; otherwise the last matching rule decides, none matching means no.
bool selects(const Policy& policy, const std::string& database);
Policy makeDefaultPolicy(const std::string& profileUuid, const std::string& profileTitle,
                         const std::string& repositoryId);

QJsonObject toJson(const Policy& policy);
Result<Policy> policyFromJson(const QJsonObject& object);

} // namespace salvor
