// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How salvorctl answers: one JSON object, or tables and sentences for people.
#pragma once

#include "models/backuprecord.h"
#include "models/base/error.h"
#include "models/base/json.h"
#include "models/base/printable.h"
#include "models/base/result.h"

#include <QJsonArray>
#include <QJsonObject>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace salvor::ctl {

/// JSON shape: {"schema": "salvor.<noun>.<verb>/1", "data": …} or {"schema": …, "error": {…}}, either with
/// "warnings": […] where there are any. Not thread safe.
class Output {
public:
    Output(bool json, bool quiet, std::string schemaName);
    bool json() const { return m_json; }
    bool quiet() const { return m_quiet; }

    /// A sentence on standard output; nothing with --json or --quiet.
    void line(const std::string& text);
    /// A sentence on standard error, shown with --json as well.
    void warn(const std::string& text);
    /// "warning: …" on standard error, and with --json an entry of "warnings" in the answer that follows. The
    /// same sentence once only.
    void warning(const std::string& text, QJsonObject entry);
    /// Columns are padded to their widest cell; control characters in cells are shown escaped.
    void table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);
    /// "name: value" lines, aligned.
    void fields(const std::vector<std::pair<std::string, std::string>>& fields);
    /// The answer; only with --json. Once.
    void data(const QJsonValue& data);
    /// JSON on standard output, or the message and hint on standard error.
    void error(const Error& error);
    /// After the last word. NoSpace or IoError when not all of them got out; a reader that ended early is
    /// none.
    static Result<> flush();

private:
    void print(QJsonObject object);
    bool m_json;
    bool m_quiet;
    std::string m_schema;
    std::set<std::string> m_warned;
    QJsonArray m_warnings;
};

std::string size(std::uint64_t bytes);   ///< "1.4 GB", powers of ten
std::string count(std::uint64_t number); ///< with separators of thousands
std::string localTime(Instant instant);  ///< with its zone: "2026-11-21 08:40:00 CET"
std::string duration(double seconds);    ///< "1 h 02 min", "3.4 s"
/// The same of what was done between the two; "under 1 s" where that was too short, or they are known in
/// whole seconds only.
std::string took(Instant started, Instant ended);
using salvor::printable;

} // namespace salvor::ctl
