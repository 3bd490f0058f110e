// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// systemd's own programs: systemctl, systemd-analyze, systemd-creds. All of 252 and later.
#pragma once

#include "engines/process/process.h"
#include "engines/timers/timerunits.h"

#include <map>
#include <string>
#include <vector>

namespace salvor {

/// Each call runs one program to its end, at most a minute. ToolMissing where systemd is not there;
/// ToolFailed with the end of what the program said, in one line; where a user's own manager is not reached
/// its context "state" is "no_user_manager". `processes` is borrowed. One thread at a time.
class UnitSystem {
public:
    UnitSystem(ProcessRunner& processes, UnitScope scope)
        : m_processes(processes)
        , m_scope(scope) {}

    Result<> reload(const CancelToken& cancel) const;
    Result<> enable(const std::vector<std::string>& units, const CancelToken& cancel) const;
    /// Starts a timer, or lets it count anew with the file it has now.
    Result<> restart(const std::vector<std::string>& units, const CancelToken& cancel) const;
    /// Stopped as well. A job that is running goes on.
    Result<> disable(const std::vector<std::string>& units, const CancelToken& cancel) const;
    /// Ends what runs of them; never an error, as what is gone runs no longer.
    void stop(const std::vector<std::string>& units, const CancelToken& cancel) const;
    /// Forgets that they failed; never an error.
    void resetFailed(const std::vector<std::string>& units, const CancelToken& cancel) const;
    /// Properties as `systemctl show` names them.
    Result<std::map<std::string, std::string>> show(const std::string& unit,
                                                    const std::vector<std::string>& properties,
                                                    const CancelToken& cancel) const;

    /// systemd-analyze verify on files that need not be installed: warnings are errors.
    Result<> verify(const std::vector<std::string>& files, const CancelToken& cancel) const;
    /// systemd-analyze security: the exposure in tenths, 0 to 100.
    Result<unsigned> exposureTenths(const std::string& file, const CancelToken& cancel) const;
    /// systemd-creds encrypt, the secret through its standard input. Needs root.
    Result<std::string> encrypt(const std::string& name, const Secret& secret,
                                const CancelToken& cancel) const;

private:
    Result<std::string> run(std::vector<std::string> command, const CancelToken& cancel,
                            ByteSource* input = nullptr) const;
    Result<std::string> systemctl(std::vector<std::string> words, const CancelToken& cancel) const;

    ProcessRunner& m_processes;
    UnitScope m_scope;
};

} // namespace salvor
