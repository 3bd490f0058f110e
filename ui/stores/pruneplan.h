// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a prune would do, as a table.
#pragma once

#include "models/lists/recordmodel.h"
#include "workers/core.h"

namespace salvor {

struct PruneLine {
    enum class Effect { ToTrash, ForGood };
    Effect effect = Effect::ToTrash;
    BackupRecord record;
    QString why;
};
struct PruneProposal {
    PruneOutcome outcome;
    std::vector<PruneLine> lines; ///< to the trash first, each oldest first
};
/// Blocking, for a worker: a dry run.
Result<PruneProposal> proposePrune(Core& core, const std::string& repositoryId, bool trashNow,
                                   const CancelToken& cancel);
/// What it would free, in sentences.
QString proposalText(const PruneProposal& plan);
QString prunedText(const PruneOutcome& outcome);

class PrunePlanModel final : public RecordModel<PruneLine> {
    Q_OBJECT

public:
    enum Column {
        EffectColumn,
        DatabaseColumn,
        ProfileColumn,
        StartedColumn,
        SizeColumn,
        WhyColumn,
        kColumns
    };
    explicit PrunePlanModel(QObject* parent = nullptr);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int, Qt::SortOrder) override {}

protected:
    std::string key(const PruneLine& row) const override { return row.record.id; }
    QVariant value(const PruneLine&, int) const override { return {}; }
    int roleOfColumn(int) const override { return Qt::UserRole; }
};

} // namespace salvor
