// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One call of the core at a time, off the window's thread, with a cancel of its own.
#pragma once

#include "workers/jobworker.h"

#include <QObject>

#include <functional>
#include <memory>
#include <stop_token>

class QWidget;

namespace salvor {

/// Lives in the window's thread. Destroying it cancels without waiting and drops the result.
class BackgroundCall : public QObject {
    Q_OBJECT

public:
    explicit BackgroundCall(Lookups& lookups, QObject* parent = nullptr);
    ~BackgroundCall() override;

    /// Runs `call` and then `then` in this thread; a call that still runs is cancelled, its result dropped.
    template <typename T>
    void run(std::function<Result<T>(const CancelToken&)> call, std::function<void(Result<T>)> then) {
        begin();
        m_lookups.run<T>(
            m_context.get(),
            [call = std::move(call), stop = m_stop](const CancelToken& closing) mutable {
                // Cancelled by the user, or because the window goes.
                const std::stop_callback forward(closing, [&stop] { stop.request_stop(); });
                return call(stop.get_token());
            },
            [this, then = std::move(then)](Result<T> result) {
                end();
                then(std::move(result));
            });
    }
    /// Asks the call to end; its result still arrives: a change that was already made is not forgotten.
    void cancel();
    bool isRunning() const { return m_running; }

signals:
    void runningChanged(bool running);

private:
    void begin();
    void end();

    Lookups& m_lookups;
    std::unique_ptr<QObject> m_context;
    std::stop_source m_stop;
    bool m_running = false;
};

/// Look-ups of that name which belong to `owner`, made on first use: one thread for what may take long, so
/// that nothing else waits behind it. A dialog asks for those of its window: closing the dialog waits for
/// nobody.
Lookups& lookupsOf(QWidget& owner, const char* name);

} // namespace salvor
