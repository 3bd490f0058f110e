// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/zstdframes.h"

#include <zstd.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <string>

namespace salvor::zstd {

namespace {

constexpr int kWindowLogMax = 27;                 // what the stock program accepts without being told
constexpr std::size_t kStep = ZSTD_BLOCKSIZE_MAX; // zstd works block by block
constexpr std::uint32_t kSkippableMagic = 0x184D2A50;

template <auto Free>
struct Freer {
    template <typename T>
    void operator()(T* object) const {
        Free(object);
    }
};

ZSTD_CCtx* compressor() {
    thread_local const std::unique_ptr<ZSTD_CCtx, Freer<ZSTD_freeCCtx>> context(ZSTD_createCCtx());
    if (!context)
        throw std::bad_alloc();
    ZSTD_CCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
    return context.get();
}

ZSTD_DCtx* decompressor() {
    thread_local const std::unique_ptr<ZSTD_DCtx, Freer<ZSTD_freeDCtx>> context(ZSTD_createDCtx());
    if (!context)
        throw std::bad_alloc();
    ZSTD_DCtx_reset(context.get(), ZSTD_reset_session_and_parameters);
    ZSTD_DCtx_setParameter(context.get(), ZSTD_d_windowLogMax, kWindowLogMax);
    return context.get();
}

void putU32(std::span<std::byte> out, std::uint32_t value) {
    for (std::size_t i = 0; i < 4; ++i)
        out[i] = static_cast<std::byte>(value >> (8 * i));
}

tl::unexpected<Error> broken(std::string_view what, const std::string& why) {
    return failure(ErrorCode::Corrupt, "unpacking " + std::string(what) + ": " + why);
}

/// Whether the first frame needs no more of a window than the stock program accepts (RFC 8878, 3.1.1.1).
bool hasUsualWindow(ByteView frames) {
    constexpr std::size_t kDescriptorAt = 4; // behind the magic number
    if (frames.size() < kDescriptorAt + 2)
        return false;
    const bool singleSegment = (std::to_integer<unsigned>(frames[kDescriptorAt]) & 0x20U) != 0;
    const int log = 10 + static_cast<int>(std::to_integer<unsigned>(frames[kDescriptorAt + 1]) >> 3U);
    return singleSegment || log < kWindowLogMax;
}

/// In one go where the first frame holds all of it, as in every object: as a stream it would take half as
/// long again. False when it does not, or is broken; a stream tells which.
bool decompressWhole(ByteView frames, std::span<std::byte> out) {
    if (out.empty() || !hasUsualWindow(frames))
        return false;
    return ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), frames.data(), frames.size()) ==
           out.size();
}

} // namespace

std::span<std::byte> Scratch::room(std::size_t bytes) {
    if (bytes > m_size) {
        m_bytes.reset();
        m_bytes = std::make_unique_for_overwrite<std::byte[]>(bytes);
        m_size = bytes;
    }
    return {m_bytes.get(), bytes};
}

void Scratch::release() {
    m_bytes.reset();
    m_size = 0;
}

Scratch& threadScratch() {
    thread_local Scratch scratch;
    return scratch;
}

std::size_t compressBound(std::size_t plainBytes) { return ZSTD_compressBound(plainBytes); }

Result<std::size_t> compress(ByteView plain, std::span<std::byte> out, int level, const CancelToken& cancel) {
    ZSTD_CCtx* const context = compressor();
    ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level);
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setPledgedSrcSize(context, plain.size());
    // High levels take seconds for 16 MiB; in steps they can be cancelled. In one step zstd copies nothing.
    constexpr int kSlowLevel = 10;
    const std::size_t step = level < kSlowLevel ? plain.size() : kStep;
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    ZSTD_inBuffer input{plain.data(), 0, 0};
    std::size_t left = 1;
    while (left != 0) {
        SALVOR_TRY(checkCancelled(cancel));
        input.size += std::min(step, plain.size() - input.size);
        const auto mode = input.size == plain.size() ? ZSTD_e_end : ZSTD_e_continue;
        left = ZSTD_compressStream2(context, &output, &input, mode);
        if (ZSTD_isError(left) != 0)
            return failure(ErrorCode::Internal, std::string("compressing: ") + ZSTD_getErrorName(left));
        if (mode == ZSTD_e_continue)
            left = 1;
    }
    return output.pos;
}

void writePadding(std::span<std::byte> out) {
    putU32(out, kSkippableMagic);
    putU32(out.subspan(4), static_cast<std::uint32_t>(out.size() - 8));
    std::fill(out.begin() + 8, out.end(), std::byte{0});
}

Result<Bytes> decompress(ByteView frames, std::string_view what, std::uint64_t maxPlainBytes) {
    const auto tooMuch = [&] {
        return broken(what, "more than the " + std::to_string(maxPlainBytes) + " bytes that it may hold");
    };
    // What the frame says of itself is a hint only: never more than the limit.
    const std::uint64_t said = ZSTD_getFrameContentSize(frames.data(), frames.size());
    const bool known = said != ZSTD_CONTENTSIZE_UNKNOWN && said != ZSTD_CONTENTSIZE_ERROR;
    if (known && said > maxPlainBytes)
        return tooMuch();
    Bytes plain(known ? said : std::min<std::uint64_t>(maxPlainBytes, kStep));
    if (known && decompressWhole(frames, plain))
        return plain;
    std::size_t size = 0;
    ZSTD_DCtx* const context = decompressor();
    ZSTD_inBuffer input{frames.data(), frames.size(), 0};
    std::size_t left = 1;
    while (left != 0 || input.pos < input.size) {
        // One byte more than there may be tells the end from too much.
        std::byte probe{};
        const bool full = size == plain.size();
        ZSTD_outBuffer output{full ? &probe : plain.data() + size, full ? 1 : plain.size() - size, 0};
        const std::size_t before = input.pos;
        left = ZSTD_decompressStream(context, &output, &input);
        if (ZSTD_isError(left) != 0)
            return broken(what, ZSTD_getErrorName(left));
        if (left != 0 && output.pos == 0 && input.pos == before)
            return broken(what, "it ends too early");
        if (full && output.pos != 0) {
            if (size == maxPlainBytes)
                return tooMuch();
            plain.resize(std::min<std::uint64_t>(maxPlainBytes, 2 * size + kStep));
            plain[size] = probe;
        }
        size += output.pos;
    }
    plain.resize(size);
    return plain;
}

bool decompressesTo(ByteView frames, ByteView plain) {
    // In one go: as a stream it would take half as long again.
    thread_local Scratch scratch;
    const std::span<std::byte> out = scratch.room(plain.size());
    const std::size_t size =
        ZSTD_decompressDCtx(decompressor(), out.data(), out.size(), frames.data(), frames.size());
    const bool same = size == plain.size() && (size == 0 || std::memcmp(out.data(), plain.data(), size) == 0);
    if (out.size() > kKeepScratch)
        scratch.release();
    return same;
}

} // namespace salvor::zstd
