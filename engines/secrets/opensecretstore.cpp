// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/opensecretstore.h"

#include "engines/secrets/credentialssecretstore.h"
#include "engines/secrets/filesecretstore.h"
#include "engines/secrets/keychain/keychainplugin.h"
#include "engines/secrets/secretname.h"

#include <QFile>
#include <QPluginLoader>

namespace salvor {

namespace {

constexpr const char* kInstallHint =
    "install Salvor's keychain plug-in, or keep it in a file instead (--secrets file)";

Result<> checkFolder(const std::string& path, const char* what) {
    if (!path.starts_with('/'))
        return failure(ErrorCode::InvalidInput,
                       std::string("the folder of ") + what + " is not an absolute path");
    return {};
}

} // namespace

Result<std::unique_ptr<SecretStore>> openSecretStore(std::string_view kind, const SecretStoreConfig& config) {
    if (kind == "file") {
        SALVOR_TRY(checkFolder(config.fileFolder, "secrets"));
        return std::make_unique<FileSecretStore>(config.fileFolder);
    }
    if (kind == "credentials") {
        if (!config.credentialsFolder.empty())
            SALVOR_TRY(checkFolder(config.credentialsFolder, "credentials"));
        if (!config.credentialsUuid.empty())
            SALVOR_TRY(checkSecretName(config.credentialsUuid));
        return std::make_unique<CredentialsSecretStore>(config.credentialsFolder, config.credentialsUuid);
    }
    if (kind == "keychain")
        return loadKeychain(config.pluginFolder, config.keychainTimeout, config.keychainPromptTimeout);
    return failure(ErrorCode::InvalidInput, "not a kind of secret store: " + std::string(kind.substr(0, 40)),
                   "choose keychain, file or credentials");
}

Result<std::unique_ptr<SecretStore>> loadKeychain(const std::string& pluginFolder,
                                                  std::chrono::milliseconds timeout,
                                                  std::optional<std::chrono::milliseconds> promptTimeout) {
    if (pluginFolder.empty())
        return failure(
            secretUnavailable("absent", "the keychain plug-in is not installed here", kInstallHint));
    SALVOR_TRY(checkFolder(pluginFolder, "plug-ins"));
    const QString path = QString::fromStdString(pluginFolder) + QStringLiteral("/salvor_keychain.so");
    if (!QFile::exists(path))
        return failure(secretUnavailable("absent", "the keychain plug-in is not at " + path.toStdString(),
                                         kInstallHint));
    QPluginLoader loader(path); // goes without unloading: the plug-in's thread and Qt's DBus stay
    auto* plugin = qobject_cast<KeychainPlugin*>(loader.instance());
    if (plugin == nullptr)
        return failure(secretUnavailable(
            "absent", "the keychain plug-in cannot be loaded: " + loader.errorString().toStdString(),
            kInstallHint));
    return plugin->open(timeout, promptTimeout.value_or(timeout));
}

} // namespace salvor
