// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

#include "app/salvorctl/secretinput.h"
#include "models/jsonfields.h"
#include "models/sourcetexts.h"
#include "models/standing.h"
#include "workers/engines.h"

#include <algorithm>

namespace salvor::ctl {

namespace {

/// Options of add and edit; what was not given keeps its value.
struct ProfileOptions {
    std::string name; ///< edit: the profile
    std::optional<std::string> uri;
    std::optional<std::string> title;
    std::optional<std::string> host;
    std::optional<std::uint16_t> port;
    std::optional<std::string> user;
    std::optional<std::string> database;
    std::optional<std::string> tlsMode;
    std::optional<std::string> tlsCaFile;
    std::optional<std::string> secretKind;
    std::vector<std::string> toolsCommand;
    std::string repository;
    int passwordFd = -1;
    bool askPassword = false;
    bool noPassword = false;
    bool dryRun = false;
};

Result<> applyUri(Profile& profile, const std::string& uri) {
    SALVOR_ASSIGN(auto parsed, parseProfileUri(uri, engineDescriptions()));
    if (parsed.hasPassword) {
        explicit_bzero(parsed.password.data(), parsed.password.size());
        return failure(
            ErrorCode::InvalidInput, "the URI holds a password, and other users can see the command line",
            "leave it out of the URI and pass it with --password-fd N, or let salvorctl ask for it "
            "(--ask-password); change that password if this computer is shared");
    }
    const Profile before = std::move(profile);
    profile = std::move(parsed.profile);
    profile.uuid = before.uuid;
    profile.revision = before.revision;
    profile.secretKind = before.secretKind;
    profile.toolsCommand = before.toolsCommand;
    if (profile.title.empty() || !before.title.empty())
        profile.title = before.title;
    return {};
}

template <typename T>
void take(T& field, const std::optional<T>& given) {
    if (given)
        field = *given;
}

Result<> apply(Profile& profile, const ProfileOptions& options) {
    if (options.uri)
        SALVOR_TRY(applyUri(profile, *options.uri));
    const EngineDescription* engine = engineById(engineDescriptions(), profile.engine);
    if (profile.engine.empty()) { // a URI names it by its scheme; without one it is the first
        engine = &engineDescriptions().front();
        profile.engine = engine->id;
    }
    take(profile.title, options.title);
    take(profile.host, options.host);
    take(profile.port, options.port);
    take(profile.user, options.user);
    take(profile.database, options.database);
    take(profile.tlsMode, options.tlsMode);
    take(profile.tlsCaFile, options.tlsCaFile);
    take(profile.secretKind, options.secretKind);
    if (!options.toolsCommand.empty())
        profile.toolsCommand = options.toolsCommand;
    if (options.noPassword)
        profile.secretKind.clear();
    return engine != nullptr ? validateFor(profile, *engine) : validate(profile);
}

Result<std::optional<Secret>> password(Context& context, const Profile& profile,
                                       const ProfileOptions& options) {
    if (options.noPassword || (options.passwordFd < 0 && !options.askPassword))
        return std::optional<Secret>{};
    SALVOR_ASSIGN(Secret secret,
                  obtainSecret(options.passwordFd, text(Text::tr("Password of %1:").arg(toQt(profile.user))),
                               context.cancel()));
    return std::optional<Secret>(std::move(secret));
}

/// "postgresql://USER@HOST", with whatever follows it.
QString exampleUri(const QString& tail) {
    for (const auto& engine : engineDescriptions()) {
        if (!engine.uriSchemes.empty())
            return toQt(engine.uriSchemes.front()) + QStringLiteral("://USER@HOST") + tail;
    }
    return {};
}

/// "?sslmode=verify-full": how the connection is encrypted unless somebody says otherwise.
QString exampleParameter() {
    const ProfileField* tls = fieldOf(engineDescriptions().front(), "tls_mode");
    return tls == nullptr || tls->uriParameter.empty()
               ? QString()
               : QStringLiteral("?%1=%2").arg(toQt(tls->uriParameter), toQt(tls->defaultValue));
}

/// A profile gets its first policy with it, unless there is no repository that this computer writes.
Result<> warnWithoutPolicy(Context& context, const Profile& profile) {
    SALVOR_ASSIGN(const auto policies, context.core().policies());
    for (const auto& policy : policies) {
        if (policy.profileUuid == profile.uuid)
            return {};
    }
    SALVOR_ASSIGN(const auto repositories, context.core().repositories());
    const QString sentence =
        (repositories.empty()
             ? Text::tr("no policy backs up \"%1\" yet: there is no repository. Making one with salvorctl "
                        "repository init makes the policy too")
             : Text::tr("no policy backs up \"%1\" yet: this computer only reads the repositories that are "
                        "known here. Make one of its own with salvorctl repository init, or see salvorctl "
                        "repository take-over; the policy is made by salvorctl policy set"))
            .arg(toQt(printable(profile.title)));
    context.out().warning(text(sentence), {{QStringLiteral("profile"), toQt(profile.uuid)}});
    return {};
}

/// Where the backups of an edited profile go, and what stays where it is.
Result<> sayWhere(Context& context, const Profile& profile, const std::string& repository,
                  const std::vector<Policy>& before, QJsonObject& data) {
    SALVOR_ASSIGN(const auto policies, context.core().policies());
    SALVOR_ASSIGN(const auto pins, context.core().repositories());
    const auto titleOf = [&](const std::string& id) {
        const auto pin =
            std::find_if(pins.begin(), pins.end(), [&](const auto& one) { return one.id == id; });
        return toQt(printable(pin == pins.end() ? id : pin->title));
    };
    for (const auto& policy : policies) {
        if (policy.profileUuid != profile.uuid || titleOf(policy.repositoryId) != toQt(printable(repository)))
            continue;
        const auto was = std::find_if(before.begin(), before.end(),
                                      [&](const Policy& one) { return one.uuid == policy.uuid; });
        data.insert(QStringLiteral("policy"), toQt(policy.title));
        const QString title = toQt(printable(policy.title));
        if (was == before.end())
            context.out().line(text(Text::tr("A new policy, \"%1\", backs it up to \"%2\".")
                                        .arg(title, titleOf(policy.repositoryId))));
        else if (was->repositoryId == policy.repositoryId)
            context.out().line(text(Text::tr("Its policy \"%1\" backs up to \"%2\" already.")
                                        .arg(title, titleOf(policy.repositoryId))));
        else
            context.out().line(
                text(Text::tr("Its policy \"%1\" backs up to \"%2\" from now on; what is in \"%3\" stays "
                              "there. Timers follow with: salvorctl timers apply")
                         .arg(title, titleOf(policy.repositoryId), titleOf(was->repositoryId))));
    }
    return {};
}

/// Title or id to title; a repository that is not known is an error.
Result<std::string> repositoryTitle(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const auto pins, context.core().repositories());
    for (const auto& pin : pins) {
        if (pin.id == name || pin.title == name)
            return pin.title;
    }
    return failure(ErrorCode::NotFound, "no repository \"" + name + "\" is known here",
                   "see salvorctl repository list");
}

Result<Exit> save(Context& context, Profile profile, const ProfileOptions& options, bool isNew) {
    const std::string formerKind = profile.secretKind;
    SALVOR_TRY(apply(profile, options));
    std::string repository;
    if (!options.repository.empty()) {
        SALVOR_ASSIGN(repository, repositoryTitle(context, options.repository));
    }
    SALVOR_ASSIGN(const auto before, context.core().policies());
    if (options.dryRun) {
        context.out().line(text(Text::tr("The profile can be saved. Nothing was changed.")));
        context.out().data(toJson(profile));
        return Exit::Ok;
    }
    SALVOR_ASSIGN(auto secret, password(context, profile, options));
    if (secret && profile.secretKind.empty())
        profile.secretKind = "keychain";
    const bool isGiven = secret.has_value();
    SALVOR_ASSIGN(const auto saved, context.core().saveProfile(std::move(profile), std::move(secret),
                                                               options.repository, context.cancel()));
    context.out().line(
        text((isNew ? Text::tr("Added profile \"%1\". Try it with: salvorctl profile test \"%1\"")
                    : Text::tr("Changed profile \"%1\"."))
                 .arg(toQt(saved.title))));
    if (!isGiven && !formerKind.empty() && !saved.secretKind.empty() && saved.secretKind != formerKind)
        context.out().warning(
            text(Text::tr("its password stays where it was, and is looked for in the new place from now on: "
                          "give it with salvorctl profile edit \"%1\" --ask-password")
                     .arg(toQt(printable(saved.title)))),
            {{QStringLiteral("profile"), toQt(saved.uuid)}});
    QJsonObject data = toJson(saved);
    if (isNew)
        SALVOR_TRY(warnWithoutPolicy(context, saved));
    else if (!repository.empty())
        SALVOR_TRY(sayWhere(context, saved, repository, before, data));
    context.out().data(data);
    return Exit::Ok;
}

Result<Exit> list(Context& context) {
    SALVOR_ASSIGN(const auto profiles, context.core().profiles());
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& profile : profiles) {
        array.append(toJson(profile));
        rows.push_back({profile.title, profile.engine, profile.host + ":" + std::to_string(profile.port),
                        profile.user, profile.tlsMode,
                        profile.secretKind.empty() ? text(Text::tr("none")) : profile.secretKind});
    }
    if (rows.empty())
        context.out().line(text(Text::tr("No profile yet. Add one with: salvorctl profile add "
                                         "%1 --title NAME --ask-password")
                                    .arg(exampleUri(QStringLiteral("/DATABASE")))));
    else
        context.out().table({text(Text::tr("TITLE")), text(Text::tr("ENGINE")), text(Text::tr("SERVER")),
                             text(Text::tr("USER")), text(Text::tr("TLS")), text(Text::tr("PASSWORD IN"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

Result<Exit> show(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const Profile profile, context.core().profile(name));
    std::string tools;
    for (const auto& word : profile.toolsCommand)
        tools += (tools.empty() ? "" : " ") + word;
    context.out().fields({{text(Text::tr("Title")), profile.title},
                          {text(Text::tr("UUID")), profile.uuid},
                          {text(Text::tr("Engine")), profile.engine},
                          {text(Text::tr("Host")), profile.host},
                          {text(Text::tr("Port")), std::to_string(profile.port)},
                          {text(Text::tr("User")), profile.user},
                          {text(Text::tr("Database")), profile.database},
                          {text(Text::tr("TLS")), profile.tlsMode},
                          {text(Text::tr("Trusted CA")), profile.tlsCaFile},
                          {text(Text::tr("Password in")), profile.secretKind},
                          {text(Text::tr("Tools command")), tools}});
    context.out().data(toJson(profile));
    return Exit::Ok;
}

QJsonObject toJson(const ConnectionReport& report) {
    QJsonArray sources;
    for (const auto& source : report.sources)
        sources.append(QJsonObject{{QStringLiteral("database"), toQt(source.name)},
                                   {QStringLiteral("database_id"), toQt(source.databaseId)},
                                   {QStringLiteral("size_bytes"), static_cast<qint64>(source.sizeBytes)},
                                   {QStringLiteral("details"), source.details}});
    QJsonArray rights;
    for (const auto& right : report.missingRights)
        rights.append(QJsonObject{{QStringLiteral("what"), toQt(right.what)},
                                  {QStringLiteral("sql"), toQt(right.sql)}});
    QJsonArray notes;
    for (const auto& note : report.notes)
        notes.append(toQt(note));
    return {{QStringLiteral("server_version"), toQt(report.serverVersion)},
            {QStringLiteral("system_id"), toQt(report.systemId)},
            {QStringLiteral("clock_skew_seconds"), static_cast<double>(report.clockSkew.count()) / 1000},
            {QStringLiteral("tool_version"), toQt(report.toolVersion)},
            {QStringLiteral("tool_problem"), toQt(report.toolProblem)},
            {QStringLiteral("tls"), report.encrypted},
            {QStringLiteral("sources"), sources},
            {QStringLiteral("missing_rights"), rights},
            {QStringLiteral("notes"), notes}};
}

Result<Exit> test(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const Profile profile, context.core().profile(name));
    SALVOR_ASSIGN(const auto report, context.core().testConnection(profile, nullptr, context.cancel()));
    context.out().fields(
        {{text(Text::tr("Server")), report.serverVersion},
         {text(Text::tr("TLS")), report.encrypted ? text(Text::tr("yes")) : text(Text::tr("no"))},
         {text(Text::tr("Clock")),
          text(Text::tr("%1 s against this computer")
                   .arg(static_cast<double>(report.clockSkew.count()) / 1000, 0, 'f', 1))},
         {text(Text::tr("Tools")), report.toolProblem.empty() ? report.toolVersion : report.toolProblem}});
    std::vector<std::vector<std::string>> rows;
    for (const auto& source : report.sources)
        rows.push_back(
            {source.name, size(source.sizeBytes),
             refusalOf(source) ? text(Text::tr("cannot be backed up, see below")) : extensionsText(source)});
    context.out().table({text(Text::tr("DATABASE")), text(Text::tr("SIZE")), text(Text::tr("EXTENSIONS"))},
                        rows);
    for (const auto& right : report.missingRights)
        context.out().line(text(Text::tr("Missing: %1\n  %2;").arg(toQt(right.what), toQt(right.sql))));
    for (const auto& note : report.notes)
        context.out().line(note);
    context.out().data(toJson(report));
    return report.missingRights.empty() && report.toolProblem.empty() ? Exit::Ok : Exit::Failed;
}

/// Nobody says it later: the watch knows the servers of profiles only.
void sayUnprotected(Context& context, const std::vector<Policy>& policies,
                    const std::vector<std::string>& databases) {
    constexpr std::size_t kMost = 20;
    Output& out = context.out();
    for (const auto& policy : policies)
        out.line(text(Text::tr("The policy \"%1\" goes with it.").arg(toQt(printable(policy.title)))));
    QStringList names;
    for (std::size_t i = 0; i < databases.size() && i < kMost; ++i)
        names.append(toQt(printable(databases[i])));
    if (databases.size() > kMost)
        names.append(Text::tr("and %1 more").arg(toQt(count(databases.size() - kMost))));
    if (!names.isEmpty())
        out.line(text(Text::tr("No longer protected: %1").arg(names.join(QStringLiteral(", ")))));
    out.line(text(Text::tr("The watch says nothing of this server's databases any longer.")));
    const bool timed = std::any_of(policies.begin(), policies.end(),
                                   [](const Policy& policy) { return !policy.schedules.empty(); });
    if (timed)
        out.line(text(Text::tr("Timers that are installed go on until: salvorctl timers apply")));
}

Result<Exit> remove(Context& context, const std::string& name, bool dryRun) {
    SALVOR_ASSIGN(const Profile profile, context.core().profile(name));
    SALVOR_ASSIGN(auto policies, context.core().policies());
    std::erase_if(policies, [&](const Policy& policy) { return policy.profileUuid != profile.uuid; });
    SALVOR_ASSIGN(const auto sources, context.core().overview());
    const auto databases = protectedDatabases(profile.uuid, policies, sources);
    if (!dryRun)
        SALVOR_TRY(context.core().removeProfile(profile.uuid, profile.revision));
    context.out().line(
        text((dryRun ? Text::tr("Would remove profile \"%1\" and its saved password. Its backups stay.")
                     : Text::tr("Removed profile \"%1\" and its saved password. Its backups stay."))
                 .arg(toQt(profile.title))));
    sayUnprotected(context, policies, databases);
    QJsonObject data = salvor::toJson(profile);
    QJsonArray removed;
    for (const auto& policy : policies)
        removed.append(QJsonObject{{QStringLiteral("uuid"), toQt(policy.uuid)},
                                   {QStringLiteral("title"), toQt(policy.title)}});
    data.insert(QStringLiteral("removed_policies"), removed);
    data.insert(QStringLiteral("unprotected_databases"), toJsonArray(databases));
    context.out().data(data);
    return Exit::Ok;
}

void addFields(CLI::App* verb, const std::shared_ptr<ProfileOptions>& options) {
    verb->add_option("--title", options->title, text(Text::tr("What to call it")));
    verb->add_option("--host", options->host,
                     text(Text::tr("Name, address, or the folder of a unix socket")));
    verb->add_option("--port", options->port, text(Text::tr("Port")));
    verb->add_option("--user", options->user, text(Text::tr("Login")));
    verb->add_option("--database", options->database, text(Text::tr("Database to connect to first")));
    verb->add_option("--tls", options->tlsMode, text(Text::tr("How the server's certificate is checked")))
        ->check(CLI::IsMember({"verify-full", "verify-ca", "require", "disable"}));
    verb->add_option("--tls-ca", options->tlsCaFile, text(Text::tr("Trust this CA for this profile only")));
    verb->add_option("--secrets", options->secretKind, text(Text::tr("Where the password is kept")))
        ->check(CLI::IsMember({"keychain", "file", "credentials"}));
    verb->add_option("--password-fd", options->passwordFd,
                     text(Text::tr("Read the password from this descriptor")));
    verb->add_flag("--ask-password", options->askPassword,
                   text(Text::tr("Ask for the password on the terminal")));
    verb->add_flag("--no-password", options->noPassword, text(Text::tr("The login needs none")));
    verb->add_option("--tools-command", options->toolsCommand,
                     text(Text::tr("Words put before pg_dump and the like, one option a word: "
                                   "--tools-command=docker …; a last word that ends with / is a folder")))
        ->allow_extra_args(false);
    verb->add_option("--repository", options->repository,
                     text(Text::tr("Where its backups go: of a policy of its own, or of its only one")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Check only")));
}

} // namespace

void addProfileCommands(Commands& commands) {
    CLI::App* noun =
        commands.app().add_subcommand("profile", text(Text::tr("How a database server is reached")));
    noun->require_subcommand(1);

    CLI::App* addVerb = noun->add_subcommand(
        "add", text(Text::tr("Add a server, with a policy that backs up all of its databases")));
    auto adding = std::make_shared<ProfileOptions>();
    addVerb->add_option("URI", adding->uri,
                        text(Text::tr("%1, without a password")
                                 .arg(exampleUri(QStringLiteral(":PORT/DATABASE") + exampleParameter()))));
    addFields(addVerb, adding);
    commands.onChosen(addVerb, "profile.add", [adding](Context& context) {
        Profile profile;
        profile.uuid = makeUuid();
        return save(context, std::move(profile), *adding, true);
    });

    CLI::App* editVerb = noun->add_subcommand("edit", text(Text::tr("Change what is given, keep the rest")));
    auto editing = std::make_shared<ProfileOptions>();
    editVerb->add_option("PROFILE", editing->name, text(Text::tr("Title or UUID")))->required();
    editVerb->add_option("--uri", editing->uri,
                         text(Text::tr("Take host, port, user and database from a URI")));
    addFields(editVerb, editing);
    commands.onChosen(editVerb, "profile.edit", [editing](Context& context) -> Result<Exit> {
        SALVOR_ASSIGN(Profile profile, context.core().profile(editing->name));
        return save(context, std::move(profile), *editing, false);
    });

    commands.onChosen(noun->add_subcommand("list", text(Text::tr("Profiles known here"))), "profile.list",
                      list);
    auto name = std::make_shared<std::string>();
    auto dryRun = std::make_shared<bool>(false);
    const auto named = [&](const char* verbName, const QString& help) {
        CLI::App* verb = noun->add_subcommand(verbName, text(help));
        verb->add_option("PROFILE", *name, text(Text::tr("Title or UUID")))->required();
        return verb;
    };
    commands.onChosen(named("show", Text::tr("One profile; never its password")), "profile.show",
                      [name](Context& context) { return show(context, *name); });
    commands.onChosen(named("test", Text::tr("Connect, and say what is missing for a backup")),
                      "profile.test", [name](Context& context) { return test(context, *name); });
    CLI::App* removeVerb = named("remove", Text::tr("Forget a server and its password; backups stay"));
    removeVerb->add_flag("--dry-run", *dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(removeVerb, "profile.remove",
                      [name, dryRun](Context& context) { return remove(context, *name, *dryRun); });
}

} // namespace salvor::ctl
