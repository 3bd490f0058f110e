// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Merges what the threads of a job did into one picture.
#pragma once

#include "models/base/bytes.h"
#include "models/base/progress.h"
#include "models/jobphase.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>

namespace salvor {

/// Thread safe. Passes a picture on at most once per `interval`, from whichever thread happens to report; a
/// change of phase and flush() always pass. The sink is never called by two threads at once, and pictures
/// never go back in time.
class ProgressMeter {
public:
    static constexpr std::chrono::milliseconds kInterval{100};
    explicit ProgressMeter(ProgressSink& sink, std::chrono::milliseconds interval = kInterval);

    /// Where `bytesStored` comes from; empty: stays as it is. The function must be thread safe.
    void setStoredBytes(std::function<std::uint64_t()> storedBytes);
    /// Begins to count anew: the totals of everything that is to come.
    void begin(std::uint64_t itemsTotal, std::uint64_t bytesTotal);
    void setPhase(JobPhase phase) { setPhase(jobPhaseId(phase)); }
    /// Of an engine's plan: the id of one of them, or one of its own that is shown as it is.
    void setPhase(const std::string& phase);
    void setPhase(const char* phase) = delete; ///< an id that nobody has words for
    void beginItem(const std::string& name);
    void addBytes(std::uint64_t count);
    void endItem();
    void flush();
    Progress picture() const;

    /// For calls of engine and repository that report a phase of their own while nothing else does.
    ProgressSink& passThrough() { return m_passThrough; }

private:
    class PassThrough final : public ProgressSink {
    public:
        explicit PassThrough(ProgressMeter& meter)
            : m_meter(meter) {}
        void progressed(const Progress& progress) override { m_meter.passOn(progress); }

    private:
        ProgressMeter& m_meter;
    };

    bool isDue() const;
    void emitIfDue();
    void emitLocked(); ///< under m_emitMutex
    void passOn(const Progress& progress);

    ProgressSink& m_sink;
    const std::chrono::nanoseconds m_interval;
    PassThrough m_passThrough;
    std::atomic<std::uint64_t> m_bytesDone = 0;
    std::atomic<std::uint64_t> m_itemsDone = 0;
    std::atomic<std::int64_t> m_nextEmission = 0; ///< steady clock, nanoseconds
    mutable std::mutex m_mutex;                   ///< guards m_state and m_storedBytes
    Progress m_state;
    std::function<std::uint64_t()> m_storedBytes;
    std::mutex m_emitMutex; ///< one caller of the sink at a time
};

/// Counts what passes. Adds to the meter in steps, as rows may come one by one.
class MeteredSink final : public ByteSink {
public:
    MeteredSink(ByteSink& sink, ProgressMeter& meter)
        : m_sink(sink)
        , m_meter(meter) {}
    ~MeteredSink() override { report(); }
    Result<> write(ByteView bytes) override;
    std::uint64_t count() const { return m_count; }

private:
    void report();
    ByteSink& m_sink;
    ProgressMeter& m_meter;
    std::uint64_t m_count = 0;
    std::uint64_t m_reported = 0;
};

class MeteredSource final : public ByteSource {
public:
    MeteredSource(ByteSource& source, ProgressMeter& meter)
        : m_source(source)
        , m_meter(meter) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override;
    std::uint64_t count() const { return m_count; }

private:
    ByteSource& m_source;
    ProgressMeter& m_meter;
    std::uint64_t m_count = 0;
};

} // namespace salvor
