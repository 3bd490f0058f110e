// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/workspace/auditrecord.h"

#include "models/jsonfields.h"

namespace salvor {

QJsonObject toJson(const AuditRecord& record) {
    return {
        {QStringLiteral("number"), static_cast<qint64>(record.number)},
        {QStringLiteral("at"), toJsonTime(record.at)},
        {QStringLiteral("who"), toQt(record.who)},
        {QStringLiteral("action"), toQt(record.action)},
        {QStringLiteral("subject"), toQt(record.subject)},
        {QStringLiteral("before"), record.before},
        {QStringLiteral("after"), record.after},
    };
}

} // namespace salvor
