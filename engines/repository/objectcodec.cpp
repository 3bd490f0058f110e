// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/objectcodec.h"

#include "engines/repository/zstdframes.h"

#include <algorithm>
#include <bit>

namespace salvor {

namespace {

constexpr std::uint64_t kSmallestFrame = 8;

std::uint64_t padme(std::uint64_t length) {
    if (length < 2)
        return length;
    const auto e = static_cast<unsigned>(std::bit_width(length) - 1);
    const auto s = static_cast<unsigned>(std::bit_width(e));
    const std::uint64_t low = (std::uint64_t{1} << (e - s)) - 1;
    return (length + low) & ~low;
}

/// A higher level is not always the smaller result: on binary COPY of numbers zstd 1 gives 7 % less than zstd
/// 3 (docs/benchmarks.md), at almost twice the speed. So a piece from the middle is tried with both.
Result<int> levelFor(ByteView plain, std::span<std::byte> room, int asked, const CancelToken& cancel) {
    // Of 16 KiB zstd 3 comes out ahead where it is behind on the whole; twice as much costs two per cent of
    // the whole encoding more.
    constexpr std::size_t kSample = std::size_t{32} << 10U;
    constexpr std::size_t kWorthATrial = 16 * kSample;
    if (asked <= 1 || plain.size() < kWorthATrial)
        return asked;
    const ByteView sample = plain.subspan((plain.size() - kSample) / 2, kSample);
    SALVOR_ASSIGN(const std::size_t fast, zstd::compress(sample, room, 1, cancel));
    SALVOR_ASSIGN(const std::size_t slow, zstd::compress(sample, room, asked, cancel));
    return fast <= slow + slow / 200 ? 1 : asked;
}

tl::unexpected<Error> selfCheckFailed(const std::string& why) {
    return failure(
        ErrorCode::Corrupt, "checking an object before its upload: " + why,
        "The memory or the processor of this computer may be faulty. Nothing was stored; test the memory.");
}

} // namespace

std::uint64_t paddedLength(std::uint64_t length) {
    return padme(length) == length ? length : padme(length + kSmallestFrame);
}

ObjectEncoder::ObjectEncoder(std::vector<AgeRecipient> recipients)
    : m_recipients(std::move(recipients)) {}

Result<EncodedObject> ObjectEncoder::encode(ByteView plain, int level, const CancelToken& cancel) const {
    zstd::Scratch& scratch = zstd::threadScratch();
    const std::span<std::byte> room =
        scratch.room(paddedLength(zstd::compressBound(plain.size())) + kSmallestFrame);
    SALVOR_ASSIGN(const int used, levelFor(plain, room, std::clamp(level, 1, 19), cancel));
    SALVOR_ASSIGN(std::size_t size, zstd::compress(plain, room, used, cancel));
    if (encrypted() && paddedLength(size) != size) {
        zstd::writePadding(room.subspan(size, paddedLength(size) - size));
        size = paddedLength(size);
    }
    const ByteView frames = room.first(size);
    EncodedObject object;
    // The name comes first: a bit that flips during the check is found by it, one that flips later by the
    // name.
    if (encrypted()) {
        SALVOR_ASSIGN(AgeSealed sealed, ageSeal(frames, m_recipients));
        object.name = sha256(sealed.bytes);
        if (const auto own = ageVerifyOwn(sealed.bytes, frames, sealed.keys, m_recipients); !own)
            return selfCheckFailed(own.error().message);
        object.bytes = std::move(sealed.bytes);
    } else {
        object.bytes.assign(frames.begin(), frames.end());
        object.name = sha256(object.bytes);
    }
    SALVOR_TRY(checkCancelled(cancel));
    // With encryption, `frames` is what the stored bytes decrypt to: that was just compared.
    if (!zstd::decompressesTo(encrypted() ? frames : ByteView(object.bytes), plain))
        return selfCheckFailed("it does not decompress to what was read");
    if (room.size() > zstd::kKeepScratch)
        scratch.release();
    return object;
}

Result<Bytes> decodeObject(ByteView stored, const AgeIdentity* identity, std::string_view what,
                           const DecodeLimits& limits) {
    Bytes frames;
    if (identity != nullptr) {
        auto opened = ageDecrypt(stored, *identity);
        if (!opened) {
            opened.error().message = "decrypting " + std::string(what) + ": " + opened.error().message;
            return opened;
        }
        frames = std::move(*opened);
        stored = frames;
    }
    SALVOR_ASSIGN(Bytes plain, zstd::decompress(stored, what, limits.maxPlainBytes));
    if (limits.expectedPlainBytes && plain.size() != *limits.expectedPlainBytes)
        return failure(ErrorCode::Corrupt, "unpacking " + std::string(what) + ": it holds " +
                                               std::to_string(plain.size()) + " bytes, not " +
                                               std::to_string(*limits.expectedPlainBytes));
    return plain;
}

Result<Bytes> decodeNamedObject(const Digest& name, ByteView stored, const AgeIdentity* identity,
                                const DecodeLimits& limits) {
    const std::string what = "object " + toHex(name);
    const auto hint =
        "Verify the repository to learn which backups it hits; a good copy of the file heals it.";
    if (sha256(stored) != name)
        return failure(ErrorCode::Corrupt, "reading " + what + ": its bytes are not those that its name says",
                       hint, {{"key", objectKey(name)}});
    auto plain = decodeObject(stored, identity, what, limits);
    if (!plain)
        plain.error().context.emplace("key", objectKey(name));
    return plain;
}

} // namespace salvor
