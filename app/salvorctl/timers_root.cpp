// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/timers_root.h"

#include "app/salvorctl/secretinput.h"
#include "app/salvorctl/timers_output.h"
#include "engines/process/process.h"
#include "engines/remote/timerapply.h"
#include "models/jsonfields.h"

#include <QFile>
#include <QStandardPaths>

#include <algorithm>
#include <unistd.h>

namespace salvor::ctl {

namespace {

constexpr const char* kPolkitPolicy = "/usr/share/polkit-1/actions/org.salvor.timers.policy";

class SecretSource final : public ByteSource {
public:
    explicit SecretSource(const Secret& secret)
        : m_rest(secret.bytes()) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        const std::size_t count = std::min(buffer.size(), m_rest.size());
        std::copy_n(m_rest.begin(), count, buffer.begin());
        m_rest = m_rest.subspan(count);
        return count;
    }

private:
    ByteView m_rest;
};

/// In single quotes where it has to be.
std::string shellWord(const std::string& word) {
    if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-+=") ==
        std::string::npos)
        return word;
    std::string out = "'";
    for (const char c : word)
        out += c == '\'' ? std::string("'\\''") : std::string(1, c);
    return out + "'";
}

std::string sudoLine(const std::string& program, const std::string& file, const TimersPlanView& plan) {
    const std::string apply = "sudo " + shellWord(program) + " timers apply --plan " + shellWord(file) +
                              " --plan-hash " + plan.sha256;
    if (plan.credentials.empty())
        return apply;
    return shellWord(program) + " timers secrets --plan " + shellWord(file) + " | " + apply +
           " --secrets-fd 0";
}

bool hasPolkit() {
    return QFile::exists(QLatin1String(kPolkitPolicy)) &&
           !QStandardPaths::findExecutable(QStringLiteral("pkexec")).isEmpty();
}

void sayApplied(Context& context, const AppliedTimers& done) {
    Output& out = context.out();
    for (const auto& timer : done.started)
        out.line(text(Text::tr("Started %1.").arg(toQt(timer))));
    for (const auto& timer : done.stopped)
        out.line(text(Text::tr("Removed %1.").arg(toQt(timer))));
    for (const auto& name : done.credentialsKept)
        out.line(text(Text::tr("Kept the credential %1 as it was.").arg(toQt(name))));
    out.line(text(Text::tr("Done: %n file(s) changed, %1 credential(s) written.", nullptr,
                           static_cast<int>(done.plan.files.size()))
                      .arg(done.credentialsWritten.size())));
    std::vector<std::string> paths;
    for (const auto& file : done.plan.files)
        paths.push_back(file.path);
    out.data(QJsonObject{{QStringLiteral("user"), toQt(done.plan.wanted.user)},
                         {QStringLiteral("files"), toJsonArray(paths)},
                         {QStringLiteral("started"), toJsonArray(done.started)},
                         {QStringLiteral("stopped"), toJsonArray(done.stopped)},
                         {QStringLiteral("credentials_written"), toJsonArray(done.credentialsWritten)},
                         {QStringLiteral("credentials_kept"), toJsonArray(done.credentialsKept)}});
}

Result<Exit> applyHere(Context& context, const std::string& bytes, const Secret& stream, UnitScope scope,
                       const TimersLayout& layout) {
    SALVOR_ASSIGN(const auto secrets, readCredentialStream(stream));
    SystemProcessRunner processes;
    const UnitSystem system(processes, scope);
    const TimersHost host{HostFiles(), layout, &system};
    SALVOR_ASSIGN(const AppliedTimers done, applyTimers(bytes, secrets, host, context.cancel()));
    sayApplied(context, done);
    return Exit::Ok;
}

/// The secrets go through its standard input. Its answer is ours.
Result<Exit> byPolkit(Context& context, const std::string& program, const std::string& file,
                      const TimersPlanView& plan, const Secret& secrets) {
    SystemProcessRunner processes;
    SecretSource input(secrets);
    ProcessRequest request;
    request.command = {"pkexec", program,       "timers",    "apply",        "--plan",
                       file,     "--plan-hash", plan.sha256, "--secrets-fd", "0"};
    request.input = &input;
    SALVOR_ASSIGN(const auto report, processes.run(request, context.cancel()));
    if (report.exitCode == 0) {
        context.out().line(text(Text::tr("The timers are installed.")));
        context.out().data(toJson(plan));
        return Exit::Ok;
    }
    // 126: dismissed, 127: nobody to ask.
    return failure(ErrorCode::PermissionDenied,
                   report.errorTail.empty() ? "pkexec did not get the right to install timers"
                                            : report.errorTail,
                   "without a session to ask in, run: " + sudoLine(program, file, plan),
                   {{"plan", file}, {"exit_code", std::to_string(report.exitCode)}});
}

} // namespace

std::string ownProgram() {
    const QString given = qEnvironmentVariable("SALVOR_PROGRAM");
    return fromQt(given.startsWith(QLatin1Char('/')) ? given : QCoreApplication::applicationFilePath());
}

Result<Exit> applyPlanFile(Context& context, const PlanFileOptions& options) {
    SALVOR_ASSIGN(const std::string bytes, readPlanFile(options.plan, options.hash));
    SALVOR_ASSIGN(const TimersWanted wanted, readTimersPlan(bytes));
    if (wanted.scope == UnitScope::User)
        return failure(ErrorCode::InvalidInput, "the plan is for the units of a user's own manager",
                       "run salvorctl timers apply --user-units as that user");
    SALVOR_TRY(checkProgram(wanted.program));
    Secret stream;
    if (options.secretsFd >= 0) {
        auto read = readSecretFromFd(options.secretsFd, context.cancel());
        if (!read && read.error().code != ErrorCode::InvalidInput)
            return failure(std::move(read).error());
        if (read)
            stream = std::move(*read);
    }
    return applyHere(context, bytes, stream, UnitScope::System, TimersLayout::system());
}

Result<Exit> applyPlan(Context& context, Timers& timers, const TimersSetup& setup, const TimersPlanView& plan,
                       const std::string& action) {
    if (setup.userUnits) {
        SALVOR_ASSIGN(const Exit done, applyHere(context, plan.bytes, {}, UnitScope::User,
                                                 TimersLayout::ofUser(setup.configHome, setup.dataHome)));
        SALVOR_TRY(timers.note(action, plan));
        return done;
    }
    Secret secrets;
    if (!plan.credentials.empty()) {
        SALVOR_ASSIGN(secrets, timers.secretsFor(plan.bytes, context.cancel()));
    }
    if (::geteuid() == 0) {
        SALVOR_TRY(checkProgram(setup.program));
        SALVOR_ASSIGN(const Exit done,
                      applyHere(context, plan.bytes, secrets, UnitScope::System, TimersLayout::system()));
        SALVOR_TRY(timers.note(action, plan));
        return done;
    }
    SALVOR_ASSIGN(const std::string file, timers.keepPlan(plan));
    if (hasPolkit()) {
        SALVOR_ASSIGN(const Exit done, byPolkit(context, setup.program, file, plan, secrets));
        SALVOR_TRY(timers.note(action, plan));
        return done;
    }
    SALVOR_TRY(timers.note("timers.plan", plan));
    showPlan(context, plan);
    const std::string line = sudoLine(setup.program, file, plan);
    return failure(ErrorCode::PermissionDenied,
                   "installing timers needs root, and polkit is not set up for it; the plan is in " + file,
                   "run: " + line, {{"plan", file}, {"plan_sha256", plan.sha256}, {"command", line}});
}

} // namespace salvor::ctl
