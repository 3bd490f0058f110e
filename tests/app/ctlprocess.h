// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the real salvorctl with a SALVOR_HOME of its own.
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>
#include <QTemporaryDir>

#include <map>

namespace salvor::test {

struct CtlResult {
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
    QJsonObject json() const; ///< the one object on standard output; empty if it is none
    QJsonValue data() const { return json().value(QStringLiteral("data")); }
    QString errorCode() const; ///< of a JSON answer
    QString errorText() const; ///< message and hint of a JSON answer
};

/// One user's Salvor in a temporary folder, removed at the end.
class CtlHome {
public:
    CtlHome();
    QString path(const QString& relative) const { return m_folder.filePath(relative); }
    /// Waits at most `timeoutSeconds`. `secrets`: descriptor number → content (a temporary unlinked file).
    CtlResult run(const QStringList& arguments, const std::map<int, QByteArray>& secrets = {},
                  const QByteArray& input = {}, int timeoutSeconds = 120) const;
    /// Environment for a process the test starts itself.
    QStringList environment() const;
    static QString program();

    /// Makes "repo" with file secrets; the passphrase used. Fails the test by a null array.
    QByteArray makeRepository(const QString& title = QStringLiteral("backups")) const;

private:
    QTemporaryDir m_folder;
};

} // namespace salvor::test
