// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/indexfile.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace salvor {

namespace {

constexpr std::string_view kMagic = "SLVRIDX1";
constexpr std::size_t kHeaderBytes = 64;
constexpr std::size_t kDigestBytes = sizeof(Digest);

tl::unexpected<Error> systemFailure(const std::string& what, const std::filesystem::path& path) {
    const int number = errno;
    ErrorCode code = ErrorCode::IoError;
    if (number == ENOENT)
        code = ErrorCode::NotFound;
    else if (number == EACCES || number == EPERM || number == EROFS)
        code = ErrorCode::PermissionDenied;
    else if (number == ENOSPC || number == EDQUOT)
        code = ErrorCode::NoSpace;
    return failure(code, what + " " + path.string() + ": " + std::generic_category().message(number), {},
                   {{"path", path.string()}});
}

struct FileHandle {
    int number = -1;
    ~FileHandle() {
        if (number >= 0)
            ::close(number);
    }
};

std::uint64_t littleEndian(ByteView bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i > 0; --i)
        value = (value << 8U) | std::to_integer<std::uint64_t>(bytes[i - 1]);
    return value;
}

Digest digestAt(ByteView bytes, std::size_t at) {
    Digest out{};
    std::memcpy(out.data(), bytes.data() + at, out.size());
    return out;
}

} // namespace

void putU32(Bytes& out, std::uint64_t value) {
    for (unsigned i = 0; i < 4; ++i)
        out.push_back(static_cast<std::byte>(value >> (8 * i)));
}

void putU64(Bytes& out, std::uint64_t value) {
    putU32(out, value & 0xFFFFFFFFU);
    putU32(out, value >> 32U);
}

void putText(Bytes& out, std::string_view text) {
    putU32(out, text.size());
    const ByteView bytes = asBytes(text);
    out.insert(out.end(), bytes.begin(), bytes.end());
}

std::uint32_t FieldReader::u32() { return static_cast<std::uint32_t>(littleEndian(take(4))); }
std::uint64_t FieldReader::u64() { return littleEndian(take(8)); }

ByteView FieldReader::take(std::uint64_t count) {
    if (count > m_left.size()) {
        m_ok = false;
        m_left = {};
        return {};
    }
    const ByteView out = m_left.first(count);
    m_left = m_left.subspan(count);
    return out;
}

Result<std::unique_ptr<IndexFile>> IndexFile::open(const std::filesystem::path& path,
                                                   const IndexBinding& binding) {
    const FileHandle file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW)};
    struct stat status{};
    if (file.number < 0 || ::fstat(file.number, &status) != 0)
        return systemFailure("opening the index", path);
    std::unique_ptr<IndexFile> index(new IndexFile);
    if (S_ISREG(status.st_mode) && status.st_size > 0) {
        const auto size = static_cast<std::size_t>(status.st_size);
        // Files are replaced, never changed, so what is mapped stays.
        void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.number, 0);
        if (at == MAP_FAILED)
            return systemFailure("mapping the index", path);
        index->m_bytes = ByteView(static_cast<const std::byte*>(at), size);
    }
    SALVOR_TRY(index->check(path, binding));
    return index;
}

IndexFile::~IndexFile() {
    if (!m_bytes.empty())
        ::munmap(const_cast<std::byte*>(m_bytes.data()), m_bytes.size());
}

Result<> IndexFile::check(const std::filesystem::path& path, const IndexBinding& binding) {
    const auto corrupt = [&](const std::string& why) {
        return failure(ErrorCode::Corrupt, "reading the index " + path.string() + ": " + why, {},
                       {{"path", path.string()}});
    };
    if (m_bytes.size() < kHeaderBytes + kDigestBytes || asText(m_bytes.first(kMagic.size())) != kMagic)
        return corrupt("it is no index");
    const ByteView body = m_bytes.first(m_bytes.size() - kDigestBytes);
    if (sha256(body) != digestAt(m_bytes, body.size()))
        return corrupt("its checksum does not match");
    FieldReader header(body.subspan(kMagic.size()));
    const std::uint64_t number = header.u64();
    const Digest hash = digestAt(header.take(kDigestBytes), 0);
    m_count = header.u64();
    const std::uint64_t itemsBytes = header.u64();
    const std::uint64_t rest = body.size() - kHeaderBytes;
    if (m_count > rest / kIndexRecordBytes || itemsBytes != rest - m_count * kIndexRecordBytes)
        return corrupt("its parts do not have the lengths that it says");
    if (IndexBinding{number, hash} != binding)
        return failure(ErrorCode::Conflict, "the index " + path.string() + " belongs to catalog " +
                                                std::to_string(number) + ", and not to the newest, " +
                                                std::to_string(binding.catalogNumber));
    m_records = body.subspan(kHeaderBytes, m_count * kIndexRecordBytes);
    m_items = body.subspan(kHeaderBytes + m_records.size());
    for (std::uint64_t i = 1; i < m_count; ++i) {
        if (std::memcmp(m_records.data() + (i - 1) * kIndexRecordBytes,
                        m_records.data() + i * kIndexRecordBytes, kDigestBytes) >= 0)
            return corrupt("its objects are not in order");
    }
    if (!parseItems({}, nullptr, nullptr))
        return corrupt("its items are malformed");
    return {};
}

IndexRecord IndexFile::record(std::uint64_t position) const {
    const ByteView bytes = m_records.subspan(position * kIndexRecordBytes, kIndexRecordBytes);
    IndexRecord out;
    out.keyedId = digestAt(bytes, 0);
    out.object.name = digestAt(bytes, kDigestBytes);
    FieldReader sizes(bytes.subspan(2 * kDigestBytes));
    out.object.storedBytes = sizes.u32();
    out.object.plainBytes = sizes.u32();
    return out;
}

std::optional<StoredObject> IndexFile::find(const Digest& keyedId) const {
    std::uint64_t low = 0;
    std::uint64_t high = m_count;
    while (low < high) {
        const std::uint64_t middle = low + (high - low) / 2;
        const int order =
            std::memcmp(m_records.data() + middle * kIndexRecordBytes, keyedId.data(), keyedId.size());
        if (order == 0)
            return record(middle).object;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return std::nullopt;
}

std::vector<std::string_view> IndexFile::sources() const {
    std::vector<std::string_view> out;
    parseItems({}, nullptr, &out);
    return out;
}

std::vector<IndexedItem> IndexFile::items(std::string_view source) const {
    std::vector<IndexedItem> out;
    parseItems(source, &out, nullptr);
    return out;
}

bool IndexFile::parseItems(std::string_view source, std::vector<IndexedItem>* out,
                           std::vector<std::string_view>* sources) const {
    FieldReader fields(m_items);
    while (fields.ok() && !fields.atEnd()) {
        const std::string_view name = fields.text();
        const ByteView items = fields.take(fields.u64());
        if (sources != nullptr)
            sources->push_back(name);
        else if (out == nullptr ? !parseSource(items, nullptr) : name == source && !parseSource(items, out))
            return false;
    }
    return fields.ok();
}

bool IndexFile::parseSource(ByteView bytes, std::vector<IndexedItem>* out) const {
    FieldReader fields(bytes);
    while (fields.ok() && !fields.atEnd()) {
        IndexedItem item;
        item.id = fields.text();
        item.changeKey = fields.text();
        item.record = fields.text();
        const std::uint64_t count = fields.u32();
        FieldReader positions(fields.take(count * 4));
        for (std::uint64_t i = 0; fields.ok() && i < count; ++i) {
            const std::uint32_t position = positions.u32();
            if (position >= m_count)
                return false;
            if (out != nullptr)
                item.objects.push_back(record(position).object.name);
        }
        if (out != nullptr)
            out->push_back(std::move(item));
    }
    return fields.ok();
}

Result<std::unique_ptr<ReplacingFile>> ReplacingFile::create(const std::filesystem::path& path) {
    std::unique_ptr<ReplacingFile> file(new ReplacingFile);
    file->m_path = path;
    file->m_temporary = path;
    file->m_temporary += ".tmp";
    // One left by a crash may be mapped by nobody: only whole files get a name that is read.
    file->m_file =
        ::open(file->m_temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (file->m_file < 0)
        return systemFailure("creating", file->m_temporary);
    if (::fchmod(file->m_file, 0600) != 0)
        return systemFailure("protecting", file->m_temporary);
    return file;
}

ReplacingFile::~ReplacingFile() {
    if (m_file < 0)
        return;
    ::close(m_file);
    ::unlink(m_temporary.c_str());
}

Result<> ReplacingFile::write(ByteView bytes) {
    constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;
    m_buffer.insert(m_buffer.end(), bytes.begin(), bytes.end());
    return m_buffer.size() < kBufferBytes ? Result<>() : flush();
}

Result<> ReplacingFile::flush() {
    m_hash.update(m_buffer);
    ByteView left = m_buffer;
    while (!left.empty()) {
        const ssize_t count = ::write(m_file, left.data(), left.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return systemFailure("writing", m_temporary);
        left = left.subspan(static_cast<std::size_t>(count));
    }
    m_buffer.clear();
    return {};
}

Result<> ReplacingFile::commit() {
    SALVOR_TRY(flush());
    const Digest digest = m_hash.finish();
    m_buffer.assign(digest.begin(), digest.end());
    SALVOR_TRY(flush());
    if (::fsync(m_file) != 0)
        return systemFailure("making durable", m_temporary);
    SALVOR_TRY(renameDurably(m_temporary, m_path));
    ::close(std::exchange(m_file, -1));
    return {};
}

Result<> renameDurably(const std::filesystem::path& from, const std::filesystem::path& to) {
    if (::rename(from.c_str(), to.c_str()) != 0)
        return systemFailure("renaming to " + to.string() + " the file", from);
    const auto folder = to.parent_path().empty() ? std::filesystem::path(".") : to.parent_path();
    const FileHandle handle{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (handle.number < 0 || ::fsync(handle.number) != 0)
        return systemFailure("making durable the folder", folder);
    return {};
}

} // namespace salvor
