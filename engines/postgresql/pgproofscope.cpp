// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgproofscope.h"

#include "models/base/json.h"

#include <algorithm>
#include <set>
#include <string_view>

namespace salvor {

namespace {

std::string withoutQuotes(std::string text) {
    std::erase(text, '"');
    return text;
}

/// "cron.job" without quotes, of what is not there since an extension was left out.
std::set<std::string> goneWithExtensions(const std::vector<PgOmission>& omissions) {
    std::set<std::string> out;
    for (const auto& one : omissions) {
        if (one.kind != PgOmission::Kind::Extension)
            continue;
        for (const auto& [schema, relation] : one.carriers)
            out.insert(withoutQuotes(schema + "." + relation));
    }
    return out;
}

/// "orders_check on public.orders", without quotes, as the facts of a server have it.
std::set<std::string> unvalidatedOf(const PgOmission& omission) {
    std::set<std::string> out;
    const auto add = [&](const std::string& schema, const std::string& relation) {
        out.insert(omission.name + " on " + schema + "." + relation);
    };
    add(omission.schema, omission.relation);
    for (const auto& [schema, relation] : omission.carriers)
        add(schema, relation);
    return out;
}

} // namespace

QJsonArray pgSavedRelations(const QJsonObject& server) {
    std::set<std::string> passedOver;
    for (const auto& value : server[QStringLiteral("left_out")].toArray()) {
        std::string name = fromQt(value.toString());
        name = name.substr(0, name.find(" (a member of "));
        for (const std::string_view kind :
             {"table ", "view ", "materialized view ", "foreign table ", "sequence "}) {
            if (name.starts_with(kind))
                passedOver.insert(name.substr(kind.size()));
        }
    }
    QJsonArray out;
    for (const auto& value : server[QStringLiteral("relations")].toArray()) {
        const std::string relation = fromQt(value.toString()); // "r app.mine"
        if (!passedOver.contains(relation.substr(std::min(relation.find(' ') + 1, relation.size()))))
            out.append(value);
    }
    return out;
}

QJsonArray pgWithoutExtensions(const QJsonArray& relations, const std::vector<PgOmission>& omissions) {
    const auto gone = goneWithExtensions(omissions);
    QJsonArray out;
    for (const auto& value : relations) {
        const std::string relation = withoutQuotes(fromQt(value.toString())); // "r app.mine"
        if (!gone.contains(relation.substr(std::min(relation.find(' ') + 1, relation.size()))))
            out.append(value);
    }
    return out;
}

std::string pgSequencesWithout(std::string_view lines, const std::vector<PgOmission>& omissions) {
    const auto gone = goneWithExtensions(omissions);
    std::string out;
    for (std::size_t begin = 0; begin < lines.size();) {
        const auto end = std::min(lines.find('\n', begin), lines.size() - 1) + 1;
        const auto line = lines.substr(begin, end - begin);
        const auto object = parseJsonObject(std::string(line), "a saved line");
        const bool left =
            object && gone.contains(withoutQuotes(fromQt((*object)[QStringLiteral("sequence")].toString())));
        out += left ? std::string_view() : line;
        begin = end;
    }
    return out;
}

QJsonArray pgWithoutOmitted(const QJsonArray& unvalidated, const std::vector<PgOmission>& omissions) {
    QJsonArray out;
    for (const auto& value : unvalidated) {
        std::string plain = fromQt(value.toString());
        std::erase(plain, '"');
        const bool omitted = std::ranges::any_of(omissions, [&](const PgOmission& one) {
            const auto names = unvalidatedOf(one);
            return std::ranges::any_of(names, [&](std::string name) {
                std::erase(name, '"');
                return name == plain;
            });
        });
        if (!omitted)
            out.append(value);
    }
    return out;
}

Result<PgMarker> pgMarkerOf(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto comment,
                  connection.value("looking at the database's marker",
                                   "SELECT pg_catalog.shobj_description(oid, 'pg_database') FROM "
                                   "pg_catalog.pg_database WHERE datname = pg_catalog.current_database()",
                                   cancel));
    return pgParseMarker(comment).value_or(PgMarker());
}

Result<std::vector<PgOmission>> pgOmissionsOf(PgConnection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(auto marker, pgMarkerOf(connection, cancel));
    return std::move(marker.omissions);
}

} // namespace salvor
