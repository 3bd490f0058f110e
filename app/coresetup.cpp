// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/coresetup.h"

#include "engines/postgresql/pgenvironment.h"

#include <QCoreApplication>
#include <QDir>

#include <sys/prctl.h>
#include <sys/resource.h>

namespace salvor {

namespace {

/// Beside the program in the build tree and the portable bundle, else where the package installs it.
std::string pluginFolder() {
    const QDir program(QCoreApplication::applicationDirPath());
    for (const char* candidate : {"plugins", "../engines/secrets", "../lib/salvor", "../plugins"}) {
        const QDir folder(program.filePath(QLatin1String(candidate)));
        if (!folder.entryList({QStringLiteral("*salvor_keychain*.so")}, QDir::Files).isEmpty())
            return folder.canonicalPath().toStdString();
    }
    return {};
}

} // namespace

CoreConfig jobConfigFromEnvironment() {
    static const SystemClock clock;
    CoreConfig config;
    config.clock = &clock;
    config.credentialsFolder = processEnvironment()("CREDENTIALS_DIRECTORY").value_or("");
    return config;
}

Result<CoreConfig> coreConfigFromEnvironment() {
    CoreConfig config = jobConfigFromEnvironment();
    SALVOR_ASSIGN(config.places, findPlaces(placesKindOfThisProcess(), processEnvironment()));
    SALVOR_TRY(createFolders(config.places));
    config.pluginFolder = pluginFolder();
    return config;
}

void hardenProcess() {
    prctl(PR_SET_DUMPABLE, 0);
    const rlimit none{0, 0};
    setrlimit(RLIMIT_CORE, &none);
    pgForgetEnvironment();
}

} // namespace salvor
