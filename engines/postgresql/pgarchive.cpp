// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgarchive.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace salvor {

namespace {

constexpr std::string_view kMagic = "PGDMP";
constexpr int kCustomFormat = 1;
constexpr int kPostData = 4; ///< SECTION_POST_DATA
constexpr int kOldest = 14;  ///< of the minor versions of 1
constexpr int kNewest = 16;

tl::unexpected<Error> corrupt(const std::string& what) {
    return failure(ErrorCode::Corrupt, "reading the schema's archive: " + what, "verify the backup");
}

/// Reads in order. The first fault stays: what is read after it is 0 or "".
class Reader {
public:
    explicit Reader(ByteView bytes)
        : m_rest(bytes) {}

    void setIntBytes(int count) { m_intBytes = static_cast<std::size_t>(count); }
    bool good() const { return m_good; }
    std::size_t left() const { return m_rest.size(); }

    int byte() {
        const ByteView one = take(1);
        return one.empty() ? 0 : std::to_integer<int>(one[0]);
    }
    /// A byte for the sign, then the value, lowest byte first.
    int integer() {
        const bool negative = byte() != 0;
        const ByteView bytes = take(m_intBytes);
        std::uint64_t value = 0;
        for (std::size_t i = bytes.size(); i-- > 0;)
            value = (value << 8U) | std::to_integer<std::uint64_t>(bytes[i]);
        if (value > 0x7FFFFFFFU) {
            m_good = false;
            return 0;
        }
        return negative ? -static_cast<int>(value) : static_cast<int>(value);
    }
    /// `absent` is set for a string that is not there, which ends lists.
    std::string text(bool* absent = nullptr) {
        const int length = integer();
        if (absent != nullptr)
            *absent = length < 0 || !m_good;
        return length <= 0 ? std::string() : std::string(asText(take(static_cast<std::size_t>(length))));
    }
    ByteView take(std::size_t count) {
        if (!m_good || count > m_rest.size()) {
            m_good = false;
            return {};
        }
        const ByteView taken = m_rest.first(count);
        m_rest = m_rest.subspan(count);
        return taken;
    }

private:
    ByteView m_rest;
    std::size_t m_intBytes = 4;
    bool m_good = true;
};

struct Head {
    int minor = 0;
    std::size_t offsetBytes = 0;
};

Result<Head> readHead(Reader& in) {
    const auto foreign = [](const std::string& what) {
        return failure(ErrorCode::Unsupported, "reading the schema's archive: " + what);
    };
    if (asText(in.take(kMagic.size())) != kMagic)
        return foreign("it is not one of pg_dump's");
    const int major = in.byte();
    Head head;
    head.minor = in.byte();
    in.byte(); // the revision changes nothing that is read
    if (major != 1 || head.minor < kOldest || head.minor > kNewest)
        return foreign("its version is " + std::to_string(major) + "." + std::to_string(head.minor));
    const int intBytes = in.byte();
    const int offsetBytes = in.byte();
    if (in.byte() != kCustomFormat)
        return foreign("it is not in the custom format");
    if (intBytes < 1 || intBytes > 8 || offsetBytes < 1 || offsetBytes > 8)
        return corrupt("it has integers of " + std::to_string(intBytes) + " and offsets of " +
                       std::to_string(offsetBytes) + " bytes");
    in.setIntBytes(intBytes);
    head.offsetBytes = static_cast<std::size_t>(offsetBytes);
    if (head.minor >= 15)
        in.byte(); // how data is compressed
    else
        in.integer();
    constexpr int kTimeFields = 7;
    for (int i = 0; i < kTimeFields; ++i)
        in.integer();
    constexpr int kNames = 3; // the database, the versions of server and pg_dump
    for (int i = 0; i < kNames; ++i)
        in.text();
    return head;
}

void readNeeds(Reader& in, PgArchiveEntry& entry) {
    for (bool absent = false;;) {
        const std::string text = in.text(&absent);
        if (absent)
            return;
        int id = 0;
        std::from_chars(text.data(), text.data() + text.size(), id);
        entry.needs.push_back(id);
    }
}

/// Where something stands in an archive.
struct Span {
    std::size_t begin = 0;
    std::size_t end = 0;
};

PgArchiveEntry readEntry(Reader& in, const Head& head, std::size_t size, Span& definition) {
    PgArchiveEntry entry;
    entry.id = in.integer();
    in.integer(); // whether there are data
    in.text();    // catalog and OID
    in.text();
    entry.name = in.text();
    entry.kind = in.text();
    entry.postData = in.integer() == kPostData;
    definition.begin = size - in.left();
    entry.definition = in.text();
    definition.end = size - in.left();
    in.text(); // DROP
    in.text(); // COPY
    entry.schema = in.text();
    entry.tablespace = in.text();
    in.text(); // access method
    if (head.minor >= 16)
        in.integer(); // relkind
    entry.owner = in.text();
    in.text(); // WITH OIDS
    readNeeds(in, entry);
    in.take(1 + head.offsetBytes); // where its data are
    return entry;
}

/// An entry, and where it stands.
struct Placed {
    PgArchiveEntry entry;
    Span all;
    Span definition;
};

/// Calls `take(placed)` for each entry; `counted(span)` before them with where their count stands.
template <typename Counted, typename Take>
Result<> eachEntry(ByteView archive, Counted counted, Take take) {
    Reader in(archive);
    SALVOR_ASSIGN(const Head head, readHead(in));
    const auto position = [&] { return archive.size() - in.left(); };
    const std::size_t countAt = position();
    const int count = in.integer();
    if (!in.good() || count < 0 || static_cast<std::size_t>(count) > in.left())
        return corrupt("it ends too early");
    counted(Span{countAt, position()});
    for (int i = 0; i < count && in.good(); ++i) {
        Placed placed;
        placed.all.begin = position();
        placed.entry = readEntry(in, head, archive.size(), placed.definition);
        placed.all.end = position();
        if (in.good())
            take(std::move(placed));
    }
    if (!in.good())
        return corrupt("its table of contents ends too early");
    return {};
}

/// A byte for the sign, then the value, lowest byte first.
Bytes integerBytes(std::size_t value, std::size_t length) {
    Bytes out(length);
    for (std::size_t at = 1; at < length; ++at) {
        out[at] = static_cast<std::byte>(value & 0xFFU);
        value >>= 8U;
    }
    return out;
}

} // namespace

Result<std::vector<PgArchiveEntry>> pgReadArchive(ByteView archive) {
    std::vector<PgArchiveEntry> entries;
    SALVOR_TRY(
        eachEntry(archive, [](Span) {}, [&](Placed placed) { entries.push_back(std::move(placed.entry)); }));
    return entries;
}

Result<Bytes> pgArchiveWithout(ByteView archive, const std::set<int>& ids,
                               const std::map<int, std::string>& definitions) {
    Bytes out;
    Span count;
    std::size_t end = 0;
    std::size_t kept = 0;
    const auto add = [&](ByteView part) { out.insert(out.end(), part.begin(), part.end()); };
    const auto keep = [&](std::size_t from, std::size_t to) { add(archive.subspan(from, to - from)); };
    SALVOR_TRY(eachEntry(
        archive,
        [&](Span at) {
            count = at;
            end = at.end;
            keep(0, at.end);
        },
        [&](const Placed& one) {
            end = one.all.end;
            if (ids.contains(one.entry.id))
                return;
            ++kept;
            const auto other = definitions.find(one.entry.id);
            if (other == definitions.end())
                return keep(one.all.begin, one.all.end);
            keep(one.all.begin, one.definition.begin);
            add(integerBytes(other->second.size(), count.end - count.begin));
            add(asBytes(other->second));
            keep(one.definition.end, one.all.end);
        }));
    keep(end, archive.size());
    const Bytes number = integerBytes(kept, count.end - count.begin);
    std::copy(number.begin(), number.end(), out.begin() + static_cast<std::ptrdiff_t>(count.begin));
    return out;
}

} // namespace salvor
