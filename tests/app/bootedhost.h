// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A booted server with salvorctl, a user, her repository, profile and policy: what the tests of timers start
// from.
#pragma once

#include "support/machine.h"
#include "support/sampledata.h"

#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include <cmath>

namespace salvor::test {

inline QString s(const char* text) { return QString::fromUtf8(text); }

constexpr int kUnitMs = 180'000; // a loaded machine under a sanitizer

/// A machine with salvorctl from its portable bundle, a user anna, her repository, profile and policy.
class Booted {
public:
    explicit Booted(const LabMachine& machine)
        : m_machine(machine) {}

    /// An empty text, or what went wrong.
    QString prepare(const QString& database) {
        QProcess bundle;
        bundle.start(s(SALVOR_BUNDLE), {s(SALVORCTL_PATH), s("--into"), m_machine.path({})});
        if (!bundle.waitForFinished(kUnitMs) || bundle.exitCode() != 0)
            return s("bundle: ") + QString::fromUtf8(bundle.readAllStandardError());
        if (!QFile::copy(QString::fromStdString(m_machine.server().caFile),
                         m_machine.path(s("/etc/salvor-lab.crt"))))
            return s("the certificate was not copied");
        const auto made = m_machine.run(
            {s("sh"), s("-c"),
             s("useradd -m anna && install -d -o anna /srv/anna && chmod 644 /etc/salvor-lab.crt")});
        if (made.exitCode != 0)
            return made.text();
        const auto passphrase =
            m_machine.run({s("salvorctl"), s("repository"), s("passphrase")}, {}, s("anna"));
        const auto repository = anna({s("repository"), s("init"), s("/srv/anna/backups"), s("--title"),
                                      s("backups"), s("--secrets"), s("file"), s("--recovery-out"),
                                      s("/home/anna/recovery.age"), s("--passphrase-fd"), s("0")},
                                     passphrase.out.trimmed());
        if (repository.exitCode != 0)
            return repository.text();
        const LabServer& server = m_machine.server();
        const auto profile =
            anna({s("profile"), s("add"),
                  s("postgresql://%1@127.0.0.1:5432/postgres").arg(QString::fromStdString(server.user)),
                  s("--title"), s("lab"), s("--secrets"), s("file"), s("--password-fd"), s("0"),
                  s("--tls-ca"), s("/etc/salvor-lab.crt"), s("--tls"), s("verify-ca")},
                 QByteArray::fromStdString(server.password));
        if (profile.exitCode != 0)
            return profile.text();
        const auto policy = setPolicy({s("--include"), database});
        return policy.exitCode == 0 ? QString() : policy.text();
    }

    MachineAnswer root(const QStringList& words, const QByteArray& input = {}) const {
        return m_machine.run(words, input);
    }
    MachineAnswer anna(const QStringList& words, const QByteArray& input = {}) const {
        return m_machine.run(QStringList{s("salvorctl"), s("--json")} + words, input, s("anna"));
    }
    MachineAnswer setPolicy(const QStringList& words) const {
        return anna(QStringList{s("policy"), s("set"), s("lab")} + words);
    }
    QJsonObject policy() const { return anna({s("policy"), s("show"), s("lab")}).data().toObject(); }
    QString stem() const { return s("salvor-") + policy().value(s("uuid")).toString().left(8) + s("-full"); }
    /// The road to root by hand: anna's plan, her secrets through a pipe, root's own eyes.
    struct Plan {
        QString file;
        QString hash;
        QByteArray secrets;
    };
    Plan plan(const QStringList& verb) const {
        const auto asked = anna(QStringList{s("timers")} + verb);
        const QJsonObject context = asked.error().value(s("context")).toObject();
        Plan plan{context.value(s("plan")).toString(), context.value(s("plan_sha256")).toString(), {}};
        if (plan.file.isEmpty())
            qWarning("%s", qPrintable(asked.text()));
        plan.secrets = anna({s("timers"), s("secrets"), s("--plan"), plan.file}).out;
        return plan;
    }
    MachineAnswer applied(const Plan& plan) const {
        return root({s("salvorctl"), s("--json"), s("timers"), s("apply"), s("--plan"), plan.file,
                     s("--plan-hash"), plan.hash, s("--secrets-fd"), s("0")},
                    plan.secrets);
    }
    MachineAnswer applied(const QStringList& verb = {s("apply")}) const { return applied(plan(verb)); }

    /// A sanitizer build inside the sandbox: LeakSanitizer would have to trace the program, which
    /// SystemCallFilter= forbids.
    bool allowSanitizer() const {
        return dropIn(stem() + s(".service"), s("[Service]\\nEnvironment=ASAN_OPTIONS=detect_leaks=0\\n")) &&
               dropIn(s("salvor-watch.service"), s("[Service]\\nEnvironment=ASAN_OPTIONS=detect_leaks=0\\n"));
    }
    /// Settings of the computer's owner, as `systemctl edit` makes them; `text` as printf(1) takes it.
    bool dropIn(const QString& unit, const QString& text) const {
        return root({s("sh"), s("-c"),
                     s("mkdir -p /etc/systemd/system/%1.d && printf '%2' > "
                       "/etc/systemd/system/%1.d/test.conf && "
                       "systemctl daemon-reload")
                         .arg(unit, text)})
                   .exitCode == 0;
    }
    /// What systemd-analyze says of a unit as it is installed here; NaN when it says nothing.
    double exposure(const QString& unit) const {
        const QString said =
            QString::fromUtf8(root({s("systemd-analyze"), s("security"), s("--no-pager"), unit}).out);
        const auto at = said.indexOf(s("Overall exposure level for "));
        return at < 0 ? NAN
                      : said.mid(said.indexOf(s(": "), at) + 2).section(QLatin1Char(' '), 0, 0).toDouble();
    }
    int backups() const { return static_cast<int>(anna({s("backups"), s("list")}).data().toArray().size()); }
    QString show(const QString& unit, const char* property) const {
        return QString::fromUtf8(
            root({s("systemctl"), s("show"), s("--value"), s("--property"), s(property), unit})
                .out.trimmed());
    }
    QString journal() const {
        return QString::fromUtf8(
            root({s("journalctl"), s("--no-pager"), s("-n"), s("60"), s("-o"), s("cat"), s("-u"), stem()})
                .out);
    }
    /// Runs the service now and waits for its end; systemctl start waits for a oneshot.
    int startNow() const { return root({s("systemctl"), s("start"), stem() + s(".service")}).exitCode; }
    QStringList files() const {
        // What systemd keeps of its own accord: its key for credentials, random seeds, the journal.
        const auto found = root({s("sh"), s("-c"),
                                 s("find /etc /usr/local /var/lib/systemd/timers /var/lib/salvor "
                                   "! -path '*.service.d*' 2>/dev/null | sort")});
        return QString::fromUtf8(found.out).split(QLatin1Char('\n'));
    }
    QJsonObject status() const { return anna({s("timers"), s("status")}).data().toArray().at(0).toObject(); }

private:
    const LabMachine& m_machine;
};

} // namespace salvor::test
