// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/recoverytime.h"

namespace salvor {

std::optional<double> recoverySecondsOf(const RunRecord& run) {
    const auto sum = [&](const char* restore, const char* proof) -> std::optional<double> {
        const auto first = run.details.value(QLatin1String(restore));
        const auto second = run.details.value(QLatin1String(proof));
        if (!first.isDouble() || first.toDouble() <= 0 || !second.isDouble() || second.toDouble() < 0)
            return std::nullopt;
        return first.toDouble() + second.toDouble();
    };
    if (const auto fine = sum("restore_milliseconds", "proof_milliseconds"))
        return *fine / 1000;
    return sum("restore_seconds", "proof_seconds");
}

} // namespace salvor
