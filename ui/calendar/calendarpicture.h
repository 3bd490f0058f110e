// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the calendar shows, with its words: for painting, for the table, and for screen readers.
#pragma once

#include "models/policy/policy.h"
#include "models/schedule/calendarplan.h"
#include "ui/support/theme.h"

#include <QAbstractTableModel>
#include <QCoreApplication>

#include <memory>

namespace salvor {

/// Immutable once it is shown.
struct CalendarPicture {
    CalendarRequest request;
    CalendarPlan plan;
    std::vector<Policy> policies;
    /// A policy that no timer of this computer follows as it is now, or whose timer does not run.
    struct Unfollowed {
        std::string policyUuid;
        bool isOff = false;     ///< a timer of it is disabled, stopped or failed
        bool ofSession = false; ///< what is installed is the user's own manager's
    };
    std::vector<Unfollowed> unfollowed;

    const CalendarRule& rule(const CalendarMark& mark) const { return request.rules[mark.rule]; }
    const Policy* policy(const std::string& uuid) const;
    const Unfollowed* unfollowedOf(const std::string& policyUuid) const; ///< null: a timer keeps it
    bool isApplied(const std::string& policyUuid) const { return unfollowedOf(policyUuid) == nullptr; }
};
using PicturePtr = std::shared_ptr<const CalendarPicture>;

class CalendarTexts {
    Q_DECLARE_TR_FUNCTIONS(CalendarTexts)

public:
    static Tone tone(const CalendarMark& mark);
    static QString time(int minuteOfDay); ///< "02:30"
    static QString dateOf(const CalendarDate& date, bool brief);
    static QString day(const CalendarDay& day);         ///< with the change of clocks, for screen readers
    static QString clockChange(const CalendarDay& day); ///< "clocks go back 1 h"; empty: none
    static QString server(const CalendarPicture& picture, const CalendarMark& mark);
    /// "nightly" or "3 runs: failed".
    static QString what(const CalendarPicture& picture, const CalendarMark& mark);
    /// Delay, collisions, paused.
    static QString notes(const CalendarPicture& picture, const CalendarMark& mark);
    /// Everything, in one sentence.
    static QString full(const CalendarPicture& picture, const CalendarMark& mark);
};

/// The same as a table. Lives in the window's thread.
class CalendarTable final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { WhenColumn, ServerColumn, WhatColumn, NotesColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    void setPicture(PicturePtr picture);

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    PicturePtr m_picture;
};

} // namespace salvor
