// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Progress of a job, as values pushed to a sink.
#pragma once

#include <cstdint>
#include <string>

namespace salvor {

/// A whole picture each time, so that a sink may drop any but the last. Zero totals mean "not known".
struct Progress {
    std::string phase; ///< the id of a JobPhase; empty before the first
    std::string item;  ///< display name of what is in hand; may be empty
    std::uint64_t itemsDone = 0;
    std::uint64_t itemsTotal = 0;
    std::uint64_t bytesDone = 0;   ///< plaintext bytes read (backup) or written (restore)
    std::uint64_t bytesTotal = 0;  ///< estimate
    std::uint64_t bytesStored = 0; ///< bytes sent to the store
};

/// Called from any thread of a job, several at once: implementations are thread safe and return at once.
class ProgressSink {
public:
    virtual ~ProgressSink() = default;
    virtual void progressed(const Progress& progress) = 0;
};

class NullProgress final : public ProgressSink {
public:
    void progressed(const Progress&) override {}
};

} // namespace salvor
