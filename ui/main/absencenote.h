// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// "While you were away": what ran since the window was last open, once, at the start.
#pragma once

#include "models/protection.h"
#include "ui/main/windowcontext.h"
#include "ui/support/theme.h"

#include <QFrame>

class QLabel;
class QPushButton;

namespace salvor {

class BackgroundCall;

/// What happened between two times, by outcome.
struct Absence {
    Instant since{};
    std::size_t good = 0;
    std::size_t partial = 0;
    std::size_t failed = 0;
    std::size_t cancelled = 0;
    std::size_t running = 0;           ///< still, or nobody saw their end
    bool atLeast = false;              ///< there were more than were counted
    std::vector<std::string> troubled; ///< databases of runs that failed or were partial, each once
    std::vector<std::string> overdue;  ///< databases, now

    std::size_t runs() const { return good + partial + failed + cancelled + running; }
    bool isTroubled() const { return failed + partial > 0 || !overdue.empty(); }
};
Result<Absence> absenceSince(Core& core, const TimersRoad& road, Instant since, const CancelToken& cancel);
/// In one sentence or two.
QString absenceText(const Absence& absence);

/// Hidden until there is something to tell. Lives in the window's thread.
class AbsenceNote : public QFrame {
    Q_OBJECT

public:
    AbsenceNote(const WindowContext& context, QWidget* parent = nullptr);
    void lookSince(Instant since);
    void show(const Absence& absence);
    using QFrame::show;

signals:
    /// The Activity page, from that time on.
    void activityWanted(salvor::Instant since, bool onlyTroubled);

private:
    void changeEvent(QEvent* event) override;
    void recolour();

    WindowContext m_context;
    BackgroundCall* m_call = nullptr;
    Absence m_absence;
    QLabel* m_title = nullptr;
    QLabel* m_text = nullptr;
    QPushButton* m_show = nullptr;
};

} // namespace salvor
