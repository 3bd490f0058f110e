// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What timers and plans of them say, in words; and the lists of both.
#pragma once

#include "ui/support/theme.h"
#include "workers/timersroad.h"

#include <QAbstractTableModel>
#include <QCoreApplication>

namespace salvor {

/// What is to happen to timers.
struct TimersWish {
    enum class Kind { Apply, Remove, Undo };
    Kind kind = Kind::Apply;
    std::vector<std::string> policies; ///< titles or UUIDs; none: all
    bool userUnits = false;
    bool unasked = false; ///< it comes up by itself: Enter is Cancel
};

class TimersTexts {
    Q_DECLARE_TR_FUNCTIONS(TimersTexts)

public:
    static QString state(TimersState state);
    static Tone tone(TimersState state);
    /// What to do about it; empty where nothing is to be done.
    static QString advice(const PolicyTimersView& policy);
    static QString scope(bool userUnits);
    static QString change(TimersFileChange change);
    /// How a plan gets to where it is applied, as a sentence for the person who is about to press Apply.
    static QString road(const TimersRoad& road, bool userUnits);
    /// The call that does the same.
    static QString call(const TimersWish& wish);
    /// What is on the plan, in a sentence.
    static QString summary(const TimersPlanView& plan, TimersWish::Kind kind);
    static QString applied(const AppliedTimersView& done);
};

/// A row for each timer, and one for each policy that has none. Lives in the window's thread.
class TimersModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { PolicyColumn, StateColumn, ScopeColumn, NextColumn, LastColumn, ResultColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    void setTimers(AllTimersView timers);
    const AllTimersView& timers() const { return m_timers; }
    /// Null for no row.
    const ScopedTimersView* policy(const QModelIndex& index) const;
    const TimerView* timer(const QModelIndex& index) const; ///< null: the policy has none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        std::size_t policy = 0;
        std::optional<std::size_t> timer;
    };
    QString text(const Row& row, int column) const;

    AllTimersView m_timers;
    std::vector<Row> m_rows;
};

/// What a plan has: files that change, timers that are started again, credentials, systemd's rating, policies
/// that are left out. Lives in the window's thread.
class PlanModel final : public QAbstractTableModel {
    Q_OBJECT

public:
    enum Column { WhatColumn, OfColumn, kColumns };
    using QAbstractTableModel::QAbstractTableModel;
    void setPlan(const TimersPlanView& plan);
    void clear() { setPlan({}); }
    /// The difference of a unit, or what the row means.
    QString detail(const QModelIndex& index) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    struct Row {
        QString what;
        QString of;
        QString detail;
        Tone tone = Tone::Neutral;
    };
    std::vector<Row> m_rows;
};

} // namespace salvor
