// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

#include "app/coresetup.h"
#include "app/salvorctl/progressline.h"

namespace salvor::ctl {

Context::Context(const GlobalOptions& options, std::string schema, CancelToken cancel)
    : m_options(options)
    , m_out(options.json, options.quiet, std::move(schema))
    , m_cancel(std::move(cancel)) {}

Result<> Context::prepareCore() {
    SALVOR_ASSIGN(auto config, coreConfigFromEnvironment());
    m_core = std::make_unique<Core>(std::move(config));
    return {};
}

ProgressSink& Context::progress() {
    if (!m_progress)
        m_progress = makeProgressLine(m_options.json, m_options.quiet);
    return *m_progress;
}

void Context::endProgress() {
    if (auto* line = dynamic_cast<ProgressLine*>(m_progress.get()))
        line->end();
}

void Commands::onChosen(CLI::App* verb, const std::string& schemaName, Run run, bool needsCore) {
    verb->callback([this, verb, schemaName, run = std::move(run), needsCore] {
        if (!verb->get_subcommands().empty())
            return; // a verb below it was chosen
        m_schemaName = schemaName;
        m_run = run;
        m_needsCore = needsCore;
    });
}

Result<Exit> Commands::run(Context& context) const {
    if (m_needsCore)
        SALVOR_TRY(context.prepareCore());
    return m_run(context);
}

Exit exitCodeOf(const Error& error) {
    switch (error.code) {
    case ErrorCode::Cancelled:
        return Exit::Cancelled;
    case ErrorCode::InvalidInput:
        return Exit::Usage;
    case ErrorCode::Busy:
        return Exit::Busy;
    default:
        return Exit::Failed;
    }
}

Exit exitCodeOf(RunOutcome outcome) {
    switch (outcome) {
    case RunOutcome::Ok:
        return Exit::Ok;
    case RunOutcome::Partial:
        return Exit::Partial;
    case RunOutcome::Cancelled:
        return Exit::Cancelled;
    case RunOutcome::Skipped:
        return Exit::Busy;
    case RunOutcome::Running:
    case RunOutcome::Failed:
        break;
    }
    return Exit::Failed;
}

} // namespace salvor::ctl
