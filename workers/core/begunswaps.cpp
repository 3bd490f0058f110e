// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/begunswaps.h"

#include "engines/repository/statefolder.h"
#include "models/base/json.h"
#include "models/jsonfields.h"
#include "workers/core/coreprivate.h"
#include "workers/core/namechanges.h"

#include <algorithm>
#include <array>
#include <utility>

namespace salvor {

namespace {

using State = BegunSwap::State;

constexpr const char* kFolder = "begun-swaps";
constexpr std::size_t kAll = 10'000'000;
/// A swap waits for two minutes at most. Of a process in another container nobody can tell that it died.
constexpr std::chrono::hours kLongest{1};

constexpr std::array<std::pair<State, const char*>, 4> kStates{
    {{State::Begun, "begun"}, {State::Lost, "lost"}, {State::Done, "done"}, {State::NotDone, "not_done"}}};

std::string fileOf(const std::string& act) { return std::string(kFolder) + "/" + act + ".json"; }

QString key(const char* name) { return QString::fromLatin1(name); }

std::string textOf(const QJsonObject& object, const char* name) {
    return fromQt(object.value(QLatin1String(name)).toString());
}

QJsonObject toJson(const BegunSwap& swap) {
    QJsonObject object{{key("profile"), toQt(swap.profileUuid)},
                       {key("at"), toQt(toRfc3339Micros(swap.at))},
                       {key("undo"), swap.plan.undo},
                       {key("live"), toQt(swap.plan.liveName)},
                       {key("backup"), toQt(swap.plan.backupId)},
                       {key("before"), swapNames(swap.plan.restored, swap.plan.replaced)},
                       {key("after"), swapNames(swap.plan.restoredAs, swap.plan.replacedAs)},
                       {key("system_id"), toQt(swap.ids.systemId)},
                       {key("ids"), swapNames(swap.ids.restored, swap.ids.replaced)},
                       {key("why"), toQt(swap.why)}};
    for (const auto& [state, name] : kStates) {
        if (state == swap.state)
            object.insert(key("state"), QLatin1String(name));
    }
    RunRecord run; // the mark of a process has one form
    setProcessMark(run, swap.process);
    if (swap.process)
        object.insert(key("process"), run.details.value(QLatin1String("process")));
    return object;
}

BegunSwap fromJson(const QJsonObject& object, std::string act, std::string path) {
    BegunSwap swap;
    swap.act = std::move(act);
    swap.path = std::move(path);
    swap.profileUuid = textOf(object, "profile");
    if (const auto at = fromRfc3339(textOf(object, "at")))
        swap.at = *at;
    swap.plan.undo = object.value(QLatin1String("undo")).toBool();
    swap.plan.liveName = textOf(object, "live");
    swap.plan.backupId = textOf(object, "backup");
    const QJsonObject before = object.value(QLatin1String("before")).toObject();
    swap.plan.restored = textOf(before, "restored");
    swap.plan.replaced = textOf(before, "replaced");
    const QJsonObject after = object.value(QLatin1String("after")).toObject();
    swap.plan.restoredAs = textOf(after, "restored");
    swap.plan.replacedAs = textOf(after, "replaced");
    const QJsonObject ids = object.value(QLatin1String("ids")).toObject();
    swap.ids = {textOf(object, "system_id"), textOf(ids, "restored"), textOf(ids, "replaced")};
    swap.why = textOf(object, "why");
    for (const auto& [state, name] : kStates) {
        if (textOf(object, "state") == name)
            swap.state = state;
    }
    RunRecord run;
    run.details.insert(key("process"), object.value(QLatin1String("process")));
    swap.process = processMarkOf(run);
    return swap;
}

bool isKnown(const BegunSwap& swap) { return swap.state == State::Done || swap.state == State::NotDone; }

/// A process that was killed after it wrote the end and before it removed the file.
Result<bool> hasEnd(WorkspaceDatabase& workspace, const BegunSwap& swap) {
    AuditFilter filter;
    filter.subject = swap.profileUuid;
    filter.action = "restored";
    filter.since = swap.at - kLongest; // somebody may have set the clock back a little
    filter.limit = kAll;
    SALVOR_ASSIGN(const auto records, workspace.auditTrail(filter));
    return std::ranges::any_of(records, [&](const AuditRecord& one) {
        return textOf(one.after, "act") == swap.act && one.action != "restored.begin" &&
               one.action != "restored.unknown";
    });
}

/// What the server says of one; its file says it afterwards.
Result<> settleOne(const std::string& state, BegunSwap swap, SwapSettler& settler,
                   const Connection& connection, const CancelToken& cancel) {
    SALVOR_ASSIGN(const SwapFound found, settler.findSwap(connection, swap.plan, swap.ids, cancel));
    if (found.outcome == SwapOutcome::Unknown) {
        if (swap.state == State::Lost && swap.why == found.why)
            return {};
        swap.state = State::Lost;
        swap.why = found.why;
        return writeBegunSwap(state, swap);
    }
    if (found.outcome == SwapOutcome::Done) {
        SALVOR_TRY(addNameChange(state, changeOf(swap)));
        swap.state = State::Done;
        swap.why.clear();
    } else {
        swap.state = State::NotDone;
        swap.why = "it was cut short; the server says that nothing was changed";
    }
    return writeBegunSwap(state, swap);
}

Result<> recordEnd(const Core::Private& core, const BegunSwap& swap) {
    SALVOR_ASSIGN(const auto workspace, core.workspace());
    SALVOR_ASSIGN(const bool isRecorded, hasEnd(*workspace, swap));
    if (!isRecorded)
        SALVOR_TRY(workspace->recordAudit(actionOf(swap), swap.profileUuid,
                                          swapNames(swap.plan.restored, swap.plan.replaced),
                                          endOfSwap(swap)));
    return forgetBegunSwap(core.config.places.state, swap.act);
}

Finding findingOf(const BegunSwap& swap, const std::string& server, Instant now) {
    const DatabaseSwap& plan = swap.plan;
    std::string text;
    if (swap.profileUuid.empty()) {
        text = "of a swap of databases that was begun here it is not known what became of it: " + swap.why;
    } else {
        const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - swap.at).count();
        text = (plan.undo ? "taking back the swap of \"" : "the swap of \"") + plan.restored + "\" and \"" +
               plan.replaced + "\" on server \"" + server + "\" was begun " + spanText(age) +
               " ago, and whether it was done is not known; what is said of \"" + plan.liveName +
               "\" may be of the other database";
        if (!swap.why.empty())
            text += " (" + swap.why + ")";
        text += "; look with salvorctl restored list, which also writes down what became of it";
    }
    text += "; it is said until that is known, or " + swap.path + " is deleted";
    return {Severity::Warning, "swap_open", {}, {}, text, {}, swap.act};
}

} // namespace

bool isOver(const BegunSwap& swap, Instant now) {
    if (swap.state != State::Begun || !swap.process || isSurelyDead(*swap.process))
        return true;
    const ProcessMark here = markOfThisProcess();
    const bool isHere =
        swap.process->machine == here.machine && swap.process->pidNamespace == here.pidNamespace;
    return !isHere && now - swap.at > kLongest;
}

NameChange changeOf(const BegunSwap& swap) {
    return {swap.profileUuid,
            swap.at,
            {{swap.plan.restored, swap.plan.restoredAs}, {swap.plan.replaced, swap.plan.replacedAs}}};
}

std::string actionOf(const BegunSwap& swap) {
    if (swap.state != State::Done)
        return "restored.not_done";
    return swap.plan.undo ? "restored.undo" : "restored.swap";
}

QJsonObject endOfSwap(const BegunSwap& swap) {
    const bool isDone = swap.state == State::Done;
    QJsonObject after = isDone ? swapNames(swap.plan.restoredAs, swap.plan.replacedAs) : QJsonObject();
    after.insert(key("backup"), toQt(swap.plan.backupId));
    after.insert(key("act"), toQt(swap.act));
    after.insert(key("state"), QLatin1String(isDone ? "done" : "failed"));
    after.insert(key("at"), toQt(toRfc3339Micros(swap.at)));
    if (!isDone) {
        after.insert(key("undo"), swap.plan.undo);
        after.insert(key("error"), toQt(swap.why));
    }
    return after;
}

Result<> writeBegunSwap(const std::string& stateFolder, const BegunSwap& swap) {
    QJsonObject document = toJson(swap);
    if (swap.state == State::Begun) {
        SALVOR_ASSIGN(const QJsonArray changes, namesWith(stateFolder, changeOf(swap)));
        document.insert(key("changes"), changes);
    }
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_TRY(folder.makeFolder(kFolder));
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(document));
    return folder.write(fileOf(swap.act), asBytes(text));
}

Result<> forgetBegunSwap(const std::string& stateFolder, const std::string& act) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    return folder.remove(fileOf(act));
}

Result<std::vector<BegunSwap>> begunSwaps(const std::string& stateFolder) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_ASSIGN(const auto names, folder.list(kFolder));
    std::vector<BegunSwap> swaps;
    for (const auto& name : names) {
        const std::string act = name.substr(0, name.rfind('.'));
        const std::string path = (folder.path() / kFolder / name).string();
        const auto text = folder.read(std::string(kFolder) + "/" + name);
        if (text && !*text)
            continue; // its swap has ended meanwhile
        const auto object = text ? parseJsonObject(**text, path) : Result<QJsonObject>(failure(text.error()));
        if (object) {
            swaps.push_back(fromJson(*object, act, path));
            continue;
        }
        BegunSwap unread;
        unread.act = act;
        unread.path = path;
        unread.state = State::Lost;
        unread.why = object.error().message;
        swaps.push_back(std::move(unread));
    }
    std::ranges::stable_sort(swaps, {}, &BegunSwap::at);
    return swaps;
}

Result<> settleSwaps(const Core::Private& core, Engine& engine, const Connection& connection,
                     const CancelToken& cancel) {
    const std::string& state = core.config.places.state;
    SALVOR_ASSIGN(const auto swaps, begunSwaps(state));
    auto* const settler = dynamic_cast<SwapSettler*>(&engine);
    Result<> first;
    for (const auto& swap : swaps) {
        if (swap.profileUuid != connection.profile->uuid || settler == nullptr || isKnown(swap) ||
            !isOver(swap, core.config.clock->now()))
            continue;
        auto settled = settleOne(state, swap, *settler, connection, cancel);
        if (!settled && first)
            first = std::move(settled);
    }
    if (!swaps.empty() && !core.isTimers())
        (void)recordSettledSwaps(core); // what cannot be written now is known, and written by the next one
    return first;
}

Result<> recordSettledSwaps(const Core::Private& core) {
    SALVOR_ASSIGN(const auto swaps, begunSwaps(core.config.places.state));
    Result<> first;
    for (const auto& swap : swaps) {
        auto recorded = isKnown(swap) ? recordEnd(core, swap) : Result<>();
        if (!recorded && first)
            first = std::move(recorded);
    }
    return first;
}

std::vector<Finding> openSwapFindings(const std::string& stateFolder,
                                      const std::map<std::string, std::string>& titles, Instant now) {
    const auto swaps = begunSwaps(stateFolder);
    if (!swaps)
        return {{Severity::Warning, "swap_open", {}, {}, swaps.error().message, {}}};
    std::vector<Finding> findings;
    for (const auto& swap : *swaps) {
        if (isKnown(swap) || !isOver(swap, now))
            continue;
        const auto title = titles.find(swap.profileUuid);
        findings.push_back(findingOf(swap, title != titles.end() ? title->second : swap.profileUuid, now));
    }
    return findings;
}

} // namespace salvor
