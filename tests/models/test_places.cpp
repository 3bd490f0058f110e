// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/places.h"

#include "support/check.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

#include <QTest>

#include <map>

#include <sys/stat.h>

using namespace salvor;

namespace {

Environment fixed(std::map<std::string, std::string> values) {
    return [values = std::move(values)](const char* name) -> std::optional<std::string> {
        const auto found = values.find(name);
        return found == values.end() ? std::nullopt : std::optional(found->second);
    };
}

mode_t modeOf(const std::string& path) {
    struct stat info{};
    return stat(path.c_str(), &info) == 0 ? info.st_mode & 07777 : 0;
}

} // namespace

class TestPlaces : public QObject {
    Q_OBJECT
private slots:
    void find_person_usesXdgDefaults() {
        const auto places = findPlaces(PlacesKind::User, fixed({{"HOME", "/home/a/"}}));
        QVERIFY(places.has_value());
        QCOMPARE(places->config, std::string("/home/a/.config/salvor"));
        QCOMPARE(places->workspaceFile, std::string("/home/a/.local/share/salvor/workspace.sqlite"));
        QCOMPARE(places->catalogFile, std::string("/home/a/.local/state/salvor/catalog.sqlite"));
        QCOMPARE(places->secrets, std::string("/home/a/.local/share/salvor/secrets"));
        QCOMPARE(places->repositoryState("r1"), std::string("/home/a/.local/state/salvor/repositories/r1"));
    }

    void find_xdgVariables_areFollowedWhenAbsolute() {
        const auto places = findPlaces(PlacesKind::User, fixed({{"HOME", "/home/a"},
                                                                {"XDG_CONFIG_HOME", "/c/"},
                                                                {"XDG_DATA_HOME", "/d"},
                                                                {"XDG_STATE_HOME", "relative"}}));
        QVERIFY(places.has_value());
        QCOMPARE(places->config, std::string("/c/salvor"));
        QCOMPARE(places->data, std::string("/d/salvor"));
        QCOMPARE(places->state, std::string("/home/a/.local/state/salvor"));
    }

    void find_system_usesEtcAndVar() {
        const auto places = findPlaces(PlacesKind::System, fixed({}));
        QVERIFY(places.has_value());
        QCOMPARE(places->config, std::string("/etc/salvor"));
        QCOMPARE(places->workspaceFile, std::string("/var/lib/salvor/workspace.sqlite"));
        QCOMPARE(places->catalogFile, std::string("/var/lib/salvor/catalog.sqlite"));
        QCOMPARE(places->repositoryState("r1"), std::string("/var/lib/salvor/repositories/r1"));
    }

    void find_salvorHome_movesAllForBothKinds() {
        for (const auto kind : {PlacesKind::User, PlacesKind::System}) {
            const auto places = findPlaces(kind, fixed({{"HOME", "/home/a"}, {"SALVOR_HOME", "/demo/"}}));
            QVERIFY(places.has_value());
            for (const auto& path :
                 {places->config, places->data, places->state, places->secrets, places->workspaceFile,
                  places->catalogFile, places->repositoryState("r")})
                QVERIFY2(path.starts_with("/demo/"), path.c_str());
        }
    }

    void find_unusableHome_isInvalidInput() {
        const auto relative = findPlaces(PlacesKind::System, fixed({{"SALVOR_HOME", "demo"}}));
        CHECK_FAILS(relative, ErrorCode::InvalidInput);
        const auto none = findPlaces(PlacesKind::User, fixed({}));
        CHECK_FAILS(none, ErrorCode::InvalidInput);
        QVERIFY(!none.error().hint.empty());
    }

    void create_twice_makesPrivateFolders() {
        QTemporaryDir folder;
        const auto places = findPlaces(
            PlacesKind::User, fixed({{"SALVOR_HOME", folder.filePath(QStringLiteral("a/b")).toStdString()}}));
        QVERIFY(createFolders(*places).has_value());
        QVERIFY(createFolders(*places).has_value());
        for (const auto& path : {places->config, places->data, places->state, places->secrets})
            QCOMPARE(modeOf(path), mode_t(0700));
        QVERIFY(createPrivateFolder(places->repositoryState("r1")).has_value());
        QCOMPARE(modeOf(places->repositoryState("r1")), mode_t(0700));
    }

    void create_folderOthersMayWrite_isRefused() {
        QTemporaryDir folder;
        const std::string path = folder.filePath(QStringLiteral("open")).toStdString();
        QCOMPARE(mkdir(path.c_str(), 0700), 0);
        QCOMPARE(chmod(path.c_str(), 0777), 0);
        const auto result = createPrivateFolder(path);
        CHECK_FAILS(result, ErrorCode::PermissionDenied);
        QVERIFY(result.error().hint.find("chmod 700") != std::string::npos);
        QCOMPARE(modeOf(path), mode_t(0777)); // left as it was
    }

    void create_fileInTheWay_isInvalidInput() {
        QTemporaryDir folder;
        QFile file(folder.filePath(QStringLiteral("file")));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const auto onIt = createPrivateFolder(file.fileName().toStdString());
        CHECK_FAILS(onIt, ErrorCode::InvalidInput);
        const auto below = createPrivateFolder(file.fileName().toStdString() + "/below");
        CHECK_FAILS(below, ErrorCode::InvalidInput);
    }

    void create_systemRefuses_isPermissionDeniedOrNamed() {
        // /proc takes no folders from anybody, root included.
        const auto result = createPrivateFolder("/proc/salvor-test");
        QVERIFY(!result.has_value());
        QCOMPARE(result.error().context.at("path"), std::string("/proc/salvor-test"));
    }

    void environment_ofProcess_readsVariables() {
        qputenv("SALVOR_TEST_PLACES", "x");
        QCOMPARE(processEnvironment()("SALVOR_TEST_PLACES"), std::optional<std::string>("x"));
        QCOMPARE(processEnvironment()("SALVOR_TEST_NOT_SET"), std::nullopt);
    }
};

QTEST_APPLESS_MAIN(TestPlaces)
#include "test_places.moc"
