// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/activity/runningjobs.h"

#include "models/base/json.h"
#include "ui/activity/runtexts.h"
#include "ui/jobs/phasetexts.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/tables.h"

#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QTableView>

#include <algorithm>
#include <array>

namespace salvor {

namespace {

constexpr std::size_t kLikeIt = 5;      ///< runs that tell how long such a job takes
constexpr std::size_t kMostOthers = 50; ///< at once
constexpr int kMostRows = 5;            ///< without scrolling
/// A run's record begins when its job does; one of ours that is this near is ours.
constexpr std::chrono::seconds kSameStart{5};

const char* kindOf(const JobRequest& request) {
    return std::holds_alternative<BackupJob>(request)    ? "backup"
           : std::holds_alternative<VerifyJob>(request)  ? "verify"
           : std::holds_alternative<RestoreJob>(request) ? "restore"
                                                         : "drill";
}

const char* kindOf(const Job& job) { return job.prune ? "prune" : kindOf(job.request); }

double rateOf(const Job& job, qint64 nowMs) {
    const double seconds = static_cast<double>(nowMs - job.phaseStartedMs) / 1000;
    const std::uint64_t bytes =
        job.progress.bytesDone - std::min(job.progress.bytesDone, job.phaseStartBytes);
    return seconds > 1 ? static_cast<double>(bytes) / seconds : 0;
}

} // namespace

Result<JobHistory> historyOf(Core& core, const JobRequest& request) {
    RunFilter filter;
    filter.kind = kindOf(request);
    filter.outcome = RunOutcome::Ok;
    filter.limit = kLikeIt;
    if (const auto* backup = std::get_if<BackupJob>(&request)) {
        if (backup->profile.empty() || backup->databases.size() > 1)
            return JobHistory{}; // runs of a policy are not told apart from others
        filter.profile = backup->profile;
        if (!backup->databases.empty())
            filter.database = backup->databases.front();
    } else if (const auto* verify = std::get_if<VerifyJob>(&request)) {
        if (!verify->backups.empty())
            return JobHistory{}; // one backup takes as long as it is big
        filter.repositoryId = verify->repository;
    } else {
        return JobHistory{};
    }
    SALVOR_ASSIGN(const auto page, core.runPage(filter));
    std::vector<std::chrono::seconds> took;
    for (const auto& run : *page.rows) {
        if (run.ended)
            took.push_back(std::chrono::duration_cast<std::chrono::seconds>(*run.ended - run.started));
    }
    if (took.empty())
        return JobHistory{};
    std::ranges::sort(took);
    return JobHistory{took.size(), took[took.size() / 2]};
}

QString timeLeftText(const Job& job, const JobHistory& history, qint64 nowMs) {
    if (history.runs > 0) {
        const double left =
            static_cast<double>(history.usual.count()) - static_cast<double>(nowMs - job.startedMs) / 1000;
        return left > 0 ? Format::left(left)
                        : RunningJobs::tr("longer than usual (%1)")
                              .arg(Format::duration(static_cast<double>(history.usual.count())));
    }
    const double rate = rateOf(job, nowMs);
    const Progress& progress = job.progress;
    return rate > 0 && progress.bytesTotal > progress.bytesDone
               ? Format::left(static_cast<double>(progress.bytesTotal - progress.bytesDone) / rate)
               : QString();
}

RunningModel::RunningModel(JobController& jobs, QObject* parent)
    : QAbstractTableModel(parent)
    , m_jobs(jobs) {
    for (const auto& job : jobs.jobs()) {
        if (!job->isFinished())
            m_own.push_back(job->id);
    }
    connect(&jobs, &JobController::started, this, &RunningModel::add);
    connect(&jobs, &JobController::progressed, this, &RunningModel::refresh);
    connect(&jobs, &JobController::finished, this, &RunningModel::remove);
}

void RunningModel::add(int id) {
    const int row = static_cast<int>(m_own.size());
    beginInsertRows({}, row, row);
    m_own.push_back(id);
    endInsertRows();
}

void RunningModel::remove(int id) {
    const auto found = std::ranges::find(m_own, id);
    if (found == m_own.end())
        return;
    const int row = static_cast<int>(found - m_own.begin());
    beginRemoveRows({}, row, row);
    m_own.erase(found);
    m_history.erase(id);
    endRemoveRows();
}

void RunningModel::refresh(int id) {
    const auto found = std::ranges::find(m_own, id);
    if (found == m_own.end())
        return;
    const int row = static_cast<int>(found - m_own.begin());
    emit dataChanged(index(row, 0), index(row, kColumns - 1));
}

void RunningModel::setHistory(int job, JobHistory history) {
    m_history[job] = history;
    refresh(job);
}

void RunningModel::setOthers(const std::vector<RunRecord>& running, Instant now) {
    std::vector<RunRecord> others;
    for (const auto& run : running) {
        const bool own = std::ranges::any_of(m_jobs.jobs(), [&](const auto& job) {
            const auto began = now - std::chrono::milliseconds(m_jobs.nowMs() - job->startedMs);
            return !job->isFinished() && run.trigger == "person" && run.kind == kindOf(*job) &&
                   run.started > began - kSameStart && run.started < began + kSameStart;
        });
        if (!own)
            others.push_back(run);
    }
    m_now = now;
    const auto sameIds = [&] {
        return std::ranges::equal(others, m_others, {}, &RunRecord::id, &RunRecord::id);
    };
    const int first = static_cast<int>(m_own.size());
    if (sameIds()) {
        m_others = std::move(others);
        if (!m_others.empty())
            emit dataChanged(index(first, 0), index(rowCount() - 1, kColumns - 1));
        return;
    }
    if (!m_others.empty()) {
        beginRemoveRows({}, first, rowCount() - 1);
        m_others.clear();
        endRemoveRows();
    }
    if (!others.empty()) {
        beginInsertRows({}, first, first + static_cast<int>(others.size()) - 1);
        m_others = std::move(others);
        endInsertRows();
    }
}

int RunningModel::jobId(const QModelIndex& index) const {
    const auto row = static_cast<std::size_t>(index.row());
    return index.isValid() && row < m_own.size() ? m_own[row] : 0;
}

int RunningModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(m_own.size() + m_others.size());
}
int RunningModel::columnCount(const QModelIndex& parent) const { return parent.isValid() ? 0 : kColumns; }

QString RunningModel::ownText(const Job& job, int column) const {
    const Progress& progress = job.progress;
    const qint64 now = m_jobs.nowMs();
    switch (column) {
    case JobColumn:
        return job.title;
    case PhaseColumn:
        return jobPhaseText(progress.phase);
    case DoneColumn:
        if (progress.itemsTotal == 0)
            return progress.bytesDone > 0 ? Format::size(progress.bytesDone) : QString();
        return tr("%1, %2 of %3 items", "bytes, items")
            .arg(Format::size(progress.bytesDone), Format::count(progress.itemsDone),
                 Format::count(progress.itemsTotal));
    case RateColumn: {
        const double rate = rateOf(job, now);
        return rate > 0 ? Format::rate(rate) : QString();
    }
    case LeftColumn: {
        const auto history = m_history.find(job.id);
        return timeLeftText(job, history == m_history.end() ? JobHistory{} : history->second, now);
    }
    default:
        return tr("this window");
    }
}

QString RunningModel::otherText(const RunRecord& run, int column) const {
    switch (column) {
    case JobColumn: {
        const QString what = runKindText(run.kind);
        const std::string& of = run.database.empty() ? run.profileTitle : run.database;
        return of.empty() ? what : tr("%1: %2", "kind of run, of what").arg(what, toQt(of));
    }
    case PhaseColumn:
        return tr("running for %1")
            .arg(Format::distance(std::chrono::duration<double>(m_now - run.started).count()));
    case DoneColumn:
        return run.sizeBytes > 0 ? Format::size(run.sizeBytes) : QString();
    case ByColumn:
        return run.trigger == "timer" ? tr("a timer, %1", "host").arg(toQt(run.host))
                                      : tr("another program, %1", "host").arg(toQt(run.host));
    default:
        return {};
    }
}

QVariant RunningModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid) ||
        (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const int id = jobId(index);
    if (id == 0)
        return otherText(m_others[static_cast<std::size_t>(index.row()) - m_own.size()], index.column());
    const Job* job = m_jobs.job(id);
    return job == nullptr ? QString() : ownText(*job, index.column());
}

QVariant RunningModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const std::array<QString, kColumns> titles{tr("Running now"), tr("Phase"),     tr("Done"),
                                               tr("Rate"),        tr("Time left"), tr("By")};
    return titles[static_cast<std::size_t>(section)];
}

RunningJobs::RunningJobs(const WindowContext& context, QWidget* parent)
    : QWidget(parent)
    , m_context(context)
    , m_model(context.jobs) {
    setObjectName(QStringLiteral("runningJobs"));
    m_table = new QTableView(this);
    setUpTable(*m_table, "runningTable", tr("Jobs that are running"));
    m_table->setSortingEnabled(false);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {34, 26, 26, 14, 22, 22});
    m_cancel = new QPushButton(Icons::of(Icons::Cancel), tr("Ca&ncel the job"), this);
    m_cancel->setObjectName(QStringLiteral("runningCancel"));
    m_cancel->setAccessibleName(tr("Cancel the job"));
    connect(m_cancel, &QPushButton::clicked, this,
            [this] { m_context.jobs.cancel(m_model.jobId(m_table->currentIndex())); });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &RunningJobs::showState);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_table, 1);
    row->addWidget(m_cancel, 0, Qt::AlignTop);
    for (const auto& signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&m_model, signal, this, &RunningJobs::showState);
    connect(&context.jobs, &JobController::started, this, &RunningJobs::askHistory);
    showState();
}

void RunningJobs::refresh() {
    m_context.lookups.run<std::vector<RunRecord>>(
        this,
        [&core = m_context.core](const CancelToken&) -> Result<std::vector<RunRecord>> {
            RunFilter filter;
            filter.outcome = RunOutcome::Running;
            filter.limit = kMostOthers;
            SALVOR_ASSIGN(const auto page, core.runPage(filter));
            return *page.rows;
        },
        [this](Result<std::vector<RunRecord>> running) {
            if (running) // what cannot be read the log below says
                m_model.setOthers(*running, m_context.clock.now());
        });
}

void RunningJobs::askHistory(int id) {
    const Job* job = m_context.jobs.job(id);
    if (job == nullptr || job->prune) // one takes as long as there is to delete
        return;
    m_context.lookups.run<JobHistory>(
        this,
        [&core = m_context.core, request = job->request](const CancelToken&) {
            return historyOf(core, request);
        },
        [this, id](Result<JobHistory> history) {
            if (history && m_context.jobs.job(id) != nullptr && !m_context.jobs.job(id)->isFinished())
                m_model.setHistory(id, *history);
        });
}

void RunningJobs::showState() {
    const int rows = m_model.rowCount();
    setVisible(rows > 0);
    if (rows > 0 && !m_table->currentIndex().isValid())
        m_table->setCurrentIndex(m_model.index(0, 0));
    m_cancel->setEnabled(m_model.jobId(m_table->currentIndex()) != 0);
    m_cancel->setToolTip(m_cancel->isEnabled()
                             ? QString()
                             : tr("What a timer or another program runs is cancelled there: systemctl stop, "
                                  "or Ctrl+C."));
    const int shown = std::min(std::max(rows, 1), kMostRows);
    m_table->setFixedHeight(m_table->horizontalHeader()->sizeHint().height() +
                            shown * m_table->verticalHeader()->defaultSectionSize() + 4);
}

} // namespace salvor
