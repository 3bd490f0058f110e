// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A computer in a folder, to install timers of some policies of a sample workspace on.
#pragma once

#include "workers/timersworkspace.h"

namespace salvor::test {

class SampleComputer {
public:
    explicit SampleComputer(const QString& root) {
        m_road.setup.program = "/usr/bin/true";
        m_road.setup.root = root.toStdString();
        m_road.setup.configHome = "/home/config";
        m_road.setup.dataHome = "/home/data";
        m_road.setup.processes = &m_computer;
        m_computer.road = &m_road;
        QDir().mkpath(root + QStringLiteral("/etc/systemd/system"));
    }
    Result<> install(Core& core, std::vector<std::string> policies) {
        Timers timers(core, m_road.setup);
        TimersQuery query;
        query.policies = std::move(policies);
        SALVOR_ASSIGN(const auto plan, timers.plan(query, {}));
        TimersRoad asRoot = m_road;
        asRoot.isRoot = true;
        SALVOR_TRY(applyTimersPlan(timers, asRoot, plan, "timers.apply", {}));
        return {};
    }
    const TimersRoad& road() const { return m_road; }
    FakeComputer& programs() { return m_computer; }

private:
    FakeComputer m_computer;
    TimersRoad m_road;
};

} // namespace salvor::test
