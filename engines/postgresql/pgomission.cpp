// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgomission.h"

#include "engines/postgresql/pgdefaulttext.h"
#include "engines/postgresql/pgextensionparts.h"
#include "engines/postgresql/pgschema.h"
#include "models/base/json.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace salvor {

namespace {

using Kind = PgOmission::Kind;
using Outcome = PgOmission::Outcome;

constexpr std::string_view kBetween = ",\n    ";

const char* kindName(Kind kind) {
    return kind == Kind::Constraint  ? "constraint"
           : kind == Kind::Index     ? "index"
           : kind == Kind::Acl       ? "acl"
           : kind == Kind::Extension ? "extension"
                                     : "generated";
}

std::optional<Kind> kindOf(std::string_view name) {
    for (const Kind kind : {Kind::Constraint, Kind::Index, Kind::Generated, Kind::Acl, Kind::Extension}) {
        if (name == kindName(kind))
            return kind;
    }
    return std::nullopt;
}

/// Of those that may be left out by their names.
std::optional<Kind> askedKind(std::string_view name) {
    const auto kind = kindOf(name);
    return kind == Kind::Acl ? std::nullopt : kind;
}

/// "TABLE orders" of schema shop: "TABLE shop.orders".
std::string rightsText(const PgOmission& omission) {
    if (omission.schema.empty())
        return omission.name;
    if (omission.name.starts_with("DEFAULT PRIVILEGES"))
        return omission.name + " IN SCHEMA " + pgShownName(omission.schema);
    const auto at = omission.name.find(' ') + 1; // no kind that is in a schema has two words
    return omission.name.substr(0, at) + pgShownName(omission.schema) + "." + omission.name.substr(at);
}

/// The identifier at the beginning of `text`, without its quotes, and what follows it; nothing when there is
/// none.
std::optional<std::pair<std::string, std::string_view>> takeName(std::string_view text) {
    std::string name;
    if (!text.starts_with('"')) {
        const auto end = std::min(text.find_first_of(". \n"), text.size());
        name = text.substr(0, end);
        return name.empty() ? std::nullopt : std::optional(std::pair(name, text.substr(end)));
    }
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] != '"')
            name.push_back(text[i]);
        else if (i + 1 < text.size() && text[i + 1] == '"')
            name.push_back(text[i++]);
        else
            return name.empty() ? std::nullopt : std::optional(std::pair(name, text.substr(i + 1)));
    }
    return std::nullopt;
}

/// "shop.\"My table\".check" in its parts; empty when it is no such name.
std::vector<std::string> partsOf(std::string_view text) {
    std::vector<std::string> parts;
    for (;;) {
        // Unquoted names of constraints may hold blanks here: it is the shell that keeps words apart.
        if (!text.starts_with('"')) {
            const auto end = std::min(text.find('.'), text.size());
            if (end == 0)
                return {};
            parts.emplace_back(text.substr(0, end));
            text = text.substr(end);
        } else if (const auto taken = takeName(text)) {
            parts.push_back(taken->first);
            text = taken->second;
        } else {
            return {};
        }
        if (text.empty())
            return parts;
        if (!text.starts_with('.'))
            return {};
        text.remove_prefix(1);
    }
}

/// Where the columns and constraints of a CREATE TABLE stand.
struct Body {
    std::size_t begin = 0; ///< behind the opening bracket
    std::size_t end = 0;   ///< at the line end before the closing one
    std::vector<std::string> elements;
};

std::optional<Body> bodyOf(const std::string& sql) {
    constexpr std::string_view kHead = " (\n    ";
    const auto create = sql.find("CREATE ");
    const auto head = sql.find(kHead);
    if (create == std::string::npos || head == std::string::npos || create > head)
        return std::nullopt;
    Body body;
    body.begin = head + 2;
    for (body.end = sql.find("\n)", head); body.end != std::string::npos;
         body.end = sql.find("\n)", body.end + 1)) {
        const char next = body.end + 2 < sql.size() ? sql[body.end + 2] : ';';
        if (next == ';' || next == '\n')
            break;
    }
    if (body.end == std::string::npos)
        return std::nullopt;
    const std::string_view inner = std::string_view(sql).substr(0, body.end);
    for (std::size_t at = head + kHead.size(); at <= body.end;) {
        const auto next = std::min(inner.find(kBetween, at), body.end);
        body.elements.emplace_back(inner.substr(at, next - at));
        at = next + kBetween.size();
    }
    return body;
}

std::string joined(const std::string& sql, const Body& body) {
    std::string out = sql.substr(0, body.begin);
    for (std::size_t i = 0; i < body.elements.size(); ++i)
        out += (i == 0 ? "\n    " : std::string(kBetween)) + body.elements[i];
    return out + sql.substr(body.end);
}

bool isCheck(std::string_view element, const std::string& name) {
    constexpr std::string_view kWord = "CONSTRAINT ";
    if (!element.starts_with(kWord))
        return false;
    const auto taken = takeName(element.substr(kWord.size()));
    return taken && taken->first == name && taken->second.starts_with(" CHECK ");
}

/// Where the clause of a generated column begins; npos when the element is another one.
std::size_t generatedAt(std::string_view element, const std::string& name) {
    const auto taken = takeName(element);
    return taken && taken->first == name ? element.find(" GENERATED ALWAYS AS (") : std::string_view::npos;
}

std::string withoutDomainCheck(const std::string& sql, const std::string& name) {
    constexpr std::string_view kWord = "\n\tCONSTRAINT ";
    for (auto at = sql.find(kWord); at != std::string::npos; at = sql.find(kWord, at + 1)) {
        const auto taken = takeName(std::string_view(sql).substr(at + kWord.size()));
        if (!taken || taken->first != name)
            continue;
        const auto next = std::min(sql.find(kWord, at + 1), sql.find(";\n", at));
        return sql.substr(0, at) + sql.substr(std::min(next, sql.rfind(';')));
    }
    return sql;
}

/// Whether an expression names an index that is made behind the rows.
bool namesIndex(std::string_view expression, const std::vector<PgArchiveEntry>& entries) {
    for (const auto& name : pgRegclassNames(expression)) {
        const auto parts = partsOf(name);
        if (parts.size() == 2 && std::ranges::any_of(entries, [&](const PgArchiveEntry& entry) {
                return entry.postData && entry.schema == parts[0] &&
                       ((entry.kind == "INDEX" && entry.name == parts[1]) ||
                        (entry.kind == "CONSTRAINT" && entry.name.ends_with(" " + parts[1])));
            }))
            return true;
    }
    return false;
}

bool isTable(const PgArchiveEntry& entry) { return entry.kind == "TABLE" || entry.kind == "FOREIGN TABLE"; }

QJsonArray textsOf(const std::vector<std::string>& texts) {
    QJsonArray out;
    for (const auto& text : texts)
        out.append(toQt(text));
    return out;
}

/// Whether it means another thing with blanks for its line ends: comments, bodies of functions, text that
/// goes over them.
bool needsItsLines(std::string_view sql) {
    const auto end = sql.find_last_not_of(" \n");
    if (end == sql.npos || sql.substr(0, end).find('\n') == sql.npos)
        return false; // one line
    bool inText = false;
    for (std::size_t at = 0; at < sql.size(); ++at) {
        inText = (sql[at] == '\'') != inText; // two quotes in a text close and open it
        if ((inText && sql[at] == '\n') || (!inText && sql[at] == '$') || sql.substr(at).starts_with("--"))
            return true;
    }
    return false;
}

/// As much of it as can stand on one line, and where the rest is.
std::string onOneLine(const std::string& sql) {
    const bool isCut = needsItsLines(sql);
    std::string out = isCut ? sql.substr(0, sql.find(";\n") + 1) : sql;
    if (isCut && needsItsLines(out))
        out.clear();
    std::replace(out.begin(), out.end(), '\n', ' ');
    while (out.ends_with(' '))
        out.pop_back();
    if (!isCut)
        return out;
    return (out.empty() ? "the SQL, which needs its lines,"
                        : out + " The rest of the SQL, which needs its lines,") +
           " is in the record of the run (left_out).";
}

Error badName(const std::string& kind, const std::string& name) {
    const auto known = askedKind(kind);
    return {ErrorCode::InvalidInput,
            known ? "\"" + name + "\" does not name " +
                        (known == Kind::Constraint  ? std::string("a constraint")
                         : known == Kind::Index     ? std::string("an index")
                         : known == Kind::Extension ? std::string("an extension")
                                                    : std::string("a generated column"))
                  : "\"" + kind + "\" is nothing that a restore can leave out",
            !known                     ? "constraint, index, generated and extension are"
            : known == Kind::Index     ? "write SCHEMA.INDEX; a name with a dot or capitals in double quotes"
            : known == Kind::Extension ? "write its name, without a schema"
            : known == Kind::Generated ? "write SCHEMA.TABLE.COLUMN; a name with a dot in double quotes"
                                       : "write SCHEMA.TABLE.CONSTRAINT; a name with a dot in double quotes",
            false,
            {{"leave_out", name}}};
}

} // namespace

std::string pgShownName(std::string_view name) {
    const bool plain = !name.empty() && (name[0] < '0' || name[0] > '9') &&
                       std::all_of(name.begin(), name.end(), [](char c) {
                           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
                       });
    return plain ? std::string(name) : pgQuotedName(name);
}

std::string pgOmissionText(const PgOmission& omission) {
    if (omission.kind == Kind::Acl)
        return std::string(kindName(omission.kind)) + " " + rightsText(omission);
    if (omission.kind == Kind::Extension)
        return std::string(kindName(omission.kind)) + " " + pgShownName(omission.name);
    return std::string(kindName(omission.kind)) + " " + pgShownName(omission.schema) + "." +
           (omission.relation.empty() ? "" : pgShownName(omission.relation) + ".") +
           pgShownName(omission.name);
}

std::string pgOmissionSentence(const PgOmission& omission, const std::string& database) {
    std::string out =
        "The " + (omission.kind == Kind::Generated ? "column" + pgOmissionText(omission).substr(9)
                  : omission.kind == Kind::Acl     ? "rights of " + rightsText(omission)
                                                   : pgOmissionText(omission));
    if (omission.kind == Kind::Acl)
        out += " are not all as in the backup";
    else if (omission.outcome == Outcome::NotValid)
        out += " is there, but not validated, as rows of the backup do not fulfil it";
    else if (omission.kind == Kind::Generated)
        out += " is an ordinary one without values, and not generated";
    else
        out += " is left out";
    if (omission.kind == Kind::Extension) {
        std::string lost;
        for (const auto& one : omission.lost)
            lost += (lost.empty() ? "" : ", ") + one;
        out += lost.empty() ? "" : ", and so is what only the backup has of it (" + lost + ")";
        std::string with;
        for (const auto& title : omission.entries)
            with += title == "EXTENSION " + omission.name ? "" : (with.empty() ? "" : ", ") + title;
        out += with.empty() ? "" : ", and what needs it: " + with;
    }
    out += omission.asked ? ", as was asked" : "";
    out += omission.reason.empty() ? "." : " (" + omission.reason + ").";
    if (omission.sql.empty())
        return out;
    if (omission.outcome == Outcome::NotValid)
        return out + " Once the rows are mended: " + onOneLine(omission.sql);
    if (omission.kind != Kind::Extension || database.empty())
        return out + " To make it: " + onOneLine(omission.sql);
    // Whatever ties it to one database has to name this one.
    return out + " To make it, connect to the database " + pgShownName(database) +
           ", which a parameter of the extension may have to name first (as cron.database_name), and run: " +
           onOneLine(omission.sql);
}

Result<std::vector<PgOmission>> pgAskedOmissions(const QJsonObject& options) {
    std::vector<PgOmission> out;
    for (const auto& value : options[QStringLiteral("leave_out")].toArray()) {
        const std::string kind = fromQt(value[QStringLiteral("kind")].toString());
        const std::string name = fromQt(value[QStringLiteral("name")].toString());
        const auto known = askedKind(kind);
        const auto parts = partsOf(name);
        const auto wanted = known == Kind::Extension ? 1U : known == Kind::Index ? 2U : 3U;
        if (!known || parts.size() != wanted)
            return failure(badName(kind, name));
        PgOmission one;
        one.kind = *known;
        if (known != Kind::Extension)
            one.schema = parts.front();
        if (parts.size() == 3)
            one.relation = parts[1];
        one.name = parts.back();
        one.asked = true;
        out.push_back(std::move(one));
    }
    return out;
}

Result<std::vector<PreflightFinding>> pgCheckOmissions(const RestoreSpec& spec, const CancelToken& cancel) {
    std::vector<PreflightFinding> out;
    auto asked = pgAskedOmissions(spec.options);
    if (!asked) {
        out.push_back({PreflightFinding::Level::Blocker, "leave_out", asked.error().message,
                       asked.error().hint, asked.error().code});
        return out;
    }
    if (asked->empty() || !spec.openItem)
        return out;
    SALVOR_ASSIGN(const auto archives, pgReadArchives(spec.contents->plan, spec.openItem, cancel));
    std::vector<PgArchiveEntry> entries;
    for (const auto& archive : archives)
        entries.insert(entries.end(), archive.begin(), archive.end());
    for (const auto& one : *asked) {
        if (one.kind == Kind::Extension) {
            if (auto problem = pgCannotLeaveOut(archives, one.name)) {
                out.push_back({PreflightFinding::Level::Blocker, "leave_out", problem->message, problem->hint,
                               problem->code});
                continue;
            }
        }
        const bool there = std::ranges::any_of(
            entries, [&](const auto& entry) { return pgMakes(entry, one) || pgContains(entry, one); });
        if (there)
            out.push_back({PreflightFinding::Level::Warning, "leave_out",
                           "the " + pgOmissionText(one) + " will be left out",
                           "the restored database will not be as its backup; the restore gives the SQL that "
                           "makes it",
                           ErrorCode::Internal});
        else
            out.push_back({PreflightFinding::Level::Blocker, "leave_out",
                           "the backup has no " + pgOmissionText(one), "correct its name, or leave it out",
                           ErrorCode::InvalidInput});
    }
    return out;
}

QJsonArray pgOmissionsToMarker(const std::vector<PgOmission>& omissions) {
    QJsonArray out;
    for (const auto& one : omissions) {
        QJsonArray carriers;
        for (const auto& [schema, relation] : one.carriers)
            carriers.append(QJsonArray{toQt(schema), toQt(relation)});
        QJsonArray entries;
        for (const auto& title : one.entries)
            entries.append(toQt(title));
        QJsonObject marked{{QStringLiteral("kind"), QString::fromLatin1(kindName(one.kind))},
                           {QStringLiteral("schema"), toQt(one.schema)},
                           {QStringLiteral("relation"), toQt(one.relation)},
                           {QStringLiteral("name"), toQt(one.name)},
                           {QStringLiteral("not_valid"), one.outcome == PgOmission::Outcome::NotValid},
                           {QStringLiteral("tables"), carriers},
                           {QStringLiteral("entries"), entries}};
        if (!one.lost.empty())
            marked.insert(QStringLiteral("lost"), textsOf(one.lost));
        if (one.chunks)
            marked.insert(QStringLiteral("chunks"), true);
        out.append(marked);
    }
    return out;
}

std::vector<PgOmission> pgOmissionsFromMarker(const QJsonArray& array) {
    std::vector<PgOmission> out;
    for (const auto& value : array) {
        const auto text = [&](const char* key) { return fromQt(value[QLatin1String(key)].toString()); };
        PgOmission one;
        one.kind = kindOf(text("kind")).value_or(Kind::Constraint);
        one.schema = text("schema");
        one.relation = text("relation");
        one.name = text("name");
        one.outcome = value[QStringLiteral("not_valid")].toBool() ? Outcome::NotValid : Outcome::Missing;
        one.chunks = value[QStringLiteral("chunks")].toBool();
        for (const auto& carrier : value[QStringLiteral("tables")].toArray())
            one.carriers.emplace_back(fromQt(carrier[0].toString()), fromQt(carrier[1].toString()));
        for (const auto& title : value[QStringLiteral("entries")].toArray())
            one.entries.insert(fromQt(title.toString()));
        for (const auto& lost : value[QStringLiteral("lost")].toArray())
            one.lost.push_back(fromQt(lost.toString()));
        out.push_back(std::move(one));
    }
    return out;
}

QJsonArray pgOmissionsToReport(const std::vector<PgOmission>& omissions, const std::string& database) {
    QJsonArray out;
    for (const auto& one : omissions) {
        const std::string text = pgOmissionText(one);
        QJsonObject report{{QStringLiteral("kind"), QString::fromLatin1(kindName(one.kind))},
                           {QStringLiteral("name"), toQt(text.substr(text.find(' ') + 1))},
                           {QStringLiteral("outcome"), one.outcome == Outcome::NotValid
                                                           ? QStringLiteral("not_valid")
                                                           : QStringLiteral("missing")},
                           {QStringLiteral("asked"), one.asked},
                           {QStringLiteral("reason"), toQt(one.reason)},
                           {QStringLiteral("sql"), toQt(one.sql)}};
        if (one.kind == Kind::Extension) {
            report.insert(QStringLiteral("database"), toQt(database));
            report.insert(QStringLiteral("lost"), textsOf(one.lost));
        }
        out.append(report);
    }
    return out;
}

std::string pgEntryTitle(const PgArchiveEntry& entry) {
    return entry.kind + " " + (entry.schema.empty() ? "" : entry.schema + ".") + entry.name;
}

bool pgMakes(const PgArchiveEntry& entry, const PgOmission& omission) {
    if (entry.schema != omission.schema)
        return false;
    if (omission.kind == Kind::Index)
        return entry.kind == "INDEX" && entry.name == omission.name;
    if (omission.kind == Kind::Extension)
        return entry.kind == "EXTENSION" && entry.name == omission.name;
    return omission.kind == Kind::Constraint &&
           (entry.kind == "CONSTRAINT" || entry.kind == "FK CONSTRAINT" ||
            entry.kind == "CHECK CONSTRAINT") &&
           entry.name == omission.relation + " " + omission.name;
}

bool pgContains(const PgArchiveEntry& entry, const PgOmission& omission) {
    if (entry.schema != omission.schema || entry.name != omission.relation)
        return false;
    if (omission.kind == Kind::Constraint && entry.kind == "DOMAIN")
        return withoutDomainCheck(entry.definition, omission.name) != entry.definition;
    return isTable(entry) && pgWithoutClause(entry.definition, omission) != entry.definition;
}

std::string pgWithoutClause(const std::string& sql, const PgOmission& omission) {
    if (omission.kind == Kind::Index || omission.kind == Kind::Extension)
        return sql;
    if (sql.find("CREATE DOMAIN ") != std::string::npos)
        return omission.kind == Kind::Constraint ? withoutDomainCheck(sql, omission.name) : sql;
    auto body = bodyOf(sql);
    if (!body)
        return sql;
    if (omission.kind == Kind::Constraint)
        std::erase_if(body->elements, [&](const auto& element) { return isCheck(element, omission.name); });
    for (auto& element : body->elements) {
        if (omission.kind == Kind::Generated)
            element.resize(std::min(element.size(), generatedAt(element, omission.name)));
    }
    return joined(sql, *body);
}

PgDefaultsApart pgDefaultsApart(const std::string& sql,
                                const std::function<bool(const std::string&)>& isMeant) {
    PgDefaultsApart out{sql, {}};
    auto body = sql.find("'::regclass") == std::string::npos ? std::nullopt : bodyOf(sql);
    if (!body)
        return out;
    for (auto& element : body->elements) {
        const auto column = takeName(element);
        const std::string clause = pgDefaultClause(element);
        if (clause.empty() || !column || !isMeant(clause))
            continue;
        out.defaults.emplace_back(column->first, clause);
        element.erase(element.find(clause), clause.size());
    }
    if (!out.defaults.empty())
        out.sql = joined(sql, *body);
    return out;
}

PgLateDefaults pgLateDefaults(const std::vector<PgArchiveEntry>& entries) {
    PgLateDefaults out;
    std::set<int> behind;
    for (const auto& entry : entries) {
        if (entry.postData)
            behind.insert(entry.id);
    }
    const auto isLate = [&](const std::string& clause) { return namesIndex(clause, entries); };
    for (const auto& entry : entries) {
        // What needs a key, or an index of its own table, does not say so.
        const bool late = entry.kind == "DEFAULT" && !entry.postData &&
                          (std::ranges::any_of(entry.needs, [&](int id) { return behind.contains(id); }) ||
                           isLate(entry.definition));
        if (late) {
            out.ids.insert(entry.id);
            out.statements.push_back(entry.definition);
        }
        const std::string name = pgQuotedName(entry.schema) + "." + pgQuotedName(entry.name);
        if (const auto clause = entry.kind == "DOMAIN" ? pgDefaultClause(entry.definition) : std::string();
            isLate(clause)) {
            out.statements.push_back("ALTER DOMAIN " + name + " SET" + clause + ";\n");
            out.definitions[entry.id] =
                std::string(entry.definition).erase(entry.definition.find(clause), clause.size());
        }
        const auto apart = isTable(entry) ? pgDefaultsApart(entry.definition, isLate) : PgDefaultsApart();
        for (const auto& [column, clause] : apart.defaults) {
            out.statements.push_back("ALTER TABLE ONLY " + name + " ALTER COLUMN " + pgQuotedName(column) +
                                     " SET" + clause + ";\n");
            out.definitions[entry.id] = apart.sql;
        }
    }
    return out;
}

bool pgIsRights(const PgArchiveEntry& entry) { return entry.kind == "ACL" || entry.kind == "DEFAULT ACL"; }

std::vector<std::string> pgRightsStatements(const std::string& definition) {
    std::vector<std::string> out;
    std::string one;
    bool inName = false;
    bool inOthersName = false;
    for (const char c : definition) {
        if (one.empty() && (c == '\n' || c == ' '))
            continue;
        one.push_back(c);
        inName = (c == '"') != inName; // two quotes in a name close and open it
        if (c != ';' || inName)
            continue;
        one.push_back('\n');
        const bool goesOn = inOthersName;
        inOthersName = one.starts_with("SET SESSION AUTHORIZATION ") ||
                       (inOthersName && !one.starts_with("RESET SESSION AUTHORIZATION"));
        if (goesOn)
            out.back() += one;
        else
            out.push_back(one);
        one.clear();
    }
    if (!one.empty())
        out.push_back(one + "\n");
    return out;
}

std::vector<const PgArchiveEntry*> pgLateTriggers(const std::vector<PgArchiveEntry>& entries) {
    std::map<int, const PgArchiveEntry*> tables;
    for (const auto& entry : entries) {
        if (isTable(entry))
            tables[entry.id] = &entry;
    }
    // TABLE ATTACH has its partition's name and needs both tables.
    std::map<PgTableName, PgTableName> parents;
    for (const auto& entry : entries) {
        for (const int id : entry.kind == "TABLE ATTACH" ? entry.needs : std::vector<int>()) {
            const auto table = tables.find(id);
            if (table == tables.end())
                continue;
            const PgTableName name(table->second->schema, table->second->name);
            if (name != PgTableName(entry.schema, entry.name))
                parents[{entry.schema, entry.name}] = name;
        }
    }
    std::vector<std::pair<std::size_t, const PgArchiveEntry*>> found;
    for (const auto& entry : entries) {
        if (entry.kind != "TRIGGER" ||
            !std::string_view(entry.definition)
                 .substr(std::min(entry.definition.find_first_not_of('\n'), entry.definition.size()))
                 .starts_with("ALTER "))
            continue;
        std::size_t depth = 0;
        for (const int id : entry.needs) {
            const auto table = tables.find(id);
            if (table == tables.end() || !entry.name.starts_with(table->second->name + " "))
                continue;
            auto up = parents.find({table->second->schema, table->second->name});
            for (depth = 0; up != parents.end() && depth < parents.size(); ++depth)
                up = parents.find(up->second);
        }
        found.emplace_back(depth, &entry);
    }
    std::ranges::stable_sort(found, {}, [](const auto& one) { return one.first; });
    std::vector<const PgArchiveEntry*> out;
    for (const auto& one : found)
        out.push_back(one.second);
    return out;
}

} // namespace salvor
