// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Texts, marks and order over the DatabaseListModel, and the one sentence on top of the Overview.
#pragma once

#include "models/standing.h"
#include "models/watch/watchreport.h"
#include "ui/main/windowpage.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/theme.h"

#include <QSortFilterProxyModel>

#include <optional>
#include <vector>

namespace salvor {

class DatabaseListModel;

class OverviewTexts final : public QSortFilterProxyModel {
    Q_OBJECT

public:
    explicit OverviewTexts(DatabaseListModel& model, QObject* parent = nullptr);
    /// Times are told relative to it.
    void setNow(Instant now);
    void setSelection(const Selection& selection);
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    bool filterAcceptsRow(int row, const QModelIndex& parent) const override;
    bool lessThan(const QModelIndex& left, const QModelIndex& right) const override;
    QString text(const QModelIndex& index) const;
    QString toolTip(const QModelIndex& index) const;
    QString historyText(const QModelIndex& index) const;
    QString stateText(const SourceStanding& source) const;
    QString nextText(const SourceStanding& source) const;
    QString nextTip(const SourceStanding& source) const;
    QString lostText(const SourceStanding& source) const;
    QString lostTip(const SourceStanding& source) const;
    QString provenTip(const SourceStanding& source) const;
    Protection protectionAt(const QModelIndex& source) const;

    DatabaseListModel& m_model;
    Instant m_now{};
    Selection m_selection;
};

/// Something that makes the whole picture worse, and what can be done about it.
struct OverviewConcern {
    enum class Remedy { None, Rehearse, RepositoryInfo };
    QString text;
    Remedy remedy = Remedy::None;
    QString repositoryId;
    BackupChoice backup = {}; ///< to restore; of a database that is lost its newest good one
    QString policyUuid = {};  ///< to edit
};
struct OverviewSentence {
    QString text; ///< "5 of 7 databases protected, 3 proven by restore; …"
    Tone tone = Tone::Bad;
    std::vector<OverviewConcern> concerns; ///< each turns it red
};
/// Never better than it is: what is not known counts as not protected.
OverviewSentence overviewSentence(const WorkspaceSnapshot& snapshot,
                                  const std::vector<RepositoryInfo>& repositories,
                                  const std::vector<IdentityProblem>& identities = {},
                                  const std::vector<Finding>& findings = {});
/// Never protected, though it was backed up once: what there was is in the trash, deleted or damaged.
bool hasNoneLeft(const SourceStanding& source);
/// Of Protection::Incomplete: its newest backup was to be read back by its own run, and was not.
bool wasNotReadBack(const SourceStanding& source);
/// What the watch found that no row of the table shows: prunes, verifications, drills, a lost catalog.
std::vector<Finding> findingsBesideTheTable(const WatchReport& report);
/// The same, of a look now: this computer's records and systemd. Blocks; a cancel ends it at its next step,
/// within the time of one query.
Result<std::vector<Finding>> lookBesideTheTable(Core& core, const CancelToken& cancel);

} // namespace salvor
