// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/printable.h"

#include <cstdio>

namespace salvor {

namespace {

/// Control characters beyond ASCII (C1), marks and embeddings that turn the direction of writing, separators
/// of lines: they would show another name than there is, or end the line.
bool isHidden(unsigned code) {
    return (code >= 0x80 && code <= 0x9f) || code == 0x61c || code == 0x200e || code == 0x200f ||
           (code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069);
}

/// Of UTF-8 of two or three bytes at the beginning; 0: something else.
unsigned codeAt(std::string_view text) {
    const auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    const auto isNext = [&](std::size_t i) { return (byte(i) & 0xc0U) == 0x80U; };
    if ((byte(0) & 0xe0U) == 0xc0U && isNext(1))
        return ((byte(0) & 0x1fU) << 6U) | (byte(1) & 0x3fU);
    if ((byte(0) & 0xf0U) == 0xe0U && isNext(1) && isNext(2))
        return ((byte(0) & 0x0fU) << 12U) | ((byte(1) & 0x3fU) << 6U) | (byte(2) & 0x3fU);
    return 0;
}

} // namespace

std::string printable(std::string_view text) {
    std::string out;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        const auto byte = static_cast<unsigned char>(c);
        if (const unsigned code = codeAt(text.substr(at)); isHidden(code)) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\u%04x", code & 0xffffU);
            out += escaped;
            at += code < 0x800 ? 1 : 2;
            continue;
        }
        if (c == '\n') {
            out += "\\n";
        } else if (c == '\t') {
            out += "\\t";
        } else if (byte < 0x20 || byte == 0x7f) {
            char escaped[8];
            std::snprintf(escaped, sizeof escaped, "\\x%02x", byte);
            out += escaped;
        } else {
            out.push_back(c);
        }
    }
    return out;
}

} // namespace salvor
