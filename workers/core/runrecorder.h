// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Keeps the record of one run: in the catalog database from its beginning, in the repository's spool at its
// end.
#pragma once

#include "workers/core/coreprivate.h"

#include <string>
#include <vector>

namespace salvor {

/// One thread. Ends the run as failed when it goes without an end. What cannot be recorded never fails the
/// run: it stands in `details.record_problems`, wherever the run could be recorded.
class RunRecorder {
public:
    /// Fills in id (unless given), host and start, and records the run as running. `spoolFolder`: a
    /// repository's state folder, where the record stands first, before anything else is opened, and stays
    /// when the repository could not be.
    RunRecorder(const Core::Private& core, RunRecord run, std::string spoolFolder = {});
    ~RunRecorder();
    RunRecorder(const RunRecorder&) = delete;
    RunRecorder& operator=(const RunRecorder&) = delete;

    RunRecord& run() { return m_run; }
    const RunRecord& run() const { return m_run; }
    /// Why the record could not be spooled; no run that is meant to leave one may begin then.
    const std::optional<Error>& spoolError() const { return m_spoolError; }
    /// Writes the running record again, with what is known by now.
    void update();
    /// As it goes into a repository's spool: with the mark of this process, as long as it runs.
    RunRecord spooled() const;

    void note(const char* list, const std::string& text); ///< adds to a list of texts in the details
    /// Something beside the run itself failed: said in the record, and nowhere else.
    void problem(const Error& error) { note("record_problems", error.toText()); }

    /// `repositories`: where the run is recorded besides the catalog database. Bounded, also after a cancel.
    const RunRecord& end(RunOutcome outcome, const std::optional<Error>& error,
                         const std::vector<Repository*>& repositories);
    /// Cancelled or Failed, as the error says.
    const RunRecord& fail(const Error& error, const std::vector<Repository*>& repositories);

private:
    void save();
    Result<> spool(const RunRecord& run) const;

    const Core::Private& m_core;
    const std::string m_spoolFolder;
    std::optional<Error> m_spoolError;
    RunRecord m_run;
    bool m_ended = false;
};

} // namespace salvor
