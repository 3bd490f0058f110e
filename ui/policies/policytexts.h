// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What policies say, in words: for lists, summaries and the calendar.
#pragma once

#include "models/lists/policylistmodel.h"
#include "models/policy/policypresets.h"
#include "models/retention/retention.h"
#include "models/schedule/schedulemove.h"
#include "ui/main/windowpage.h"
#include "ui/support/theme.h"

#include <QCoreApplication>
#include <QSortFilterProxyModel>

namespace salvor {

class PolicyTexts {
    Q_DECLARE_TR_FUNCTIONS(PolicyTexts)

public:
    static QString preset(PolicyPreset preset);
    static QString state(PolicyState state);
    static Tone tone(PolicyState state);
    /// "Every day at 02:00"; the expression itself where it is none of the simple ones.
    static QString schedule(const std::string& expression);
    static QString schedules(const Policy& policy); ///< "By hand only" for none
    static QString keeps(const std::optional<RetentionRules>& rules);
    static QString selection(const std::vector<SelectionRule>& rules);
    static QString rule(RetentionRule rule);
    /// "daily, 3rd of its kind (2026-11-24)".
    static QString reason(const KeepReason& reason);
    static QString reasons(const std::vector<KeepReason>& reasons);
    /// A field's path in the document as people say it: "retention".
    static QString field(const std::string& path);
    /// Why a drag is not possible, as a sentence.
    static QString refusal(ScheduleMove::Refusal refusal);
    static QString weekday(int day, bool brief = false); ///< Monday is 0
};

/// Texts, order and narrowing over the PolicyListModel.
class PolicyTable final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit PolicyTable(PolicyListModel& model, QObject* parent = nullptr);
    void setSelection(const Selection& selection);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    const PolicyRow* record(const QModelIndex& index) const; ///< null for an invalid index

private:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    static QString text(const PolicyRow& row, int column);

    PolicyListModel& m_model;
    Selection m_selection;
};

} // namespace salvor
