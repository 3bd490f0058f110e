// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/bytes.h"

#include <array>

namespace salvor {

namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

constexpr std::uint8_t kNoValue = 255;

/// The value of each character of the base64 alphabet: armored files of many megabytes go through it.
constexpr std::array<std::uint8_t, 256> kBase64Values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(kNoValue);
    for (std::size_t i = 0; i < kBase64.size(); ++i)
        values[static_cast<unsigned char>(kBase64[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

int hexValue(char c) {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

} // namespace

std::string toHex(ByteView bytes) {
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const std::byte b : bytes) {
        out.push_back(kHex[std::to_integer<std::size_t>(b >> 4)]);
        out.push_back(kHex[std::to_integer<std::size_t>(b & std::byte{15})]);
    }
    return out;
}

Result<Bytes> fromHex(std::string_view text) {
    if (text.size() % 2 != 0)
        return failure(ErrorCode::InvalidInput, "hexadecimal text has an odd number of characters");
    Bytes out;
    out.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = hexValue(text[i]);
        const int low = hexValue(text[i + 1]);
        if (high < 0 || low < 0)
            return failure(ErrorCode::InvalidInput, "text has a character that is not hexadecimal");
        out.push_back(static_cast<std::byte>(high * 16 + low));
    }
    return out;
}

std::string toBase64(ByteView bytes) {
    std::string out;
    out.reserve((bytes.size() + 2) / 3 * 4);
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = bytes.size() - i;
        std::uint32_t group = std::to_integer<std::uint32_t>(bytes[i]) << 16U;
        if (left > 1)
            group |= std::to_integer<std::uint32_t>(bytes[i + 1]) << 8U;
        if (left > 2)
            group |= std::to_integer<std::uint32_t>(bytes[i + 2]);
        out.push_back(kBase64[(group >> 18U) & 63U]);
        out.push_back(kBase64[(group >> 12U) & 63U]);
        out.push_back(left > 1 ? kBase64[(group >> 6U) & 63U] : '=');
        out.push_back(left > 2 ? kBase64[group & 63U] : '=');
    }
    return out;
}

Result<Bytes> fromBase64(std::string_view text) {
    const auto bad = [] { return failure(ErrorCode::InvalidInput, "text is not canonical base64"); };
    if (text.size() % 4 != 0)
        return bad();
    Bytes out;
    out.reserve(text.size() / 4 * 3);
    for (std::size_t i = 0; i < text.size(); i += 4) {
        const bool last = i + 4 == text.size();
        const std::size_t padding = !last                                      ? 0U
                                    : text[i + 2] == '=' && text[i + 3] == '=' ? 2U
                                    : text[i + 3] == '='                       ? 1U
                                                                               : 0U;
        std::uint32_t group = 0;
        for (std::size_t k = 0; k < 4; ++k) {
            const std::uint8_t value =
                k < 4 - padding ? kBase64Values[static_cast<unsigned char>(text[i + k])] : std::uint8_t{0};
            if (value == kNoValue)
                return bad();
            group = (group << 6U) | value;
        }
        if ((padding == 1 && (group & 0xFFU) != 0) || (padding == 2 && (group & 0xFFFFU) != 0))
            return bad();
        out.push_back(static_cast<std::byte>((group >> 16U) & 0xFFU));
        if (padding < 2)
            out.push_back(static_cast<std::byte>((group >> 8U) & 0xFFU));
        if (padding < 1)
            out.push_back(static_cast<std::byte>(group & 0xFFU));
    }
    return out;
}

} // namespace salvor
