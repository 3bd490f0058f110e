// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes a secret out of what a server said, whichever way the server wrote it down.
#pragma once

#include <string>
#include <string_view>

namespace salvor {

/// The text with "…" for each place where it has the secret: as it is, percent-encoded once or twice, as a
/// form has it, as quoted-printable, escaped for JSON or HTML, each character in a way of its own. Also what
/// a text that was cut has of it at its end, from four characters on. An empty secret hides nothing.
std::string withoutSecret(std::string_view text, std::string_view secret);

} // namespace salvor
