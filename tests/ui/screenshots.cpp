// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes pictures of every page, from fixed data at a fixed time: salvor_screenshots FOLDER THEME WIDTH
// HEIGHT. The scale comes from QT_SCALE_FACTOR; one process a combination, as a scale cannot change in one.
#include "models/retention/retentionforecast.h"
#include "ui/calendar/monthview.h"
#include "ui/calendar/weekview.h"
#include "ui/dialogshots.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/mainwindow.h"
#include "ui/policies/conflictdialog.h"
#include "ui/policies/policyeditor.h"
#include "ui/policies/retentionsection.h"
#include "ui/sampleworkspace.h"
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

bool save(QWidget& window, const QString& folder, const QString& name) {
    QTest::qWait(50); // for what is painted later: icons, elided texts
    const QString file = folder + QLatin1Char('/') + name + QStringLiteral(".png");
    if (window.grab().save(file))
        return true;
    std::fprintf(stderr, "cannot write %s\n", qPrintable(file));
    return false;
}

/// The look-ups are over when the table of the page has rows.
bool waitForRows(QWidget& window, const char* table) {
    auto* view = window.findChild<QAbstractItemView*>(QLatin1String(table));
    return view != nullptr && QTest::qWaitFor([&] { return view->model()->rowCount() > 0; }, 20000);
}

bool takeBackups(MainWindow& window, const QString& folder, const QString& suffix) {
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
    if (!QTest::qWaitFor([&] { return items->model()->rowCount() > 0; }, 20000))
        return false;
    const QModelIndex hypertables = items->model()->index(0, 0);
    items->expand(items->model()->index(0, 0, hypertables));
    if (!save(window, folder, QStringLiteral("backups") + suffix))
        return false;
    window.findChild<QTabWidget*>(QStringLiteral("backupTabs"))->setCurrentIndex(1);
    return save(window, folder, QStringLiteral("backups-chunks") + suffix);
}

bool takeActivity(MainWindow& window, const QString& folder, const QString& suffix) {
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
    return save(window, folder, QStringLiteral("activity") + suffix);
}

/// The week from now on, a month, and the same as a table; the first planned run is chosen.
bool takeCalendar(MainWindow& window, const QString& folder, const QString& suffix) {
    window.showPage(QStringLiteral("calendar"));
    auto* week = window.findChild<WeekView*>();
    const auto isThere = [](CalendarGrid* grid) {
        return QTest::qWaitFor(
            [&] { return grid->picture() != nullptr && !grid->picture()->plan.marks.empty(); }, 20000);
    };
    if (!isThere(week))
        return false;
    const auto& marks = week->picture()->plan.marks;
    for (std::size_t i = 0; i < marks.size(); ++i) {
        if (marks[i].planned && week->picture()->rule(marks[i]).policyTitle == "prod-eu")
            week->choose(static_cast<int>(i));
    }
    if (!save(window, folder, QStringLiteral("calendar-week") + suffix))
        return false;
    week->setFocus();
    QTest::keyClick(week, Qt::Key_Down, Qt::ControlModifier);
    for (int i = 0; i < 8; ++i)
        QTest::keyClick(week, Qt::Key_Down, Qt::ControlModifier);
    if (!save(window, folder, QStringLiteral("calendar-drag") + suffix))
        return false;
    QTest::keyClick(week, Qt::Key_Escape);
    window.findChild<QToolButton*>(QStringLiteral("calendarAsMonth"))->click();
    if (!isThere(window.findChild<MonthView*>()) ||
        !save(window, folder, QStringLiteral("calendar-month") + suffix))
        return false;
    window.findChild<QToolButton*>(QStringLiteral("calendarAsTable"))->click();
    const bool saved = waitForRows(window, "calendarTable") &&
                       save(window, folder, QStringLiteral("calendar-table") + suffix);
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
        preview->rows.push_back({record, policy.title, true, (*decisions)[i]});
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

bool takePolicies(MainWindow& window, Core& core, const QString& folder, const QString& suffix) {
    window.showPage(QStringLiteral("policies"));
    if (!waitForRows(window, "policiesTable"))
        return false;
    auto* table = window.findChild<QAbstractItemView*>(QStringLiteral("policiesTable"));
    table->setCurrentIndex(table->model()->index(2, 0));
    if (!save(window, folder, QStringLiteral("policies") + suffix))
        return false;
    const auto policy = core.policy("prod-eu");
    if (!policy)
        return false;
    PolicyEditor editor(window.context(), *policy, &window);
    editor.open(PolicyEditor::Section::None, {});
    if (!save(editor, folder, QStringLiteral("policy-editor") + suffix))
        return false;
    auto* scroll = editor.findChild<QScrollArea*>(QStringLiteral("policyScroll"));
    const auto part = [&](const char* name, const QString& shot) {
        auto* button = editor.findChild<QToolButton*>(QLatin1String(name));
        button->setChecked(true);
        QTest::qWait(30);
        scroll->verticalScrollBar()->setValue(button->mapTo(scroll->widget(), QPoint()).y() - 12);
        const bool saved = save(editor, folder, shot + suffix);
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
    return save(conflict, folder, QStringLiteral("policy-conflict") + suffix);
}

bool takeCharts(MainWindow& window, const QString& folder, const QString& suffix) {
    window.showPage(QStringLiteral("charts"));
    auto* kind = window.findChild<QComboBox*>(QStringLiteral("chartsKind"));
    const std::pair<int, const char*> kinds[] = {
        {0, "size"}, {2, "duration"}, {4, "success"}, {5, "deduplication"}, {6, "capacity"}};
    for (const auto& [number, name] : kinds) {
        kind->setCurrentIndex(number);
        QTest::qWait(600); // for the answer to the newest question
        if (!waitForRows(window, "chartsTable") ||
            !save(window, folder, QStringLiteral("charts-") + QLatin1String(name) + suffix))
            return false;
    }
    return true;
}

bool takeStores(MainWindow& window, const QString& folder, const QString& suffix) {
    window.showPage(QStringLiteral("stores"));
    auto* fact = window.findChild<QLabel*>(QStringLiteral("storeFact2"));
    return waitForRows(window, "storesTable") &&
           QTest::qWaitFor([&] { return fact->text().contains(QStringLiteral("store")); }, 20000) &&
           save(window, folder, QStringLiteral("stores") + suffix);
}

bool takeAllDialogs(Core& core, const test::SampleWorkspace& sample, const QString& folder,
                    const QString& suffix) {
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
                             QString::fromStdString(backups->front().id), folder, suffix);
}

bool takeFilled(Theme& theme, ThemeChoice choice, const QSize& size, const QString& folder,
                const QString& suffix) {
    QTemporaryDir home;
    test::SampleWorkspace sample(home.path());
    Core core(sample.config());
    sample.fill(core);
    MainWindow window(core, theme);
    theme.apply(choice);
    window.resize(size);
    window.show();
    return waitForRows(window, "overviewTable") &&
           save(window, folder, QStringLiteral("overview") + suffix) && takeBackups(window, folder, suffix) &&
           takeCharts(window, folder, suffix) && takeStores(window, folder, suffix) &&
           takeActivity(window, folder, suffix) && takeCalendar(window, folder, suffix) &&
           takePolicies(window, core, folder, suffix) && takeAllDialogs(core, sample, folder, suffix) &&
           test::takeTimers(window, core, sample, folder, suffix);
}

bool takeFirstRun(Theme& theme, ThemeChoice choice, const QSize& size, const QString& folder,
                  const QString& suffix) {
    QTemporaryDir home;
    test::SampleWorkspace sample(home.path());
    Core core(sample.config());
    MainWindow window(core, theme);
    theme.apply(choice);
    window.resize(size);
    window.show();
    auto* first = window.findChild<QWidget*>(QStringLiteral("firstRunPage"));
    return QTest::qWaitFor([&] { return first->isVisible(); }, 20000) &&
           save(window, folder, QStringLiteral("first-run") + suffix);
}

} // namespace

int main(int argc, char** argv) {
    qputenv("QT_QPA_PLATFORM", "offscreen");
    qputenv("TZ", "Europe/Berlin");
    QApplication application(argc, argv);
    const QStringList arguments = QApplication::arguments();
    if (arguments.size() != 5) {
        std::fprintf(stderr, "usage: salvor_screenshots FOLDER light|dark|high-contrast WIDTH HEIGHT\n");
        return 2;
    }
    QLocale::setDefault(QLocale(QLocale::English, QLocale::UnitedKingdom));
    setUpApplication(application);
    QApplication::setFont(QFont(QStringLiteral("DejaVu Sans"), 9));
    Theme theme(application);
    const QString& folder = arguments[1];
    const ThemeChoice choice = arguments[2] == QStringLiteral("dark")            ? ThemeChoice::Dark
                               : arguments[2] == QStringLiteral("high-contrast") ? ThemeChoice::HighContrast
                                                                                 : ThemeChoice::Light;
    const double scale = application.devicePixelRatio();
    const QSize size(qRound(arguments[3].toInt() / scale), qRound(arguments[4].toInt() / scale));
    const QString suffix = QStringLiteral("-%1-%2").arg(arguments[2]).arg(qRound(scale * 100));
    QDir().mkpath(folder);
    const bool done =
        takeFirstRun(theme, choice, size, folder, suffix) && takeFilled(theme, choice, size, folder, suffix);
    return done ? 0 : 1;
}
