// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/stores/pruneplan.h"

#include "models/base/json.h"
#include "ui/support/format.h"

#include <algorithm>
#include <array>
#include <map>

namespace salvor {

Result<PruneProposal> proposePrune(Core& core, const std::string& repositoryId, bool trashNow,
                                   const CancelToken& cancel) {
    PruneJob job;
    job.repository = repositoryId;
    job.dryRun = true;
    job.freeSpaceNow = trashNow;
    NullProgress nobody;
    PruneProposal plan;
    SALVOR_ASSIGN(plan.outcome, core.prune(job, nobody, cancel));
    for (auto row = plan.outcome.preview.rows.rbegin(); row != plan.outcome.preview.rows.rend(); ++row) {
        if (!row->stays())
            plan.lines.push_back(
                {PruneLine::Effect::ToTrash, row->record,
                 PrunePlanModel::tr("no rule of policy %1 keeps it").arg(toQt(row->policyTitle))});
    }
    SALVOR_ASSIGN(const auto trash, core.trash(repositoryId, cancel));
    std::map<std::string, const TrashedBackup*> known;
    for (const auto& one : trash)
        known.emplace(one.record.id, &one);
    for (const auto& id : plan.outcome.report.purged) {
        PruneLine line;
        line.effect = PruneLine::Effect::ForGood;
        line.record.id = id;
        if (const auto found = known.find(id); found != known.end()) {
            line.record = found->second->record;
            line.why =
                PrunePlanModel::tr("in the trash since %1").arg(Format::time(found->second->trashedAt));
        }
        plan.lines.push_back(std::move(line));
    }
    return plan;
}

QString proposalText(const PruneProposal& plan) {
    const RetentionPreview& preview = plan.outcome.preview;
    const PruneReport& report = plan.outcome.report;
    QStringList texts;
    if (preview.dropped > 0 && !preview.freed.known)
        texts << PrunePlanModel::tr(
            "%n backup(s) would go to the trash; how much that frees once they are gone "
            "for good is not known.",
            nullptr, static_cast<int>(preview.dropped));
    else if (preview.dropped > 0)
        texts << PrunePlanModel::tr("%n backup(s) would go to the trash; once gone for good, that frees %1.",
                                    nullptr, static_cast<int>(preview.dropped))
                     .arg(Format::size(preview.freed.bytes()));
    if (!report.purged.empty() || report.freedBytes() > 0)
        texts << PrunePlanModel::tr("%n backup(s) would be deleted for good. That frees %1 now.", nullptr,
                                    static_cast<int>(report.purged.size()))
                     .arg(Format::size(report.freedBytes()));
    if (report.orphans.files > 0)
        texts << PrunePlanModel::tr("%n file(s) that interrupted runs left would be removed.", nullptr,
                                    static_cast<int>(report.orphans.files));
    if (texts.isEmpty())
        texts << PrunePlanModel::tr("There is nothing to prune.");
    if (report.inTrash > 0 && report.nextExpiry)
        texts << PrunePlanModel::tr("Left in the trash: %n backup(s); the first may go on %1.", nullptr,
                                    static_cast<int>(report.inTrash))
                     .arg(Format::time(*report.nextExpiry));
    if (report.clockJumped)
        texts << PrunePlanModel::tr(
            "The clock has jumped: every backup in the trash gets its whole time again.");
    if (preview.needsConfirmation)
        texts << PrunePlanModel::tr("▲ That is more than a quarter of the backups that policies keep.");
    return texts.join(QLatin1Char('\n'));
}

QString prunedText(const PruneOutcome& outcome) {
    QStringList texts;
    texts << PrunePlanModel::tr("✓ Done. %1 freed; %n backup(s) went to the trash.", nullptr,
                                static_cast<int>(outcome.preview.dropped))
                 .arg(Format::size(outcome.report.freedBytes()));
    if (!outcome.report.purged.empty())
        texts << PrunePlanModel::tr("Gone for good: %n backup(s).", nullptr,
                                    static_cast<int>(outcome.report.purged.size()));
    if (outcome.report.retained.files > 0)
        texts << PrunePlanModel::tr("Not deleted, as the store refused: %n file(s).", nullptr,
                                    static_cast<int>(outcome.report.retained.files));
    return texts.join(QLatin1Char('\n'));
}

PrunePlanModel::PrunePlanModel(QObject* parent)
    : RecordModel(parent) {
    setColumns(kColumns);
}

QVariant PrunePlanModel::data(const QModelIndex& index, int role) const {
    const PruneLine* line = record(index);
    if (line == nullptr)
        return {};
    if (role == Qt::TextAlignmentRole && index.column() == SizeColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole && role != Qt::AccessibleTextRole)
        return {};
    const BackupRecord& backup = line->record;
    switch (index.column()) {
    case EffectColumn:
        return line->effect == PruneLine::Effect::ToTrash ? tr("to the trash") : tr("deleted for good");
    case DatabaseColumn:
        return toQt(backup.database);
    case ProfileColumn:
        return toQt(backup.profileTitle);
    case StartedColumn:
        return backup.database.empty() ? toQt(backup.id) : Format::time(backup.started);
    case SizeColumn:
        return Format::size(backup.sizeBytes);
    default:
        return line->why;
    }
}

QVariant PrunePlanModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole && section == SizeColumn)
        return QVariant(Qt::AlignRight | Qt::AlignVCenter);
    if (role != Qt::DisplayRole || section >= kColumns)
        return {};
    const std::array<QString, kColumns> names = {tr("What happens"), tr("Database"), tr("Server"),
                                                 tr("Backup of"),    tr("Size"),     tr("Why")};
    return names[static_cast<std::size_t>(section)];
}

} // namespace salvor
