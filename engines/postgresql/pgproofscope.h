// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a proof need not find, since the backup never held it or the restored database says that it has it
// not.
#pragma once

#include "engines/postgresql/pgconnection.h"
#include "engines/postgresql/pgmarker.h"
#include "engines/postgresql/pgomission.h"

#include <QJsonArray>
#include <QJsonObject>

#include <string>
#include <string_view>
#include <vector>

namespace salvor {

/// The saved relations ("r shop.orders") without what pg_dump passes over, as the facts of a backup name it:
/// "table app.mine (a member of the extension e)".
QJsonArray pgSavedRelations(const QJsonObject& server);
/// The relations of that form, without those that are not there since an extension was left out.
QJsonArray pgWithoutExtensions(const QJsonArray& relations, const std::vector<PgOmission>& omissions);
/// The saved values of sequences (a JSON object in each line) without those of such an extension.
std::string pgSequencesWithout(std::string_view lines, const std::vector<PgOmission>& omissions);
/// Of constraints that are not validated ("orders_check on public.orders"): without those that were left out,
/// or that are not validated because rows break them.
QJsonArray pgWithoutOmitted(const QJsonArray& unvalidated, const std::vector<PgOmission>& omissions);
/// What the restored database says of itself; an empty one where it says nothing.
Result<PgMarker> pgMarkerOf(PgConnection& connection, const CancelToken& cancel);
/// The same: what was left out.
Result<std::vector<PgOmission>> pgOmissionsOf(PgConnection& connection, const CancelToken& cancel);

} // namespace salvor
