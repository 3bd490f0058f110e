// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts over the BackupListModel.
#pragma once

#include "models/damagedbackups.h"
#include "models/lists/backuplistmodel.h"
#include "ui/support/theme.h"

#include <QIdentityProxyModel>

namespace salvor {

/// One thing that is known of a backup.
struct BackupBadge {
    QString text;              ///< "restored 12 Nov 2026"
    QString toolTip;           ///< with time and zone
    Tone tone = Tone::Neutral; ///< good: proven; bad: damaged
};

/// Order and filter are the database's: sort() of the model asks for them.
class BackupTexts final : public QIdentityProxyModel {
    Q_OBJECT

public:
    explicit BackupTexts(BackupListModel& model, QObject* parent = nullptr);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    /// Null for an invalid index.
    const BackupRecord* record(const QModelIndex& index) const;
    /// Core::damage(): the badges of these backups say so.
    void setDamage(std::map<std::string, Damage> damage);
    /// Null where the backup is not known to be damaged.
    const Damage* damageOf(const BackupRecord& record) const;
    /// None for an invalid index.
    std::vector<BackupBadge> badges(const QModelIndex& index) const;

private:
    QString text(const QModelIndex& index) const;

    BackupListModel& m_model;
    std::map<std::string, Damage> m_damage;
};

/// "full" and "person" as people say it; the name itself where it is not known.
QString backupKindText(const std::string& kind);
QString triggerText(const std::string& trigger);

/// What is known of a backup: its damage first (null: none is known), then from least to most. Looks that
/// found it good before it was found damaged have no badge; the damage's tooltip tells the last one.
std::vector<BackupBadge> badgesOf(const BackupRecord& record, const Damage* damage = nullptr);

} // namespace salvor
