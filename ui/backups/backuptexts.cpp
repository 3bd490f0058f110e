// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backuptexts.h"

#include "ui/support/format.h"

#include <algorithm>
#include <array>
#include <optional>

namespace salvor {

namespace {

QString qt(const std::string& text) { return QString::fromStdString(text); }

/// What found the damage is newer: that look proves nothing any more.
bool isOutdone(const std::optional<Instant>& look, const Damage* damage) {
    return look && damage != nullptr && *look <= damage->at;
}

QString damageText(const BackupRecord& record, const Damage& damage) {
    const QString found = (damage.afterItsRun ? BackupTexts::tr("Damaged: a backup run found it so on %1")
                                              : BackupTexts::tr("Damaged: a verification found it so on %1"))
                              .arg(Format::time(damage.at));
    std::optional<Instant> before;
    for (const auto& look : {record.readBackAt, record.restoredAt}) {
        if (isOutdone(look, &damage))
            before = std::max(before.value_or(*look), *look);
    }
    return before ? BackupTexts::tr("%1; last found good on %2", "damaged since, time")
                        .arg(found, Format::time(*before))
                  : found;
}

} // namespace

QString backupKindText(const std::string& kind) {
    return kind == "full"           ? BackupTexts::tr("full")
           : kind == "differential" ? BackupTexts::tr("differential")
           : kind == "incremental"  ? BackupTexts::tr("incremental")
                                    : qt(kind);
}

QString triggerText(const std::string& trigger) {
    return trigger == "person"  ? BackupTexts::tr("person")
           : trigger == "timer" ? BackupTexts::tr("timer")
                                : qt(trigger);
}

std::vector<BackupBadge> badgesOf(const BackupRecord& record, const Damage* damage) {
    std::vector<BackupBadge> badges;
    if (damage != nullptr)
        badges.push_back({BackupTexts::tr("damaged"), damageText(record, *damage), Tone::Bad});
    badges.push_back({BackupTexts::tr("stored"),
                      BackupTexts::tr("Stored on %1").arg(Format::time(record.ended)), Tone::Neutral});
    if (record.held)
        badges.push_back({BackupTexts::tr("held"),
                          BackupTexts::tr("Held: nothing deletes it until it is released"), Tone::Neutral});
    if (record.readBackAt && !isOutdone(record.readBackAt, damage))
        badges.push_back({BackupTexts::tr("checksums read back"),
                          BackupTexts::tr("Every stored byte was read back and compared on %1")
                              .arg(Format::time(*record.readBackAt)),
                          Tone::Good});
    if (record.restoredAt && !isOutdone(record.restoredAt, damage))
        badges.push_back(
            {BackupTexts::tr("restored %1").arg(Format::date(*record.restoredAt)),
             BackupTexts::tr("Restored and proved equal on %1").arg(Format::time(*record.restoredAt)),
             Tone::Good});
    return badges;
}

BackupTexts::BackupTexts(BackupListModel& model, QObject* parent)
    : QIdentityProxyModel(parent)
    , m_model(model) {
    setSourceModel(&model);
}

const BackupRecord* BackupTexts::record(const QModelIndex& index) const {
    return index.isValid() ? m_model.record(mapToSource(index)) : nullptr;
}

void BackupTexts::setDamage(std::map<std::string, Damage> damage) {
    if (m_damage.empty() && damage.empty())
        return;
    m_damage = std::move(damage);
    if (rowCount() > 0)
        emit dataChanged(index(0, BackupListModel::BadgesColumn),
                         index(rowCount() - 1, BackupListModel::BadgesColumn));
}

const Damage* BackupTexts::damageOf(const BackupRecord& record) const {
    const auto found = m_damage.find(record.id);
    return found == m_damage.end() ? nullptr : &found->second;
}

std::vector<BackupBadge> BackupTexts::badges(const QModelIndex& index) const {
    const BackupRecord* backup = record(index);
    return backup == nullptr ? std::vector<BackupBadge>{} : badgesOf(*backup, damageOf(*backup));
}

QString BackupTexts::text(const QModelIndex& index) const {
    const BackupRecord* backup = record(index);
    if (backup == nullptr)
        return {};
    switch (index.column()) {
    case BackupListModel::StartedColumn:
        return Format::time(backup->started);
    case BackupListModel::DatabaseColumn:
        return qt(backup->database);
    case BackupListModel::ProfileColumn:
        return qt(backup->profileTitle);
    case BackupListModel::KindColumn:
        return backupKindText(backup->kind);
    case BackupListModel::SizeColumn:
        return Format::size(backup->sizeBytes);
    case BackupListModel::StoredSizeColumn:
        return Format::size(backup->storedBytes);
    case BackupListModel::DurationColumn:
        return Format::took(backup->started, backup->ended);
    case BackupListModel::TriggerColumn:
        return triggerText(backup->trigger);
    case BackupListModel::BadgesColumn: {
        QStringList texts;
        for (const auto& badge : badges(index))
            texts << badge.text;
        return texts.join(QStringLiteral(", "));
    }
    default:
        return {};
    }
}

QVariant BackupTexts::data(const QModelIndex& index, int role) const {
    if (!index.isValid())
        return {};
    switch (role) {
    case Qt::DisplayRole:
    case Qt::AccessibleTextRole:
        return text(index);
    case Qt::TextAlignmentRole:
        if (index.column() == BackupListModel::SizeColumn ||
            index.column() == BackupListModel::StoredSizeColumn ||
            index.column() == BackupListModel::DurationColumn)
            return QVariant(Qt::AlignRight | Qt::AlignVCenter);
        return {};
    case Qt::ToolTipRole: {
        if (index.column() != BackupListModel::BadgesColumn)
            return text(index);
        QStringList texts;
        for (const auto& badge : badges(index))
            texts << badge.toolTip;
        return texts.join(QLatin1Char('\n'));
    }
    default:
        return QIdentityProxyModel::data(index, role);
    }
}

QVariant BackupTexts::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole &&
        (section == BackupListModel::SizeColumn || section == BackupListModel::StoredSizeColumn ||
         section == BackupListModel::DurationColumn))
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole)
        return {};
    const std::array<QString, BackupListModel::kColumns> names = {
        tr("Started"), tr("Database"), tr("Server"),  tr("Kind"),   tr("Size"),
        tr("Stored"),  tr("Took"),     tr("Trigger"), tr("Checked")};
    return section < BackupListModel::kColumns ? names[static_cast<std::size_t>(section)] : QString();
}

} // namespace salvor
