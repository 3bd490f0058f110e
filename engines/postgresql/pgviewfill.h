// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The rows of materialized views: no backup holds them, a restore has the server make them anew.
#pragma once

#include "engines/postgresql/pgconnection.h"

#include <QJsonArray>
#include <QJsonObject>

#include <string>
#include <vector>

namespace salvor {

/// A materialized view that had rows in the backup and has none now.
struct PgUnfilled {
    std::string quoted;   ///< schema and name, as the backup has them
    std::string sentence; ///< for people: why, and what fills it
};

/// Fills the views of Plan::server that were filled, in its order; blocks for as long as their queries take.
/// A view whose query finds something by its bare name, as a function's does that sets no search_path, is
/// tried again under the search_path of its owner and of the database. `hidden`: of a session for writing,
/// with an empty search_path and in no transaction; afterwards as before. What a view's own query fails with
/// is no error; NoSpace, Cancelled and the end of the connection are.
Result<std::vector<PgUnfilled>> pgFillViews(PgConnection& hidden, const QJsonObject& server,
                                            const CancelToken& cancel);

/// For a proof, which does not compare these rows: a sentence that says so, with those that are empty. "": no
/// view was filled in the backup. Both lists as in Plan::server.
std::string pgViewsNote(const QJsonArray& saved, const QJsonArray& found);

} // namespace salvor
