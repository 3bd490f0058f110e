// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/json.h"
#include "models/catalog/catalogdatabase.h"
#include "models/jsonfields.h"
#include "models/workspace/workspacedatabase.h"
#include "support/check.h"
#include "support/patience.h"
#include "ui/charts/chartspage.h"
#include "ui/charts/heatmap.h"
#include "ui/charts/trendchart.h"
#include "ui/support/startup.h"
#include "ui/windowfixture.h"

#include <QAbstractItemModelTester>
#include <QAccessible>
#include <QComboBox>
#include <QDateTimeAxis>
#include <QFile>
#include <QFileDialog>
#include <QHeaderView>
#include <QLineSeries>
#include <QMenu>
#include <QPushButton>
#include <QScatterSeries>
#include <QSignalSpy>
#include <QSplitter>
#include <QTableView>
#include <QToolButton>
#include <QXmlStreamReader>

using namespace salvor;
using namespace salvor::test;

namespace {

/// The Charts page over the sample, with everything asked.
class Charts {
public:
    Charts()
        : fixture(WindowFixture::Filled) {
        (void)fixture.waitForRows("overviewTable", 8);
        fixture.window->showPage(QStringLiteral("charts"));
        page = fixture.find<ChartsPage>("chartsPage");
        chart = fixture.find<TrendChart>("trendChart");
        table = fixture.find<QTableView>("chartsTable");
    }
    bool waitForLines(std::size_t lines) const {
        return QTest::qWaitFor(
            [&] { return chart->series().size() == lines && table->model()->rowCount() > 0; }, kPatience);
    }
    void show(ChartKind kind) const {
        auto* box = fixture.find<QComboBox>("chartsKind");
        box->setCurrentIndex(box->findData(static_cast<int>(kind)));
    }
    /// Asks again, as the page does after every run that ends, and waits until the answer is shown.
    bool fetchedAnew() const {
        QSignalSpy shown(table->model(), &QAbstractItemModel::modelReset);
        page->refresh();
        return shown.wait(kPatience);
    }
    Selection source(std::size_t server, const char* database) const {
        return {QString::fromStdString(fixture.sample.server(server).uuid), QLatin1String(database)};
    }
    WindowFixture fixture;
    ChartsPage* page = nullptr;
    TrendChart* chart = nullptr;
    QTableView* table = nullptr;
};

std::vector<ChartSeries> oneSeries(int points) {
    ChartSeries series;
    series.name = QStringLiteral("metrics on timescale");
    for (int i = 0; i < points; ++i)
        series.points.push_back({FixedClock::kNow - std::chrono::hours(points - i),
                                 1e9 + i * 1e7,
                                 1e9,
                                 i == 5,
                                 {QStringLiteral("r"), QString::number(i)}});
    return {series};
}

} // namespace

class TestCharts : public QObject {
    Q_OBJECT
private slots:
    void initTestCase() {
        QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
        setUpApplication(*qApp);
    }

    void lines_followTheChoiceOnTheLeft() {
        Charts charts;
        QVERIFY(charts.waitForLines(8));
        QCOMPARE(charts.chart->series().front().name, QStringLiteral("iot_raw")); // the largest
        charts.fixture.window->select(charts.source(1, "metrics"));
        QVERIFY(charts.waitForLines(2)); // with what is stored
        QCOMPARE(charts.chart->series().back().name, QStringLiteral("metrics, stored"));
        std::size_t points = 0;
        for (const auto& one : charts.chart->series())
            points += one.points.size();
        QCOMPARE(static_cast<std::size_t>(charts.table->model()->rowCount()), points);
        const auto lines = charts.chart->chart()->series();
        QCOMPARE(lines.size(), 3); // and the unusual ones
        for (const auto* line : lines)
            QVERIFY(!line->useOpenGL());
    }

    /// A chart, its table and its export hold every backup, however it fared since.
    void database_whoseBackupsAreAllDamaged_hasItsLine() {
        Charts charts;
        QVERIFY(charts.waitForLines(8));
        const auto catalog = CatalogDatabase::open(charts.fixture.sample.config().places.catalogFile);
        CHECK_OK(catalog);
        BackupFilter filter;
        filter.database = "alerts";
        filter.limit = 1000;
        const auto backups = (*catalog)->backups(filter);
        CHECK_OK(backups);
        RunRecord verify;
        verify.id = makeRecordId(FixedClock::kNow - std::chrono::hours(1));
        verify.kind = "verify";
        verify.repositoryId = charts.fixture.sample.repository().id;
        verify.started = FixedClock::kNow - std::chrono::hours(1);
        verify.ended = verify.started;
        verify.outcome = RunOutcome::Failed;
        for (const auto& backup : *backups->rows)
            verify.backupIds.push_back(backup.id);
        QVERIFY(!verify.backupIds.empty());
        verify.details = {{QStringLiteral("damaged_backups"), toJsonArray(verify.backupIds)},
                          {QStringLiteral("depth"), QStringLiteral("full")}};
        CHECK_OK((*catalog)->saveRun(verify));
        auto& feed = charts.fixture.window->context().feed;
        const auto hasNone = [&] {
            const auto snapshot = feed.snapshot();
            return std::ranges::any_of(snapshot->sources, [](const SourceStatus& one) {
                return one.database == "alerts" && !one.lastGood;
            });
        };
        feed.refresh();
        QTRY_VERIFY_WITH_TIMEOUT(hasNone(), kPatience);
        QVERIFY(charts.fetchedAnew());
        QVERIFY(charts.waitForLines(8));
        charts.fixture.window->select(charts.source(1, "alerts"));
        QVERIFY(charts.waitForLines(2));
        QVERIFY(static_cast<std::size_t>(charts.table->model()->rowCount()) >= verify.backupIds.size());
    }

    void table_hasRoomForAllOfItsColumnsUntilSomebodySaysOtherwise() {
        Charts charts;
        QVERIFY(charts.waitForLines(8));
        const auto whole = [&] {
            return charts.table->horizontalHeader()->length() <= charts.table->viewport()->width();
        };
        QTRY_VERIFY_WITH_TIMEOUT(whole(), kPatience);
        const auto* model = charts.table->model();
        QCOMPARE(model->headerData(3, Qt::Horizontal).toString(), QStringLiteral("Usual"));
        // A column of figures, though its first ones are not known yet.
        QVERIFY((model->index(0, 3).data(Qt::TextAlignmentRole).toInt() & Qt::AlignRight) != 0);
        auto* splitter = charts.fixture.find<QSplitter>("chartsSplitter");
        splitter->setSizes({900, 100});
        emit splitter->splitterMoved(900, 1);
        const auto chosen = splitter->sizes();
        charts.show(ChartKind::Duration);
        QTRY_VERIFY_WITH_TIMEOUT(model->index(0, 2).data().toString().endsWith(QStringLiteral("s")),
                                 kPatience);
        QCOMPARE(splitter->sizes(), chosen);
    }

    void measures_areAllDrawnWithTheirUnit() {
        Charts charts;
        charts.fixture.window->select(charts.source(0, "crm"));
        QVERIFY(charts.waitForLines(2));
        for (const ChartKind kind :
             {ChartKind::StoredSize, ChartKind::Duration, ChartKind::Throughput, ChartKind::AlreadyStored}) {
            charts.show(kind);
            const auto fits = [&] { // asked anew each time: an answer replaces the series
                const auto& series = charts.chart->series();
                return series.size() == 1 && series.front().points.size() > 30 &&
                       charts.table->model()->index(0, 2).data().toString() ==
                           ChartUnit::text(kind, series.front().points.back().value);
            };
            QVERIFY(QTest::qWaitFor(fits, kPatience));
        }
        QCOMPARE(charts.fixture.window->findChild<QComboBox*>(QStringLiteral("chartsKind"))->currentText(),
                 QStringLiteral("Deduplication"));
        QVERIFY(charts.fixture.find<QLabel>("chartsNote")->isVisible());
        QCOMPARE(ChartUnit::of(ChartKind::Size, 2.5e9).name, QStringLiteral("GB"));
        QCOMPARE(ChartUnit::of(ChartKind::Duration, 90).name, QStringLiteral("s"));
        QCOMPARE(ChartUnit::of(ChartKind::Throughput, 3e6).name, QStringLiteral("MB/s"));
    }

    void keys_walkZoomAndOpenTheBackup() {
        Charts charts;
        charts.fixture.window->select(charts.source(1, "metrics"));
        QVERIFY(charts.waitForLines(2));
        charts.chart->setFocus();
        QTest::keyClick(charts.chart, Qt::Key_Left);
        const int last = static_cast<int>(charts.chart->series().front().points.size()) - 1;
        QCOMPARE(charts.chart->currentPoint(), last);
        QTest::keyClick(charts.chart, Qt::Key_Left);
        QCOMPARE(charts.chart->currentPoint(), last - 1);
        QVERIFY(charts.fixture.find<QLabel>("chartsCurrent")->text().startsWith(QStringLiteral("metrics, ")));
        QCOMPARE(charts.chart->accessibleDescription(), charts.chart->pointText(0, last - 1));
        QTest::keyClick(charts.chart, Qt::Key_Down);
        QCOMPARE(charts.chart->currentSeries(), 1);
        QTest::keyClick(charts.chart, Qt::Key_Up);
        const QString id =
            charts.chart->series().front().points[static_cast<std::size_t>(last - 1)].backup.backupId;

        auto* whole = charts.fixture.find<QToolButton>("chartsWhole");
        QVERIFY(!whole->isEnabled());
        QTest::keyClick(charts.chart, Qt::Key_Plus);
        QVERIFY(whole->isEnabled());
        QTRY_VERIFY_WITH_TIMEOUT(static_cast<int>(charts.chart->series().front().points.size()) < last,
                                 kPatience);
        QTest::keyClick(charts.chart, Qt::Key_0);
        QTRY_COMPARE_WITH_TIMEOUT(static_cast<int>(charts.chart->series().front().points.size()), last + 1,
                                  kPatience);
        QVERIFY(!whole->isEnabled());

        // Zoomed, and with data that came anew, the point is still the one that was walked to.
        QVERIFY(charts.fetchedAnew());
        QCOMPARE(charts.chart->currentPoint(), last - 1);
        QCOMPARE(charts.fixture.find<QLabel>("chartsCurrent")->text(), charts.chart->pointText(0, last - 1));
        QTest::keyClick(charts.chart, Qt::Key_Return);
        QCOMPARE(charts.fixture.window->currentPageId(), QStringLiteral("backups"));
        QTRY_COMPARE_WITH_TIMEOUT(charts.fixture.find<QLabel>("backupFact0")->text(), id, kPatience);
    }

    void zoom_whileAnAnswerIsOnItsWay_isNotUndoneByIt() {
        Charts charts;
        charts.fixture.window->select(charts.source(1, "metrics"));
        QVERIFY(charts.waitForLines(2));
        QVERIFY(charts.fetchedAnew()); // none of an earlier question is left
        charts.chart->setFocus();
        QTest::keyClick(charts.chart, Qt::Key_Left);
        const int all = static_cast<int>(charts.chart->series().front().points.size());
        charts.page->refresh(); // as the page does by itself whenever a run has ended
        QTest::keyClick(charts.chart, Qt::Key_Plus);
        QTRY_VERIFY_WITH_TIMEOUT(static_cast<int>(charts.chart->series().front().points.size()) < all,
                                 kPatience);
        QVERIFY(charts.fixture.find<QToolButton>("chartsWhole")->isEnabled());
    }

    void times_inLargeLetters_areFewerAndWhole() {
        TrendChart chart;
        QFont large = chart.font();
        large.setPointSizeF(20);
        chart.setFont(large);
        chart.resize(600, 300);
        static_cast<QWidget&>(chart).show();
        chart.show(ChartKind::Size, oneSeries(40), FixedClock::kNow - std::chrono::hours(48),
                   FixedClock::kNow);
        const auto* times = qobject_cast<QDateTimeAxis*>(chart.chart()->axes(Qt::Horizontal).constFirst());
        QVERIFY(times != nullptr);
        const int label =
            chart.fontMetrics().horizontalAdvance(QLocale().toString(times->max(), times->format()));
        QVERIFY((times->tickCount() - 1) * label < chart.width() - 100);
        chart.resize(1600, 300);
        const int more = times->tickCount();
        QVERIFY(more > 2 && (more - 1) * label < chart.width() - 100);
    }

    void mouse_clickOpensAndDragAsksForLess() {
        TrendChart chart;
        chart.resize(800, 400);
        chart.show(ChartKind::Size, oneSeries(30), FixedClock::kNow - std::chrono::hours(30),
                   FixedClock::kNow);
        static_cast<QWidget&>(chart).show();
        QVERIFY(QTest::qWaitForWindowExposed(&chart));
        QTest::qWait(20); // for the layout of the scene
        QString opened;
        connect(&chart, &TrendChart::pointActivated, this,
                [&](const BackupChoice& backup) { opened = backup.backupId; });
        Instant from{};
        Instant to{};
        connect(&chart, &TrendChart::rangeWanted, this, [&](Instant a, Instant b) {
            from = a;
            to = b;
        });
        const QPoint at = chart.positionOf(0, 10);
        QVERIFY(chart.viewport()->rect().contains(at));
        QTest::mouseClick(chart.viewport(), Qt::LeftButton, {}, at);
        QCOMPARE(opened, QStringLiteral("10"));
        QTest::mousePress(chart.viewport(), Qt::LeftButton, {}, chart.positionOf(0, 8));
        QTest::mouseMove(chart.viewport(), chart.positionOf(0, 20));
        QTest::mouseRelease(chart.viewport(), Qt::LeftButton, {}, chart.positionOf(0, 20));
        QVERIFY(from > FixedClock::kNow - std::chrono::hours(24) &&
                from < FixedClock::kNow - std::chrono::hours(20));
        QVERIFY(to > FixedClock::kNow - std::chrono::hours(12) &&
                to < FixedClock::kNow - std::chrono::hours(8));
        QVERIFY(chart.pointText(0, 5).contains(QStringLiteral("unusual; usually 1.0 GB")));
        QVERIFY(!chart.pointText(0, 6).contains(QStringLiteral("unusual")));
        const auto* unusual = qobject_cast<QScatterSeries*>(chart.chart()->series().back());
        QVERIFY(unusual != nullptr);
        QCOMPARE(unusual->points().size(), 1);
    }

    void success_map_hasACellForEachDay() {
        Charts charts;
        QVERIFY(charts.waitForLines(8));
        charts.show(ChartKind::Success);
        auto* map = charts.fixture.find<HeatMap>("heatMap");
        QTRY_VERIFY_WITH_TIMEOUT(map->isVisible() && map->cellCount() > 360, kPatience);
        QVERIFY(map->cellCount() <= 371);
        const int last = map->cellCount() - 1;
        QCOMPARE(map->dayOf(last), QDate(2026, 11, 21));
        QCOMPARE(map->currentCell(), last);
        QVERIFY2(map->cellText(last).startsWith(QStringLiteral("Sat 21 Nov 2026: ")),
                 qPrintable(map->cellText(last)));
        QVERIFY(map->cellText(last).contains(QStringLiteral("1 failed")));
        QVERIFY(map->cellText(0).endsWith(QStringLiteral("no run")));
        for (int cell = 0; cell < map->cellCount(); ++cell)
            QVERIFY(map->rect().contains(map->cellRect(cell)));
        QAccessibleInterface* face = QAccessible::queryAccessibleInterface(map);
        QCOMPARE(face->childCount(), map->cellCount());
        QCOMPARE(face->child(last)->text(QAccessible::Name), map->cellText(last));
        map->setFocus();
        QTest::keyClick(map, Qt::Key_Up);
        QCOMPARE(map->currentCell(), last - 1);
        QTest::keyClick(map, Qt::Key_Left);
        QCOMPARE(map->currentCell(), last - 8);
        QTest::keyClick(map, Qt::Key_Home);
        QTest::keyClick(map, Qt::Key_Return);
        QTRY_VERIFY_WITH_TIMEOUT(charts.fixture.find<QLabel>("chartsCurrent")
                                     ->text()
                                     .endsWith(QStringLiteral("No backup of that day is there.")),
                                 kPatience);
        QVERIFY(charts.fetchedAnew());
        QCOMPARE(map->currentCell(), 0);
        QVERIFY(charts.fixture.find<QLabel>("chartsCurrent")
                    ->text()
                    .endsWith(QStringLiteral("No backup of that day is there.")));
        QTest::keyClick(map, Qt::Key_End);
        QTest::keyClick(map, Qt::Key_Return);
        QTRY_COMPARE_WITH_TIMEOUT(charts.fixture.window->currentPageId(), QStringLiteral("backups"),
                                  kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(
            charts.fixture.find<QLabel>("backupFact0")->text().startsWith(QStringLiteral("20261121T")),
            kPatience);
    }

    void swap_breaksTheHistoryOff_isSaidWithWhatIsLeftOut() {
        Charts charts;
        charts.fixture.window->select(charts.source(1, "metrics"));
        QVERIFY(charts.waitForLines(2));
        const auto* note = charts.fixture.find<QLabel>("chartsNote");
        QVERIFY2(!note->text().contains(QStringLiteral("swap")), qPrintable(note->text()));
        const int before = charts.table->model()->rowCount() / 2; // size and stored size of each
        const CoreConfig& config = charts.fixture.core->config();
        const auto workspace =
            WorkspaceDatabase::open(config.places.workspaceFile, *config.clock, "anna@laptop");
        QVERIFY(workspace.has_value());
        QJsonObject after{
            {QStringLiteral("restored"), QStringLiteral("metrics")},
            {QStringLiteral("replaced"), QStringLiteral("metrics_before")},
            {QStringLiteral("at"), toQt(toRfc3339(config.clock->now() - std::chrono::hours(72)))}};
        QVERIFY((*workspace)
                    ->recordAudit("restored.swap", charts.fixture.sample.server(1).uuid,
                                  {{QStringLiteral("restored"), QStringLiteral("metrics_new")},
                                   {QStringLiteral("replaced"), QStringLiteral("metrics")}},
                                  after)
                    .has_value());
        QVERIFY(charts.fetchedAnew());
        const int now = charts.table->model()->rowCount() / 2;
        QVERIFY2(now > 0 && now < before, qPrintable(QString::number(now)));
        QVERIFY2(note->text().contains(QStringLiteral("since the swap of")) &&
                     note->text().contains(QStringLiteral("%1 earlier backup").arg(before - now)),
                 qPrintable(note->text()));
        // Taken back before the next backup: the line is the one that it was.
        after = {{QStringLiteral("restored"), QStringLiteral("metrics_new")},
                 {QStringLiteral("replaced"), QStringLiteral("metrics")},
                 {QStringLiteral("at"),
                  toQt(toRfc3339(config.clock->now() - std::chrono::hours(72) + std::chrono::seconds(1)))}};
        QVERIFY((*workspace)
                    ->recordAudit("restored.undo", charts.fixture.sample.server(1).uuid,
                                  {{QStringLiteral("restored"), QStringLiteral("metrics")},
                                   {QStringLiteral("replaced"), QStringLiteral("metrics_before")}},
                                  after)
                    .has_value());
        QVERIFY(charts.fetchedAnew());
        QCOMPARE(charts.table->model()->rowCount() / 2, before);
        QVERIFY2(!note->text().contains(QStringLiteral("swap")), qPrintable(note->text()));
    }

    void capacity_saysHowLongItLasts() {
        Charts charts;
        QVERIFY(charts.waitForLines(8));
        QTRY_VERIFY_WITH_TIMEOUT(!charts.fixture.window->context().feed.repositoryInfos().empty(), kPatience);
        charts.show(ChartKind::Capacity);
        auto* note = charts.fixture.find<QLabel>("chartsNote");
        QTRY_VERIFY_WITH_TIMEOUT(note->text().contains(QStringLiteral("nas")), kPatience);
        QVERIFY(charts.chart->series().size() >= 1);
        QCOMPARE(charts.chart->series().front().name, QStringLiteral("nas: stored"));
        QVERIFY(note->text().contains(QStringLiteral("worked out")));
    }

    void export_allFormats_holdWhatIsShown() {
        Charts charts;
        charts.fixture.window->select(charts.source(1, "metrics"));
        QVERIFY(charts.waitForLines(2));
        const QByteArray png = charts.page->exported(ChartsPage::Export::Png);
        QImage picture;
        QVERIFY(picture.loadFromData(png, "PNG"));
        QCOMPARE(picture.size(), charts.chart->size() * 2);
        const QByteArray svg = charts.page->exported(ChartsPage::Export::Svg);
        QXmlStreamReader reader(svg);
        int paths = 0;
        while (!reader.atEnd()) {
            if (reader.readNext() == QXmlStreamReader::StartElement &&
                (reader.name() == QLatin1String("polyline") || reader.name() == QLatin1String("path")))
                ++paths;
        }
        QVERIFY2(!reader.hasError(), qPrintable(reader.errorString()));
        QVERIFY(paths > 2);
        const QString csv = QString::fromUtf8(charts.page->exported(ChartsPage::Export::Csv));
        QVERIFY(csv.startsWith(QStringLiteral("time,series,bytes,usual,unusual,backup\r\n")));
        QCOMPARE(csv.count(QStringLiteral("\r\n")), charts.table->model()->rowCount() + 1);
    }

    void export_file_isWrittenOrTheErrorTold() {
        Charts charts;
        QVERIFY(charts.waitForLines(8));
        auto* menu = charts.fixture.find<QToolButton>("chartsExport")->menu();
        QCOMPARE(menu->actions().size(), 3);
        menu->actions().last()->trigger();
        auto* dialog = charts.fixture.find<QFileDialog>("chartsFileDialog");
        const QString path = charts.fixture.home.filePath(QStringLiteral("figures.csv"));
        emit dialog->fileSelected(path);
        QTRY_VERIFY_WITH_TIMEOUT(QFile::exists(path), kPatience);
        QTRY_VERIFY_WITH_TIMEOUT(charts.fixture.find<QLabel>("chartsCurrent")->text().contains(path),
                                 kPatience);
        emit dialog->fileSelected(charts.fixture.home.filePath(QStringLiteral("no/such/folder.csv")));
        auto* panel = charts.page->findChild<QWidget*>(QStringLiteral("errorPanel"));
        QTRY_VERIFY_WITH_TIMEOUT(panel->isVisible(), kPatience);
        dialog->close();
    }

    void csv_fields_areEscapedAndNoFormula() {
        ChartTable table;
        table.fileHeaders = {QStringLiteral("a"), QStringLiteral("b")};
        const QString texts[] = {QStringLiteral("plain"),      QStringLiteral("a,b"),
                                 QStringLiteral("say \"hi\""), QStringLiteral("two\nlines"),
                                 QStringLiteral("=1+1"),       QStringLiteral("@x, y"),
                                 QStringLiteral("ümlaut")};
        for (const auto& text : texts)
            table.rows.push_back({{}, {text, -1.5}, {}, false});
        QCOMPARE(QString::fromUtf8(toCsv(table)),
                 QStringLiteral("a,b\r\nplain,-1.5\r\n\"a,b\",-1.5\r\n\"say \"\"hi\"\"\",-1.5\r\n"
                                "\"two\nlines\",-1.5\r\n'=1+1,-1.5\r\n\"'@x, y\",-1.5\r\nümlaut,-1.5\r\n"));
    }

    void table_model_passesTheTesterAndOpens() {
        ChartTableModel model;
        const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        ChartTable table;
        table.headers = {QStringLiteral("Time"), QStringLiteral("Value")};
        table.rows.push_back(
            {{QStringLiteral("t"), QStringLiteral("1")}, {QStringLiteral("t"), 1.0}, {}, true});
        model.setTable(table);
        QCOMPARE(model.rowCount(), 1);
        QVERIFY(model.index(0, 0).data(Qt::DecorationRole).isValid());
        QVERIFY(model.row(1) == nullptr);

        Charts charts;
        QVERIFY(charts.waitForLines(8));
        charts.table->setCurrentIndex(charts.table->model()->index(0, 0));
        charts.table->setFocus();
        QTest::keyClick(charts.table, Qt::Key_Return);
        QCOMPARE(charts.fixture.window->currentPageId(), QStringLiteral("backups"));
    }

    void themes_linesStandOutFromTheGround() {
        TrendChart chart;
        chart.resize(600, 300);
        std::vector<ChartSeries> many;
        for (int i = 0; i < 8; ++i) {
            many.push_back(oneSeries(5).front());
            many.back().name = QString::number(i);
        }
        chart.show(ChartKind::Size, many, FixedClock::kNow - std::chrono::hours(5), FixedClock::kNow);
        for (const ThemeChoice choice : {ThemeChoice::Light, ThemeChoice::Dark, ThemeChoice::HighContrast}) {
            theme().apply(choice);
            QCoreApplication::processEvents();
            for (auto* one : chart.chart()->series()) {
                const auto* line = qobject_cast<QLineSeries*>(one);
                if (line != nullptr)
                    QVERIFY(Theme::contrast(line->color(), QApplication::palette().color(QPalette::Base)) >=
                            3);
            }
        }
        theme().apply(ThemeChoice::Light);
    }

    void empty_workspace_saysWhatToDo() {
        WindowFixture fixture(WindowFixture::OnlyProfile);
        fixture.window->showPage(QStringLiteral("charts"));
        auto* empty = fixture.find<QWidget>("chartsPage")->findChild<QWidget*>(QStringLiteral("emptyState"));
        QTRY_VERIFY_WITH_TIMEOUT(empty->isVisible(), kPatience);
        QVERIFY(!fixture.find<QToolButton>("chartsExport")->isEnabled());
    }
};

QTEST_MAIN(TestCharts)
#include "test_charts.moc"
