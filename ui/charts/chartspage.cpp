// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/charts/chartspage.h"

#include "models/base/json.h"
#include "models/units.h"
#include "ui/charts/heatmap.h"
#include "ui/charts/trendchart.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/emptystate.h"
#include "ui/support/errorpanel.h"
#include "ui/support/files.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"

#include <QBuffer>
#include <QComboBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <QSplitter>
#include <QStackedWidget>
#include <QSvgGenerator>
#include <QTableView>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

using std::chrono::days;

/// 0: from the first backup on.
constexpr int kRanges[] = {30, 90, 365, 0};
constexpr int kNameLetters = 26; ///< as much of a name as its column has room for

/// Of the newest backup; that all are damaged makes none of them unmade.
std::uint64_t sizeOf(const SourceStatus& source) {
    return source.lastGood ? source.lastGood->sizeBytes : source.damaged ? source.damaged->sizeBytes : 0;
}

QDate localDate(Instant at) { return toQDateTime(at).toLocalTime().date(); }

Instant startOf(const QDate& day) {
    return Instant(std::chrono::milliseconds(day.startOfDay().toMSecsSinceEpoch()));
}

QByteArray pngOf(QWidget& widget) {
    QImage image(widget.size() * 2, QImage::Format_ARGB32_Premultiplied);
    image.setDevicePixelRatio(2);
    image.fill(widget.palette().color(QPalette::Base));
    widget.render(&image);
    QByteArray bytes;
    QBuffer buffer(&bytes);
    image.save(&buffer, "PNG");
    return bytes;
}

QByteArray svgOf(QWidget& widget, const QString& title) {
    QByteArray bytes;
    QBuffer buffer(&bytes);
    QSvgGenerator generator;
    generator.setOutputDevice(&buffer);
    generator.setSize(widget.size());
    generator.setViewBox(QRect(QPoint(), widget.size()));
    generator.setTitle(title);
    QPainter painter(&generator);
    painter.fillRect(widget.rect(), widget.palette().color(QPalette::Base));
    if (auto* view = qobject_cast<QGraphicsView*>(&widget))
        view->render(&painter); // the scene itself: lines stay lines
    else
        widget.render(&painter);
    painter.end();
    return bytes;
}

} // namespace

ChartsPage::ChartsPage(const WindowContext& context, QWidget* parent)
    : WindowPage(parent)
    , m_context(context) {
    setObjectName(QStringLiteral("chartsPage"));
    setAccessibleName(tr("Charts"));
    m_call = new BackgroundCall(m_lookups, this);
    m_settled = new QTimer(this);
    m_settled->setSingleShot(true);
    m_settled->setInterval(60);
    connect(m_settled, &QTimer::timeout, this, &ChartsPage::fetch);
    m_sorted.setSourceModel(&m_model);
    m_sorted.setSortRole(ChartTableModel::ValueRole);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 10);
    layout->setSpacing(8);
    m_error = new ErrorPanel(this);
    layout->addWidget(m_error);
    makeBar(layout);
    makeBody(layout);
    const auto whenShown = [this] {
        if (isVisible())
            m_settled->start();
    };
    connect(&m_context.feed, &WorkspaceFeed::changed, this, whenShown);
    connect(&m_context.feed, &WorkspaceFeed::repositoryInfosChanged, this, whenShown);
    resetRange();
}

void ChartsPage::makeBar(QVBoxLayout* layout) {
    m_kind = new QComboBox(this);
    m_kind->setObjectName(QStringLiteral("chartsKind"));
    m_kind->setAccessibleName(tr("What the chart shows"));
    const auto add = [this](const QString& text, ChartKind kind) {
        m_kind->addItem(text, static_cast<int>(kind));
    };
    add(tr("Size"), ChartKind::Size);
    add(tr("Stored size"), ChartKind::StoredSize);
    add(tr("Duration"), ChartKind::Duration);
    add(tr("Throughput"), ChartKind::Throughput);
    add(tr("Success by day"), ChartKind::Success);
    add(tr("Deduplication"), ChartKind::AlreadyStored);
    add(tr("Store capacity"), ChartKind::Capacity);
    m_range = new QComboBox(this);
    m_range->setObjectName(QStringLiteral("chartsRange"));
    m_range->setAccessibleName(tr("Which time the chart shows"));
    m_range->addItems({tr("Last 30 days"), tr("Last 90 days"), tr("Last 365 days"), tr("Everything")});
    m_range->setCurrentIndex(1);
    const auto button = [this](const char* name, const QString& text, const QString& tip) {
        auto* made = new QToolButton(this);
        made->setObjectName(QLatin1String(name));
        made->setText(text);
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        made->setToolTip(tip);
        made->setFocusPolicy(Qt::StrongFocus);
        made->setMinimumHeight(m_kind->sizeHint().height());
        return made;
    };
    m_whole = button("chartsWhole", tr("&Whole range"), tr("Zoom out to the chosen time (key 0)"));
    m_tableShown = button("chartsTableShown", tr("&Table"), tr("Show the same as a table"));
    m_tableShown->setCheckable(true);
    m_tableShown->setChecked(true);
    m_export = button("chartsExport", tr("E&xport"), tr("Save the picture or the figures"));
    m_export->setPopupMode(QToolButton::InstantPopup);
    auto* menu = new QMenu(m_export);
    const std::pair<QString, Export> formats[] = {{tr("Picture (&PNG)…"), Export::Png},
                                                  {tr("Drawing (&SVG)…"), Export::Svg},
                                                  {tr("Figures (&CSV)…"), Export::Csv}};
    for (const auto& [text, format] : formats) {
        QAction* action = menu->addAction(text);
        connect(action, &QAction::triggered, this, [this, one = format] { askFile(one); });
    }
    m_export->setMenu(menu);
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("chartsNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    auto* row = new QHBoxLayout;
    for (QWidget* one : std::initializer_list<QWidget*>{m_kind, m_range, m_whole})
        row->addWidget(one);
    row->addStretch(1);
    row->addWidget(m_tableShown);
    row->addWidget(m_export);
    layout->addLayout(row);
    layout->addWidget(m_note);
    connect(m_kind, &QComboBox::currentIndexChanged, this, [this] {
        m_range->setEnabled(kind() != ChartKind::Success);
        m_current->clear();
        resetRange();
        fetch();
    });
    connect(m_range, &QComboBox::currentIndexChanged, this, [this] {
        resetRange();
        fetch();
    });
    connect(m_whole, &QToolButton::clicked, this, [this] {
        resetRange();
        fetch();
    });
}

void ChartsPage::makeBody(QVBoxLayout* layout) {
    m_chart = new TrendChart(this);
    connect(m_chart, &TrendChart::rangeWanted, this, &ChartsPage::setRange);
    connect(m_chart, &TrendChart::wholeWanted, m_whole, &QToolButton::click);
    connect(m_chart, &TrendChart::pointActivated, this, &WindowPage::showBackupWanted);
    m_heat = new HeatMap(this);
    connect(m_heat, &CellWidget::cellActivated, this, &ChartsPage::openDay);
    m_charts = new QStackedWidget(this);
    m_charts->addWidget(m_chart);
    m_charts->addWidget(m_heat);
    m_table = new QTableView(this);
    setUpTable(*m_table, "chartsTable", tr("The chart as a table"));
    m_table->setModel(&m_sorted);
    m_table->sortByColumn(0, Qt::DescendingOrder);
    connect(m_table, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
        const ChartRow* row = m_model.row(m_sorted.mapToSource(index).row());
        if (row != nullptr && !row->backup.backupId.isEmpty())
            emit showBackupWanted(row->backup);
    });
    connect(m_tableShown, &QToolButton::toggled, m_table, &QWidget::setVisible);
    m_splitter = new QSplitter(this);
    m_splitter->setObjectName(QStringLiteral("chartsSplitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_charts);
    m_splitter->addWidget(m_table);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 1);
    m_splitter->setSizes({580, 520});
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_splitByHand = true; });
    connect(m_table->horizontalHeader(), &QHeaderView::sectionResized, this, &ChartsPage::giveTableItsRoom,
            Qt::QueuedConnection);
    m_empty = new EmptyState(this);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(m_splitter);
    m_stack->addWidget(m_empty);
    m_current = new QLabel(this);
    m_current->setObjectName(QStringLiteral("chartsCurrent"));
    m_current->setTextFormat(Qt::PlainText);
    connect(m_chart, &TrendChart::currentChanged, m_current, &QLabel::setText);
    connect(m_heat, &CellWidget::currentCellChanged, this,
            [this](int cell) { m_current->setText(m_heat->cellText(cell)); });
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_current);
}

ChartKind ChartsPage::kind() const { return static_cast<ChartKind>(m_kind->currentData().toInt()); }

QWidget* ChartsPage::chartWidget() const {
    return kind() == ChartKind::Success ? static_cast<QWidget*>(m_heat) : m_chart;
}

void ChartsPage::refresh() {
    if (!m_zoomed)
        resetRange();
    fetch();
}

void ChartsPage::select(const Selection& selection) {
    if (selection != m_selection)
        m_current->clear();
    m_selection = selection;
    if (isVisible())
        fetch();
}

void ChartsPage::resetRange() {
    m_zoomed = false;
    m_to = m_context.clock.now();
    const int back = kind() == ChartKind::Success ? 371 : kRanges[m_range->currentIndex()];
    m_from = back > 0 ? m_to - days(back) : Instant{}; // as early as there is something
    m_whole->setEnabled(false);
}

void ChartsPage::setRange(Instant from, Instant to) {
    const Instant now = m_context.clock.now();
    if (to > now) {
        from -= to - now;
        to = now;
    }
    if (to - from < std::chrono::hours(1) || to - from > days(3653))
        return;
    m_from = from;
    m_to = to;
    m_zoomed = true;
    m_whole->setEnabled(true);
    m_settled->start();
}

ChartRequest ChartsPage::request() const {
    ChartRequest request;
    request.kind = kind();
    request.chosen = m_selection;
    request.from = m_from;
    request.to = m_to;
    request.trimmed = !m_zoomed;
    request.now = m_context.clock.now();
    request.pixels = std::max(200, m_chart->width());
    request.stores = m_context.feed.repositoryInfos();
    const auto snapshot = m_context.feed.snapshot();
    if (snapshot == nullptr)
        return request;
    std::vector<const SourceStatus*> sources;
    for (const SourceStatus& one : snapshot->sources) {
        if ((m_selection.profileUuid.isEmpty() || toQt(one.profileUuid) == m_selection.profileUuid) &&
            (m_selection.database.isEmpty() || toQt(one.database) == m_selection.database) &&
            (one.lastGood || one.damaged))
            sources.push_back(&one);
    }
    std::stable_sort(sources.begin(), sources.end(),
                     [](const auto* a, const auto* b) { return sizeOf(*a) > sizeOf(*b); });
    for (std::size_t i = 0; i < std::min(kMostLines, sources.size()); ++i) {
        const SourceStatus& one = *sources[i];
        const auto sameName =
            std::count_if(snapshot->sources.begin(), snapshot->sources.end(),
                          [&](const auto& other) { return other.database == one.database; });
        request.sources.push_back({{toQt(one.profileUuid), toQt(one.database)},
                                   sameName == 1
                                       ? toQt(one.database)
                                       : tr("%1 on %2").arg(toQt(one.database), toQt(one.profileTitle))});
    }
    return request;
}

void ChartsPage::fetch() {
    m_settled->stop();
    if (m_context.feed.snapshot() == nullptr)
        return; // it says when it is there
    m_asked = request();
    m_call->run<ChartAnswer>([&core = m_context.core, asked = m_asked](
                                 const CancelToken& cancel) { return fetchChart(core, asked, cancel); },
                             [this](Result<ChartAnswer> answer) { take(std::move(answer)); });
}

void ChartsPage::take(Result<ChartAnswer> answer) {
    if (m_from != m_asked.from || m_to != m_asked.to)
        return; // zoomed since: this would undo it, and the answer for what is wanted now is on its way
    if (!answer) {
        if (!answer.error().isCancelled())
            m_error->showError(answer.error());
        return;
    }
    m_error->clear();
    m_from = answer->from;
    showTable(*answer);
    showNote(*answer);
    const bool nothing = m_model.rowCount() == 0;
    if (nothing)
        m_empty->setTexts(tr("There is nothing to draw yet"),
                          m_asked.kind == ChartKind::Capacity
                              ? tr("A store and its first backup make the first point.")
                              : tr("No backup of what is chosen on the left was made in this time."));
    m_stack->setCurrentWidget(nothing ? static_cast<QWidget*>(m_empty) : m_splitter);
    m_export->setEnabled(!nothing);
    if (m_asked.kind == ChartKind::Success)
        m_heat->setDays(answer->days, localDate(m_asked.now));
    else
        // The newest point is not to lie on the edge.
        m_chart->show(m_asked.kind, std::move(answer->series), answer->from,
                      m_asked.to + (m_zoomed ? Instant::duration{} : (m_asked.to - answer->from) / 40));
    m_chart->setAccessibleName(tr("Chart: %1").arg(m_kind->currentText()));
    // The year's map is wide; while it is hidden, a line chart need not be.
    const bool isMap = m_asked.kind == ChartKind::Success;
    m_heat->setSizePolicy(isMap ? QSizePolicy::Preferred : QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_charts->setCurrentWidget(chartWidget());
    showSideBySide(m_asked.kind != ChartKind::Success);
}

/// A year is wide: its table goes below.
void ChartsPage::showSideBySide(bool wanted) {
    const Qt::Orientation orientation = wanted ? Qt::Horizontal : Qt::Vertical;
    if (m_splitter->orientation() == orientation)
        return;
    m_splitter->setOrientation(orientation);
    m_splitter->setSizes(wanted ? QList<int>{580, 520} : QList<int>{m_heat->sizeHint().height(), 400});
}

void ChartsPage::showTable(const ChartAnswer& answer) {
    ChartTable table;
    if (m_asked.kind == ChartKind::Success) {
        table.headers = {tr("Day"), tr("Ok"), tr("Partial"), tr("Failed"), tr("Other")};
        table.fileHeaders = {QStringLiteral("day"), QStringLiteral("ok"), QStringLiteral("partial"),
                             QStringLiteral("failed"), QStringLiteral("other")};
        for (const DayOutcomes& day : answer.days) {
            ChartRow row;
            row.texts << QLocale().toString(day.day, tr("d MMM yyyy", "date format"));
            row.values << day.day.toString(Qt::ISODate);
            for (const std::uint64_t count : {day.ok, day.partial, day.failed, day.other}) {
                row.texts << Format::count(count);
                row.values << QVariant::fromValue<qulonglong>(count);
            }
            row.marked = day.failed + day.partial > 0;
            table.rows.push_back(std::move(row));
        }
    } else {
        const char* unit = m_asked.kind == ChartKind::Duration        ? "seconds"
                           : m_asked.kind == ChartKind::Throughput    ? "bytes_per_second"
                           : m_asked.kind == ChartKind::AlreadyStored ? "percent_already_stored"
                                                                      : "bytes";
        table.headers = {tr("Time"), tr("Of"), tr("Value"), tr("Usual")};
        table.fileHeaders = {QStringLiteral("time"),  QStringLiteral("series"),  QLatin1String(unit),
                             QStringLiteral("usual"), QStringLiteral("unusual"), QStringLiteral("backup")};
        for (const ChartSeries& series : answer.series) {
            for (const ChartPoint& point : series.points) {
                ChartRow row;
                row.texts = {Format::time(point.at), series.name, ChartUnit::text(m_asked.kind, point.value),
                             point.usual > 0 ? ChartUnit::text(m_asked.kind, point.usual) : QString()};
                row.values = {toQDateTime(point.at),
                              series.name,
                              point.value,
                              point.usual > 0 ? QVariant(point.usual) : QVariant(QString()),
                              point.anomaly ? QStringLiteral("yes") : QString(),
                              point.backup.backupId};
                row.backup = point.backup;
                row.marked = point.anomaly;
                table.rows.push_back(std::move(row));
            }
        }
    }
    m_model.setTable(std::move(table));
    m_table->resizeColumnsToContents();
    // A long name is cut rather than the figures behind it; its tooltip has it whole.
    const int longest = m_table->fontMetrics().averageCharWidth() * kNameLetters;
    for (int column = 1; column < m_model.columnCount(); ++column) {
        if (!m_model.isNumber(column) && m_table->columnWidth(column) > longest)
            m_table->setColumnWidth(column, longest);
    }
    giveTableItsRoom();
}

/// All of its columns, as long as half of the page is enough for it and nobody chose otherwise.
void ChartsPage::giveTableItsRoom() {
    const int room = m_splitter->width() - m_splitter->handleWidth();
    if (m_splitByHand || room <= 0)
        return;
    const int wanted = m_table->horizontalHeader()->length() +
                       m_table->verticalScrollBar()->sizeHint().width() + 2 * m_table->frameWidth();
    const int given = std::min(wanted, room / 2);
    m_splitter->setSizes({room - given, given});
}

void ChartsPage::showNote(const ChartAnswer& answer) {
    QStringList notes;
    const auto snapshot = m_context.feed.snapshot();
    const bool lines = m_asked.kind != ChartKind::Success && m_asked.kind != ChartKind::Capacity;
    if (lines && snapshot != nullptr && m_selection.database.isEmpty() &&
        m_asked.sources.size() == kMostLines && snapshot->sources.size() > kMostLines)
        notes << tr("The %1 largest databases; choose others on the left.").arg(kMostLines);
    if (m_asked.kind == ChartKind::AlreadyStored)
        notes << tr("How much of each backup its store held already, so that it did not have to be stored "
                    "again.");
    std::uint64_t backups = 0;
    std::size_t points = 0;
    for (const ChartSeries& series : answer.series) {
        backups += series.backups;
        points += series.backups > 0 ? series.points.size() : 0;
    }
    if (points < backups)
        notes
            << tr("%1 of %2 backups are drawn, listed and exported: of each moment the smallest, the largest "
                  "and the last. Zoom in for the others.")
                   .arg(Format::count(points), Format::count(backups));
    for (const ChartSeries& series : answer.series) {
        if (series.ofFormer > 0)
            notes
                << tr("%1: what has that name is another database since the swap of %2. Not drawn, listed or "
                      "exported here: %n earlier backup(s) of the one that had it; the page Backups shows "
                      "all.",
                      nullptr, static_cast<int>(series.ofFormer))
                       .arg(series.name, Format::time(*series.namedSince));
    }
    for (const StoreRoom& store : answer.stores) {
        if (store.forecast)
            notes << tr("%1 grows by about %2 a day and is full about %3 (between %4 and %5), if it goes on "
                        "as in the last %n week(s).",
                        nullptr, static_cast<int>(store.forecast->weeks))
                         .arg(store.title,
                              Format::size(static_cast<std::uint64_t>(store.forecast->bytesPerDay)),
                              Format::date(store.forecast->full), Format::date(store.forecast->earliest),
                              store.forecast->latest ? Format::date(*store.forecast->latest)
                                                     : tr("never", "a store is never full"));
        else if (store.freeBytes == 0)
            notes << tr("%1 does not say how much room it has.").arg(store.title);
        else
            notes << tr("%1 has %2 free; when it will be full cannot be said: that needs four whole weeks "
                        "in which it grew.")
                         .arg(store.title, Format::size(store.freeBytes));
    }
    if (m_asked.kind == ChartKind::Capacity && !answer.stores.empty())
        notes << tr("Earlier days are worked out from the backups that are still there.");
    m_note->setText(notes.join(QLatin1Char('\n')));
    m_note->setVisible(!notes.isEmpty());
}

void ChartsPage::openDay(int cell) {
    const QDate day = m_heat->dayOf(cell);
    BackupFilter filter;
    filter.profile = fromQt(m_selection.profileUuid);
    filter.database = fromQt(m_selection.database);
    filter.since = startOf(day);
    filter.until = startOf(day.addDays(1));
    filter.limit = 1;
    m_lookups.run<Page<BackupRecord>>(
        this, [&core = m_context.core, filter](const CancelToken&) { return core.backupPage(filter); },
        [this, cell](Result<Page<BackupRecord>> page) {
            if (!page)
                m_error->showError(page.error());
            else if (page->rows->empty())
                m_current->setText(tr("%1. No backup of that day is there.").arg(m_heat->cellText(cell)));
            else
                emit showBackupWanted({toQt(page->rows->front().repositoryId), toQt(page->rows->front().id)});
        });
}

QByteArray ChartsPage::exported(Export format) const {
    switch (format) {
    case Export::Png:
        return pngOf(*chartWidget());
    case Export::Svg:
        return svgOf(*chartWidget(), m_kind->currentText());
    case Export::Csv:
        break;
    }
    return toCsv(m_model.table());
}

void ChartsPage::askFile(Export format) {
    const QString suffix = format == Export::Png   ? QStringLiteral("png")
                           : format == Export::Svg ? QStringLiteral("svg")
                                                   : QStringLiteral("csv");
    auto* dialog = new QFileDialog(this, tr("Export the chart"));
    dialog->setObjectName(QStringLiteral("chartsFileDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(suffix);
    dialog->setNameFilter(QStringLiteral("*.") + suffix);
    dialog->selectFile(QStringLiteral("salvor-") +
                       m_kind->currentText().toLower().replace(QLatin1Char(' '), QLatin1Char('-')) +
                       QLatin1Char('.') + suffix);
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, format](const QString& path) { save(path, format); });
    dialog->open();
}

void ChartsPage::save(const QString& path, Export format) {
    m_lookups.run<void>(
        this, [path, bytes = exported(format)](const CancelToken&) { return saveFile(path, bytes); },
        [this, path](Result<> done) {
            if (done)
                m_current->setText(tr("Saved as %1").arg(path));
            else
                m_error->showError(done.error());
        });
}

} // namespace salvor
