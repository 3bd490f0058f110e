// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"
#include "app/salvorctl/files.h"
#include "app/salvorctl/policy_changes.h"
#include "app/salvorctl/policy_edit.h"
#include "app/salvorctl/policy_options.h"
#include "models/base/strictjson.h"
#include "models/policy/enginedefaults.h"
#include "models/policy/policycommand.h"
#include "workers/engines.h"
#include "workers/timersroad.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QStringList>

#include <cstdio>

#include <unistd.h>

namespace salvor::ctl {

namespace {

struct SetOptions {
    std::string name;
    std::string file;
    std::optional<std::int64_t> revision;
    bool dryRun = false;
    std::shared_ptr<PolicyOptions> fields = std::make_shared<PolicyOptions>();
};

std::string indented(const QJsonObject& document) {
    return QJsonDocument(document).toJson(QJsonDocument::Indented).toStdString();
}

Result<QJsonObject> readDocument(const std::string& file) {
    std::string text;
    if (file == "-") {
        SALVOR_ASSIGN(text, readWholeFile("/dev/stdin"));
    } else {
        SALVOR_ASSIGN(text, readWholeFile(file));
    }
    auto object = parseStrictJsonObject(text, file == "-" ? "standard input" : file);
    if (object)
        return object;
    return failure(ErrorCode::InvalidInput, object.error().message,
                   "a policy is one JSON object: docs/policies.md");
}

/// The only one there is, or the one that is named.
template <typename Record>
Result<Record> chosen(const Result<std::vector<Record>>& all, const std::string& name, const char* noun,
                      const std::string& (*idOf)(const Record&)) {
    if (!all)
        return failure(all.error());
    for (const auto& one : *all) {
        if (idOf(one) == name || one.title == name || (name.empty() && all->size() == 1))
            return one;
    }
    if (name.empty())
        return failure(ErrorCode::InvalidInput,
                       all->empty() ? std::string("there is no ") + noun + " yet"
                                    : std::string("there are several: name the ") + noun,
                       std::string("use --") + noun);
    return failure(ErrorCode::NotFound, std::string("there is no ") + noun + " \"" + name + "\"",
                   std::string("salvorctl ") + noun + " list shows what there is");
}

const std::string& profileId(const Profile& profile) { return profile.uuid; }
const std::string& repositoryId(const RepositoryPin& pin) { return pin.id; }

/// What a document leaves out because it goes without saying here.
QJsonObject completed(QJsonObject document, const Policy& policy) {
    const auto fill = [&](const char* key, const std::string& value) {
        if (!document.contains(QLatin1String(key)) && !value.empty())
            document.insert(QLatin1String(key), toQt(value));
    };
    fill("uuid", policy.uuid);
    fill("title", policy.title);
    fill("profile_uuid", policy.profileUuid);
    fill("repository_id", policy.repositoryId);
    if (!document.contains(QStringLiteral("revision")))
        document.insert(QStringLiteral("revision"), static_cast<qint64>(policy.revision));
    return document;
}

/// A new one, with profile and repository where they are clear.
Result<Policy> fresh(Context& context, const SetOptions& options) {
    Policy policy = makeDefaultPolicy({}, options.name, {});
    const auto profile = chosen(context.core().profiles(), options.fields->profile, "profile", profileId);
    const auto pin =
        chosen(context.core().repositories(), options.fields->repository, "repository", repositoryId);
    if (profile) {
        policy.profileUuid = profile->uuid;
        if (const auto* engine = engineById(engineDescriptions(), profile->engine))
            takeDefaultsOf(*engine, policy);
    } else if (options.file.empty() || !options.fields->profile.empty())
        return failure(profile.error());
    if (pin)
        policy.repositoryId = pin->id;
    else if (options.file.empty() || !options.fields->repository.empty())
        return failure(pin.error());
    return policy;
}

Result<Policy> base(Context& context, const SetOptions& options) {
    auto found = context.core().policy(options.name);
    if (!found && found.error().code == ErrorCode::NotFound)
        return fresh(context, options);
    if (!found)
        return found;
    if (!options.fields->profile.empty()) {
        SALVOR_ASSIGN(const Profile profile, context.core().profile(options.fields->profile));
        found->profileUuid = profile.uuid;
    }
    if (!options.fields->repository.empty()) {
        SALVOR_ASSIGN(
            const RepositoryPin pin,
            chosen(context.core().repositories(), options.fields->repository, "repository", repositoryId));
        found->repositoryId = pin.id;
    }
    return found;
}

/// `more` goes into the answer.
void sayData(Context& context, const Policy& policy, const QJsonObject& more = {}) {
    QJsonObject data = toJson(policy);
    for (auto one = more.begin(); one != more.end(); ++one)
        data.insert(one.key(), one.value());
    data.insert(QStringLiteral("sha256"), toQt(policyHash(policy)));
    QJsonArray idle;
    QStringList names;
    for (const auto& path : fieldsNotActedOn(policy)) {
        idle.append(toQt(path));
        names.append(toQt(path));
    }
    data.insert(QStringLiteral("not_acted_on"), idle);
    if (const auto channels = context.core().channels()) {
        for (const auto& missing : missingChannels(policy, *channels))
            context.out().warn(
                text(Text::tr("There is no channel %1 yet: nobody is told there. Make it with: "
                              "salvorctl channel set")
                         .arg(toQt(missing))));
    }
    if (policy.retention && keepsOneOnly(*policy.retention))
        context.out().warn(text(
            Text::tr("These rules keep one backup of each database: when it turns out to be damaged or lost, "
                     "there is no other. Two or more are safer.")));
    if (!names.isEmpty())
        context.out().warn(text(Text::tr("This version keeps these and does not act on them yet: %1")
                                    .arg(names.join(QStringLiteral(", ")))));
    context.out().data(data);
}

/// As saving it would be, up to saving it.
Result<Policy> checked(Context& context, const Policy& policy) {
    PolicyImport how;
    how.replace = true;
    how.dryRun = true;
    return context.core().importPolicy(toJson(policy), how);
}

Result<Exit> set(Context& context, const SetOptions& options) {
    SALVOR_ASSIGN(Policy policy, base(context, options));
    const std::int64_t current = policy.revision;
    const std::string uuid = policy.uuid;
    if (!options.file.empty()) {
        SALVOR_ASSIGN(const QJsonObject document, readDocument(options.file));
        SALVOR_ASSIGN(policy, policyFromJson(completed(document, policy)));
        if (current > 0 && policy.uuid != uuid)
            return failure(ErrorCode::InvalidInput,
                           "the document is another policy than \"" + options.name + "\": it has UUID " +
                               policy.uuid,
                           "leave \"uuid\" out of it, or use policy import", {{"field", "uuid"}});
        if (current == 0)
            policy.revision = 0;
    }
    SALVOR_TRY(applyPolicyOptions(policy, *options.fields));
    if (const auto& target = options.fields->drillTarget; !target.empty() && target != kThrowawayTarget) {
        SALVOR_ASSIGN(const Profile profile, context.core().profile(target));
        policy.drillTarget = profile.uuid;
    }
    if (options.revision)
        policy.revision = *options.revision;
    const bool isNew = policy.revision == 0;
    SALVOR_ASSIGN(const PolicyBefore before, policyBefore(context, policy.uuid));
    if (options.dryRun) {
        SALVOR_ASSIGN(policy, checked(context, policy));
        context.out().line(text(Text::tr("The policy can be saved. Nothing was changed.")));
        sayData(context, policy, sayChanges(context, before, policy, true));
        return Exit::Ok;
    }
    SALVOR_ASSIGN(const Policy saved, context.core().savePolicy(std::move(policy)));
    context.out().line(text((isNew ? Text::tr("Made policy \"%1\".") : Text::tr("Changed policy \"%1\":"))
                                .arg(toQt(saved.title))));
    sayData(context, saved, sayChanges(context, before, saved, false));
    return Exit::Ok;
}

Result<Exit> edit(Context& context, const std::string& name, bool dryRun) {
    SALVOR_ASSIGN(const Policy before, context.core().policy(name));
    const std::string text = indented(toJson(before));
    SALVOR_ASSIGN(const EditedText edited, editText(text, before.uuid + ".json"));
    if (edited.text == text) {
        discardEdited(edited);
        context.out().line(ctl::text(Text::tr("Nothing was changed.")));
        sayData(context, before);
        return Exit::Ok;
    }
    const auto kept = [&](Error error) {
        error.hint += std::string(error.hint.empty() ? "" : "; ") + "your text is in " + edited.path +
                      ": salvorctl policy set takes it with --file";
        return failure(std::move(error));
    };
    const auto object = parseStrictJsonObject(edited.text, "the edited text");
    if (!object)
        return kept(Error{ErrorCode::InvalidInput, object.error().message, {}, false, {}});
    auto policy = policyFromJson(*object);
    if (!policy)
        return kept(policy.error());
    if (policy->uuid != before.uuid)
        return kept(Error{ErrorCode::InvalidInput, "the UUID of a policy cannot be changed", {}, false, {}});
    SALVOR_ASSIGN(const PolicyBefore all, policyBefore(context, before.uuid));
    const auto saved = dryRun ? checked(context, *policy) : context.core().savePolicy(*policy);
    if (!saved)
        return kept(saved.error());
    if (dryRun) {
        context.out().line(
            ctl::text(Text::tr("The policy can be saved. Nothing was changed; your text is in %1: salvorctl "
                               "policy set takes it with --file.")
                          .arg(toQt(edited.path))));
        sayData(context, *saved, sayChanges(context, all, *saved, true));
        return Exit::Ok;
    }
    discardEdited(edited);
    context.out().line(ctl::text(Text::tr("Changed policy \"%1\":").arg(toQt(saved->title))));
    sayData(context, *saved, sayChanges(context, all, *saved, false));
    return Exit::Ok;
}

std::string titleOf(const Result<std::vector<Profile>>& all, const std::string& id) {
    for (const auto& one : all ? *all : std::vector<Profile>{}) {
        if (one.uuid == id)
            return one.title;
    }
    return id;
}
std::string titleOf(const Result<std::vector<RepositoryPin>>& all, const std::string& id) {
    for (const auto& one : all ? *all : std::vector<RepositoryPin>{}) {
        if (one.id == id)
            return one.title;
    }
    return id;
}

std::string scheduleText(const Policy& policy) {
    std::string out;
    for (const auto& [kind, expression] : policy.schedules)
        out += (out.empty() ? "" : "; ") + kind + ": " + expression;
    return out.empty() ? text(Text::tr("by hand")) : out;
}

std::string rulesText(const Policy& policy) {
    std::string out;
    for (const auto& rule : policy.rules)
        out += (out.empty() ? "" : " ") + std::string(rule.include ? "+" : "-") + rule.databaseGlob;
    return out;
}

Result<Exit> list(Context& context, const std::string& profileName) {
    SALVOR_ASSIGN(const auto policies, context.core().policies());
    const auto profiles = context.core().profiles();
    const auto pins = context.core().repositories();
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& policy : policies) {
        const std::string profile = titleOf(profiles, policy.profileUuid);
        if (!profileName.empty() && profileName != profile && profileName != policy.profileUuid)
            continue;
        array.append(toJson(policy));
        rows.push_back({policy.title, profile, titleOf(pins, policy.repositoryId), rulesText(policy),
                        scheduleText(policy), policy.paused ? text(Text::tr("paused")) : ""});
    }
    if (rows.empty())
        context.out().line(
            text(Text::tr("No policy yet. Make one with: salvorctl policy set NAME --profile PROFILE")));
    else
        context.out().table({text(Text::tr("TITLE")), text(Text::tr("PROFILE")), text(Text::tr("REPOSITORY")),
                             text(Text::tr("DATABASES")), text(Text::tr("WHEN")), text(Text::tr("STATE"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

std::string valueText(const QJsonValue& value) {
    if (value.isUndefined() || value.isNull())
        return {};
    if (value.isString())
        return value.toString().toStdString();
    const std::string list = QJsonDocument(QJsonArray{value}).toJson(QJsonDocument::Compact).toStdString();
    return list.substr(1, list.size() - 2);
}

std::string originText(ValueOrigin origin) {
    switch (origin) {
    case ValueOrigin::Default:
        return text(Text::tr("default"));
    case ValueOrigin::Repository:
        return text(Text::tr("repository"));
    case ValueOrigin::Policy:
        return text(Text::tr("policy"));
    case ValueOrigin::CommandLine:
        break;
    }
    return text(Text::tr("command line"));
}

Result<Exit> showEffective(Context& context, const std::string& name, const PolicyOverrides& overrides) {
    SALVOR_ASSIGN(const EffectivePolicy effective, context.core().effectivePolicyOf(name, overrides));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& value : effective.values) {
        array.append(
            QJsonObject{{QStringLiteral("field"), toQt(value.field)},
                        {QStringLiteral("value"), value.value.isUndefined() ? QJsonValue() : value.value},
                        {QStringLiteral("origin"), toQt(toString(value.origin))}});
        rows.push_back({value.field, valueText(value.value), originText(value.origin)});
    }
    context.out().table({text(Text::tr("FIELD")), text(Text::tr("VALUE")), text(Text::tr("FROM"))}, rows);
    context.out().data(
        QJsonObject{{QStringLiteral("policy"), effective.document}, {QStringLiteral("values"), array}});
    return Exit::Ok;
}

Result<Exit> show(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const Policy policy, context.core().policy(name));
    const std::string keeps =
        policy.retention ? valueText(toJson(*policy.retention)) : text(Text::tr("everything"));
    context.out().fields(
        {{text(Text::tr("Title")), policy.title},
         {text(Text::tr("UUID")), policy.uuid},
         {text(Text::tr("Revision")), std::to_string(policy.revision)},
         {text(Text::tr("Profile")), titleOf(context.core().profiles(), policy.profileUuid)},
         {text(Text::tr("Repository")), titleOf(context.core().repositories(), policy.repositoryId)},
         {text(Text::tr("Databases")), rulesText(policy)},
         {text(Text::tr("When")), scheduleText(policy)},
         {text(Text::tr("Keeps")), keeps},
         {text(Text::tr("Hooks")), std::to_string(policy.hooksBefore.size() + policy.hooksAfter.size())},
         {text(Text::tr("Paused")), policy.paused ? text(Text::tr("yes")) : text(Text::tr("no"))}});
    sayData(context, policy);
    return Exit::Ok;
}

/// What goes on by the policy's last rules when it is gone. Not knowing it keeps nobody from removing one.
QJsonArray timersThatGoOn(Context& context, const Policy& policy) {
    QJsonArray array;
    const auto found = timersOfPolicy(context.core(), findTimersRoad({}), policy.uuid, context.cancel());
    if (!found) {
        context.out().warn(text(
            Text::tr("Whether it has timers is not known: %1").arg(toQt(printable(found.error().toText())))));
        return array;
    }
    for (const auto& one : *found) {
        std::vector<std::string> words{"salvorctl", "timers", "remove", policy.uuid};
        if (one.userUnits)
            words.emplace_back("--user-units");
        for (const auto& timer : one.timers.timers) {
            array.append(toQt(timer.timer));
            context.out().warn(
                text((policy.paused ? Text::tr("%1 stays installed. The policy was paused, so it does "
                                               "nothing. This takes it away: %2")
                                    : Text::tr("%1 goes on: it makes backups, and deletes old ones, by the "
                                               "policy's last rules. This ends it: %2"))
                         .arg(toQt(printable(timer.timer)), toQt(shellQuoted(words)))));
        }
    }
    return array;
}

Result<Exit> remove(Context& context, const std::string& name, bool dryRun) {
    SALVOR_ASSIGN(const Policy policy, context.core().policy(name));
    if (!dryRun)
        SALVOR_TRY(context.core().removePolicy(policy.uuid, policy.revision));
    context.out().line(text((dryRun ? Text::tr("Would remove policy \"%1\". Its backups stay.")
                                    : Text::tr("Removed policy \"%1\". Its backups stay."))
                                .arg(toQt(policy.title))));
    sayData(context, policy, {{QStringLiteral("timers"), timersThatGoOn(context, policy)}});
    return Exit::Ok;
}

Result<Exit> pause(Context& context, const std::string& name, bool paused, bool dryRun) {
    SALVOR_ASSIGN(const Policy policy,
                  dryRun ? context.core().policy(name) : context.core().pausePolicy(name, paused));
    const bool same = policy.paused == paused;
    context.out().line(
        text((dryRun && same && paused ? Text::tr("Policy \"%1\" is paused already.")
              : dryRun && same         ? Text::tr("Policy \"%1\" is not paused.")
              : dryRun && paused       ? Text::tr("Would pause policy \"%1\": timers would skip it.")
              : dryRun                 ? Text::tr("Would let timers run policy \"%1\" again.")
              : paused ? Text::tr("Paused policy \"%1\": timers skip it. By hand it still runs.")
                       : Text::tr("Policy \"%1\" is no longer paused."))
                 .arg(toQt(policy.title))));
    sayData(context, policy);
    return Exit::Ok;
}

struct ExportOptions {
    std::string name;
    std::string output;
    std::string secrets = "credentials";
    bool job = false;
};

Result<Exit> exportPolicy(Context& context, const ExportOptions& options) {
    std::string bytes;
    QJsonObject data;
    if (options.job) {
        SALVOR_ASSIGN(bytes, context.core().jobFile(options.name, options.secrets));
        SALVOR_ASSIGN(const JobFile job, readJobFile(bytes));
        QJsonArray secrets;
        for (const auto& name : secretNames(job))
            secrets.append(toQt(name));
        data = {{QStringLiteral("policy"), toJson(job.policy)},
                {QStringLiteral("version"), static_cast<qint64>(job.version)},
                {QStringLiteral("sha256"), toQt(job.sha256)},
                {QStringLiteral("state_folder"), toQt(job.stateFolder)},
                {QStringLiteral("secrets"), secrets}};
    } else {
        SALVOR_ASSIGN(const Policy policy, context.core().policy(options.name));
        SALVOR_ASSIGN(bytes, toCanonicalJson(toJson(policy)));
        bytes += "\n";
        data = {{QStringLiteral("policy"), toJson(policy)},
                {QStringLiteral("sha256"), toQt(policyHash(policy))}};
    }
    if (!options.output.empty()) {
        SALVOR_TRY(writeNewFile(options.output, bytes));
        data.insert(QStringLiteral("file"), toQt(options.output));
        context.out().line(text(Text::tr("Wrote %1.").arg(toQt(options.output))));
    } else if (!context.out().json() && std::fwrite(bytes.data(), 1, bytes.size(), stdout) != bytes.size()) {
        return failure(ErrorCode::IoError, "writing to standard output failed");
    }
    context.out().data(data);
    return Exit::Ok;
}

Result<Exit> importFile(Context& context, const std::string& file, const PolicyImport& how) {
    SALVOR_ASSIGN(const QJsonObject document, readDocument(file));
    SALVOR_ASSIGN(const PolicyBefore before,
                  policyBefore(context, fromQt(document.value(QLatin1String("uuid")).toString())));
    SALVOR_ASSIGN(const Policy policy, context.core().importPolicy(document, how));
    context.out().line(text((how.dryRun ? Text::tr("Policy \"%1\" can be taken in. Nothing was changed.")
                                        : Text::tr("Took in policy \"%1\"."))
                                .arg(toQt(policy.title))));
    const bool replaces = before.policy && before.policy->uuid == policy.uuid;
    sayData(context, policy, replaces ? sayChanges(context, before, policy, how.dryRun) : QJsonObject());
    return Exit::Ok;
}

void addSet(Commands& commands, CLI::App* noun) {
    CLI::App* verb =
        noun->add_subcommand("set", text(Text::tr("Make a policy, or change what is given of one")));
    auto options = std::make_shared<SetOptions>();
    verb->add_option("POLICY", options->name, text(Text::tr("Title or UUID; a title that is new makes one")))
        ->required();
    verb->add_option(
        "--file", options->file,
        text(Text::tr("Take the whole document from a file, or - for standard input; flags change it")));
    verb->add_option("--revision", options->revision,
                     text(Text::tr("Refuse if it was changed since this revision")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Check only")));
    addPolicyOptions(verb, options->fields);
    commands.onChosen(verb, "policy.set", [options](Context& context) { return set(context, *options); });
}

void addTransfer(Commands& commands, CLI::App* noun) {
    CLI::App* out = noun->add_subcommand(
        "export", text(Text::tr("The document, or with --job what a timer runs, on standard output")));
    auto exporting = std::make_shared<ExportOptions>();
    out->add_option("POLICY", exporting->name, text(Text::tr("Title or UUID")))->required();
    out->add_option("-o,--output", exporting->output, text(Text::tr("Into a new file instead")));
    out->add_flag("--job", exporting->job,
                  text(Text::tr("With profile and repository, hashed: for salvorctl run --policy")));
    out->add_option("--secrets", exporting->secrets, text(Text::tr("Where the job takes its secrets from")))
        ->check(CLI::IsMember({"credentials", "file"}))
        ->capture_default_str();
    commands.onChosen(out, "policy.export",
                      [exporting](Context& context) { return exportPolicy(context, *exporting); });

    CLI::App* in = noun->add_subcommand("import", text(Text::tr("Take in a document that was exported")));
    auto file = std::make_shared<std::string>();
    auto how = std::make_shared<PolicyImport>();
    in->add_option("FILE", *file, text(Text::tr("The document, or - for standard input")))->required();
    in->add_flag("--new-uuid", how->newUuid, text(Text::tr("As another policy, beside the first")));
    in->add_flag("--replace", how->replace, text(Text::tr("Overwrite the policy of the same UUID")));
    in->add_option("--title", how->title, text(Text::tr("What to call it")));
    in->add_option("--profile", how->profile, text(Text::tr("For this profile instead")));
    in->add_option("--repository", how->repository, text(Text::tr("To this repository instead")));
    in->add_flag("--dry-run", how->dryRun, text(Text::tr("Check only")));
    commands.onChosen(in, "policy.import",
                      [file, how](Context& context) { return importFile(context, *file, *how); });
}

void addShow(Commands& commands, CLI::App* noun) {
    CLI::App* listVerb = noun->add_subcommand("list", text(Text::tr("Policies known here")));
    auto profile = std::make_shared<std::string>();
    listVerb->add_option("--profile", *profile, text(Text::tr("Only of this profile")));
    commands.onChosen(listVerb, "policy.list",
                      [profile](Context& context) { return list(context, *profile); });

    CLI::App* showVerb = noun->add_subcommand("show", text(Text::tr("One policy")));
    auto name = std::make_shared<std::string>();
    auto effective = std::make_shared<bool>(false);
    auto overrides = std::make_shared<PolicyOverrides>();
    showVerb->add_option("POLICY", *name, text(Text::tr("Title or UUID")))->required();
    CLI::Option* flag =
        showVerb->add_flag("--effective", *effective, text(Text::tr("Every value, and where it comes from")));
    showVerb->add_option("--level", overrides->compressionLevel, text(Text::tr("As if given to a backup")))
        ->needs(flag);
    showVerb->add_option("--format", overrides->format, text(Text::tr("As if given to a backup")))
        ->needs(flag);
    commands.onChosen(showVerb, "policy.show", [name, effective, overrides](Context& context) {
        return *effective ? showEffective(context, *name, *overrides) : show(context, *name);
    });
}

} // namespace

void addPolicyCommands(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand(
        "policy", text(Text::tr("What is backed up, when, and how long it is kept")));
    noun->require_subcommand(1);
    addSet(commands, noun);
    addShow(commands, noun);
    addTransfer(commands, noun);
    auto name = std::make_shared<std::string>();
    auto dryRun = std::make_shared<bool>(false);
    const auto named = [&](const char* verbName, const QString& help) {
        CLI::App* verb = noun->add_subcommand(verbName, text(help));
        verb->add_option("POLICY", *name, text(Text::tr("Title or UUID")))->required();
        return verb;
    };
    CLI::App* editVerb = named("edit", Text::tr("Edit the document with $EDITOR"));
    editVerb->add_flag("--dry-run", *dryRun, text(Text::tr("Check only")));
    commands.onChosen(editVerb, "policy.edit",
                      [name, dryRun](Context& context) { return edit(context, *name, *dryRun); });
    const auto changing = [&](const char* verbName, const QString& help) {
        CLI::App* verb = named(verbName, help);
        verb->add_flag("--dry-run", *dryRun, text(Text::tr("Say what would be done")));
        return verb;
    };
    CLI::App* removeVerb = changing("remove", Text::tr("Forget a policy; its backups stay"));
    commands.onChosen(removeVerb, "policy.remove",
                      [name, dryRun](Context& context) { return remove(context, *name, *dryRun); });
    commands.onChosen(changing("pause", Text::tr("Let timers skip it, at once")), "policy.pause",
                      [name, dryRun](Context& context) { return pause(context, *name, true, *dryRun); });
    commands.onChosen(changing("resume", Text::tr("Let timers run it again")), "policy.resume",
                      [name, dryRun](Context& context) { return pause(context, *name, false, *dryRun); });
}

} // namespace salvor::ctl
