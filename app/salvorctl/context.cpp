// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

#include "app/coresetup.h"
#include "app/salvorctl/progressline.h"
#include "app/salvorctl/signals.h"

namespace salvor::ctl {

Context::Context(const GlobalOptions& options, std::string schema, const SignalWatch& signalWatch)
    : m_options(options)
    , m_out(options.json, options.quiet, std::move(schema))
    , m_signalWatch(signalWatch)
    , m_cancel(signalWatch.token()) {}

Result<> Context::prepareCore() {
    SALVOR_ASSIGN(auto config, coreConfigFromEnvironment());
    config.warnings = this;
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

void Context::warned(const RepositoryWarning& warning) {
    constexpr std::size_t kMost = 10;
    m_hasUnlisted = m_hasUnlisted || warning.notListed;
    QString sentence = toQt(printable(warning.error.message)); // of no repository alone, or of this one
    if (!warning.title.empty())
        sentence = Text::tr("repository \"%1\": %2").arg(toQt(printable(warning.title)), sentence);
    if (!warning.error.hint.empty())
        sentence += QStringLiteral("\n  ") + toQt(printable(warning.error.hint));
    QJsonArray missing;
    for (const auto& backup : warning.missing) {
        if (missing.isEmpty())
            sentence += QStringLiteral("\n  ") + Text::tr("Known here, and missing from it:");
        missing.append(toQt(backup.id));
        if (warning.missing.size() <= kMost || static_cast<std::size_t>(missing.size()) < kMost)
            sentence += QStringLiteral("\n    ") +
                        Text::tr("%1 of %2").arg(toQt(backup.id), toQt(printable(backup.database)));
    }
    if (warning.missing.size() > kMost)
        sentence += QStringLiteral("\n    ") +
                    Text::tr("and %1 more").arg(toQt(count(warning.missing.size() - kMost + 1)));
    QJsonObject entry = toJson(warning.error);
    entry.insert(QStringLiteral("repository"), toQt(warning.repositoryId));
    entry.insert(QStringLiteral("missing_backups"), missing);
    endProgress();
    m_out.warning(text(sentence), entry);
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
