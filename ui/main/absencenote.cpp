// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/absencenote.h"

#include "models/base/json.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/theme.h"
#include "workers/standings.h"
#include "workers/timersroad.h"

#include <QApplication>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kMostRuns = 5000;
constexpr std::size_t kNamed = 4;

void addOnce(std::vector<std::string>& names, const std::string& name) {
    if (!name.empty() && std::ranges::find(names, name) == names.end())
        names.push_back(name);
}

void count(Absence& absence, const RunRecord& run) {
    switch (run.outcome) {
    case RunOutcome::Ok:
        ++absence.good;
        return;
    case RunOutcome::Running:
        ++absence.running;
        return;
    case RunOutcome::Cancelled:
    case RunOutcome::Skipped:
        ++absence.cancelled;
        return;
    case RunOutcome::Partial:
        ++absence.partial;
        break;
    case RunOutcome::Failed:
        ++absence.failed;
        break;
    }
    addOnce(absence.troubled, run.database.empty() ? run.profileTitle : run.database);
}

QString list(const std::vector<std::string>& names) {
    QStringList parts;
    for (std::size_t i = 0; i < std::min(kNamed, names.size()); ++i)
        parts << toQt(names[i]);
    if (names.size() > kNamed)
        parts << AbsenceNote::tr("and %n more", nullptr, static_cast<int>(names.size() - kNamed));
    return parts.join(AbsenceNote::tr(", ", "between items of a list"));
}

} // namespace

Result<Absence> absenceSince(Core& core, const TimersRoad& road, Instant since, const CancelToken& cancel) {
    Absence absence;
    absence.since = since;
    RunFilter filter;
    filter.since = since;
    filter.limit = kMostRuns;
    SALVOR_ASSIGN(const auto page, core.runPage(filter));
    for (const auto& run : *page.rows)
        count(absence, run);
    absence.atLeast = page.total > page.rows->size();
    SALVOR_ASSIGN(const auto sources, sourceStandings(core, road, cancel));
    for (const auto& concern : summarize(sources).concerns) {
        if (concern.state == Protection::Overdue)
            addOnce(absence.overdue, concern.database);
    }
    return absence;
}

QString absenceText(const Absence& absence) {
    const auto n = [](std::size_t number) { return static_cast<int>(number); };
    QStringList parts;
    if (absence.good > 0)
        parts << AbsenceNote::tr("%1 succeeded").arg(absence.good);
    if (absence.partial > 0)
        parts << AbsenceNote::tr("%1 partial").arg(absence.partial);
    if (absence.failed > 0)
        parts << AbsenceNote::tr("%1 failed").arg(absence.failed);
    if (absence.cancelled > 0)
        parts << AbsenceNote::tr("%1 cancelled or skipped").arg(absence.cancelled);
    if (absence.running > 0)
        parts << AbsenceNote::tr("%1 running").arg(absence.running);
    QString text = absence.atLeast ? AbsenceNote::tr("More than %n run(s)", nullptr, n(absence.runs()))
                                   : AbsenceNote::tr("%n run(s)", nullptr, n(absence.runs()));
    if (!parts.isEmpty())
        text += AbsenceNote::tr(": %1", "number of runs, their outcomes")
                    .arg(parts.join(AbsenceNote::tr(", ", "between items of a list")));
    text += QLatin1Char('.');
    if (!absence.troubled.empty())
        text += QLatin1Char(' ') + AbsenceNote::tr("Look at: %1.").arg(list(absence.troubled));
    if (!absence.overdue.empty())
        text += QLatin1Char(' ') + AbsenceNote::tr("Overdue now: %1.").arg(list(absence.overdue));
    return text;
}

AbsenceNote::AbsenceNote(const WindowContext& context, QWidget* parent)
    : QFrame(parent)
    , m_context(context) {
    setObjectName(QStringLiteral("absenceNote"));
    setAccessibleName(tr("While you were away"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    m_call = new BackgroundCall(context.lookups, this);
    m_title = new QLabel(this);
    m_title->setObjectName(QStringLiteral("absenceTitle"));
    m_title->setTextFormat(Qt::PlainText);
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_text = new QLabel(this);
    m_text->setObjectName(QStringLiteral("absenceText"));
    m_text->setTextFormat(Qt::PlainText);
    m_text->setWordWrap(true);
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_show = new QPushButton(Icons::of(Icons::Activity), QString(), this);
    m_show->setObjectName(QStringLiteral("absenceShow"));
    auto* close = new QPushButton(tr("Dismiss"), this);
    close->setObjectName(QStringLiteral("absenceDismiss"));
    close->setAccessibleName(tr("Dismiss the note"));
    connect(m_show, &QPushButton::clicked, this, [this] {
        emit activityWanted(m_absence.since, m_absence.failed + m_absence.partial > 0);
        hide();
    });
    connect(close, &QPushButton::clicked, this, &QWidget::hide);
    auto* texts = new QVBoxLayout;
    texts->setSpacing(2);
    texts->addWidget(m_title);
    texts->addWidget(m_text);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 8, 14, 8);
    row->setSpacing(10);
    row->addLayout(texts, 1);
    row->addWidget(m_show, 0, Qt::AlignVCenter);
    row->addWidget(close, 0, Qt::AlignVCenter);
    hide();
}

void AbsenceNote::lookSince(Instant since) {
    m_call->run<Absence>([&core = m_context.core, since, road = m_context.timers](
                             const CancelToken& cancel) { return absenceSince(core, road, since, cancel); },
                         [this](Result<Absence> absence) {
                             if (absence) // what cannot be read the pages say
                                 show(*absence);
                         });
}

void AbsenceNote::show(const Absence& absence) {
    m_absence = absence;
    if (absence.runs() == 0 && absence.overdue.empty())
        return;
    m_title->setText(tr("While you were away, since %1").arg(Format::time(absence.since)));
    m_text->setText(absenceText(absence));
    const bool troubled = absence.failed + absence.partial > 0;
    m_show->setText(troubled ? tr("Show what failed") : tr("Show the runs"));
    m_show->setAccessibleName(QString(m_show->text()).remove(QLatin1Char('&')));
    m_show->setVisible(absence.runs() > 0);
    recolour();
    setAccessibleDescription(m_title->text() + QStringLiteral(": ") + m_text->text());
    QFrame::show();
}

void AbsenceNote::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_title != nullptr)
        recolour();
}

void AbsenceNote::recolour() {
    const QPalette basis = QApplication::palette();
    const Tone tone = m_absence.failed > 0 ? Tone::Bad : m_absence.isTroubled() ? Tone::Warning : Tone::Good;
    QPalette mine; // all else is the window's, so that a change of theme comes through
    mine.setColor(QPalette::Window, Theme::toneBackground(tone, basis));
    setPalette(mine);
    QPalette titled;
    titled.setColor(QPalette::WindowText, Theme::tone(tone, basis));
    m_title->setPalette(titled);
}

} // namespace salvor
