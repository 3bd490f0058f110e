// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/jobs/jobpanel.h"

#include "ui/jobs/jobrow.h"
#include "ui/support/theme.h"

#include <QEvent>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::size_t kGoodOnesShown = 2;
constexpr int kMostLines = 12; ///< of text: three rows, and a part of the next that tells there is more

} // namespace

JobPanel::JobPanel(JobController& jobs, QWidget* parent)
    : QFrame(parent)
    , m_jobs(jobs) {
    setObjectName(QStringLiteral("jobPanel"));
    setAccessibleName(tr("Jobs"));
    setFrameShape(QFrame::StyledPanel);
    auto* rows = new QWidget(this);
    m_layout = new QVBoxLayout(rows);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    m_scroll = new QScrollArea(this);
    m_scroll->setObjectName(QStringLiteral("jobScroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setFocusPolicy(Qt::NoFocus); // Tab goes through the rows, and it follows
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidgetResizable(true);
    m_scroll->setWidget(rows);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(0, 0, 0, 0);
    all->addWidget(m_scroll);
    rows->installEventFilter(this);
    hide();

    const auto redraw = [this](int id) {
        const Job* job = m_jobs.job(id);
        const auto row = m_rows.find(id);
        if (job != nullptr && row != m_rows.end())
            row->second->update(*job, m_jobs.nowMs());
    };
    connect(&jobs, &JobController::started, this, &JobPanel::add);
    connect(&jobs, &JobController::progressed, this, redraw);
    connect(&jobs, &JobController::finished, this, [this, redraw](int id) {
        redraw(id);
        QTimer::singleShot(0, this, &JobPanel::tidy); // once everybody has heard of its end
    });
    connect(&jobs, &JobController::dismissed, this, &JobPanel::remove);
}

void JobPanel::add(int id) {
    auto* row = new JobRow(m_jobs.job(id)->title, this);
    m_rows[id] = row;
    m_layout->insertWidget(0, row);
    m_scroll->ensureVisible(0, 0);
    connect(row, &JobRow::cancelWanted, this, [this, id] { m_jobs.cancel(id); });
    connect(row, &JobRow::dismissWanted, this, [this, id] { m_jobs.dismiss(id); });
    connect(row, &JobRow::detailsWanted, this, [this, id] { emit detailsWanted(id); });
    connect(row, &JobRow::dropWanted, this, &JobPanel::dropWanted);
    show();
}

/// The last ones that went well are shown; the page Activity has them all. What did not stays until it is
/// closed.
void JobPanel::tidy() {
    std::vector<int> good; // the newest first
    for (auto row = m_rows.rbegin(); row != m_rows.rend(); ++row) {
        const Job* job = m_jobs.job(row->first);
        if (job != nullptr && job->isFinished() && describeEnd(*job).tone == static_cast<int>(Tone::Good))
            good.push_back(row->first);
    }
    for (std::size_t i = kGoodOnesShown; i < good.size(); ++i)
        m_jobs.dismiss(good[i]);
}

/// As high as its rows, up to about three of them; then it scrolls.
bool JobPanel::eventFilter(QObject* watched, QEvent* event) {
    if (watched == m_scroll->widget() &&
        (event->type() == QEvent::LayoutRequest || event->type() == QEvent::Resize)) {
        const int most = fontMetrics().height() * kMostLines;
        const int wanted = m_layout->hasHeightForWidth()
                               ? m_layout->heightForWidth(m_scroll->viewport()->width())
                               : m_layout->sizeHint().height();
        m_scroll->setFixedHeight(std::min(wanted, most));
    }
    return QFrame::eventFilter(watched, event);
}

void JobPanel::tellDropped(const QString& profileUuid, const QString& database) {
    for (const auto& [id, row] : m_rows)
        row->dropped(profileUuid, database);
}

void JobPanel::remove(int id) {
    const auto row = m_rows.find(id);
    if (row == m_rows.end())
        return;
    row->second->deleteLater();
    m_rows.erase(row);
    setVisible(!m_rows.empty());
}

} // namespace salvor
