// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/servertreemodel.h"

#include "models/base/json.h"
#include "models/lists/rolenames.h"

#include <algorithm>
#include <optional>

namespace salvor {

namespace {

QString address(const Profile& profile) {
    if (profile.host.empty() || profile.host.front() == '/')
        return toQt(profile.host);
    return toQt(profile.host) + QLatin1Char(':') + QString::number(profile.port);
}

/// Of what nobody wants backed up any more nothing can be bad; it shows where there is nothing else.
Protection worseOf(Protection a, Protection b) {
    if (isPast(a) != isPast(b))
        return isPast(a) ? b : a;
    return std::max(a, b);
}

} // namespace

ServerTreeModel::ServerTreeModel(QObject* parent)
    : QAbstractItemModel(parent) {}

bool ServerTreeModel::sameNodes(const std::vector<Server>& one, const std::vector<Server>& other) {
    return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](const auto& a, const auto& b) {
        return a.uuid == b.uuid &&
               std::equal(a.databases.begin(), a.databases.end(), b.databases.begin(), b.databases.end(),
                          [](const auto& x, const auto& y) { return x.name == y.name; });
    });
}

void ServerTreeModel::setContents(const std::vector<Profile>& profiles,
                                  const std::vector<SourceStanding>& sources,
                                  const std::set<std::string>& waiting) {
    std::vector<Server> servers;
    for (const auto& profile : profiles)
        servers.push_back({toQt(profile.uuid), toQt(profile.title), address(profile), {}, {}});
    for (const auto& source : sources) {
        const QString uuid = toQt(source.profileUuid);
        auto server =
            std::find_if(servers.begin(), servers.end(), [&](const Server& one) { return one.uuid == uuid; });
        if (server == servers.end())
            server = servers.insert(servers.end(), {uuid, toQt(source.profileTitle), {}, {}, {}});
        server->databases.push_back({toQt(source.database), source.protection});
    }
    std::optional<Protection> worst;
    for (auto& server : servers) {
        std::sort(server.databases.begin(), server.databases.end(),
                  [](const Database& a, const Database& b) { return a.name < b.name; });
        const Protection bare =
            waiting.contains(fromQt(server.uuid)) ? Protection::Waiting : Protection::Never;
        server.state = server.databases.empty() ? bare : server.databases.front().state;
        for (const auto& database : server.databases)
            server.state = worseOf(server.state, database.state);
        worst = worseOf(worst.value_or(server.state), server.state);
    }
    m_worst = worst.value_or(Protection::Protected);
    if (!sameNodes(servers, m_servers)) {
        beginResetModel();
        m_servers = std::move(servers);
        endResetModel();
        return;
    }
    m_servers = std::move(servers);
    emit dataChanged(index(0, 0), index(rowCount() - 1, 0));
    for (int row = 1; row < rowCount(); ++row) {
        const QModelIndex server = index(row, 0);
        if (rowCount(server) > 0)
            emit dataChanged(index(0, 0, server), index(rowCount(server) - 1, 0, server));
    }
}

QModelIndex ServerTreeModel::indexOf(const QString& profileUuid, const QString& database) const {
    if (profileUuid.isEmpty())
        return index(0, 0);
    for (std::size_t i = 0; i < m_servers.size(); ++i) {
        if (m_servers[i].uuid != profileUuid)
            continue;
        const QModelIndex server = index(static_cast<int>(i) + 1, 0);
        if (database.isEmpty())
            return server;
        const auto& databases = m_servers[i].databases;
        for (std::size_t j = 0; j < databases.size(); ++j) {
            if (databases[j].name == database)
                return index(static_cast<int>(j), 0, server);
        }
    }
    return {};
}

// A database's index carries the row of its server, which is never 0: that is the node of everything.
QModelIndex ServerTreeModel::index(int row, int column, const QModelIndex& parent) const {
    if (!hasIndex(row, column, parent))
        return {};
    return createIndex(row, column, parent.isValid() ? static_cast<quintptr>(parent.row()) : 0);
}

QModelIndex ServerTreeModel::parent(const QModelIndex& child) const {
    if (!child.isValid() || child.internalId() == 0)
        return {};
    return createIndex(static_cast<int>(child.internalId()), 0, quintptr(0));
}

int ServerTreeModel::rowCount(const QModelIndex& parent) const {
    if (!parent.isValid())
        return static_cast<int>(m_servers.size()) + 1;
    if (parent.internalId() != 0 || parent.row() == 0 || parent.column() != 0)
        return 0;
    return static_cast<int>(m_servers[static_cast<std::size_t>(parent.row()) - 1].databases.size());
}

int ServerTreeModel::columnCount(const QModelIndex&) const { return 1; }

QVariant ServerTreeModel::everything(int role) const {
    if (role == KindRole)
        return QVariant::fromValue(Kind::Everything);
    if (role == ProtectionRole)
        return QVariant::fromValue(m_worst);
    if (role != CountRole)
        return {};
    int count = 0;
    for (const auto& server : m_servers)
        count += static_cast<int>(server.databases.size());
    return count;
}

QVariant ServerTreeModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const bool isDatabase = index.internalId() != 0;
    if (!isDatabase && index.row() == 0)
        return everything(role);
    const Server& server =
        m_servers[isDatabase ? index.internalId() - 1 : static_cast<std::size_t>(index.row()) - 1];
    const Database* database =
        isDatabase ? &server.databases[static_cast<std::size_t>(index.row())] : nullptr;
    switch (role) {
    case Qt::DisplayRole:
        return database != nullptr ? database->name : server.title;
    case KindRole:
        return QVariant::fromValue(database != nullptr ? Kind::Database : Kind::Server);
    case ProfileUuidRole:
        return server.uuid;
    case TitleRole:
        return server.title;
    case HostRole:
        return server.host;
    case DatabaseRole:
        return database != nullptr ? database->name : QString();
    case ProtectionRole:
        return QVariant::fromValue(database != nullptr ? database->state : server.state);
    case CountRole:
        return database != nullptr ? 1 : static_cast<int>(server.databases.size());
    default:
        return {};
    }
}

QHash<int, QByteArray> ServerTreeModel::roleNames() const { return roleNamesOf<Role>(); }

} // namespace salvor
