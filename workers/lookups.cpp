// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/jobworker.h"

#include <QMetaObject>
#include <QPointer>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

namespace salvor {

/// One thread and its queue. What is queued when the owner goes is dropped.
class Lookups::Private {
public:
    struct Entry {
        QPointer<QObject> context;
        std::function<void(const CancelToken&)> call;
        std::function<void()> then;
    };

    Private()
        : m_thread([this](const std::stop_token& stop) { work(stop); }) {}

    void push(Entry entry) {
        {
            const std::lock_guard lock(m_mutex);
            m_queue.push_back(std::move(entry));
        }
        m_filled.notify_one();
    }

    /// Ends the thread; bounded by what the running call takes to see its cancel.
    void stop() {
        m_thread.request_stop();
        m_thread.join();
    }

private:
    void work(const std::stop_token& stop) {
        while (true) {
            Entry entry;
            {
                std::unique_lock lock(m_mutex);
                if (!m_filled.wait(lock, stop, [this] { return !m_queue.empty(); }))
                    return;
                entry = std::move(m_queue.front());
                m_queue.pop_front();
            }
            if (stop.stop_requested())
                return;
            entry.call(stop);
            // Delivered by the owner, which lives in the window's thread; it looks there whether the context
            // still lives.
            deliver(std::move(entry));
        }
    }

    void deliver(Entry entry) {
        QMetaObject::invokeMethod(
            m_receiver.get(),
            [entry = std::move(entry)] {
                if (!entry.context.isNull())
                    entry.then();
            },
            Qt::QueuedConnection);
    }

    std::unique_ptr<QObject> m_receiver = std::make_unique<QObject>();
    std::mutex m_mutex;
    std::condition_variable_any m_filled;
    std::deque<Entry> m_queue;
    std::jthread m_thread; // last: it uses all of the above
};

Lookups::Lookups(QObject* parent)
    : QObject(parent)
    , m_private(std::make_unique<Private>()) {}

Lookups::~Lookups() { m_private->stop(); }

void Lookups::enqueue(QObject* context, std::function<void(const CancelToken&)> call,
                      std::function<void()> then) {
    m_private->push({context, std::move(call), std::move(then)});
}

} // namespace salvor
