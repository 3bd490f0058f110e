// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Defaults in statements as pg_dump writes them, and the relations that they name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// " DEFAULT 'public.i'::regclass" in a column's definition, or in CREATE DOMAIN; "" where it has none.
std::string pgDefaultClause(std::string_view definition);
/// What an expression casts to regclass or regclass[], as it is written there: "public.i".
std::vector<std::string> pgRegclassNames(std::string_view expression);

} // namespace salvor
