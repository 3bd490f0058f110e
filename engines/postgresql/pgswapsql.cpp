// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgswapsql.h"

#include "engines/postgresql/pgsettings.h"
#include "models/base/json.h"

#include <QJsonArray>

#include <set>

namespace salvor {

namespace {

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

/// Collects statements about one database, under the name that it has by then.
class Statements {
public:
    Statements(const PgConnection& connection, const std::string& name)
        : m_connection(connection)
        , m_database(connection.quoteName(name)) {}

    void rename(const std::string& from, const std::string& to) {
        if (from != to)
            add("ALTER DATABASE " + m_connection.quoteName(from) + " RENAME TO " +
                m_connection.quoteName(to));
    }
    void comment(const std::string& name, const std::string& text) {
        add("COMMENT ON DATABASE " + m_connection.quoteName(name) + " IS " +
            (text.empty() ? "NULL" : m_connection.quoteText(text)));
    }

    void owner(const QJsonObject& from, const QJsonObject& to) {
        if (textOf(from, "owner") != textOf(to, "owner"))
            add("ALTER DATABASE " + m_database + " OWNER TO " +
                m_connection.quoteName(textOf(from, "owner")));
    }

    /// All rights anew: those of `to` go first, whoever has them.
    void rights(const QJsonObject& from, const QJsonObject& to) {
        std::set<std::string> holders{"", textOf(from, "owner")};
        for (const auto& value : to[QStringLiteral("acl")].toArray())
            holders.insert(holder(textOf(value.toObject(), "to"), from, to));
        for (const auto& name : holders)
            add("REVOKE ALL ON DATABASE " + m_database + " FROM " + role(name) + " CASCADE");
        const auto acl = from[QStringLiteral("acl")];
        if (!acl.isArray()) { // never changed: the server's defaults
            add("GRANT ALL ON DATABASE " + m_database + " TO " + role(textOf(from, "owner")));
            add("GRANT CONNECT, TEMPORARY ON DATABASE " + m_database + " TO PUBLIC");
            return;
        }
        for (const auto& value : acl.toArray()) {
            const auto grant = value.toObject();
            add("GRANT " + textOf(grant, "right") + " ON DATABASE " + m_database + " TO " +
                role(textOf(grant, "to")) +
                (grant[QStringLiteral("grantable")].toBool() ? " WITH GRANT OPTION" : ""));
        }
    }

    void settings(const QJsonObject& from, const QJsonObject& to) {
        std::set<std::string> cleared;
        for (const auto& value : to[QStringLiteral("settings")].toArray()) {
            const std::string name = textOf(value.toObject(), "role");
            if (cleared.insert(name).second)
                add(alter(name) + " RESET ALL");
        }
        for (const auto& value : from[QStringLiteral("settings")].toArray()) {
            const auto setting = value.toObject();
            const std::string name = textOf(setting, "name");
            if (name != "timescaledb.restoring")
                add(alter(textOf(setting, "role")) + " SET " +
                    pgSettingClause(m_connection, name, textOf(setting, "value")));
        }
    }

    void connectionLimit(const QJsonObject& from, const QJsonObject& to) {
        const int limit = from[QStringLiteral("datconnlimit")].toInt(-1);
        if (limit != to[QStringLiteral("datconnlimit")].toInt(-1))
            add("ALTER DATABASE " + m_database + " CONNECTION LIMIT " + std::to_string(limit));
    }

    std::vector<std::string> take() { return std::move(m_statements); }

private:
    void add(std::string statement) { m_statements.push_back(std::move(statement)); }
    std::string role(const std::string& name) const {
        return name.empty() ? "PUBLIC" : m_connection.quoteName(name);
    }
    /// The owner's own rights follow the database to its new owner.
    static std::string holder(const std::string& name, const QJsonObject& from, const QJsonObject& to) {
        return name == textOf(to, "owner") ? textOf(from, "owner") : name;
    }
    std::string alter(const std::string& name) const {
        return name.empty() ? "ALTER DATABASE " + m_database
                            : "ALTER ROLE " + m_connection.quoteName(name) + " IN DATABASE " + m_database;
    }

    const PgConnection& m_connection;
    std::string m_database;
    std::vector<std::string> m_statements;
};

} // namespace

std::vector<std::string> pgSwapStatements(const PgConnection& connection, const PgSwapPlan& plan,
                                          const SwapSpec& spec) {
    const DatabaseSwap& swap = plan.swap;
    const QJsonObject& from = plan.replaced.facts;
    const QJsonObject& to = plan.restored.facts;
    Statements out(connection, swap.restoredAs);
    out.rename(swap.replaced, swap.replacedAs);
    out.rename(swap.restored, swap.restoredAs);
    out.owner(from, to);
    out.rights(from, to);
    out.settings(from, to);
    out.connectionLimit(from, to);
    PgMarker in = plan.marker;
    in.state = "swapped_in";
    in.sourceComment = plan.replaced.comment;
    in.with = swap.replacedAs;
    in.was = swap.restored;
    in.at = toRfc3339(spec.at);
    in.before = plan.restored.rawMarker;
    in.writes = plan.restored.writes.value_or(-1);
    out.comment(swap.restoredAs, pgMarkerComment(in));
    PgMarker gone;
    gone.backupId = plan.marker.backupId;
    gone.runId = plan.marker.runId;
    gone.finalName = swap.liveName;
    gone.state = "swapped_out";
    gone.sourceComment = plan.replaced.comment;
    gone.with = swap.restoredAs;
    gone.was = swap.replaced;
    gone.at = in.at;
    gone.before = plan.replaced.rawMarker;
    out.comment(swap.replacedAs, pgMarkerComment(gone));
    return out.take();
}

std::vector<std::string> pgUndoStatements(const PgConnection& connection, const PgSwapPlan& plan) {
    const DatabaseSwap& swap = plan.swap;
    Statements out(connection, swap.replacedAs);
    out.rename(swap.restored, swap.restoredAs);
    out.rename(swap.replaced, swap.replacedAs);
    PgMarker back = plan.marker;
    back.state = "unproven"; // clients wrote to it: it is not what was proved any longer
    back.with.clear();
    back.was.clear();
    back.at.clear();
    back.before.clear();
    back.writes = -1;
    out.comment(swap.restoredAs, pgMarkerComment(back));
    const auto gone = pgParseMarker(pgJoinMarker(plan.replaced.rawMarker, plan.replaced.comment));
    out.comment(swap.replacedAs, pgJoinMarker(gone ? gone->before : std::string(), plan.replaced.comment));
    return out.take();
}

} // namespace salvor
