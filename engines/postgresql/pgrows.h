// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of one statement, in text form.
#pragma once

#include <libpq-fe.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace salvor {

/// Owns a PGresult. Rows and columns count from 0 and must exist. Move only; any thread, one at a time.
class PgRows {
public:
    PgRows() = default;
    explicit PgRows(PGresult* result)
        : m_result(result) {}

    int size() const { return m_result ? PQntuples(m_result.get()) : 0; }
    int columns() const { return m_result ? PQnfields(m_result.get()) : 0; }
    bool isNull(int row, int column) const { return PQgetisnull(m_result.get(), row, column) != 0; }
    /// "" for NULL. Valid as long as this object.
    std::string_view view(int row, int column) const {
        return {PQgetvalue(m_result.get(), row, column),
                static_cast<std::size_t>(PQgetlength(m_result.get(), row, column))};
    }
    std::string text(int row, int column) const { return std::string(view(row, column)); }
    /// 0 for NULL.
    std::int64_t integer(int row, int column) const {
        return std::strtoll(PQgetvalue(m_result.get(), row, column), nullptr, 10);
    }
    std::uint64_t count(int row, int column) const {
        return std::strtoull(PQgetvalue(m_result.get(), row, column), nullptr, 10);
    }
    bool flag(int row, int column) const { return view(row, column) == "t"; }
    Oid type(int column) const { return PQftype(m_result.get(), column); }
    /// Rows that a COPY, INSERT or UPDATE concerned.
    std::uint64_t affected() const { return std::strtoull(PQcmdTuples(m_result.get()), nullptr, 10); }

private:
    struct Clear {
        void operator()(PGresult* result) const { PQclear(result); }
    };
    std::unique_ptr<PGresult, Clear> m_result;
};

} // namespace salvor
