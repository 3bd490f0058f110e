// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/keychain/keychainplugin.h"
#include "engines/secrets/keychain/keychainsecretstore.h"

#include <QObject>

#include <mutex>

namespace salvor {

class QtKeychainPlugin final : public QObject, public KeychainPlugin {
    Q_OBJECT
    Q_PLUGIN_METADATA(IID SALVOR_KEYCHAIN_IID)
    Q_INTERFACES(salvor::KeychainPlugin)

public:
    std::unique_ptr<SecretStore> open(std::chrono::milliseconds timeout,
                                      std::chrono::milliseconds promptTimeout) override {
        const std::lock_guard lock(m_mutex);
        if (!m_thread)
            m_thread = std::make_shared<KeychainThread>();
        return std::make_unique<KeychainSecretStore>(m_thread, timeout, promptTimeout);
    }

private:
    std::mutex m_mutex;
    std::shared_ptr<KeychainThread> m_thread;
};

} // namespace salvor

#include "plugin.moc"
