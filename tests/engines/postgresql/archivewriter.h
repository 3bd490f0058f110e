// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Writes the head and the table of contents of a pg_dump custom archive, for trying a reader with versions
// and damage that no pg_dump at hand makes.
#pragma once

#include "engines/postgresql/pgarchive.h"

#include <optional>

namespace salvor::test {

class ArchiveWriter {
public:
    void byte(int value) { m_bytes.push_back(static_cast<std::byte>(value)); }
    void integer(int value) {
        byte(value < 0 ? 1 : 0);
        const auto size = static_cast<unsigned>(value < 0 ? -value : value);
        for (unsigned i = 0; i < 4; ++i)
            byte(static_cast<int>((size >> (8 * i)) & 0xFFU));
    }
    void text(const std::optional<std::string>& value) {
        integer(value ? static_cast<int>(value->size()) : -1);
        for (const char c : value.value_or(std::string()))
            byte(static_cast<unsigned char>(c));
    }
    Bytes take() { return std::move(m_bytes); }

private:
    Bytes m_bytes;
};

inline Bytes writeArchive(const std::vector<PgArchiveEntry>& entries, int minor) {
    ArchiveWriter out;
    for (const char c : {'P', 'G', 'D', 'M', 'P'})
        out.byte(c);
    for (const int value : {1, minor, 0, 4, 8, 1}) // version, sizes of integers and offsets, custom format
        out.byte(value);
    if (minor >= 15)
        out.byte(0);
    else
        out.integer(0);
    for (const int value : {1, 2, 3, 24, 10, 125, 0}) // when
        out.integer(value);
    for (const char* name : {"shop", "17.5", "17.5"})
        out.text(name);
    out.integer(static_cast<int>(entries.size()));
    for (const auto& entry : entries) {
        out.integer(entry.id);
        out.integer(0);
        out.text("1259");
        out.text("16400");
        out.text(entry.name);
        out.text(entry.kind);
        out.integer(entry.postData ? 4 : 2);
        out.text(entry.definition);
        out.text("DROP …");
        out.text(std::nullopt);
        out.text(entry.schema);
        out.text(entry.tablespace);
        out.text("");
        if (minor >= 16)
            out.integer('i');
        out.text("owner");
        out.text("false");
        for (const int id : entry.needs)
            out.text(std::to_string(id));
        out.text(std::nullopt);
        out.byte(3); // no data
        for (int i = 0; i < 8; ++i)
            out.byte(0);
    }
    return out.take();
}

} // namespace salvor::test
