// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A whole booted server of a test's own: it may be changed, rebooted and thrown away. Takes about ten
// seconds; the first one of its release makes the root (minutes).
#pragma once

#include "support/lab.h"

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <QStringList>

namespace salvor::test {

/// From an entry of lab.json, or of what `lab machine` prints.
LabServer labServerFromJson(const QJsonObject& entry);

struct MachineAnswer {
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
    QJsonObject json() const; ///< the one object on standard output; empty if it is none
    QJsonValue data() const { return json().value(QStringLiteral("data")); }
    QJsonObject error() const { return json().value(QStringLiteral("error")).toObject(); }
    QString text() const { return QString::fromUtf8(out + err); }
};

class LabMachine {
public:
    /// `kind`: "debian12" or "debian13". Nothing when it cannot be booted here; then `*reason` says why.
    static std::unique_ptr<LabMachine> start(const QString& kind, std::string* reason);
    /// Shuts it down and removes it.
    ~LabMachine();
    LabMachine(const LabMachine&) = delete;
    LabMachine& operator=(const LabMachine&) = delete;

    const LabServer& server() const {
        return m_server;
    } ///< its PostgreSQL, reached from here and from inside
    /// A path inside, as this computer sees it.
    QString path(const QString& inside) const { return m_root + inside; }
    /// Runs a command inside, as a user of the machine's; waits at most two minutes.
    MachineAnswer run(const QStringList& command, const QByteArray& input = {},
                      const QString& user = QStringLiteral("root")) const;
    /// Down in order and up again; the files of `backDate` (paths inside) are two days older then.
    bool reboot(const QStringList& backDate, std::string* reason);

private:
    LabMachine(QString kind, QString folder)
        : m_kind(std::move(kind))
        , m_folder(std::move(folder)) {}
    bool take(const QStringList& labWords, std::string* reason);

    QString m_kind;
    QString m_folder;
    QString m_root;
    qint64 m_leader = 0; ///< its init's process id here
    LabServer m_server;
};

} // namespace salvor::test

/// `SALVOR_NEED_MACHINE(machine, "debian12");` declares `std::unique_ptr<LabMachine> machine`, or ends the
/// test function.
#define SALVOR_NEED_MACHINE(variable, kind)                                                                  \
    std::string variable##Reason_;                                                                           \
    auto variable = ::salvor::test::LabMachine::start(kind, &variable##Reason_);                             \
    if (!variable) {                                                                                         \
        if (::salvor::test::serversAreRequired())                                                            \
            QFAIL(variable##Reason_.c_str());                                                                \
        QSKIP(variable##Reason_.c_str());                                                                    \
    }
