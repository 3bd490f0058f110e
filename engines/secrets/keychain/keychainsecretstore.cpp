// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/secrets/keychain/keychainsecretstore.h"

#include "engines/secrets/keychain/secretservice.h"
#include "engines/secrets/secretname.h"

#include <qt6keychain/keychain.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <mutex>
#include <optional>
#include <span>

namespace salvor {

namespace {

const QString kService = QStringLiteral("salvor");
constexpr std::chrono::milliseconds kAskLimit{2000};
constexpr std::chrono::milliseconds kEndLimit{2000};
constexpr std::chrono::seconds kRefusalHolds{4}; ///< less than it takes to think better of it

void wipe(QByteArray& bytes) {
    ::explicit_bzero(bytes.data(), static_cast<std::size_t>(bytes.size()));
    bytes.clear();
}

Error locked() { return secretUnavailable("locked", "the keychain is locked", "unlock it, and try again"); }

/// Its prompt stands, and nobody answered it.
Error unanswered(bool isLocked, std::chrono::milliseconds waited) {
    Error error = secretUnavailable(
        isLocked ? "locked" : "timeout",
        std::string(isLocked ? "the keychain is locked"
                             : "the keychain asks for a password for a new keyring") +
            ": its prompt was not answered within " + std::to_string(waited.count() / 1000) + " s",
        "answer its window, which may be behind this one, and try again");
    error.context.emplace("prompt", "unanswered");
    return error;
}

Error absent(const std::string& why) {
    return secretUnavailable("absent", "there is no keychain here: " + why,
                             "log in to a desktop with a keychain (GNOME Keyring, KWallet), or keep it in a "
                             "file instead (--secrets file)");
}

/// It is there, and its prompt for the first keyring was dismissed, or nobody was there to see it.
Error withoutKeyring() {
    return secretUnavailable(
        "absent", "the keychain has no keyring yet, and none was made",
        "try again and answer its question for the password of a new keyring, or keep it "
        "in a file instead (--secrets file)");
}

/// What a job's error means, given how the keychain is after it.
Error meaning(QKeychain::Error error, const QString& text, KeychainState after, const std::string& name) {
    switch (error) {
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return absent(text.toStdString());
    case QKeychain::AccessDenied:
    case QKeychain::AccessDeniedByUser:
        return locked();
    default:
        break;
    }
    if (after == KeychainState::Absent)
        return absent("nobody on the session bus keeps secrets");
    if (after ==
        KeychainState::Locked) // a prompt that was dismissed is reported as an entry that is not there
        return locked();
    if (error == QKeychain::EntryNotFound)
        return secretUnavailable("not_found", "the keychain has no secret " + name);
    if (after == KeychainState::Empty)
        return withoutKeyring();
    return Error{
        ErrorCode::IoError, "the keychain failed with " + name + ": " + text.toStdString(), {}, false, {}};
}

} // namespace

KeychainThread::KeychainThread()
    : m_thread(std::make_unique<QThread>())
    , m_home(std::make_unique<QObject>()) {
    m_thread->setObjectName(QStringLiteral("salvor-keychain"));
    m_home->moveToThread(m_thread.get());
    m_thread->start();
}

KeychainThread::~KeychainThread() {
    m_thread->quit();
    if (!m_thread->wait(static_cast<unsigned long>(kEndLimit.count()))) {
        [[maybe_unused]] const QThread* hanging = m_thread.release();
        [[maybe_unused]] const QObject* home = m_home.release();
    }
}

void KeychainThread::post(std::function<void()> task) {
    QMetaObject::invokeMethod(m_home.get(), std::move(task), Qt::QueuedConnection);
}

void KeychainThread::noteRefusal() { m_refused = std::chrono::steady_clock::now(); }

bool KeychainThread::wasJustRefused() const {
    const auto refused = m_refused.load();
    return refused != std::chrono::steady_clock::time_point::min() &&
           std::chrono::steady_clock::now() - refused < kRefusalHolds;
}

/// Shared by the caller, who may have gone, and the job.
struct KeychainSecretStore::Request {
    Action action = Action::Get;
    QString key;
    Secret secret; ///< to be put, or what was got

    std::mutex mutex;
    std::condition_variable_any changed;
    bool done = false;
    bool given_up = false; ///< the caller has gone: what comes is dropped
    bool isLocked = false; ///< so an unlock prompt may be waiting for an answer
    bool isEmpty = false;  ///< so one may be that asks for the password of a new keyring

    /// Somebody does it, and reads what the keychain asks: a look-up may come of itself.
    bool mayPrompt() const { return action == Action::Put && (isLocked || isEmpty); }
    std::optional<Error> error;

    void finish(std::optional<Error> outcome) {
        const std::lock_guard lock(mutex);
        error = std::move(outcome);
        done = true;
        changed.notify_all();
    }
};

KeychainSecretStore::KeychainSecretStore(std::shared_ptr<KeychainThread> thread,
                                         std::chrono::milliseconds timeout,
                                         std::chrono::milliseconds promptTimeout)
    : m_thread(std::move(thread))
    , m_timeout(timeout)
    , m_promptTimeout(std::max(timeout, promptTimeout)) {}

/// In the keychain's thread.
void KeychainSecretStore::start(const std::shared_ptr<Request>& request, KeychainThread& thread) {
    {
        const std::lock_guard lock(request->mutex);
        if (request->given_up)
            return;
    }
    const KeychainState before = askKeychain(kAskLimit);
    if (before == KeychainState::Absent)
        return request->finish(absent("nobody on the session bus keeps secrets"));
    if (before == KeychainState::Locked &&
        (request->action == Action::RemoveUnasked || thread.wasJustRefused()))
        return request->finish(locked());
    static std::once_flag once;
    std::call_once(once, outliveSessionBus);
    {
        const std::lock_guard lock(request->mutex);
        request->isLocked = before == KeychainState::Locked;
        request->isEmpty = before == KeychainState::Empty;
    }
    QKeychain::Job* job = nullptr;
    QKeychain::ReadPasswordJob* reading = nullptr;
    if (request->action == Action::Get) {
        job = reading = new QKeychain::ReadPasswordJob(kService);
    } else if (request->action == Action::Put) {
        auto* writing = new QKeychain::WritePasswordJob(kService);
        const ByteView bytes = request->secret.bytes();
        QByteArray copy(reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size()));
        writing->setBinaryData(copy);
        job = writing;
    } else {
        job = new QKeychain::DeletePasswordJob(kService);
    }
    job->setInsecureFallback(false);
    job->setKey(request->key);
    QObject::connect(
        job, &QKeychain::Job::finished, job, [request, reading, &thread](QKeychain::Job* finished) {
            if (finished->error() != QKeychain::NoError) {
                Error error = meaning(finished->error(), finished->errorString(), askKeychain(kAskLimit),
                                      request->key.toStdString());
                if (secretState(error) == "locked")
                    thread.noteRefusal();
                return request->finish(std::move(error));
            }
            if (reading != nullptr) {
                QByteArray bytes = reading->binaryData();
                request->secret = Secret(
                    std::as_bytes(std::span(bytes.constData(), static_cast<std::size_t>(bytes.size()))));
                wipe(bytes);
            }
            request->finish({});
        });
    job->start(); // deletes itself
}

Result<Secret> KeychainSecretStore::perform(Action action, std::string_view name, Secret secret,
                                            const CancelToken& cancel) {
    SALVOR_TRY(checkCancelled(cancel));
    SALVOR_TRY(checkSecretName(name));
    const auto request = std::make_shared<Request>();
    request->action = action;
    request->key = QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    request->secret = std::move(secret);
    m_thread->post([request, thread = m_thread.get()] { start(request, *thread); });

    std::unique_lock lock(request->mutex);
    const auto begun = std::chrono::steady_clock::now();
    const auto isDone = [&] { return request->done; };
    bool done = request->changed.wait_for(lock, cancel, m_timeout, isDone);
    if (!done && request->mayPrompt())
        done = request->changed.wait_until(lock, cancel, begun + m_promptTimeout, isDone);
    if (!done) {
        request->given_up = true;
        if (cancel.stop_requested())
            return failure(cancelledError());
        if (request->isLocked || request->mayPrompt())
            m_thread->noteRefusal();
        if (request->mayPrompt())
            return failure(unanswered(request->isLocked, m_promptTimeout));
        if (request->isLocked)
            return failure(locked());
        return failure(secretUnavailable("timeout",
                                         "the keychain did not answer within " +
                                             std::to_string(m_timeout.count() / 1000) + " s",
                                         "is one of its windows waiting for an answer?"));
    }
    if (request->error)
        return failure(*request->error);
    return std::move(request->secret);
}

Result<Secret> KeychainSecretStore::get(std::string_view name, const CancelToken& cancel) {
    return perform(Action::Get, name, {}, cancel);
}

Result<> KeychainSecretStore::put(std::string_view name, const Secret& secret, const CancelToken& cancel) {
    SALVOR_TRY(perform(Action::Put, name, secret.clone(), cancel));
    return {};
}

Result<> KeychainSecretStore::remove(std::string_view name, const CancelToken& cancel) {
    const Result<Secret> removed = perform(Action::Remove, name, {}, cancel);
    if (!removed && secretState(removed.error()) != "not_found")
        return failure(removed.error());
    return {};
}

Result<> KeychainSecretStore::removeUnasked(std::string_view name, const CancelToken& cancel) {
    const Result<Secret> removed = perform(Action::RemoveUnasked, name, {}, cancel);
    if (!removed && secretState(removed.error()) != "not_found")
        return failure(removed.error());
    return {};
}

} // namespace salvor
