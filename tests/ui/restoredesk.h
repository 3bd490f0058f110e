// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A main window over a real server's database and its backups, and how its restores are driven.
#pragma once

#include "models/lists/databaselistmodel.h"
#include "support/patience.h"
#include "support/sampledata.h"
#include "ui/main/mainwindow.h"
#include "ui/main/windowflows.h"
#include "ui/restore/quickrestore.h"
#include "ui/widgetchecks.h"
#include "workers/corefixture.h"

#include <QAbstractItemView>
#include <QApplication>
#include <QDir>
#include <QFileInfo>
#include <QLabel>
#include <QPushButton>
#include <QStorageInfo>

namespace salvor::test {

inline QString qt(const std::string& text) { return QString::fromStdString(text); }

inline QString shownError(const QWidget& window) {
    for (const QWidget* panel : window.findChildren<QWidget*>(QStringLiteral("errorPanel"))) {
        if (panel->isVisible())
            return panel->accessibleDescription();
    }
    return {};
}

/// One click refuses to fill a disk: a folder on one with room for the sample, which the server's own user
/// gets through; empty: there is none.
inline QString roomyFolder() {
    for (const QString& folder : {QDir::tempPath(), QStringLiteral("/dev/shm")}) {
        const QStorageInfo disk(folder);
        if (disk.isValid() && disk.bytesAvailable() > 2'000'000'000 && QFileInfo(folder).isWritable())
            return folder;
    }
    return {};
}
#define NEED_ROOM(folder)                                                                                    \
    const QString folder = roomyFolder();                                                                    \
    if (folder.isEmpty())                                                                                    \
    QSKIP("no disk here has 2 GB free")

/// Servers and folders for temporary files that are made meanwhile lie there.
class TemporaryFilesIn {
public:
    explicit TemporaryFilesIn(const QString& folder)
        : m_before(qgetenv("TMPDIR")) {
        qputenv("TMPDIR", folder.toLocal8Bit());
    }
    ~TemporaryFilesIn() {
        if (m_before.isNull())
            qunsetenv("TMPDIR");
        else
            qputenv("TMPDIR", m_before);
    }
    TemporaryFilesIn(const TemporaryFilesIn&) = delete;
    TemporaryFilesIn& operator=(const TemporaryFilesIn&) = delete;

private:
    QByteArray m_before;
};

inline Theme& theme() {
    static auto* one = new Theme(*qApp); // goes with the application
    return *one;
}

/// The main window over one database of a real server and its backups; what restores made is dropped at the
/// end.
class Desk {
public:
    explicit Desk(const LabServer& of)
        : server(of)
        , source(server)
        , live(source.name()) {
        source.run(sample::shop());
        source.disconnect(); // nobody is connected to it
        need(fixture.init());
        profile = need(fixture.addProfile(server));
        backUp();
    }
    ~Desk() {
        flows.reset();
        window.reset();
        try {
            LabConnection admin(server, "postgres");
            for (const auto& row :
                 admin.run("SELECT datname FROM pg_database WHERE datname LIKE '" + live + "\\_%'"))
                dropDatabase(server, *row.front());
        } catch (const std::exception& problem) {
            qWarning("%s", problem.what());
        }
    }
    std::string backUp() { return need(fixture.backUp(live)).backups.front().id; }
    bool open() {
        window = std::make_unique<MainWindow>(fixture.core, theme());
        flows = std::make_unique<WindowFlows>(*window);
        window->resize(1366, 768);
        window->show();
        const auto* table = child<QAbstractItemView>(*window, "overviewTable");
        return QTest::qWaitFor([&] { return table->model()->rowCount() == 1; }, kPatience);
    }
    QString cell(int column) const {
        return child<QAbstractItemView>(*window, "overviewTable")
            ->model()
            ->index(0, column)
            .data()
            .toString();
    }
    /// Of the newest one of that class that is open.
    template <typename T>
    T* dialog() const {
        T* found = nullptr;
        (void)QTest::qWaitFor(
            [&] {
                for (T* one : window->findChildren<T*>())
                    found = one->isVisible() ? one : found;
                return found != nullptr;
            },
            kPatience);
        return found;
    }
    std::string oid(const std::string& name) const {
        LabConnection admin(server, "postgres");
        const auto rows = admin.run("SELECT oid::text FROM pg_database WHERE datname = '" + name + "'");
        return rows.empty() ? std::string("none") : *rows.front().front();
    }
    /// An index that is built for ten minutes in every database but this one: a restore of a backup that is
    /// made from now on comes that far, and stays there.
    void makeSlow() {
        LabConnection shop(server, live);
        shop.run("CREATE FUNCTION public.slowly(i int) RETURNS int LANGUAGE plpgsql IMMUTABLE AS $f$ BEGIN "
                 "IF pg_catalog.current_database() <> '" +
                 live + "' THEN PERFORM pg_catalog.pg_sleep(600); END IF; RETURN i; END $f$");
        shop.run("CREATE TABLE public.lazy (i int)");
        shop.run("INSERT INTO public.lazy VALUES (1)");
        shop.run("CREATE INDEX lazy_i ON public.lazy (public.slowly(i))");
    }
    /// What the Overview would bring back of the live database.
    std::string newestGood() const {
        for (const auto& one : window->context().feed.snapshot()->sources) {
            if (one.database == live && one.lastGood)
                return one.lastGood->id;
        }
        return {};
    }
    /// Databases that a restore made and did not name yet.
    std::vector<std::string> hidden() const {
        LabConnection admin(server, "postgres");
        std::vector<std::string> names;
        for (const auto& row :
             admin.run("SELECT datname FROM pg_database WHERE datname LIKE '%\\_salvor\\_%'"))
            names.push_back(*row.front());
        return names;
    }
    /// Restored and proved by the core, as salvorctl would.
    std::string restoreAs(const std::string& name) {
        NullProgress nobody;
        need(fixture.restore(restoreJob(backups().front().id, name), nobody));
        return name;
    }
    std::vector<BackupRecord> backups() { return need(fixture.core.backups({})); }

    template <typename T>
    static T need(Result<T> result) {
        if (!result)
            throw std::runtime_error(result.error().toText());
        return std::move(*result);
    }

    LabServer server;
    LabDatabase source;
    std::string live;
    CoreFixture fixture;
    Profile profile;
    std::unique_ptr<MainWindow> window;
    std::unique_ptr<WindowFlows> flows;
};

inline bool isOnPage(const FlowDialog& flow, const char* page) {
    return flow.currentPage() != nullptr && flow.currentPage()->objectName() == QLatin1String(page);
}

/// Waits until the flow shows that page; a failure says the error that is shown instead.
inline bool waitForPage(const FlowDialog& flow, const char* page) {
    const bool came =
        QTest::qWaitFor([&] { return isOnPage(flow, page) || !shownError(flow).isEmpty(); }, kPatience) &&
        isOnPage(flow, page);
    if (!came)
        qWarning("%s did not come: %s", page, qPrintable(shownError(flow)));
    return came;
}

inline void next(const QWidget& flow) { click(child<QPushButton>(flow, "flowNext")); }

/// The sheet has looked at the target, and may start.
inline bool isReady(const QuickRestore& sheet) {
    const auto* button = child<QPushButton>(sheet, "flowNext");
    const bool ready = QTest::qWaitFor(
        [&] {
            return (button->isEnabled() && button->text().contains(QStringLiteral("Start"))) ||
                   !shownError(sheet).isEmpty();
        },
        kPatience);
    if (!button->isEnabled())
        qWarning("not ready: %s %s", qPrintable(shownError(sheet)),
                 qPrintable(child<QLabel>(sheet, "flowNote")->text()));
    return ready && button->isEnabled();
}

/// Chooses the first row in which a cell says that; false where none does.
inline bool chooseRow(const QWidget& window, const char* view, const QString& text) {
    auto* table = child<QAbstractItemView>(window, view);
    for (int row = 0; row < table->model()->rowCount(); ++row) {
        for (int column = 0; column < table->model()->columnCount(); ++column) {
            if (table->model()->index(row, column).data().toString() == text) {
                table->setCurrentIndex(table->model()->index(row, 0));
                return true;
            }
        }
    }
    return false;
}

inline bool waitForText(const QLabel* label, const QString& part) {
    return QTest::qWaitFor([&] { return label->text().contains(part); }, kPatience);
}

} // namespace salvor::test
