// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/sourcetexts.h"

#include "models/connectionreport.h"

#include <QStringList>

#include <algorithm>

namespace salvor {

std::string extensionsText(const SourceInfo& source) {
    const QJsonObject extensions = source.details[QStringLiteral("extensions")].toObject();
    QStringList texts;
    for (auto one = extensions.begin(); one != extensions.end(); ++one) {
        const QString version = QLatin1Char(' ') + one.value().toString();
        if (one.key() == QStringLiteral("timescaledb"))
            texts.prepend(QStringLiteral("TimescaleDB") + version); // what most matters here comes first
        else
            texts << one.key() + version;
    }
    return texts.join(QStringLiteral(", ")).toStdString();
}

std::optional<SourceRefusal> refusalOf(const SourceInfo& source) {
    const QString why = source.details[QStringLiteral("refused")].toString();
    if (why.isEmpty())
        return std::nullopt;
    return SourceRefusal{why.toStdString(),
                         source.details[QStringLiteral("refused_sql")].toString().toStdString(),
                         source.details[QStringLiteral("refused_right")].toBool()};
}

std::optional<std::string> copyOf(const SourceInfo& source) {
    const QString original = source.details[QStringLiteral("copy_of")].toString();
    return original.isEmpty() ? std::nullopt : std::optional(original.toStdString());
}

std::string copyNote(const std::string& name, const std::string& original) {
    return "The database " + name + " is a restored copy of " + original +
           ". A policy backs it up only where one of its rules names it, or once it is swapped in.";
}

namespace {

/// As an identifier of SQL, and as one of psql's arguments.
std::string quoted(const std::string& name) {
    std::string out = "\"";
    for (const char c : name)
        out += c == '"' ? std::string("\"\"") : std::string(1, c);
    return out + '"';
}

} // namespace

std::string databaseOf(const MissingRight& right, const ConnectionReport& report) {
    std::string found; // the longest: a name may hold ": "
    for (const auto& source : report.sources) {
        if (source.name.size() > found.size() && right.what.starts_with("in database " + source.name + ": "))
            found = source.name;
    }
    return found;
}

ConnectionReport withoutRightsOf(ConnectionReport report, const std::vector<std::string>& databases) {
    std::erase_if(report.missingRights, [&, all = report](const MissingRight& right) {
        return std::ranges::find(databases, databaseOf(right, all)) != databases.end();
    });
    return report;
}

std::string rightsScript(const ConnectionReport& report, const std::string& login) {
    std::string script;
    const auto isInside = [&](const MissingRight& right) {
        // To connect is a right of the server: it is granted from wherever one is.
        const bool connects = std::ranges::any_of(report.sources, [&](const SourceInfo& source) {
            const auto refused = refusalOf(source);
            return refused && refused->sql == right.sql;
        });
        return !connects && !databaseOf(right, report).empty();
    };
    if (std::ranges::any_of(report.missingRights, isInside))
        script += "-- Instead of schema by schema and table by table, with those that are made later\n"
                  "-- (PostgreSQL 14 or newer): GRANT pg_read_all_data TO " +
                  quoted(login) + ";\n";
    std::string connected;
    for (const auto& right : report.missingRights) {
        const std::string database = databaseOf(right, report);
        if (isInside(right) && database != connected) {
            script += "\\connect " + quoted(database) + "\n";
            connected = database;
        }
        script += "-- " + right.what + "\n" + right.sql + (right.sql.ends_with(';') ? "\n" : ";\n");
    }
    return script;
}

} // namespace salvor
