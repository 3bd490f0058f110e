// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What Salvor's own reader says of policy documents: one JSON document a line on standard input, one line of
// answer each: "ok", or the error's code and field.
#include "models/base/json.h"
#include "models/policy/policy.h"

#include <iostream>

using namespace salvor;

int main() {
    std::string line;
    while (std::getline(std::cin, line)) {
        const auto object = parseJsonObject(line, "document");
        const auto policy = object ? policyFromJson(*object) : Result<Policy>(failure(object.error()));
        if (!policy) {
            const auto& context = policy.error().context;
            const auto field = context.find("field");
            std::cout << toString(policy.error().code) << ' '
                      << (field == context.end() ? policy.error().message : field->second) << std::endl;
            continue;
        }
        // What was read is written so that it is read again, and as the same.
        const auto again = policyFromJson(toJson(*policy));
        std::cout << (again && toJson(*again) == toJson(*policy) ? "ok" : "changed when written")
                  << std::endl;
    }
    return 0;
}
