// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a restore or of a test restore: on the page, as text to copy, as HTML and PDF to save.
#pragma once

#include "workers/core.h"

#include <QByteArray>
#include <QCoreApplication>
#include <QList>
#include <QString>

namespace salvor {

/// What was restored from where to where, how it ended, and what the proof looked at.
struct ProofFacts {
    bool drill = false; ///< what was restored is gone again
    BackupRecord backup;
    QString target; ///< "metrics_restored on prod (db1.example.org)"
    RunRecord run;
    bool proved = false;
    std::uint64_t items = 0;
    std::uint64_t rows = 0;
    std::uint64_t bytes = 0;
    double restoreSeconds = 0;
    double proofSeconds = 0;
    double totalSeconds = 0; ///< of a drill: with its server, the checks and tidying up
    std::vector<ProofDifference> differences;
    std::vector<DrillCheckResult> checks;
    std::vector<std::string> leftOff;    ///< what was not switched on
    std::vector<std::string> leftBehind; ///< what a drill could not remove
    bool isSigned = false;               ///< a signed proof of this run counts in the repository
    bool isForeign = false; ///< another computer writes the repository, which knows whose proofs count

    /// Equal in everything that was compared, and every check passed.
    bool good() const;
    /// What the restored database has not as the backup has it, so that the rest could be loaded.
    int leftOut() const;
    /// Equal in everything else.
    bool provedInPart() const;
};
ProofFacts factsOf(const BackupRecord& backup, const Profile& target, const RestoreOutcome& outcome);
ProofFacts factsOf(const BackupRecord& backup, const DrillOutcome& outcome);

/// Pure, for any thread.
class ProofReport {
    Q_DECLARE_TR_FUNCTIONS(ProofReport)

public:
    struct Fact {
        QString label;
        QString value;
    };
    /// "Proved equal: …", or what is wrong.
    static QString verdict(const ProofFacts& facts);
    static QString title(const ProofFacts& facts);
    static QList<Fact> facts(const ProofFacts& facts);
    /// What the proof says of itself: whether the schema was compared, and what was not, in whole sentences.
    static QStringList scope(const ProofFacts& facts);
    static QString asText(const ProofFacts& facts);
    static QString asHtml(const ProofFacts& facts); ///< a whole document; everything from outside is escaped
    static QByteArray asPdf(const ProofFacts& facts); ///< A4
    /// In one step, as PDF where the name ends so, else as HTML. IoError.
    static Result<> save(const ProofFacts& facts, const QString& path);
};

} // namespace salvor
