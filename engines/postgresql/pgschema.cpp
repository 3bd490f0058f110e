// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgschema.h"

#include "models/base/json.h"

#include <algorithm>
#include <cstring>

namespace salvor {

namespace {

/// Hands on and keeps.
class TeeSink final : public ByteSink {
public:
    TeeSink(ByteSink& sink, Bytes& kept)
        : m_sink(sink)
        , m_kept(kept) {}
    Result<> write(ByteView bytes) override {
        m_kept.insert(m_kept.end(), bytes.begin(), bytes.end());
        return m_sink.write(bytes);
    }

private:
    ByteSink& m_sink;
    Bytes& m_kept;
};

bool needsNoQuotes(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

} // namespace

std::string pgQuotedName(std::string_view name) {
    std::string out = "\"";
    for (const char c : name) {
        if (c == '"')
            out.push_back('"');
        out.push_back(c);
    }
    return out + "\"";
}

Result<Bytes> pgReadWhole(ByteSource& source) {
    Bytes all;
    Bytes buffer(std::size_t{256} * 1024);
    for (;;) {
        SALVOR_ASSIGN(const auto got, source.read(buffer));
        if (got == 0)
            return all;
        all.insert(all.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(got));
    }
}

std::string pgDumpPattern(const std::string& schema, const std::string& name) {
    return pgQuotedName(schema) + "." + pgQuotedName(name);
}

std::vector<std::string> pgDumpPatterns(const std::string& schema, const std::vector<std::string>& names) {
    constexpr std::size_t kAtOnce = 20; // pg_dump asks the server once for each pattern
    std::vector<std::string> out;
    std::string alternatives;
    std::size_t count = 0;
    const auto flush = [&] {
        if (count > 0)
            out.push_back(pgQuotedName(schema) + ".(" + alternatives + ")");
        alternatives.clear();
        count = 0;
    };
    for (const auto& name : names) {
        if (!needsNoQuotes(name)) {
            out.push_back(pgDumpPattern(schema, name));
            continue;
        }
        alternatives += (count > 0 ? "|" : "") + name;
        if (++count == kAtOnce)
            flush();
    }
    flush();
    return out;
}

Result<ItemReport> pgDumpSchema(const PgTools& tools, const std::string& database, int serverMajor,
                                const std::string& snapshotId, int lockTimeoutSeconds,
                                const std::string& encoding, const PgSchemaScope& scope, ByteSink& sink,
                                const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto dump, tools.find("pg_dump", serverMajor, cancel));
    SALVOR_ASSIGN(const auto restore, tools.find("pg_restore", dump.major, cancel));
    std::vector<std::string> arguments{"--format=custom",          "--compress=0", "--schema-only",
                                       "--snapshot=" + snapshotId, "--no-sync",    "--no-subscriptions"};
    arguments.push_back("--lock-wait-timeout=" + std::to_string(lockTimeoutSeconds) + "s");
    // A setting of the database or the role would choose another, which may not have all letters.
    arguments.push_back("--encoding=" + encoding);
    for (const auto& pattern : scope.only)
        arguments.push_back("--table=" + pattern);
    for (const auto& pattern : scope.without)
        arguments.push_back("--exclude-table=" + pattern);
    Bytes archive;
    TeeSink tee(sink, archive);
    SALVOR_TRY(tools.run("reading the schema", dump, database, arguments, nullptr, &tee, cancel));
    PgMemorySource source(archive);
    PgSchemaHasher hasher;
    SALVOR_TRY(
        tools.runLocally("checking the schema's archive", restore, {"--file=-"}, &source, &hasher, cancel));
    ItemReport report;
    report.bytes = archive.size();
    report.contentHash = hasher.finish();
    report.details.insert(QStringLiteral("tool_version"), toQt(dump.version));
    report.details.insert(QStringLiteral("tool_major"), dump.major);
    report.details.insert(QStringLiteral("entries"), static_cast<qint64>(hasher.entries()));
    return report;
}

Result<> PgSchemaHasher::write(ByteView bytes) {
    m_partial += asText(bytes);
    std::size_t begin = 0;
    for (std::size_t end = m_partial.find('\n'); end != std::string::npos;
         end = m_partial.find('\n', begin)) {
        takeLine(std::string_view(m_partial).substr(begin, end - begin));
        begin = end + 1;
    }
    m_partial.erase(0, begin);
    return {};
}

void PgSchemaHasher::takeLine(std::string_view line) {
    // An entry begins with "--", "-- Name: …; Type: …" and again "--".
    const bool isRule = line == "--";
    if (m_afterRule && line.starts_with("-- Name: ")) {
        endEntry();
        m_inEntry = true;
    } else if (m_afterRule && line.starts_with("-- PostgreSQL database dump complete")) {
        endEntry();
        m_inEntry = false;
    }
    m_afterRule = isRule;
    if (!m_inEntry || isRule || line.empty() || line.starts_with("SET default_t") || line.starts_with("\\"))
        return;
    m_entry += line;
    m_entry += '\n';
}

void PgSchemaHasher::endEntry() {
    if (m_entry.empty())
        return;
    m_hash.add(asBytes(m_entry));
    ++m_entries;
    if (m_kept != nullptr)
        m_kept->push_back(m_entry);
    m_entry.clear();
}

std::string PgSchemaHasher::finish() {
    if (!m_partial.empty())
        takeLine(m_partial);
    m_partial.clear();
    endEntry();
    return m_hash.hex();
}

Result<std::size_t> PgMemorySource::read(std::span<std::byte> buffer) {
    const std::size_t count = std::min(buffer.size(), m_rest.size());
    if (count > 0)
        std::memcpy(buffer.data(), m_rest.data(), count);
    m_rest = m_rest.subspan(count);
    return count;
}

} // namespace salvor
