// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Queries of the user's own that a restore drill runs on the restored database. Their file: docs/drills.md.
#pragma once

#include "models/base/error.h"
#include "models/base/result.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace salvor {

struct DrillCheck {
    enum class Expect { Rows, NoRows, Value };
    std::string name; ///< unique in a drill
    std::string sql;  ///< one SELECT, VALUES, TABLE or WITH
    Expect expect = Expect::Rows;
    std::string value; ///< of Value: the first column of the only row, in text form
};

struct DrillCheckResult {
    std::string name;
    bool passed = false;
    std::string expected; ///< "rows", "no rows", or the value in quotes
    std::string found;    ///< the same, or the server's error; never more than a few hundred characters
    double seconds = 0;
};

/// {"checks": [{"name", "sql", "expect": "rows" | "no_rows"} or {"name", "sql", "value": "…"} …]}.
/// InvalidInput names the check and the field; unknown fields are refused.
Result<std::vector<DrillCheck>> parseDrillChecks(std::string_view text, const std::string& what);
/// Names are there and unique, texts too. InvalidInput.
Result<> validate(const std::vector<DrillCheck>& checks);
std::string expectedText(const DrillCheck& check);

} // namespace salvor
