// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes pictures of every page, from fixed data at a fixed time: salvor_screenshots FOLDER THEME WIDTH
// HEIGHT [pseudo]. The scale comes from QT_SCALE_FACTOR; one process a combination, as a scale cannot change
// in one.
#include "models/lists/databaselistmodel.h"
#include "models/retention/retentionforecast.h"
#include "models/schedule/zone.h"
#include "support/patience.h"
#include "ui/calendar/monthview.h"
#include "ui/calendar/weekview.h"
#include "ui/dialogshots.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/mainwindow.h"
#include "ui/policies/conflictdialog.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/retentionsection.h"
#include "ui/pseudolocale.h"
#include "ui/samplecomputer.h"
#include "ui/sampleworkspace.h"
#include "ui/shots.h"
#include "ui/support/startup.h"
#include "ui/timershots.h"

#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QFontDatabase>
#include <QLabel>
#include <QScrollArea>
#include <QScrollBar>
#include <QSlider>
#include <QStackedWidget>
#include <QTabWidget>
#include <QTemporaryDir>
#include <QTest>
#include <QToolButton>
#include <QTreeView>

#include <cstdio>

using namespace salvor;

namespace {

/// The look-ups are over when the table of the page has rows.
bool waitForRows(QWidget& window, const char* table) {
    auto* view = window.findChild<QAbstractItemView*>(QLatin1String(table));
    return view != nullptr && QTest::qWaitFor([&] { return view->model()->rowCount() > 0; }, test::kPatience);
}

bool takeBackups(MainWindow& window, test::Shots& shots) {
    window.showBackups({{}, {}});
    if (!waitForRows(window, "backupsTable"))
        return false;
    auto* table = window.findChild<QAbstractItemView*>(QStringLiteral("backupsTable"));
    auto* items = window.findChild<QTreeView*>(QStringLiteral("backupItems"));
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (table->model()->index(row, 1).data().toString() == QStringLiteral("metrics")) {
            table->setCurrentIndex(table->model()->index(row, 0));
            break;
        }
    }
    if (!QTest::qWaitFor([&] { return items->model()->rowCount() > 0; }, test::kPatience))
        return false;
    const QModelIndex hypertables = items->model()->index(0, 0);
    items->expand(items->model()->index(0, 0, hypertables));
    if (!shots.take(window, QStringLiteral("backups")))
        return false;
    window.findChild<QTabWidget*>(QStringLiteral("backupTabs"))->setCurrentIndex(1);
    return shots.take(window, QStringLiteral("backups-chunks"));
}

bool takeActivity(MainWindow& window, test::Shots& shots) {
    window.showPage(QStringLiteral("activity"));
    if (!waitForRows(window, "activityTable"))
        return false;
    auto* table = window.findChild<QAbstractItemView*>(QStringLiteral("activityTable"));
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (table->model()->index(row, 4).data().toString() == QStringLiteral("iot_raw")) {
            table->setCurrentIndex(table->model()->index(row, 0));
            break;
        }
    }
    return shots.take(window, QStringLiteral("activity"));
}

/// The week from now on, a month, and the same as a table; the first planned run is chosen.
bool takeCalendar(MainWindow& window, test::Shots& shots) {
    window.showPage(QStringLiteral("calendar"));
    auto* week = window.findChild<WeekView*>();
    const auto isThere = [](CalendarGrid* grid) {
        return QTest::qWaitFor(
            [&] { return grid->picture() != nullptr && !grid->picture()->plan.marks.empty(); },
            test::kPatience);
    };
    if (!isThere(week))
        return false;
    const auto& marks = week->picture()->plan.marks;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i].planned && week->picture()->rule(marks[i]).policyTitle == "prod-eu")
            week->choose(static_cast<int>(i));
    }
    if (!shots.take(window, QStringLiteral("calendar-week")))
        return false;
    week->setFocus();
    QTest::keyClick(week, Qt::Key_Down, Qt::ControlModifier);
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(week, Qt::Key_Down, Qt::ControlModifier);
    if (!shots.take(window, QStringLiteral("calendar-drag")))
        return false;
    QTest::keyClick(week, Qt::Key_Escape);
    window.findChild<QToolButton*>(QStringLiteral("calendarAsMonth"))->click();
    if (!isThere(window.findChild<MonthView*>()) || !shots.take(window, QStringLiteral("calendar-month")))
        return false;
    window.findChild<QToolButton*>(QStringLiteral("calendarAsTable"))->click();
    const bool saved =
        waitForRows(window, "calendarTable") && shots.take(window, QStringLiteral("calendar-table"));
    window.findChild<QToolButton*>(QStringLiteral("calendarAsWeek"))->click();
    return saved;
}

/// What rules would do with seven weeks of backups.
RetentionOutlook sampleOutlook(Core& core, const Policy& policy) {
    RetentionOutlook outlook;
    auto preview = std::make_shared<RetentionPreview>();
    ForecastRequest request;
    request.now = test::FixedClock::kNow;
    request.rules = policy.retention;
    request.schedules = {CalendarExpression::parse(policy.schedules.at("full")).value()};
    BackupQuery query;
    query.profile = policy.profileUuid;
    const auto backups = core.backups(query);
    if (!backups)
        return outlook;
    std::vector<RetentionBackup> known;
    for (const auto& record : *backups)
        known.push_back(retentionBackupOf(record));
    const auto decisions = decideRetention(known, *policy.retention, request.now);
    for (std::size_t i = 0; decisions && i < backups->size(); ++i) {
        const BackupRecord& record = (*backups)[i];
        request.backups.push_back({known[i], record.storedBytes, record.newStoredBytes});
        preview->rows.push_back({record, record.database, policy.title, true, (*decisions)[i]});
        ++preview->live;
        if (!(*decisions)[i].kept()) {
            ++preview->dropped;
            preview->freed.objects.add(record.newStoredBytes);
        }
    }
    outlook.preview = preview;
    if (const auto forecast = forecastRetention(request, {}))
        outlook.forecast = std::make_shared<const Forecast>(*forecast);
    return outlook;
}

bool takePolicies(MainWindow& window, Core& core, test::Shots& shots) {
    window.showPage(QStringLiteral("policies"));
    if (!waitForRows(window, "policiesTable"))
        return false;
    auto* table = window.findChild<QAbstractItemView*>(QStringLiteral("policiesTable"));
    table->setCurrentIndex(table->model()->index(2, 0));
    if (!shots.take(window, QStringLiteral("policies")))
        return false;
    const auto policy = core.policy("prod-eu");
    if (!policy)
        return false;
    PolicyEditor editor(window.context(), *policy, &window);
    editor.open(PolicyEditor::Section::None, {});
    if (!shots.take(editor, QStringLiteral("policy-editor")))
        return false;
    auto* scroll = editor.findChild<QScrollArea*>(QStringLiteral("policyScroll"));
    const auto part = [&](const char* name, const QString& shot) {
        auto* button = editor.findChild<QToolButton*>(QLatin1String(name));
        button->setChecked(true);
        QTest::qWait(30);
        scroll->verticalScrollBar()->setValue(button->mapTo(scroll->widget(), QPoint()).y() - 12);
        const bool saved = shots.take(editor, shot);
        button->setChecked(false);
        return saved;
    };
    if (!part("partWhat", QStringLiteral("policy-what")) ||
        !part("partWhen", QStringLiteral("policy-when")) ||
        !part("partHooks", QStringLiteral("policy-hooks")) ||
        !part("partLimits", QStringLiteral("policy-limits")))
        return false;
    QTest::qWait(1500); // the look-up over the empty store has ended
    auto* keep = editor.findChild<RetentionSection*>();
    keep->setOutlook(sampleOutlook(core, *policy));
    if (!part("partKeep", QStringLiteral("policy-keep")))
        return false;
    editor.findChild<QSlider*>(QStringLiteral("retentionCursor"))->setValue(26);
    if (!part("partKeep", QStringLiteral("policy-keep-ahead")))
        return false;
    Policy theirs = *policy;
    theirs.threads = 6;
    theirs.revision += 1;
    Policy mine = *policy;
    mine.title = "nightly";
    mine.schedules["full"] = "*-*-* 03:15:00";
    theirs.schedules["full"] = "*-*-* 01:00:00";
    ConflictDialog conflict(*policy, mine, theirs, &window);
    conflict.show();
    return shots.take(conflict, QStringLiteral("policy-conflict"));
}

bool takeCharts(MainWindow& window, test::Shots& shots) {
    window.showPage(QStringLiteral("charts"));
    auto* kind = window.findChild<QComboBox*>(QStringLiteral("chartsKind"));
    const std::pair<int, const char*> kinds[] = {
        {0, "size"}, {2, "duration"}, {4, "success"}, {5, "deduplication"}, {6, "capacity"}};
    for (const auto& [number, name] : kinds) {
        kind->setCurrentIndex(number);
        QTest::qWait(600); // for the answer to the newest question
        if (!waitForRows(window, "chartsTable") ||
            !shots.take(window, QStringLiteral("charts-") + QLatin1String(name)))
            return false;
    }
    return true;
}

bool takeStores(MainWindow& window, test::Shots& shots) {
    window.showPage(QStringLiteral("stores"));
    auto* fact = window.findChild<QLabel*>(QStringLiteral("storeFact2"));
    return waitForRows(window, "storesTable") &&
           QTest::qWaitFor([&] { return fact->text().contains(QChar(0xB7)) || fact->text().size() > 12; },
                           test::kPatience) &&
           shots.take(window, QStringLiteral("stores"));
}

bool takeAllDialogs(Core& core, const test::SampleWorkspace& sample, test::Shots& shots) {
    Lookups lookups;
    JobController jobs(core);
    BackupQuery metrics;
    metrics.database = "metrics";
    const auto backups = core.backups(metrics);
    if (!backups || backups->empty()) {
        std::fprintf(stderr, "no backup of metrics to show\n");
        return false;
    }
    return test::takeDialogs({core, lookups, jobs}, QString::fromStdString(sample.repository().id),
                             QString::fromStdString(backups->front().id), shots);
}

bool takeFilled(Theme& theme, ThemeChoice choice, test::Shots& shots) {
    QTemporaryDir home(QDir::current().filePath(QStringLiteral("salvor-shots-XXXXXX"))); // no timer uses /tmp
    test::SampleWorkspace sample(home.path());
    Core core(sample.config());
    sample.fill(core);
    test::SampleComputer computer(home.filePath(QStringLiteral("computer")));
    if (const auto done = computer.install(core, {"prod-eu", "timescale"}); !done) {
        std::fprintf(stderr, "%s\n", done.error().toText().c_str());
        return false;
    }
    MainWindow window(core, theme);
    window.setTimersRoad(computer.road());
    theme.apply(choice);
    window.resize(shots.screen());
    window.show();
    const auto* rows = window.findChild<QAbstractItemView*>(QStringLiteral("overviewTable"))->model();
    const auto timersAreKnown = [&] {
        for (int row = 0; row < rows->rowCount(); ++row) {
            if (rows->index(row, DatabaseListModel::NextRunColumn)
                    .data()
                    .toString()
                    .contains(QLatin1Char(':')))
                return true;
        }
        return false;
    };
    return waitForRows(window, "overviewTable") && QTest::qWaitFor(timersAreKnown, test::kPatience) &&
           shots.take(window, QStringLiteral("overview")) && takeBackups(window, shots) &&
           takeCharts(window, shots) && takeStores(window, shots) && takeActivity(window, shots) &&
           takeCalendar(window, shots) && takePolicies(window, core, shots) &&
           takeAllDialogs(core, sample, shots) && test::takeTimers(window, core, sample, shots);
}

bool takeFirstRun(Theme& theme, ThemeChoice choice, test::Shots& shots) {
    QTemporaryDir home;
    test::SampleWorkspace sample(home.path());
    Core core(sample.config());
    MainWindow window(core, theme);
    theme.apply(choice);
    window.resize(shots.screen());
    window.show();
    auto* first = window.findChild<QWidget*>(QStringLiteral("firstRunPage"));
    return QTest::qWaitFor([&] { return first->isVisible(); }, test::kPatience) &&
           shots.take(window, QStringLiteral("first-run"));
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("TZ", "Europe/Berlin");
    Zone::setComputersFile("/usr/share/zoneinfo/Europe/Berlin");
    QApplication application(argc, argv);
    QStringList arguments = QApplication::arguments();
    const bool pseudo = arguments.removeAll(QStringLiteral("pseudo")) > 0;
    if (arguments.size() != 5) {
        std::fprintf(stderr,
                     "usage: salvor_screenshots FOLDER light|dark|high-contrast WIDTH HEIGHT [pseudo]\n");
        return 2;
    }
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
    setUpApplication(application);
    test::PseudoLocale longer;
    if (pseudo)
        QCoreApplication::installTranslator(&longer);
    QApplication::setFont(QFont(QStringLiteral("DejaVu Sans"), 9));
    Theme theme(application);
    const ThemeChoice choice = arguments[2] == QStringLiteral("dark")            ? ThemeChoice::Dark
                               : arguments[2] == QStringLiteral("high-contrast") ? ThemeChoice::HighContrast
                                                                                 : ThemeChoice::Light;
    const double scale = application.devicePixelRatio();
    const QSize size(qRound(arguments[3].toInt() / scale), qRound(arguments[4].toInt() / scale));
    const QString suffix = QStringLiteral("-%1-%2%3")
                               .arg(arguments[2])
                               .arg(qRound(scale * 100))
                               .arg(pseudo ? QStringLiteral("-pseudo") : QString());
    QDir().mkpath(arguments[1]);
    test::Shots shots(arguments[1], suffix, size);
    const bool done = takeFirstRun(theme, choice, shots) && takeFilled(theme, choice, shots);
    for (const QString& problem : shots.problems())
        std::fprintf(stderr, "%s\n", qPrintable(problem));
    for (const QString& text : shots.untranslated())
        std::printf("perhaps data: %s\n", qPrintable(text));
    return done && shots.good() && shots.problems().isEmpty() ? 0 : 1;
}
