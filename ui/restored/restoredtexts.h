// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts over the RestoredListModel, and what a swap means, in sentences.
#pragma once

#include "models/databaseswap.h"
#include "models/lists/restoredlistmodel.h"
#include "ui/support/theme.h"

#include <QCoreApplication>
#include <QSortFilterProxyModel>

namespace salvor {

class RestoredTexts final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit RestoredTexts(RestoredListModel& model, QObject* parent = nullptr);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    const RestoredDatabase* record(const QModelIndex& index) const; ///< null for an invalid index

    static QString state(const RestoredDatabase& database);       ///< "proved equal", "live since …"
    static QString explanation(const RestoredDatabase& database); ///< what that means and what can follow
    static Tone tone(const RestoredDatabase& database);

private:
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    QString text(const QModelIndex& index) const;

    RestoredListModel& m_model;
};

/// What can be done to it now.
bool canSwap(const RestoredDatabase& database);
bool canUndo(const RestoredDatabase& database);
bool canDrop(const RestoredDatabase& database);
/// Its name, to say that it is meant: somebody may have worked in it.
bool dropHasToBeTyped(const RestoredDatabase& database);

class SwapTexts {
    Q_DECLARE_TR_FUNCTIONS(SwapTexts)

public:
    static QString planned(const DatabaseSwap& plan); ///< "shop_new becomes shop; …"
    static QString done(const DatabaseSwap& swap);
    /// Of an undo: how many rows were written meanwhile.
    static QString written(const DatabaseSwap& swap);
    static QString client(const DatabaseClient& client);
};

} // namespace salvor
