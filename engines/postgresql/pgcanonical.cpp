// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgcanonical.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

namespace salvor {

namespace {

constexpr std::size_t kDeepest = 400; ///< brackets in brackets; beyond it the text is compared as it is

/// A token, or what stands between two brackets.
struct Node {
    std::string text; ///< of a group: the opening bracket
    bool group = false;
    std::vector<Node> inner;
};
using Nodes = std::vector<Node>;

bool isNameStart(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || static_cast<signed char>(c) < 0;
}
bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isNamePart(char c) { return isNameStart(c) || isDigit(c) || c == '$'; }
bool isSpace(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

class Lexer {
public:
    explicit Lexer(std::string_view sql)
        : m_sql(sql) {}

    /// "" at the end.
    std::string_view next() {
        while (m_at < m_sql.size() && isSpace(m_sql[m_at]))
            ++m_at;
        const std::size_t begin = m_at;
        m_at = begin >= m_sql.size() ? begin : endOf(begin);
        return m_sql.substr(begin, m_at - begin);
    }

private:
    char at(std::size_t i) const { return i < m_sql.size() ? m_sql[i] : '\0'; }
    std::size_t skip(std::size_t i, bool (*belongs)(char)) const {
        while (i < m_sql.size() && belongs(m_sql[i]))
            ++i;
        return i;
    }
    std::size_t endOfQuoted(std::size_t i, char quote, bool backslashes) const {
        for (++i; i < m_sql.size(); ++i) {
            if (backslashes && m_sql[i] == '\\')
                ++i;
            else if (m_sql[i] == quote && at(i + 1) == quote)
                ++i;
            else if (m_sql[i] == quote)
                return i + 1;
        }
        return m_sql.size();
    }
    std::size_t endOfDollars(std::size_t i) const {
        const std::size_t tagEnd = skip(i + 1, [](char c) { return isNameStart(c) || isDigit(c); });
        if (at(tagEnd) != '$')
            return i + 1;
        const auto tag = m_sql.substr(i, tagEnd + 1 - i);
        const auto end = m_sql.find(tag, tagEnd + 1);
        return end == std::string_view::npos ? m_sql.size() : end + tag.size();
    }
    std::size_t endOf(std::size_t i) const {
        const char c = m_sql[i];
        if (c == '\'' || c == '"')
            return endOfQuoted(i, c, false);
        if (c == '$')
            return endOfDollars(i);
        if (c == '-' && at(i + 1) == '-')
            return std::min(m_sql.find('\n', i), m_sql.size());
        if (isNameStart(c)) {
            const std::size_t end = skip(i, isNamePart);
            const bool prefix = end == i + 1 && at(end) == '\'' &&
                                std::string_view("EeBbXxNn").find(c) != std::string_view::npos;
            return prefix ? endOfQuoted(end, '\'', c == 'E' || c == 'e') : end;
        }
        if (isDigit(c))
            return skip(i, [](char d) { return isNamePart(d) || d == '.'; });
        if (c == ':' && at(i + 1) == ':')
            return i + 2;
        const auto isOperator = [](char o) {
            return std::string_view("+-*/<>=~!@#%^&|`?").find(o) != std::string_view::npos;
        };
        return isOperator(c) ? skip(i, isOperator) : i + 1;
    }

    std::string_view m_sql;
    std::size_t m_at = 0;
};

/// False: brackets that do not match, or too deep.
bool readNodes(Lexer& lexer, std::string_view until, std::size_t depth, Nodes& out) {
    for (auto token = lexer.next();; token = lexer.next()) {
        if (token == until)
            return true;
        if (token.empty() || token == ")" || token == "]" || depth > kDeepest)
            return false;
        Node node{std::string(token), token == "(" || token == "[", {}};
        if (node.group && !readNodes(lexer, token == "(" ? ")" : "]", depth + 1, node.inner))
            return false;
        out.push_back(std::move(node));
    }
}

bool is(const Nodes& nodes, std::size_t i, std::string_view text) {
    return i < nodes.size() && nodes[i].text == text;
}

bool isWord(const Node& node) { return isNameStart(node.text.front()); }
bool isOperand(const Node& node) {
    return !node.group && (isWord(node) || isDigit(node.text.front()) ||
                           std::string_view("'\"").find(node.text.front()) != std::string_view::npos);
}

/// Keywords are printed in capitals, the words of a type are not.
bool isTypeWord(const Node& node) {
    if (node.group || node.text == "." || node.text.front() == '"')
        return !node.group;
    return isWord(node) &&
           std::none_of(node.text.begin(), node.text.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

bool isTypeModifier(const Node& node) {
    return node.group && node.text == "(" && !node.inner.empty() &&
           std::all_of(node.inner.begin(), node.inner.end(),
                       [](const Node& part) { return part.text == "," || isDigit(part.text.front()); });
}

bool isEmptyBrackets(const Nodes& nodes, std::size_t i) {
    return is(nodes, i, "[") && nodes[i].inner.empty();
}

/// `begin` is behind "::". The index behind the type.
std::size_t endOfType(const Nodes& nodes, std::size_t begin) {
    std::size_t i = begin;
    while (i < nodes.size() && (isTypeWord(nodes[i]) || (i > begin && isTypeModifier(nodes[i]))))
        ++i;
    return i;
}

/// A name or a literal with nothing or casts behind it: in brackets in front of "::" the same as without.
bool isCastChain(const Nodes& nodes) {
    std::size_t i = 0;
    if (nodes.empty() || !isOperand(nodes[0]))
        return false;
    for (i = 1; i + 1 < nodes.size() && nodes[i].text == "." && isOperand(nodes[i + 1]);)
        i += 2;
    while (i < nodes.size()) {
        if (!is(nodes, i, "::"))
            return false;
        const std::size_t end = endOfType(nodes, i + 1);
        if (end == i + 1)
            return false;
        i = end;
        while (isEmptyBrackets(nodes, i))
            ++i;
    }
    return true;
}

Node token(std::string text) { return {std::move(text), false, {}}; }

void append(Nodes& out, const Nodes& more) { out.insert(out.end(), more.begin(), more.end()); }

/// `element` as it stands inside ARRAY[…], cast to `type`.
Nodes castElement(Nodes element, const Nodes& type);

Nodes castArray(const Node& brackets, const Nodes& type) {
    Node out = token("[");
    out.group = true;
    Nodes element;
    for (std::size_t i = 0; i <= brackets.inner.size(); ++i) {
        if (i < brackets.inner.size() && brackets.inner[i].text != ",") {
            element.push_back(brackets.inner[i]);
            continue;
        }
        if (!element.empty())
            append(out.inner, castElement(std::move(element), type));
        if (i < brackets.inner.size())
            out.inner.push_back(token(","));
        element = {};
    }
    return {token("ARRAY"), std::move(out)};
}

Nodes castElement(Nodes element, const Nodes& type) {
    if (element.size() == 2 && is(element, 0, "ARRAY") && is(element, 1, "["))
        return castArray(element[1], type);
    const bool bracketed = element.size() == 1 && is(element, 0, "(");
    Nodes out;
    if (bracketed || isCastChain(element)) {
        out = std::move(element);
    } else {
        out.push_back(Node{"(", true, std::move(element)});
    }
    out.push_back(token("::"));
    append(out, type);
    return out;
}

/// At `i`: "(ARRAY[…])::type[]" or "ARRAY[…]::type[]". Gives what stands for it, and where it ends.
std::optional<std::pair<Nodes, std::size_t>> castOfArray(const Nodes& nodes, std::size_t i) {
    const Node* brackets = nullptr;
    std::size_t cast = i + 1;
    if (is(nodes, i, "(") && nodes[i].inner.size() == 2 && is(nodes[i].inner, 0, "ARRAY") &&
        is(nodes[i].inner, 1, "[")) {
        brackets = &nodes[i].inner[1];
    } else if (is(nodes, i, "ARRAY") && is(nodes, i + 1, "[")) {
        brackets = &nodes[i + 1];
        cast = i + 2;
    }
    if (brackets == nullptr || brackets->inner.empty() || !is(nodes, cast, "::"))
        return std::nullopt;
    const std::size_t end = endOfType(nodes, cast + 1);
    if (end == cast + 1 || !isEmptyBrackets(nodes, end))
        return std::nullopt;
    const Nodes type(nodes.begin() + static_cast<std::ptrdiff_t>(cast + 1),
                     nodes.begin() + static_cast<std::ptrdiff_t>(end));
    return std::pair{castArray(*brackets, type), end + 1};
}

/// Whether a bracket behind this one opens an expression, and not the arguments of something.
bool mayOpenExpression(const Nodes& before) {
    if (before.empty())
        return true;
    const Node& last = before.back();
    if (last.group || last.text.front() == '"')
        return false;
    static constexpr std::string_view kWords[] = {"AND", "OR", "NOT", "WHEN", "THEN", "ELSE", "SELECT"};
    return !isWord(last) || std::find(std::begin(kWords), std::end(kWords), last.text) != std::end(kWords);
}

Nodes withSimpleCasts(Nodes nodes) {
    Nodes out;
    for (std::size_t i = 0; i < nodes.size();) {
        if (auto cast = castOfArray(nodes, i)) {
            append(out, cast->first);
            i = cast->second;
            continue;
        }
        if (is(nodes, i, "(") && is(nodes, i + 1, "::") && mayOpenExpression(out) &&
            isCastChain(nodes[i].inner))
            append(out, nodes[i].inner);
        else
            out.push_back(std::move(nodes[i]));
        ++i;
    }
    return out;
}

/// Whether `nodes` are operands of `word` (AND, OR) alone.
bool isChainOf(const Nodes& nodes, std::string_view word) {
    const std::string_view other = word == "AND" ? "OR" : "AND";
    bool found = false;
    for (const Node& node : nodes) {
        static constexpr std::string_view kForeign[] = {",",    "BETWEEN", "SELECT", "CASE",
                                                        "WHEN", "VALUES",  ";"};
        if (node.text == other ||
            std::find(std::begin(kForeign), std::end(kForeign), node.text) != std::end(kForeign))
            return false;
        found = found || node.text == word;
    }
    return found;
}

Nodes flattened(Nodes nodes, std::string_view word) {
    if (std::any_of(nodes.begin(), nodes.end(), [](const Node& node) { return node.text == "BETWEEN"; }))
        return nodes; // its AND is another one
    Nodes out;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const bool first = i == 0;
        const bool last = i + 1 == nodes.size();
        const bool inChain =
            (!first || !last) && (first || nodes[i - 1].text == word) && (last || is(nodes, i + 1, word));
        if (inChain && is(nodes, i, "(") && isChainOf(nodes[i].inner, word))
            append(out, nodes[i].inner);
        else
            out.push_back(nodes[i]);
    }
    return out;
}

bool isName(const Node& node) { return !node.group && (isWord(node) || node.text.front() == '"'); }

std::string unquoted(const std::string& name) {
    if (!name.starts_with('"') || name.size() < 2)
        return name;
    std::string out;
    for (std::size_t i = 1; i + 1 < name.size(); ++i) {
        out += name[i];
        i += name[i] == '"' ? 1 : 0;
    }
    return out;
}

/// What the parser calls the type that is printed as these words: its last name.
std::string typeName(const Nodes& nodes) {
    static constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"integer", "int4"}, {"bigint", "int8"},  {"smallint", "int2"},
        {"real", "float4"},  {"boolean", "bool"}, {"double", "float8"},
    };
    std::vector<std::string> words;
    for (const Node& node : nodes) {
        if (!node.group)
            words.push_back(node.text);
    }
    if (words.empty())
        return {};
    const std::string& first = words.front();
    if (words.size() > 1 && words[words.size() - 2] == ".")
        return unquoted(words.back());
    const std::string second = words.size() > 1 ? words[1] : std::string();
    if (first == "bit" || first == "character")
        return second == "varying" ? "var" + (first == "bit" ? first : "char")
                                   : (first == "bit" ? first : "bpchar");
    const auto* known = std::find_if(std::begin(kNames), std::end(kNames),
                                     [&](const auto& one) { return one.first == first; });
    const std::string name = known == std::end(kNames) ? unquoted(first) : std::string(known->second);
    return second == "with" ? name + "tz" : name;
}

Nodes part(const Nodes& nodes, std::size_t begin, std::size_t end) {
    end = std::min(end, nodes.size());
    begin = std::min(begin, end);
    return {nodes.begin() + static_cast<std::ptrdiff_t>(begin),
            nodes.begin() + static_cast<std::ptrdiff_t>(end)};
}

bool isOneOf(const Node& node, std::initializer_list<std::string_view> words) {
    return std::find(words.begin(), words.end(), node.text) != words.end();
}

std::string nameOfExpression(const Nodes& nodes);

/// The name of the first column of what stands between the brackets of a sub-select.
std::string nameOfSelect(const Nodes& nodes) {
    if (nodes.front().group)
        return nameOfSelect(nodes.front().inner);
    std::size_t begin = 0;
    while (begin < nodes.size() && nodes[begin].text != "SELECT")
        ++begin;
    for (++begin; begin < nodes.size() && isOneOf(nodes[begin], {"DISTINCT", "ON", "ALL"});)
        begin += is(nodes, begin, "ON") ? 2 : 1;
    std::size_t end = begin;
    while (end < nodes.size() &&
           !isOneOf(nodes[end], {",", ";", "AS", "FROM", "WHERE", "GROUP", "HAVING", "WINDOW", "UNION",
                                 "INTERSECT", "EXCEPT", "ORDER", "LIMIT", "OFFSET", "FETCH", "FOR"}))
        ++end;
    return is(nodes, end, "AS") ? std::string() : nameOfExpression(part(nodes, begin, end));
}

bool isSelect(const Nodes& nodes) {
    return !nodes.empty() && (isOneOf(nodes[0], {"SELECT", "WITH"}) ||
                              (nodes[0].group && nodes.size() > 1 && isSelect(nodes[0].inner)));
}

/// The name that the parser gives to a column of this expression, where it comes of a cast: of
/// FigureColname() in parse_target.c. "" where it comes of anything else, or there is none.
std::string nameOfExpression(const Nodes& nodes) {
    if (nodes.empty())
        return {};
    if (nodes.size() == 1 && is(nodes, 0, "("))
        return isSelect(nodes[0].inner) ? nameOfSelect(nodes[0].inner) : nameOfExpression(nodes[0].inner);
    const auto last = [&](std::string_view text) {
        std::size_t i = nodes.size();
        while (i > 0 && nodes[i - 1].text != text)
            --i;
        return i; // behind it; 0: not there
    };
    // CASE has the name of a sub-select behind its ELSE.
    if (nodes[0].text == "CASE" && nodes.back().text == "END") {
        const auto from = last("ELSE");
        const bool whole = from > 0 && from + 2 == nodes.size() && is(nodes, from, "(");
        return whole && isSelect(nodes[from].inner) ? nameOfSelect(nodes[from].inner) : std::string();
    }
    if (const auto collate = last("COLLATE"); collate > 1)
        return nameOfExpression(part(nodes, 0, collate - 1));
    const auto cast = last("::");
    if (cast < 2)
        return {};
    std::size_t end = endOfType(nodes, cast);
    const std::size_t typeEnd = end;
    while (isEmptyBrackets(nodes, end))
        ++end;
    if (end != nodes.size())
        return {};
    // A sub-select's name is kept by a cast of it.
    Nodes inner = part(nodes, 0, cast - 1);
    while (inner.size() == 1 && is(inner, 0, "(") && !isSelect(inner[0].inner))
        inner = Nodes(std::move(inner[0].inner));
    if (inner.size() == 1 && is(inner, 0, "(")) {
        if (auto name = nameOfSelect(inner[0].inner); !name.empty())
            return name;
    }
    return typeName(part(nodes, cast, typeEnd));
}

std::size_t beginOfExpression(const Nodes& nodes, std::size_t end) {
    std::size_t begin = end;
    while (begin > 0 && !isOneOf(nodes[begin - 1], {",", ";", "SELECT", "DISTINCT", "ALL", "RETURNING"}))
        --begin;
    return is(nodes, begin, "ON") ? begin + 2 : begin;
}

/// Without the names that casts give, as 'x'::text is one with a name once it was read again.
Nodes withoutCastNames(const Nodes& nodes) {
    Nodes out;
    std::size_t taken = 0; ///< of `nodes`
    for (std::size_t i = 1; i + 1 < nodes.size(); ++i) {
        if (nodes[i].text != "AS" || nodes[i].group || !isName(nodes[i + 1]))
            continue;
        const bool ends = i + 2 == nodes.size() || isOneOf(nodes[i + 2], {",", ";"}) ||
                          (isWord(nodes[i + 2]) && !isTypeWord(nodes[i + 2]));
        const auto begin = beginOfExpression(nodes, i);
        if (!ends || begin >= i || nameOfExpression(part(nodes, begin, i)) != unquoted(nodes[i + 1].text))
            continue;
        append(out, part(nodes, taken, i));
        taken = i + 2;
    }
    append(out, part(nodes, taken, nodes.size()));
    return out;
}

Nodes canonical(Nodes nodes) {
    for (Node& node : nodes) {
        if (node.group)
            node.inner = canonical(std::move(node.inner));
    }
    return flattened(flattened(withSimpleCasts(withoutCastNames(nodes)), "AND"), "OR");
}

/// The order of a policy's roles is that of their OIDs, which means nothing.
void sortPolicyRoles(Nodes& nodes) {
    if (!is(nodes, 0, "CREATE") || !is(nodes, 1, "POLICY"))
        return;
    const auto to =
        std::find_if(nodes.begin(), nodes.end(), [](const Node& node) { return node.text == "TO"; });
    if (to == nodes.end())
        return;
    std::vector<std::size_t> places;
    for (auto i = static_cast<std::size_t>(to - nodes.begin()) + 1; i < nodes.size(); i += 2) {
        places.push_back(i);
        if (!is(nodes, i + 1, ","))
            break;
    }
    std::vector<std::string> roles;
    for (const auto place : places)
        roles.push_back(nodes[place].text);
    std::sort(roles.begin(), roles.end());
    for (std::size_t i = 0; i < places.size(); ++i)
        nodes[places[i]].text = roles[i];
}

void write(const Nodes& nodes, std::string& out) {
    for (const Node& node : nodes) {
        out += (out.empty() ? "" : " ") + node.text;
        if (!node.group)
            continue;
        write(node.inner, out);
        out += node.text == "(" ? " )" : " ]";
    }
}

} // namespace

std::string pgCanonicalSql(std::string_view sql) {
    Lexer lexer(sql);
    Nodes nodes;
    if (!readNodes(lexer, "", 0, nodes))
        return std::string(sql);
    nodes = canonical(std::move(nodes));
    sortPolicyRoles(nodes);
    std::string out;
    write(nodes, out);
    return out;
}

} // namespace salvor
