// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A main window over a workspace whose backups are really in a store, made without a server.
#pragma once

#include "ui/windowfixture.h"
#include "workers/agedbackups.h"

namespace salvor::test {

/// The child of that object name; throws when there is none.
template <typename T>
T* child(const QWidget& window, const char* name) {
    T* found = window.findChild<T*>(QLatin1String(name));
    if (found == nullptr)
        throw std::runtime_error(std::string("there is no ") + name);
    return found;
}
inline void click(QWidget* widget) { QTest::mouseClick(widget, Qt::LeftButton); }

class RealWorkspace {
public:
    /// One repository "vault", one profile, and of `shop` a backup on each of the last `days` days.
    explicit RealWorkspace(int days) {
        CoreConfig config;
        config.places = placesIn((folder.path() + QStringLiteral("/home")).toStdString());
        config.clock = &clock;
        config.machineId = kAlice.machine;
        config.userName = kAlice.user;
        core = std::make_unique<Core>(config);
        RepositoryInitSpec spec;
        spec.url = (folder.path() + QStringLiteral("/store")).toStdString();
        spec.title = "vault";
        spec.secretKind = "file";
        auto made = need(core->initRepository(std::move(spec), {}));
        passphrase = std::move(made.passphrase);
        recoveryFile = std::move(made.recoveryFile);
        Profile profile;
        profile.title = "shop server";
        profile.engine = "postgresql";
        profile.host = "db.example.org";
        profile.port = 5432;
        profile.user = "backup";
        profile.database = "postgres";
        const Profile saved = need(core->saveProfile(profile, std::nullopt, "vault"));
        const auto policies = need(core->policies());
        source = {core->config().places, &clock,    need(core->repositories()).front(), kAlice,
                  policies.front().uuid, saved.uuid};
        for (int day = days; day > 0; --day)
            need(makeAged(source, "shop", clock.now() - day * std::chrono::hours(24),
                          static_cast<std::uint64_t>(day)));
        NullProgress nobody;
        need(core->rebuildCatalog("vault", nobody, {}));
        window = std::make_unique<MainWindow>(*core, theme());
        window->resize(1366, 768);
        window->show();
        window->activateWindow(); // shortcuts need it
        if (!QTest::qWaitForWindowActive(window.get()))
            throw std::runtime_error("the window does not become active");
    }

    template <typename T>
    T* find(const char* name) const {
        T* found = window->findChild<T*>(QLatin1String(name));
        if (found == nullptr)
            throw std::runtime_error(std::string("there is no ") + name);
        return found;
    }
    /// Look-ups are over when the table has so many rows.
    bool waitForRows(const char* view, int rows) const {
        const auto* model = find<QAbstractItemView>(view)->model();
        return QTest::qWaitFor([&] { return model->rowCount() == rows; }, 30000);
    }

    QTemporaryDir folder;
    SystemClock clock;
    Secret passphrase;
    std::string recoveryFile;
    AgedSource source;
    std::unique_ptr<Core> core;
    std::unique_ptr<MainWindow> window;

private:
    template <typename T>
    static T need(Result<T> result) {
        if (!result)
            throw std::runtime_error(result.error().toText());
        return std::move(*result);
    }
};

} // namespace salvor::test
