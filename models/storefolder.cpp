// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/storefolder.h"

#include "models/base/bytes.h"

#include <algorithm>
#include <array>

namespace salvor {

namespace {

constexpr std::array<std::string_view, 3> kKnownButMissing{"sftp", "s3", "azure"};

/// The address is not repeated beyond its scheme: it may hold a password.
Result<std::string> decoded(std::string_view text) {
    std::string path;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            path.push_back(text[i]);
            continue;
        }
        const auto byte = fromHex(text.substr(i + 1, 2));
        if (!byte || byte->size() != 1 || byte->front() == std::byte{0})
            return failure(ErrorCode::InvalidInput, "the address of the store has a wrong percent-encoding");
        path.append(asText(*byte));
        i += 2;
    }
    return path;
}

std::string lower(std::string_view text) {
    std::string result(text);
    std::transform(result.begin(), result.end(), result.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    return result;
}

} // namespace

Result<std::string> storeFolder(std::string_view url) {
    if (url.starts_with('/'))
        return std::string(url);
    const std::size_t colon = url.find(':');
    const std::string scheme = colon == std::string_view::npos ? std::string() : lower(url.substr(0, colon));
    if (std::find(kKnownButMissing.begin(), kKnownButMissing.end(), scheme) != kKnownButMissing.end())
        return failure(ErrorCode::Unsupported, "stores of the kind " + scheme + " are not supported yet",
                       "use a folder on a disk or on a mounted share");
    std::string_view rest = colon == std::string_view::npos ? std::string_view() : url.substr(colon + 1);
    for (const std::string_view host : {"//localhost/", "///"}) {
        if (scheme == "file" && rest.starts_with(host))
            return decoded(rest.substr(host.size() - 1));
    }
    return failure(ErrorCode::InvalidInput, "not the address of a store that is known",
                   "give a folder as /path or file:///path");
}

} // namespace salvor
