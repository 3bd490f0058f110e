// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// roleNames() out of a Q_ENUM: "StartedRole" is called "started".
#pragma once

#include <QByteArray>
#include <QHash>
#include <QMetaEnum>

namespace salvor {

template <typename Role>
QHash<int, QByteArray> roleNamesOf() {
    QHash<int, QByteArray> names;
    const QMetaEnum roles = QMetaEnum::fromType<Role>();
    for (int i = 0; i < roles.keyCount(); ++i) {
        QByteArray name = roles.key(i);
        name.chop(4); // "Role"
        name[0] = static_cast<char>(name[0] - 'A' + 'a');
        names.insert(roles.value(i), name);
    }
    return names;
}

} // namespace salvor
