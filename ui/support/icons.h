// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The program's own line icons, drawn in the palette's colour.
#pragma once

#include <QIcon>

namespace salvor {

class Icons {
public:
    enum Name {
        Overview,
        Backups,
        Charts,
        Stores,
        Trash,
        Hold,
        Activity,
        Database,
        Server,
        Restore,
        Backup,
        Verify,
        Key,
        Table,
        Chunk,
        Folder,
        Cancel,
        Add,
        Copy,
        Settings,
        Policies,
        Calendar
    };
    /// Follows palette changes by itself: coloured when it is painted.
    static QIcon of(Name name);
    static QIcon application();
};

} // namespace salvor
