// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/progressline.h"

#include "models/jobphase.h"

#include <QTest>

using namespace salvor;

class TestProgressLine : public QObject {
    Q_OBJECT
private slots:
    void phase_ofAnyJob_hasWords() {
        QVERIFY(!allJobPhases().empty());
        for (const JobPhase phase : allJobPhases()) {
            const QString words = ctl::phaseText(jobPhaseId(phase));
            QVERIFY2(!words.isEmpty() && words != QString::fromStdString(jobPhaseId(phase)),
                     jobPhaseId(phase).c_str());
        }
        QCOMPARE(ctl::phaseText("prune"), QStringLiteral("Deleting what nothing needs"));
    }

    void phase_thatIsNotKnown_isShownAsItIs() {
        QCOMPARE(ctl::phaseText("thinking"), QStringLiteral("thinking"));
        QCOMPARE(ctl::phaseText({}), QStringLiteral("Starting"));
    }
};

QTEST_GUILESS_MAIN(TestProgressLine)
#include "test_progressline.moc"
