// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgschemadiff.h"

#include "engines/postgresql/pgcanonical.h"
#include "engines/postgresql/pginherit.h"
#include "engines/postgresql/pgschema.h"
#include "engines/postgresql/pgschemaforms.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <set>
#include <string_view>
#include <utility>

namespace salvor {

namespace {

constexpr std::string_view kNamePart = "-- Name: ";
constexpr std::string_view kTypePart = "; Type: ";
constexpr std::string_view kSchemaPart = "; Schema: ";
constexpr std::string_view kOwnerPart = "; Owner: ";
constexpr std::string_view kTablespacePart = "; Tablespace: ";

/// "-- Name: orders; Type: TABLE; Schema: shop; Owner: app; Tablespace: fast", then the statements.
struct Entry {
    std::string key; ///< the header as far as the schema
    std::string tablespace;
    std::string text; ///< the rest of the header, and the statements in canonical form
};

std::string titleOf(const std::string& key);

/// Names in titles have quotes in some entries' headers, and none in others'.
std::string withoutQuotes(std::string text) {
    std::erase(text, '"');
    return text;
}

/// Which entries may be missing, or be too many, and what a table's text may lack.
class Allowed {
public:
    explicit Allowed(const std::vector<PgOmission>& omissions) {
        for (const auto& one : omissions) {
            for (const auto& title : one.entries)
                (one.kind == PgOmission::Kind::Acl             ? m_rights
                 : one.outcome == PgOmission::Outcome::Missing ? m_missing
                                                               : m_notValid)
                    .insert(withoutQuotes(title));
            for (const auto& [schema, relation] : one.carriers)
                m_clauses.emplace(withoutQuotes(schema + "." + relation), &one);
        }
    }
    bool mayLack(const std::string& title) const {
        return m_missing.contains(withoutQuotes(title)) || mayLackRights(title);
    }
    /// All of them, or some.
    bool mayLackRights(const std::string& title) const { return m_rights.contains(withoutQuotes(title)); }
    bool mayBeNotValid(const std::string& title) const { return m_notValid.contains(withoutQuotes(title)); }
    /// The statements of a table or domain without the clauses that were left out.
    std::string without(const std::string& title, std::string sql) const {
        for (const std::string_view kind : {"TABLE ", "FOREIGN TABLE ", "DOMAIN "}) {
            if (title.starts_with(kind))
                return withoutClauses(withoutQuotes(title.substr(kind.size())), std::move(sql));
        }
        return sql;
    }

private:
    std::string withoutClauses(const std::string& owner, std::string sql) const {
        const auto [begin, end] = m_clauses.equal_range(owner);
        for (auto one = begin; one != end; ++one)
            sql = pgWithoutClause(sql, *one->second);
        return sql;
    }

    std::set<std::string> m_missing;
    std::set<std::string> m_rights;
    std::set<std::string> m_notValid;
    std::multimap<std::string, const PgOmission*> m_clauses; ///< by the table
};

Entry entryOf(const std::string& raw, const Allowed& allowed) {
    const std::size_t lineEnd = std::min(raw.find('\n'), raw.size());
    std::string header = raw.substr(0, lineEnd);
    Entry entry;
    if (const auto at = header.rfind(kTablespacePart); at != std::string::npos) {
        entry.tablespace = header.substr(at + kTablespacePart.size());
        header.erase(at);
    }
    const auto owner = std::min(header.rfind(kOwnerPart), header.size());
    entry.key = header.substr(0, owner);
    entry.text =
        header.substr(owner) + "\n" +
        pgCanonicalSql(pgWithoutHeirsOrder(allowed.without(titleOf(entry.key), raw.substr(lineEnd))));
    return entry;
}

/// "TABLE shop.orders".
std::string titleOf(const std::string& key) {
    const auto type = key.rfind(kTypePart);
    const auto schema = key.rfind(kSchemaPart);
    if (!key.starts_with(kNamePart) || type == std::string::npos || schema == std::string::npos ||
        schema < type)
        return key;
    const std::string name = key.substr(kNamePart.size(), type - kNamePart.size());
    const std::string kind = key.substr(type + kTypePart.size(), schema - type - kTypePart.size());
    const std::string home = key.substr(schema + kSchemaPart.size());
    return kind + " " + (home == "-" ? "" : home + ".") + name;
}

bool samePlace(const Entry& saved, const Entry& found, const PgSchemaRules& rules) {
    const auto place = [](const std::string& own, const std::string& inherited) {
        return own.empty() ? inherited : own;
    };
    return rules.ignoresTablespaces || saved.tablespace == found.tablespace ||
           place(saved.tablespace, rules.savedTablespace) == place(found.tablespace, rules.foundTablespace);
}

/// A part of `text` that begins a little before `at`, on the border of a character.
std::string excerpt(const std::string& text, std::size_t at) {
    constexpr std::size_t kBefore = 60;
    constexpr std::size_t kLength = 160;
    const auto onBorder = [&](std::size_t i) {
        while (i > 0 && i < text.size() && (static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U)
            --i;
        return std::min(i, text.size());
    };
    const std::size_t begin = onBorder(at > kBefore ? at - kBefore : 0);
    const std::size_t end = onBorder(begin + kLength);
    std::string out = text.substr(begin, end - begin);
    std::replace(out.begin(), out.end(), '\n', ' ');
    return (begin > 0 ? "…" : "") + out + (end < text.size() ? "…" : "");
}

PgSchemaDifference difference(const Entry& saved, const Entry& found, const PgSchemaRules& rules) {
    const auto orDefault = [](const std::string& own, const std::string& inherited) {
        return "in tablespace " + (own.empty() ? inherited : own);
    };
    if (saved.text == found.text)
        return {titleOf(saved.key), orDefault(saved.tablespace, rules.savedTablespace),
                orDefault(found.tablespace, rules.foundTablespace)};
    const auto first =
        std::mismatch(saved.text.begin(), saved.text.end(), found.text.begin(), found.text.end());
    const auto at = static_cast<std::size_t>(first.first - saved.text.begin());
    return {titleOf(saved.key), excerpt(saved.text, at), excerpt(found.text, at)};
}

using ByKey = std::map<std::string, std::pair<std::vector<Entry>, std::vector<Entry>>>;

/// Takes the pairs that are alike out of both lists.
void removeEqual(std::vector<Entry>& saved, std::vector<Entry>& found, const PgSchemaRules& rules) {
    std::erase_if(saved, [&](const Entry& one) {
        const auto like = std::find_if(found.begin(), found.end(), [&](const Entry& other) {
            return other.text == one.text && samePlace(one, other, rules);
        });
        if (like == found.end())
            return false;
        found.erase(like);
        return true;
    });
}

/// A canonical text without the end of its statement.
std::string body(const std::string& text) { return text.substr(0, text.find_last_not_of(" \n;") + 1); }

/// Whether `found` says nothing but what `saved` says too, statement by statement, of the same owner.
bool saysNoMore(const std::string& saved, const std::string& found) {
    const auto header = std::min(saved.find('\n'), saved.size());
    const auto statements = [header](const std::string& text) {
        const auto all = pgRightsStatements(text.substr(header));
        return std::set<std::string>(all.begin(), all.end());
    };
    return found.starts_with(saved.substr(0, header) + "\n") &&
           std::ranges::includes(statements(saved), statements(found));
}

/// Takes out what an omission accounts for.
void removeAllowed(const std::string& title, std::vector<Entry>& saved, std::vector<Entry>& found,
                   const Allowed& allowed) {
    if (allowed.mayLack(title) && found.empty())
        saved.clear();
    if (allowed.mayLackRights(title) && saved.size() == 1 && found.size() == 1 &&
        saysNoMore(saved[0].text, found[0].text)) {
        saved.clear();
        found.clear();
    }
    if (!allowed.mayBeNotValid(title) || found.size() != 1)
        return;
    const bool added = saved.empty() && body(found[0].text).ends_with(" NOT VALID");
    if (added || (saved.size() == 1 && body(found[0].text) == body(saved[0].text) + " NOT VALID")) {
        saved.clear();
        found.clear();
    }
}

using Differences = std::vector<PgSchemaDifference>;
using Raw = std::vector<std::string>;

/// `compare(saved, found)`, in another form where a default is in one of them only.
template <typename Compare>
Differences inForms(const Raw& saved, const Raw& found, Compare compare) {
    const Raw mine = pgWithoutKeysTriggers(saved);
    const Raw theirs = pgWithoutKeysTriggers(found);
    Differences out = compare(mine, theirs);
    const bool ofDefaults = std::ranges::any_of(out, [](const PgSchemaDifference& one) {
        return one.entry.starts_with("DEFAULT ") && (one.expected == "not there" || one.found == "missing");
    });
    return ofDefaults ? compare(pgWithDefaultsApart(mine), pgWithDefaultsApart(theirs)) : out;
}

Differences compareTexts(const Raw& saved, const Raw& found, const PgSchemaRules& rules) {
    ByKey byKey;
    const Allowed allowed(rules.omissions);
    for (const auto& raw : saved) {
        Entry entry = entryOf(raw, allowed);
        byKey[entry.key].first.push_back(std::move(entry));
    }
    for (const auto& raw : found) {
        Entry entry = entryOf(raw, allowed);
        byKey[entry.key].second.push_back(std::move(entry));
    }
    std::vector<PgSchemaDifference> out;
    for (auto& [key, lists] : byKey) {
        auto& [mine, theirs] = lists;
        removeEqual(mine, theirs, rules);
        removeAllowed(titleOf(key), mine, theirs, allowed);
        for (std::size_t i = 0; i < std::max(mine.size(), theirs.size()); ++i) {
            if (i >= theirs.size())
                out.push_back({titleOf(key), "there", "missing"});
            else if (i >= mine.size())
                out.push_back({titleOf(key), "not there", excerpt(theirs[i].text, 0)});
            else
                out.push_back(difference(mine[i], theirs[i], rules));
        }
    }
    return out;
}

Differences compareNames(const Raw& saved, const Raw& found, const std::vector<PgOmission>& omissions) {
    std::map<std::string, int> surplus; // found more often than saved, by title
    const Allowed allowed(omissions);
    for (const auto& raw : saved)
        --surplus[titleOf(entryOf(raw, allowed).key)];
    for (const auto& raw : found)
        ++surplus[titleOf(entryOf(raw, allowed).key)];
    std::vector<PgSchemaDifference> out;
    for (auto& [title, count] : surplus) {
        if ((count == -1 && allowed.mayLack(title)) || (count == 1 && allowed.mayBeNotValid(title)))
            count = 0;
        for (int i = 0; i < std::abs(count); ++i)
            out.push_back(count < 0 ? PgSchemaDifference{title, "there", "missing"}
                                    : PgSchemaDifference{title, "not there", "there"});
    }
    return out;
}

} // namespace

Result<std::vector<std::string>> pgSchemaEntries(const PgTools& tools, int major, ByteView archive,
                                                 const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto restore, tools.find("pg_restore", major, cancel));
    PgMemorySource source(archive);
    std::vector<std::string> entries;
    PgSchemaHasher hasher(&entries);
    SALVOR_TRY(
        tools.runLocally("reading the schema's archive", restore, {"--file=-"}, &source, &hasher, cancel));
    hasher.finish();
    return entries;
}

std::vector<PgSchemaDifference> pgCompareSchemas(const std::vector<std::string>& saved,
                                                 const std::vector<std::string>& found,
                                                 const PgSchemaRules& rules) {
    return inForms(saved, found,
                   [&](const Raw& mine, const Raw& theirs) { return compareTexts(mine, theirs, rules); });
}

std::vector<PgSchemaDifference> pgCompareSchemaNames(const std::vector<std::string>& saved,
                                                     const std::vector<std::string>& found,
                                                     const std::vector<PgOmission>& omissions) {
    return inForms(saved, found,
                   [&](const Raw& mine, const Raw& theirs) { return compareNames(mine, theirs, omissions); });
}

} // namespace salvor
