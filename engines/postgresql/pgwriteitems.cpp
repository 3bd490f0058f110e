// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgwriteitems.h"

#include "engines/postgresql/pgplan.h"
#include "engines/postgresql/pgsmallitems.h"
#include "models/base/json.h"

#include <algorithm>
#include <cstring>

namespace salvor {

namespace {

constexpr std::size_t kLinesAtOnce = 100;

std::string textOf(const QJsonObject& object, const char* key) {
    return fromQt(object[QLatin1String(key)].toString());
}

Result<> discard(Result<PgRows> rows) {
    return std::move(rows).map([](const PgRows&) {});
}

std::vector<std::string> columnsOf(const Item& item) {
    std::vector<std::string> out;
    for (const auto& value : item.details[QStringLiteral("columns")].toArray())
        out.push_back(fromQt(value.toString()));
    return out;
}

std::string copyFrom(const Item& item, bool freeze) {
    const auto format =
        item.details[QStringLiteral("format")].toString() == u"binary" ? PgFormat::Binary : PgFormat::Text;
    const std::string via = textOf(item.details, "load_via");
    // Backups without the mark were read as UTF-8, which is the session's.
    return pgCopyFrom(via.empty() ? textOf(item.details, "quoted") : via, columnsOf(item), format, freeze,
                      textOf(item.details, "encoding"));
}

/// Counts what passes by.
class CountingSource final : public ByteSource {
public:
    explicit CountingSource(ByteSource& source)
        : m_source(source) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        auto got = m_source.read(buffer);
        bytes += got ? *got : 0;
        return got;
    }
    std::uint64_t bytes = 0;

private:
    ByteSource& m_source;
};

/// Calls `take(object)` for each line of a stream of JSON lines.
template <typename Take>
Result<> eachLine(ByteSource& source, ItemReport& report, Take take) {
    std::string pending;
    Bytes buffer(64 * 1024);
    for (;;) {
        SALVOR_ASSIGN(const auto got, source.read(buffer));
        if (got == 0)
            break;
        report.bytes += got;
        pending += asText(ByteView(buffer).first(got));
        std::size_t begin = 0;
        for (auto end = pending.find('\n'); end != std::string::npos; end = pending.find('\n', begin)) {
            // Older backups have lines that are not UTF-8.
            SALVOR_ASSIGN(const auto object,
                          parseJsonObject(pgReadable(pending.substr(begin, end - begin)), "a saved line"));
            SALVOR_TRY(take(object));
            ++report.rows;
            begin = end + 1;
        }
        pending.erase(0, begin);
    }
    if (!pending.empty())
        return failure(ErrorCode::Corrupt, "a saved stream of lines ends inside a line");
    return {};
}

/// Sends statements a hundred at a time.
class Batch {
public:
    Batch(PgConnection& connection, const char* doing, const CancelToken& cancel)
        : m_connection(connection)
        , m_doing(doing)
        , m_cancel(cancel) {}
    Result<> add(const std::string& sql) {
        m_sql += sql + ";\n";
        return ++m_count >= kLinesAtOnce ? flush() : Result<>();
    }
    Result<> flush() {
        if (m_count == 0)
            return {};
        m_count = 0;
        return m_connection.script(m_doing, std::exchange(m_sql, {}), m_cancel).map([](const auto&) {});
    }

private:
    PgConnection& m_connection;
    const char* m_doing;
    const CancelToken& m_cancel;
    std::string m_sql;
    std::size_t m_count = 0;
};

std::uint32_t bigEndian32(const std::byte* at) {
    return (std::to_integer<std::uint32_t>(at[0]) << 24U) | (std::to_integer<std::uint32_t>(at[1]) << 16U) |
           (std::to_integer<std::uint32_t>(at[2]) << 8U) | std::to_integer<std::uint32_t>(at[3]);
}

/// Puts parts of large objects out of the binary COPY stream that pgReadLargeObjects makes: each row is a
/// count of three, then oid, part number and data, each with its length.
class LargeObjectWriter {
public:
    LargeObjectWriter(PgConnection& connection, const CancelToken& cancel)
        : m_connection(connection)
        , m_cancel(cancel) {}

    Result<> take(ByteView bytes) {
        m_pending.insert(m_pending.end(), bytes.begin(), bytes.end());
        std::size_t at = 0;
        if (!m_begun) {
            if (m_pending.size() < kHeader)
                return {};
            at = kHeader;
            m_begun = true;
        }
        for (;;) {
            SALVOR_ASSIGN(const std::size_t length, row(ByteView(m_pending).subspan(at)));
            if (length == 0)
                break;
            at += length;
        }
        m_pending.erase(m_pending.begin(), m_pending.begin() + static_cast<std::ptrdiff_t>(at));
        return {};
    }
    Result<std::uint64_t> finish() const {
        if (!m_ended || !m_pending.empty())
            return failure(ErrorCode::Corrupt, "the saved large objects end in the middle");
        return m_rows;
    }

private:
    static constexpr std::size_t kPage = 2048; ///< LOBLKSIZE with pages of 8 KiB
    static constexpr std::size_t kHeader = 19;
    static constexpr std::size_t kFixed = 2 + 4 + 4 + 4 + 4 + 4; ///< of a row, before the data

    /// Bytes used up; 0 when the row is not whole yet.
    Result<std::size_t> row(ByteView rest) {
        if (rest.size() < 2)
            return 0;
        if (rest[0] == std::byte{0xFF} && rest[1] == std::byte{0xFF}) {
            m_ended = true;
            return 2;
        }
        if (m_ended || rest[0] != std::byte{0} || rest[1] != std::byte{3})
            return failure(ErrorCode::Corrupt, "the saved large objects are not what their format says");
        if (rest.size() < kFixed)
            return 0;
        const std::uint32_t oid = bigEndian32(rest.data() + 6);
        const std::uint32_t part = bigEndian32(rest.data() + 14);
        const std::uint32_t length = bigEndian32(rest.data() + 18);
        if (length > static_cast<std::uint32_t>(kPgLargeObjectPart))
            return failure(ErrorCode::Corrupt, "a part of a saved large object is too long");
        if (rest.size() < kFixed + length)
            return 0;
        ++m_rows;
        SALVOR_TRY(putPart(oid, std::uint64_t{part} * kPgLargeObjectPart, rest.subspan(kFixed, length)));
        return kFixed + length;
    }

    /// Pages of nothing but zeros are left out, as holes were read as zeros; not the last page of a part,
    /// which fixes the length.
    Result<> putPart(std::uint32_t oid, std::uint64_t offset, ByteView data) {
        const auto isHole = [&](std::size_t at) {
            const auto page = data.subspan(at, std::min(kPage, data.size() - at));
            return at + page.size() < data.size() &&
                   std::all_of(page.begin(), page.end(), [](std::byte b) { return b == std::byte{0}; });
        };
        for (std::size_t begin = 0; begin < data.size();) {
            std::size_t end = begin;
            while (end < data.size() && !isHole(end))
                end += std::min(kPage, data.size() - end);
            if (end > begin)
                SALVOR_TRY(put(oid, offset + begin, data.subspan(begin, end - begin)));
            begin = end + (end < data.size() ? kPage : 0);
        }
        return {};
    }
    Result<> put(std::uint32_t oid, std::uint64_t offset, ByteView data) {
        return discard(
            m_connection.query("writing large object " + std::to_string(oid),
                               "SELECT pg_catalog.lo_put($1::oid, $2::int8, $3::bytea)", m_cancel,
                               {std::to_string(oid), std::to_string(offset), "\\x" + toHex(data)}));
    }

    PgConnection& m_connection;
    const CancelToken& m_cancel;
    Bytes m_pending;
    std::uint64_t m_rows = 0;
    bool m_begun = false;
    bool m_ended = false;
};

/// Statements that give a large object the rights of its line, whichever form that has.
std::vector<std::string> largeObjectRights(const PgConnection& connection, const QJsonObject& line,
                                           const std::string& number) {
    const std::string owner = textOf(line, "owner");
    const bool isWhole = line.contains(QStringLiteral("acl"));
    const auto entries = line[isWhole ? QStringLiteral("acl") : QStringLiteral("grants")];
    if (!entries.isArray())
        return {}; // as the server makes it
    // What the owner may not do is saved as well.
    std::vector<std::string> out{"REVOKE ALL ON LARGE OBJECT " + number + " FROM PUBLIC, " +
                                 connection.quoteName(owner)};
    for (const auto& value : entries.toArray()) {
        const auto entry = value.toObject();
        const std::string right = textOf(entry, "right");
        if (right != "SELECT" && right != "UPDATE")
            continue;
        const std::string to = textOf(entry, "to");
        std::string sql = "GRANT " + right + " ON LARGE OBJECT " + number + " TO " +
                          (to.empty() ? "PUBLIC" : connection.quoteName(to)) +
                          (entry[QStringLiteral("grantable")].toBool() ? " WITH GRANT OPTION" : "");
        // Only the role itself grants in its own name.
        if (const std::string by = textOf(entry, "by"); !by.empty() && by != owner)
            sql = "SET ROLE " + connection.quoteName(by) + "; " + sql + "; RESET ROLE";
        out.push_back(std::move(sql));
    }
    return out;
}

} // namespace

Result<ItemReport> pgWriteRows(PgConnection& connection, const Item& item, std::uint64_t savedRows,
                               bool fresh, ByteSource& source, const CancelToken& cancel) {
    const std::string quoted = textOf(item.details, "quoted");
    const std::string doing = "writing table " + quoted;
    CountingSource counted(source);
    if (fresh)
        SALVOR_TRY(connection.script(doing, "BEGIN; TRUNCATE ONLY " + quoted, cancel));
    SALVOR_ASSIGN(const auto rows, connection.copyIn(doing, copyFrom(item, fresh), counted, cancel));
    if (rows != savedRows)
        return failure(ErrorCode::Corrupt,
                       doing + ": the backup has " + std::to_string(savedRows) +
                           " rows, and the server took " + std::to_string(rows),
                       "verify the backup", {{"relation", quoted}});
    if (fresh)
        SALVOR_TRY(discard(connection.query(doing, "COMMIT", cancel)));
    ItemReport report;
    report.rows = rows;
    report.bytes = counted.bytes;
    return report;
}

Result<ItemReport> pgWriteCatalogRows(PgConnection& connection, const Item& item, ByteSource& source,
                                      const CancelToken& cancel) {
    const std::string quoted = textOf(item.details, "quoted");
    const std::string doing = "writing the extension's table " + quoted;
    CountingSource counted(source);
    ItemReport report;
    SALVOR_TRY(discard(connection.query(doing, "BEGIN", cancel)));
    // The server's count means nothing here: an extension's trigger may turn an insert into an update.
    SALVOR_TRY(connection.copyIn(doing, copyFrom(item, false), counted, cancel));
    // A retention job would drop the old chunks that were just restored.
    if (quoted == kPgJobTable)
        SALVOR_TRY(discard(connection.query(
            "switching off TimescaleDB's jobs",
            "UPDATE " + quoted + " SET scheduled = false " + textOf(item.details, "condition"), cancel)));
    SALVOR_TRY(discard(connection.query(doing, "COMMIT", cancel)));
    report.bytes = counted.bytes;
    return report;
}

Result<ItemReport> pgWriteSequences(PgConnection& connection, ByteSource& source,
                                    const std::function<Result<bool>(const std::string&)>& isLeftOut,
                                    const CancelToken& cancel) {
    ItemReport report;
    Batch batch(connection, "setting the sequences", cancel);
    const auto written = eachLine(source, report, [&](const QJsonObject& line) -> Result<> {
        SALVOR_ASSIGN(const bool without, isLeftOut(textOf(line, "sequence")));
        if (without)
            return {};
        return batch.add("SELECT pg_catalog.setval(" + connection.quoteText(textOf(line, "sequence")) +
                         "::pg_catalog.regclass, " + connection.quoteText(textOf(line, "last_value")) +
                         "::pg_catalog.int8, " +
                         (line[QStringLiteral("is_called")].toBool() ? "true" : "false") + ")");
    });
    SALVOR_TRY(written);
    SALVOR_TRY(batch.flush());
    return report;
}

Result<ItemReport> pgWriteLargeObjectOwners(PgConnection& connection, ByteSource& source,
                                            const CancelToken& cancel) {
    ItemReport report;
    Batch batch(connection, "making the large objects", cancel);
    const auto written = eachLine(source, report, [&](const QJsonObject& line) -> Result<> {
        const std::string oid = connection.quoteText(textOf(line, "oid")) + "::pg_catalog.oid";
        const auto number = std::to_string(std::strtoul(textOf(line, "oid").c_str(), nullptr, 10));
        SALVOR_TRY(batch.add("SELECT pg_catalog.lo_create(" + oid + ")"));
        SALVOR_TRY(batch.add("ALTER LARGE OBJECT " + number + " OWNER TO " +
                             connection.quoteName(textOf(line, "owner"))));
        if (line[QStringLiteral("comment")].isString())
            SALVOR_TRY(batch.add("COMMENT ON LARGE OBJECT " + number + " IS " +
                                 connection.quoteText(textOf(line, "comment"))));
        for (const auto& sql : largeObjectRights(connection, line, number))
            SALVOR_TRY(batch.add(sql));
        return {};
    });
    SALVOR_TRY(written);
    SALVOR_TRY(batch.flush());
    return report;
}

Result<ItemReport> pgWriteLargeObjects(PgConnection& connection, ByteSource& source,
                                       const CancelToken& cancel) {
    ItemReport report;
    LargeObjectWriter writer(connection, cancel);
    SALVOR_TRY(discard(connection.query("writing large objects", "BEGIN", cancel)));
    Bytes buffer(256 * 1024);
    for (;;) {
        SALVOR_ASSIGN(const auto got, source.read(buffer));
        if (got == 0)
            break;
        report.bytes += got;
        SALVOR_TRY(writer.take(ByteView(buffer).first(got)));
    }
    SALVOR_ASSIGN(report.rows, writer.finish());
    SALVOR_TRY(discard(connection.query("writing large objects", "COMMIT", cancel)));
    return report;
}

} // namespace salvor
