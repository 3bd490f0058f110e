// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Servers and their databases as a tree, each with the worst state of what is below it.
#pragma once

#include "models/profile.h"
#include "models/standing.h"

#include <QAbstractItemModel>

#include <vector>

namespace salvor {

/// First a node that stands for everything, then a node a server, with its databases below. No text for
/// people but the names. Lives in the window's thread.
class ServerTreeModel final : public QAbstractItemModel {
    Q_OBJECT

public:
    enum class Kind { Everything, Server, Database };
    enum Role {
        KindRole = Qt::UserRole + 1, ///< Kind
        ProfileUuidRole,             ///< QString; empty: everything
        TitleRole,                   ///< QString, the server's title
        HostRole,                    ///< QString, host and port; empty for a profile that was removed
        DatabaseRole,                ///< QString; empty above a database
        ProtectionRole,              ///< Protection, the worst below; without sources: Never, or Waiting
        CountRole,                   ///< int, databases below
    };
    Q_ENUM(Role)

    explicit ServerTreeModel(QObject* parent = nullptr);

    /// Keeps indexes when servers and databases are the same as before; resets otherwise. Sources of a
    /// profile that was removed stand below a server with the title they remember. `waiting`: UUIDs of
    /// servers without sources whose first run is still to come.
    void setContents(const std::vector<Profile>& profiles, const std::vector<SourceStanding>& sources,
                     const std::set<std::string>& waiting = {});
    /// An empty database: the server's node; both empty: the node of everything.
    QModelIndex indexOf(const QString& profileUuid, const QString& database) const;

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& child) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QHash<int, QByteArray> roleNames() const override;

private:
    struct Database {
        QString name;
        Protection state = Protection::Never;
    };
    struct Server {
        QString uuid;
        QString title;
        QString host;
        Protection state = Protection::Protected;
        std::vector<Database> databases;
    };
    static bool sameNodes(const std::vector<Server>& one, const std::vector<Server>& other);
    QVariant everything(int role) const;

    std::vector<Server> m_servers;
    Protection m_worst = Protection::Protected;
};

} // namespace salvor
