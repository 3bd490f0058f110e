// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The recovery passphrase: 24 characters of Crockford's base32 in six groups, "ABCD-EFGH-…". 22 are random
// (110 bits), two are check characters over GF(32) that catch every typing error of one or two characters,
// swaps included.
#pragma once

#include "models/base/secret.h"

#include <string_view>

namespace salvor {

/// A new one, in the form that is shown and that goes into age as it stands (29 bytes, upper case, dashes).
Result<Secret> generatePassphrase();

/// Brings what was typed into that form: any case, spaces and dashes anywhere, I and L for 1, O for 0.
/// InvalidInput, named as a typing error, for a wrong length, a foreign character or check characters that do
/// not fit. The message names the group that is most likely wrong, and never repeats what was typed.
Result<Secret> normalisePassphrase(std::string_view typed);

/// Whether it is typed as one of ours: in about six groups of about four of its characters. Of a passphrase
/// that may be anybody's, a typing error is only worth telling then.
bool looksLikePassphrase(std::string_view typed);

} // namespace salvor
