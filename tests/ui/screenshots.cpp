// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Takes pictures of every page, from fixed data at a fixed time: salvor_screenshots FOLDER THEME WIDTH
// HEIGHT. The scale comes from QT_SCALE_FACTOR; one process a combination, as a scale cannot change in one.
#include "ui/dialogshots.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/main/mainwindow.h"
#include "ui/sampleworkspace.h"
#include "ui/support/startup.h"

#include <QApplication>
#include <QDir>
#include <QFontDatabase>
#include <QStackedWidget>
#include <QTemporaryDir>
#include <QTest>
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
    return save(window, folder, QStringLiteral("backups") + suffix);
}

bool takeActivity(MainWindow& window, const QString& folder, const QString& suffix) {
    window.showPage(QStringLiteral("activity"));
    if (!waitForRows(window, "activityTable"))
        return false;
    auto* table = window.findChild<QAbstractItemView*>(QStringLiteral("activityTable"));
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        if (table->model()->index(row, 3).data().toString() == QStringLiteral("iot_raw")) {
            table->setCurrentIndex(table->model()->index(row, 0));
            break;
        }
    }
    return save(window, folder, QStringLiteral("activity") + suffix);
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
           takeActivity(window, folder, suffix) && takeAllDialogs(core, sample, folder, suffix);
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
