// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One way to write what PostgreSQL's deparser writes in several ways.
//
// What pg_get_viewdef, pg_get_constraintdef and the like print for an expression is not always what they
// print after that text has been read in again. There are three such changes (looked for with some 180 kinds
// of expressions on 15 and 17, PostgreSQL's sources: transformTypeCast in parse_expr.c, makeAndExpr in
// gram.y, FigureColname in parse_target.c and get_target_list in ruleutils.c):
//   (ARRAY[a, b])::text[]     becomes  ARRAY[(a)::text, (b)::text]    a cast of an array goes to its elements
//   ((a AND b) AND c)         becomes  (a AND b AND c)                AND of AND, and OR of OR
//   (SELECT 'x'::text)        becomes  (SELECT 'x'::text AS text)     a cast names its column after its type
// Both sides of each mean the same by definition, so writing one for the other hides no difference: the name
// of the third is left out only where nothing can ask for it. A column that can be asked for by its name, and
// is no column of a table, is always printed with it, be it "?column?".
#pragma once

#include <string>
#include <string_view>

namespace salvor {

/// The tokens with one space between them, in the second form of the
/// first two and the first of the third; a policy's roles in the order of
/// their names. What stands in quotes (text, names, function bodies) is left as it is. Never fails: what it
/// cannot take apart comes back as it was.
std::string pgCanonicalSql(std::string_view sql);

} // namespace salvor
