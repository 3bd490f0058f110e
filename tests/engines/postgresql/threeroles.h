// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Roles of one test's own, which are gone behind it.
#pragma once

#include "roundtrip.h"

#include <string>

namespace salvor::test {

/// Roles of a database's own. What they own elsewhere must be gone before.
class ThreeRoles {
public:
    explicit ThreeRoles(LabDatabase& database)
        : owner(database.name() + "_own")
        , first(database.name() + "_1")
        , second(database.name() + "_2")
        , m_database(database) {
        m_database.run("CREATE ROLE " + owner + "; CREATE ROLE " + first + "; CREATE ROLE " + second);
    }
    ThreeRoles(const ThreeRoles&) = delete;
    ThreeRoles& operator=(const ThreeRoles&) = delete;
    ~ThreeRoles() {
        const std::string all = owner + ", " + first + ", " + second;
        try {
            m_database.run("DROP OWNED BY " + all);
            m_database.run("DROP ROLE " + all);
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }
    const std::string owner;
    const std::string first;
    const std::string second;

private:
    LabDatabase& m_database;
};

inline void dropRestored(RoundTrip& trip, const LabServer& server) {
    trip.target.reset();
    dropDatabase(server, trip.finalName());
    if (!trip.hiddenName().empty())
        dropDatabase(server, trip.hiddenName());
}

} // namespace salvor::test
