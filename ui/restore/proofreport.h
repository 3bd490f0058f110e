// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The report of a restore: on the page, as text to copy, as HTML to save.
#pragma once

#include "workers/core.h"

#include <QCoreApplication>
#include <QList>
#include <QString>

namespace salvor {

/// What was restored from where to where, and how it ended.
struct RestoreFacts {
    BackupRecord backup;
    Profile target;
    RestoreOutcome outcome;
};

class ProofReport {
    Q_DECLARE_TR_FUNCTIONS(ProofReport)

public:
    struct Fact {
        QString label;
        QString value;
    };
    /// "Proved equal: every row of 523 items was read back …", or what is wrong.
    static QString verdict(const RestoreOutcome& outcome);
    static QList<Fact> facts(const RestoreFacts& restore);
    static QString asText(const RestoreFacts& restore);
    static QString
    asHtml(const RestoreFacts& restore); ///< a whole document; everything from outside is escaped
};

} // namespace salvor
