// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgdefaulttext.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kHead = " DEFAULT ";

/// Past the quoted text that begins at `at`; two quotes in it are one.
std::size_t pastQuoted(std::string_view text, std::size_t at) {
    const char quote = text[at];
    for (std::size_t i = at + 1; i < text.size(); ++i) {
        if (text[i] != quote)
            continue;
        if (i + 1 == text.size() || text[i + 1] != quote)
            return i + 1;
        ++i;
    }
    return text.size();
}

/// Where `word` stands outside of all quotes, from `from` on; npos.
std::size_t findOutside(std::string_view text, std::string_view word, std::size_t from = 0) {
    for (std::size_t at = from; at < text.size();) {
        if (text.substr(at).starts_with(word))
            return at;
        at = text[at] == '"' || text[at] == '\'' ? pastQuoted(text, at) : at + 1;
    }
    return std::string_view::npos;
}

/// The last place of `word` outside of quotes and brackets.
std::size_t lastOutside(std::string_view text, std::string_view word) {
    std::size_t last = std::string_view::npos;
    int depth = 0;
    for (std::size_t at = 0; at < text.size();) {
        const char c = text[at];
        depth += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
        if (depth == 0 && text.substr(at).starts_with(word))
            last = at;
        at = c == '"' || c == '\'' ? pastQuoted(text, at) : at + 1;
    }
    return last;
}

/// {public.a,"public.\"B\""}: the elements of an array's text.
std::vector<std::string> arrayElements(std::string_view text) {
    std::vector<std::string> out(1);
    bool quoted = false;
    for (std::size_t i = 1; i + 1 < text.size(); ++i) {
        if (text[i] == '\\' && i + 2 < text.size())
            out.back().push_back(text[++i]);
        else if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == ',' && !quoted)
            out.emplace_back();
        else
            out.back().push_back(text[i]);
    }
    return out;
}

} // namespace

std::string pgDefaultClause(std::string_view definition) {
    const auto begin = findOutside(definition, kHead);
    if (begin == std::string_view::npos)
        return {};
    std::string_view clause = definition.substr(begin);
    // Of a domain: constraints, each in a line of its own, and the end of the statement.
    clause = clause.substr(0, findOutside(clause, "\n\tCONSTRAINT "));
    if (const auto end = findOutside(clause, ";"); end != std::string_view::npos)
        clause = clause.substr(0, end);
    // pg_dump writes DEFAULT, NOT NULL and COLLATE in this order; from 18 on the constraint has its name. An
    // expression that has such words itself has them in brackets.
    for (const std::string_view word : {" COLLATE ", " CONSTRAINT ", " NOT NULL"}) {
        if (const auto at = lastOutside(clause, word); at != std::string_view::npos)
            clause = clause.substr(0, at);
    }
    return std::string(clause);
}

std::vector<std::string> pgRegclassNames(std::string_view expression) {
    std::vector<std::string> out;
    for (std::size_t at = 0; at < expression.size();) {
        if (expression[at] != '"' && expression[at] != '\'') {
            ++at;
            continue;
        }
        const std::size_t end = pastQuoted(expression, at);
        const auto behind = expression.substr(end);
        if (expression[at] == '\'' && behind.starts_with("::regclass")) {
            std::string text;
            for (std::size_t i = at + 1; i + 1 < end; ++i) {
                text.push_back(expression[i]);
                i += expression[i] == '\'' ? 1 : 0; // two of them are one
            }
            const auto names =
                behind.starts_with("::regclass[]") ? arrayElements(text) : std::vector<std::string>{text};
            out.insert(out.end(), names.begin(), names.end());
        }
        at = end;
    }
    return out;
}

} // namespace salvor
