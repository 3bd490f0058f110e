// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The desktop's keychain through QtKeychain, with blocking, bounded calls.
#pragma once

#include "engines/secrets/secretstore.h"

#include <QObject>
#include <QThread>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace salvor {

/// The thread whose event loop QtKeychain's jobs need. QtKeychain works on one job at a time, and its
/// libraries tie themselves to the thread that used them first, so there is one of these for the whole
/// process.
class KeychainThread {
public:
    KeychainThread();
    /// Waits a bounded time; a thread that hangs in a library is left to the end of the process.
    ~KeychainThread();
    KeychainThread(const KeychainThread&) = delete;
    KeychainThread& operator=(const KeychainThread&) = delete;
    /// Runs the task in the thread, later.
    void post(std::function<void()> task);
    /// Somebody dismissed a prompt, or let it wait: what asks for more of the same moment does not prompt
    /// again, as one look at several repositories would. From any thread.
    void noteRefusal();
    bool wasJustRefused() const;

private:
    std::atomic<std::chrono::steady_clock::time_point> m_refused{
        std::chrono::steady_clock::time_point::min()};
    std::unique_ptr<QThread> m_thread;
    std::unique_ptr<QObject> m_home; ///< lives in the thread
};

class KeychainSecretStore final : public SecretStore {
public:
    /// `promptTimeout`: of a put that makes the keychain ask for a password.
    KeychainSecretStore(std::shared_ptr<KeychainThread> thread, std::chrono::milliseconds timeout,
                        std::chrono::milliseconds promptTimeout);
    std::string_view kind() const override { return "keychain"; }
    Result<Secret> get(std::string_view name, const CancelToken& cancel) override;
    Result<> put(std::string_view name, const Secret& secret, const CancelToken& cancel) override;
    Result<> remove(std::string_view name, const CancelToken& cancel) override;
    Result<> removeUnasked(std::string_view name, const CancelToken& cancel) override;

private:
    enum class Action { Get, Put, Remove, RemoveUnasked };
    struct Request;
    Result<Secret> perform(Action action, std::string_view name, Secret secret, const CancelToken& cancel);
    static void start(const std::shared_ptr<Request>& request, KeychainThread& thread);

    const std::shared_ptr<KeychainThread> m_thread;
    const std::chrono::milliseconds m_timeout;
    const std::chrono::milliseconds m_promptTimeout;
};

} // namespace salvor
