// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/documentfields.h"

#include <algorithm>
#include <cmath>

namespace salvor {

namespace {

bool isControl(char32_t c) { return c < 0x20 || c == 0x7f; }

bool isLetterOrDigit(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// What turns the direction of a text around it, or breaks its line: a title must read as what it is.
bool isDirection(char32_t c) {
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x2028 && c <= 0x202e) ||
           (c >= 0x2066 && c <= 0x2069);
}

} // namespace

void DocumentFault::add(const std::string& path, const std::string& problem, const std::string& hint) {
    if (!m_error)
        m_error = Error{ErrorCode::InvalidInput,
                        "the " + m_what + "'s field \"" + path + "\" " + problem,
                        hint,
                        false,
                        {{"field", path}}};
}

Result<> DocumentFault::result() const {
    if (m_error)
        return failure(*m_error);
    return {};
}

QJsonValue DocumentFields::value(const char* key) {
    m_asked.insert(QLatin1String(key));
    return m_object.value(QLatin1String(key));
}

bool DocumentFields::has(const char* key) { return !value(key).isUndefined(); }

bool DocumentFields::checkText(const std::string& path, const QJsonValue& value, const TextRule& rule) {
    if (!value.isString()) {
        m_fault.add(path, "is not a text");
        return false;
    }
    const auto characters = value.toString().toUcs4();
    const auto count = static_cast<std::size_t>(characters.size());
    if (count < rule.least || count > rule.most) {
        m_fault.add(path, count == 0 ? "is empty"
                                     : "has " + std::to_string(count) + " characters, not " +
                                           std::to_string(rule.least) + " to " + std::to_string(rule.most));
        return false;
    }
    const bool bad = std::any_of(characters.begin(), characters.end(), [&](auto c) {
        return rule.oneLine ? isControl(static_cast<char32_t>(c)) : c == 0;
    });
    if (bad) {
        m_fault.add(path, rule.oneLine ? "holds a control character" : "holds a NUL character");
        return false;
    }
    if (rule.oneLine && std::any_of(characters.begin(), characters.end(),
                                    [](auto c) { return isDirection(static_cast<char32_t>(c)); })) {
        m_fault.add(path, "holds a character that changes the direction of writing, or breaks the line");
        return false;
    }
    const std::string text = fromQt(value.toString());
    if (rule.alphabet != nullptr && !text.empty() &&
        (!isLetterOrDigit(text.front()) || !std::all_of(text.begin(), text.end(), [&](char c) {
            return isLetterOrDigit(c) || std::string_view(rule.alphabet).find(c) != std::string_view::npos;
        }))) {
        m_fault.add(path, "is not a plain name: \"" + text + "\"",
                    std::string("use letters, digits and ") + rule.alphabet + ", a letter or digit first");
        return false;
    }
    return true;
}

std::optional<std::string> DocumentFields::textIfThere(const char* key, const TextRule& rule) {
    const QJsonValue found = value(key);
    if (found.isUndefined() || !checkText(path(key), found, rule))
        return std::nullopt;
    return fromQt(found.toString());
}

std::string DocumentFields::text(const char* key, const TextRule& rule) {
    if (!has(key))
        fail(key, "is missing");
    return textIfThere(key, rule).value_or("");
}

std::optional<std::string> DocumentFields::choiceIfThere(const char* key,
                                                         const std::vector<std::string>& choices) {
    const QJsonValue found = value(key);
    if (found.isUndefined())
        return std::nullopt;
    const std::string text = fromQt(found.toString());
    if (found.isString() && std::find(choices.begin(), choices.end(), text) != choices.end())
        return text;
    std::string all;
    for (const auto& choice : choices)
        all += (all.empty() ? "" : ", ") + choice;
    fail(key, found.isString() ? "is not known: \"" + text + "\"" : "is not a text", "use one of: " + all);
    return std::nullopt;
}

std::optional<std::uint64_t> DocumentFields::numberIfThere(const char* key, std::uint64_t least,
                                                           std::uint64_t most) {
    const QJsonValue found = value(key);
    if (found.isUndefined())
        return std::nullopt;
    const double number = found.toDouble(-1);
    if (!found.isDouble() || std::nearbyint(number) != number || number < static_cast<double>(least) ||
        number > static_cast<double>(most)) {
        fail(key, "is not a whole number from " + std::to_string(least) + " to " + std::to_string(most));
        return std::nullopt;
    }
    return static_cast<std::uint64_t>(number);
}

std::uint64_t DocumentFields::number(const char* key, std::uint64_t least, std::uint64_t most) {
    if (!has(key))
        fail(key, "is missing");
    return numberIfThere(key, least, most).value_or(0);
}

std::optional<bool> DocumentFields::flagIfThere(const char* key) {
    const QJsonValue found = value(key);
    if (found.isUndefined())
        return std::nullopt;
    if (!found.isBool())
        fail(key, "is not true or false");
    return found.toBool();
}

QJsonObject DocumentFields::object(const char* key) {
    const QJsonValue found = value(key);
    if (!found.isUndefined() && !found.isObject())
        fail(key, "is not an object");
    return found.toObject();
}

std::vector<QJsonValue> DocumentFields::array(const char* key, std::size_t least, std::size_t most) {
    const QJsonValue found = value(key);
    if (found.isUndefined())
        return {};
    if (!found.isArray()) {
        fail(key, "is not a list");
        return {};
    }
    const QJsonArray list = found.toArray();
    const auto count = static_cast<std::size_t>(list.size());
    if (count < least || count > most) {
        fail(key, "has " + std::to_string(count) + " entries, not " + std::to_string(least) + " to " +
                      std::to_string(most));
        return {};
    }
    return {list.begin(), list.end()};
}

std::vector<std::string> DocumentFields::texts(const char* key, std::size_t least, std::size_t most,
                                               const TextRule& rule, bool unique) {
    std::vector<std::string> found;
    for (const auto& element : array(key, least, most)) {
        const std::string place = path(key) + "[" + std::to_string(found.size()) + "]";
        if (!checkText(place, element, rule))
            return {};
        found.push_back(fromQt(element.toString()));
        if (unique && std::find(found.begin(), found.end() - 1, found.back()) != found.end() - 1)
            fail(key, "names \"" + found.back() + "\" twice");
    }
    return found;
}

void DocumentFields::refuseOthers() {
    for (auto it = m_object.begin(); it != m_object.end(); ++it) {
        if (!m_asked.contains(it.key()))
            fail(fromQt(it.key()), "is not known",
                 "check its name; docs/policies.md lists every field. A newer Salvor may know it");
    }
}

} // namespace salvor
