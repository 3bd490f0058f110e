// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes a secret out of what a server said, whichever way the server wrote it down.
#pragma once

#include "models/base/secret.h"

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// The text with "…" for each place where it has the secret: as it is, in other case, percent-encoded up to
/// five times, as a form has it, as quoted-printable, escaped for JSON or HTML, over several lines, each
/// character in a way of its own. Also what a text that was cut has of it at its end, from four characters
/// on. An empty secret hides nothing.
std::string withoutSecret(std::string_view text, std::string_view secret);

/// What else to hide: the secret in base64 (RFC 4648, both alphabets), wherever in an encoded text it stands,
/// without the characters that what is around it decides. Secrets of less than five bytes have few of these.
std::vector<Secret> base64Ways(std::string_view secret);

} // namespace salvor
