// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A home of salvorctl with a real repository whose backups are made without a server.
#pragma once

#include "app/ctlprocess.h"
#include "models/base/json.h"
#include "workers/agedbackups.h"

#include <QDir>

#include <algorithm>

namespace salvor::test {

inline QString s(const char* text) { return QString::fromUtf8(text); }

/// A home with a repository, a profile and a backup a day, made by the real programs.
class AgedHome {
public:
    bool make(int days) {
        passphrase = m_home.makeRepository();
        if (passphrase.isNull())
            return false;
        const auto added =
            m_home.run({s("profile"), s("add"), s("postgresql://backup@db.example.org/postgres"),
                        s("--title"), s("shop"), s("--no-password")});
        if (added.exitCode != 0) {
            qWarning() << added.out << added.err;
            return false;
        }
        for (const auto& entry : m_home.environment()) {
            if (entry.startsWith(s("SALVOR_HOME=")))
                m_source.places = placesIn(entry.mid(12).toStdString());
        }
        const auto workspace = WorkspaceDatabase::open(m_source.places.workspaceFile, m_clock, "test");
        if (!workspace)
            return false;
        m_source.clock = &m_clock;
        m_source.pin = (*workspace)->repositories()->front();
        const auto policies = (*workspace)->policies();
        if (!policies || policies->empty())
            return false;
        m_source.policyUuid = policies->front().uuid;
        m_source.profileUuid = policies->front().profileUuid;
        for (int day = days; day >= 1; --day) {
            const auto made = makeAged(m_source, "shop", m_clock.now() - std::chrono::hours(24 * day),
                                       static_cast<std::uint64_t>(day));
            if (!made) {
                qWarning() << describe(made);
                return false;
            }
            ids.append(toQt(made->id));
        }
        return true;
    }
    bool keepDaily(std::uint32_t count) {
        RetentionRules rules;
        rules.daily = count;
        return setRules(m_source.places, m_clock, rules).has_value();
    }
    CtlResult run(QStringList arguments) const {
        arguments.prepend(s("--json"));
        return m_home.run(arguments);
    }
    CtlResult say(const QStringList& arguments) const { return m_home.run(arguments); }

    QString path(const QString& relative) const { return m_home.path(relative); }
    const CtlHome& home() const { return m_home; }
    const AgedSource& source() const { return m_source; }
    /// One more, made by its writer just now.
    Result<BackupRecord> backUp(std::uint64_t seed) {
        return makeAged(m_source, "shop", m_clock.now(), seed);
    }
    /// The file of the newest catalog in the store.
    QString newestCatalog() const {
        const QDir folder(m_home.path(s("store-backups/catalog")));
        qulonglong highest = 0;
        for (const auto& name : folder.entryList({s("*.json")}))
            highest = std::max(highest, name.chopped(5).toULongLong());
        return folder.filePath(QString::number(highest) + s(".json"));
    }

    QStringList ids; ///< oldest first
    QByteArray passphrase;

private:
    CtlHome m_home;
    SystemClock m_clock;
    AgedSource m_source;
};

} // namespace salvor::test
