// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reads a document that people write: strict, and every fault names the field by its path.
#pragma once

#include "models/base/json.h"

#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor {

/// The first fault of a document; shared by the readers of its parts.
class DocumentFault {
public:
    explicit DocumentFault(std::string what)
        : m_what(std::move(what)) {}
    void add(const std::string& path, const std::string& problem, const std::string& hint = {});
    Result<> result() const;

private:
    std::string m_what; ///< "policy"
    std::optional<Error> m_error;
};

struct TextRule {
    std::size_t least = 1; ///< characters
    std::size_t most = 200;
    bool oneLine = true; ///< no control characters; else no NUL only
    /// For names: these bytes only, and a letter or digit first.
    const char* alphabet = nullptr;
};

/// One object of the document. A value of another type is a fault, null included. Not thread safe; `fault`
/// is borrowed.
class DocumentFields {
public:
    DocumentFields(const QJsonObject& object, std::string path, DocumentFault& fault)
        : m_object(object)
        , m_path(std::move(path))
        , m_fault(fault) {}

    bool has(const char* key);
    std::string text(const char* key, const TextRule& rule); ///< a fault when it is absent
    std::optional<std::string> textIfThere(const char* key, const TextRule& rule);
    std::optional<std::string> choiceIfThere(const char* key, const std::vector<std::string>& choices);
    std::uint64_t number(const char* key, std::uint64_t least, std::uint64_t most);
    std::optional<std::uint64_t> numberIfThere(const char* key, std::uint64_t least, std::uint64_t most);
    std::optional<bool> flagIfThere(const char* key);
    /// Empty where it is absent.
    QJsonObject object(const char* key);
    std::vector<QJsonValue> array(const char* key, std::size_t least, std::size_t most);
    std::vector<std::string> texts(const char* key, std::size_t least, std::size_t most, const TextRule& rule,
                                   bool unique);
    /// Every field that nobody asked for is a fault.
    void refuseOthers();

    std::string path(const std::string& key) const { return m_path.empty() ? key : m_path + "." + key; }
    void fail(const std::string& key, const std::string& problem, const std::string& hint = {}) {
        m_fault.add(path(key), problem, hint);
    }
    DocumentFault& fault() { return m_fault; }

private:
    QJsonValue value(const char* key);
    bool checkText(const std::string& path, const QJsonValue& value, const TextRule& rule);

    const QJsonObject m_object;
    const std::string m_path;
    DocumentFault& m_fault;
    std::set<QString> m_asked;
};

} // namespace salvor
