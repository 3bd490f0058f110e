// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/jobphase.h"

#include <QTest>

#include <set>

using namespace salvor;

class TestJobPhase : public QObject {
    Q_OBJECT
private slots:
    void id_ofEachPhase_isItsOwnAndComesBack() {
        std::set<std::string> ids;
        for (const JobPhase phase : allJobPhases()) {
            QVERIFY2(ids.insert(jobPhaseId(phase)).second, jobPhaseId(phase).c_str());
            QVERIFY(jobPhaseFrom(jobPhaseId(phase)) == phase);
        }
        QVERIFY(ids.contains("waiting") && ids.contains("scan")); // the first and the last
    }

    void id_thatIsNone_isNoPhase() {
        for (const char* id : {"", "Data", "reading schema"})
            QVERIFY2(!jobPhaseFrom(id), id);
    }
};

QTEST_GUILESS_MAIN(TestJobPhase)
#include "test_jobphase.moc"
