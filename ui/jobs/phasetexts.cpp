// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/phasetexts.h"

#include "models/base/json.h"
#include "models/jobphase.h"

#include <QCoreApplication>

namespace salvor {

namespace {

class Words {
    Q_DECLARE_TR_FUNCTIONS(JobPhase)
public:
    static QString of(JobPhase phase);
    static QString starting() { return tr("Starting"); }
};

QString Words::of(JobPhase phase) {
    switch (phase) {
    case JobPhase::Waiting:
        return tr("Waiting for the repository");
    case JobPhase::Connecting:
        return tr("Connecting");
    case JobPhase::Hook:
        return tr("Running a command of the policy");
    case JobPhase::Snapshot:
        return tr("Taking the snapshot");
    case JobPhase::Server:
        return tr("Starting a private server");
    case JobPhase::Creating:
        return tr("Making the new database");
    case JobPhase::PreData:
        return tr("Schema");
    case JobPhase::Catalog:
        return tr("Extension's catalog");
    case JobPhase::Data:
        return tr("Data");
    case JobPhase::Sequences:
        return tr("Sequences");
    case JobPhase::PostData:
        return tr("Indexes and constraints");
    case JobPhase::Finish:
        return tr("Finishing");
    case JobPhase::Commit:
        return tr("Making the backup durable");
    case JobPhase::Proof:
        return tr("Proving: reading everything back");
    case JobPhase::Checks:
        return tr("Running the check queries");
    case JobPhase::Reveal:
        return tr("Giving it its name");
    case JobPhase::Verify:
        return tr("Checking");
    case JobPhase::Prune:
        return tr("Deleting what nothing needs");
    case JobPhase::Scan:
        return tr("Reading what the store holds");
    }
    return {};
}

} // namespace

QString jobPhaseText(const std::string& phase) {
    if (phase.empty())
        return Words::starting();
    const auto known = jobPhaseFrom(phase);
    return known ? Words::of(*known) : toQt(phase);
}

} // namespace salvor
