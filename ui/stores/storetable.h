// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The repositories, one a row, and what is known of each.
#pragma once

#include "models/lists/recordmodel.h"
#include "ui/support/theme.h"
#include "workers/core.h"

namespace salvor {

struct StoreRow {
    RepositoryInfo info;
    bool answered = false; ///< the store has been asked since the window was opened
    /// These settings are another computer's or user's, which writes it: they came here with its home, or the
    /// machine has a new id.
    bool cameWithAHome = false;
    std::optional<StoreLook> look;
    std::optional<std::vector<TrashedBackup>> trash;

    /// Worst first: what is wrong with it, in one sentence and one tone.
    Tone tone() const;
    /// By this computer and user, and no other one took it over, as far as is known.
    bool isWrittenHere() const;
    QString stateText() const;
    double deduplication() const; ///< plain bytes for each stored one; 0: not known
};

class StoreTableModel final : public RecordModel<StoreRow> {
    Q_OBJECT

public:
    enum Column {
        TitleColumn,
        StateColumn,
        FreeColumn,
        BackupsColumn,
        StoredColumn,
        DeduplicationColumn,
        VerifiedColumn,
        kColumns
    };
    enum Role { IdRole = Qt::UserRole + 1 };
    explicit StoreTableModel(QObject* parent = nullptr);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int, Qt::SortOrder) override {} ///< a handful, in the order of their names

protected:
    std::string key(const StoreRow& row) const override { return row.info.pin.id; }
    QVariant value(const StoreRow& row, int role) const override;
    int roleOfColumn(int) const override { return IdRole; }

private:
    static QString text(const StoreRow& row, int column);
};

/// "Read back on 20 Nov 2026 08:00 CET: ok", or that it never was.
QString verifiedText(const StoreRow& row);

} // namespace salvor
