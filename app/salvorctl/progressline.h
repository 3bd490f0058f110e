// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Progress on standard error: one line that rewrites itself on a terminal, JSON lines with --json, nothing
// otherwise.
#pragma once

#include "models/base/progress.h"

#include <QString>

#include <chrono>
#include <memory>
#include <mutex>
#include <string>

namespace salvor::ctl {

/// Thread safe; draws at most five times a second, a new phase at once.
class ProgressLine final : public ProgressSink {
public:
    enum class Style { None, Terminal, JsonLines };
    ProgressLine(Style style, int terminalColumns);
    void progressed(const Progress& progress) override;
    /// Clears the line on a terminal.
    void end();

private:
    void draw(const Progress& progress, double secondsInPhase) const;

    const Style m_style;
    const int m_columns;
    std::mutex m_mutex;
    std::string m_phase;
    std::chrono::steady_clock::time_point m_phaseStart;
    std::chrono::steady_clock::time_point m_lastDrawn;
    bool m_drawn = false;
};

/// Of Progress::phase: "Taking the snapshot". One that this version does not know is shown as it is.
QString phaseText(const std::string& phase);

/// The style that fits standard error and the options.
std::unique_ptr<ProgressLine> makeProgressLine(bool json, bool quiet);

} // namespace salvor::ctl
