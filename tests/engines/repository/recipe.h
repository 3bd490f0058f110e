// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The script of docs/recovery-without-salvor.md.
#pragma once

#include "support/pty.h"

#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>

namespace salvor::test {

/// The block of the page that begins with "```sh NAME".
inline QString recipeBlock(const QString& name) {
    QFile page(QStringLiteral(SALVOR_RECIPE));
    if (!page.open(QIODevice::ReadOnly))
        return {};
    const QRegularExpression fence(QStringLiteral("^```sh %1\\n(.*?)^```$").arg(name),
                                   QRegularExpression::MultilineOption |
                                       QRegularExpression::DotMatchesEverythingOption);
    return fence.match(QString::fromUtf8(page.readAll())).captured(1);
}

/// How many of the programs that it needs are not installed.
inline int recipeProgramsMissing() {
    int missing = 0;
    for (const char* program : {"age", "zstd", "jq", "openssl", "basenc"})
        missing += QStandardPaths::findExecutable(QString::fromLatin1(program)).isEmpty() ? 1 : 0;
    return missing;
}

} // namespace salvor::test
