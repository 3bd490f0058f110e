// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/progressmeter.h"

namespace salvor {

namespace {

constexpr std::uint64_t kReportEveryBytes = 256 * 1024;

std::int64_t steadyNanoseconds() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

} // namespace

ProgressMeter::ProgressMeter(ProgressSink& sink, std::chrono::milliseconds interval)
    : m_sink(sink)
    , m_interval(interval)
    , m_passThrough(*this) {}

void ProgressMeter::setStoredBytes(std::function<std::uint64_t()> storedBytes) {
    const std::uint64_t last = storedBytes ? 0 : picture().bytesStored;
    const std::lock_guard lock(m_mutex);
    m_storedBytes = std::move(storedBytes);
    if (!m_storedBytes)
        m_state.bytesStored = last; // the last figure outlives its source
}

void ProgressMeter::begin(std::uint64_t itemsTotal, std::uint64_t bytesTotal) {
    const std::lock_guard lock(m_mutex);
    m_bytesDone = 0;
    m_itemsDone = 0;
    m_state.itemsTotal = itemsTotal;
    m_state.bytesTotal = bytesTotal;
}

void ProgressMeter::setPhase(const std::string& phase) {
    {
        const std::lock_guard lock(m_mutex);
        m_state.phase = phase;
        m_state.item.clear();
    }
    flush();
}

void ProgressMeter::beginItem(const std::string& name) {
    {
        const std::lock_guard lock(m_mutex);
        m_state.item = name;
    }
    emitIfDue();
}

void ProgressMeter::addBytes(std::uint64_t count) {
    m_bytesDone += count;
    emitIfDue();
}

void ProgressMeter::endItem() {
    ++m_itemsDone;
    emitIfDue();
}

void ProgressMeter::flush() {
    const std::lock_guard lock(m_emitMutex);
    emitLocked();
}

Progress ProgressMeter::picture() const {
    const std::lock_guard lock(m_mutex);
    Progress picture = m_state;
    picture.bytesDone = m_bytesDone;
    picture.itemsDone = m_itemsDone;
    if (m_storedBytes)
        picture.bytesStored = m_storedBytes();
    return picture;
}

bool ProgressMeter::isDue() const { return steadyNanoseconds() >= m_nextEmission; }

void ProgressMeter::emitIfDue() {
    if (!isDue())
        return;
    const std::unique_lock lock(m_emitMutex, std::try_to_lock);
    if (lock.owns_lock() && isDue())
        emitLocked();
}

void ProgressMeter::emitLocked() {
    m_nextEmission = steadyNanoseconds() + m_interval.count();
    m_sink.progressed(picture());
}

void ProgressMeter::passOn(const Progress& progress) {
    {
        const std::lock_guard lock(m_mutex);
        const std::uint64_t stored = m_state.bytesStored;
        const bool samePhase = progress.phase == m_state.phase;
        m_state = progress;
        m_state.bytesStored = stored;
        m_bytesDone = progress.bytesDone;
        m_itemsDone = progress.itemsDone;
        if (!samePhase)
            m_nextEmission = 0;
    }
    emitIfDue();
}

Result<> MeteredSink::write(ByteView bytes) {
    SALVOR_TRY(m_sink.write(bytes));
    m_count += bytes.size();
    if (m_count - m_reported >= kReportEveryBytes)
        report();
    return {};
}

void MeteredSink::report() {
    if (m_count != m_reported)
        m_meter.addBytes(m_count - m_reported);
    m_reported = m_count;
}

Result<std::size_t> MeteredSource::read(std::span<std::byte> buffer) {
    SALVOR_ASSIGN(const std::size_t count, m_source.read(buffer));
    m_count += count;
    if (count != 0)
        m_meter.addBytes(count);
    return count;
}

} // namespace salvor
