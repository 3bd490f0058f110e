// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The asynchronous shell: a call of the Core on a QThread of its own.
#pragma once

#include "workers/core.h"

#include <QObject>

#include <functional>
#include <memory>

namespace salvor {

/// Runs one blocking function on a QThread. Lives in the window's thread; emits `started`, any number of
/// `progressed` (at most ten a second, the last picture always arrives) and exactly one `finished`.
/// Destructor: cancel, then a bounded wait.
class JobWorker : public QObject {
    Q_OBJECT

public:
    using Function = std::function<Result<JobReport>(ProgressSink&, const CancelToken&)>;
    explicit JobWorker(QObject* parent = nullptr);
    ~JobWorker() override;

    /// Once per worker. What `function` uses must outlive the worker.
    void start(Function function);
    /// The same for a call that is no job of the core's: it keeps its own result, and result() is none.
    void startCall(std::function<void(ProgressSink&, const CancelToken&)> call);
    void cancel();
    bool isRunning() const;
    /// After finished().
    const Result<JobReport>& result() const;

signals:
    void started();
    void progressed(const salvor::Progress& progress);
    void finished();

private:
    class Private;
    std::unique_ptr<Private> m_private;
};

/// A short look-up off the window's thread: runs `call` on a worker thread and `then` with its result in
/// `context`'s thread, unless `context` is gone by then. Look-ups of one context run one after the other.
class Lookups : public QObject {
    Q_OBJECT

public:
    explicit Lookups(QObject* parent = nullptr);
    ~Lookups() override; ///< cancels what runs, then a bounded wait

    template <typename T>
    void run(QObject* context, std::function<Result<T>(const CancelToken&)> call,
             std::function<void(Result<T>)> then) {
        auto result = std::make_shared<std::optional<Result<T>>>();
        enqueue(
            context,
            [result, call = std::move(call)](const CancelToken& cancel) { result->emplace(call(cancel)); },
            [result, then = std::move(then)] { then(std::move(**result)); });
    }

private:
    void enqueue(QObject* context, std::function<void(const CancelToken&)> call, std::function<void()> then);
    class Private;
    std::unique_ptr<Private> m_private;
};

} // namespace salvor

Q_DECLARE_METATYPE(salvor::Progress)
