// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// salvorctl channel: whom to tell, and how.
#include "app/salvorctl/command.h"
#include "app/salvorctl/secretinput.h"
#include "models/jsonfields.h"

namespace salvor::ctl {

namespace {

struct SetOptions {
    std::string name;
    std::string kind;
    std::string host;
    std::uint16_t port = 0;
    std::string tls;
    std::string from;
    std::vector<std::string> to;
    std::string user;
    std::string url;
    std::string failUrl;
    std::string caFile;
    std::string secrets;
    int secretFd = -1;
    bool askSecret = false;
    bool noSecret = false;
    std::optional<std::int64_t> revision;
    bool dryRun = false;
};

void take(std::string& field, const std::string& given) {
    if (!given.empty())
        field = given;
}

/// As it is, or a new one of the kind that was asked for.
Result<Channel> base(Context& context, const SetOptions& options) {
    auto found = context.core().channel(options.name);
    if (found && !options.kind.empty() && options.kind != found->kind)
        return failure(ErrorCode::InvalidInput,
                       "the channel \"" + options.name + "\" is of kind " + found->kind,
                       "make another one, or remove this one first");
    if (found || found.error().code != ErrorCode::NotFound)
        return found;
    if (options.kind.empty())
        return failure(ErrorCode::InvalidInput, "there is no channel \"" + options.name + "\" yet",
                       "to make it, say --kind mail, webhook or heartbeat");
    Channel channel;
    channel.title = options.name;
    channel.kind = options.kind;
    if (options.kind == "mail") {
        channel.tls = "starttls";
        channel.port = options.tls == "tls" ? 465 : 587;
    }
    return channel;
}

void apply(Channel& channel, const SetOptions& options) {
    take(channel.host, options.host);
    if (options.port != 0)
        channel.port = options.port;
    take(channel.tls, options.tls);
    take(channel.from, options.from);
    if (!options.to.empty())
        channel.to = options.to;
    take(channel.user, options.user);
    take(channel.url, options.url);
    take(channel.failUrl, options.failUrl);
    take(channel.caFile, options.caFile);
    if (options.noSecret) {
        channel.secretKind.clear();
        channel.user.clear();
    }
}

Result<std::optional<Secret>> secretOf(Context& context, Channel& channel, const SetOptions& options) {
    take(channel.secretKind, options.secrets);
    const bool given = options.secretFd >= 0 || options.askSecret;
    if (given && channel.secretKind.empty())
        return failure(ErrorCode::InvalidInput, "where is the secret to be kept?",
                       "say --secrets keychain or --secrets file");
    if (!given)
        return std::optional<Secret>();
    SALVOR_ASSIGN(auto secret, obtainSecret(options.secretFd,
                                            text(Text::tr("Secret of channel %1: ").arg(toQt(channel.title))),
                                            context.cancel()));
    return std::optional<Secret>(std::move(secret));
}

Result<Exit> set(Context& context, const SetOptions& options) {
    SALVOR_ASSIGN(Channel channel, base(context, options));
    const bool isNew = channel.revision == 0;
    apply(channel, options);
    if (options.revision)
        channel.revision = *options.revision;
    SALVOR_ASSIGN(auto secret, secretOf(context, channel, options));
    if (options.dryRun) {
        Channel tried = channel;
        if (tried.uuid.empty())
            tried.uuid = makeUuid();
        SALVOR_TRY(validate(tried));
        context.out().line(text(Text::tr("The channel can be saved. Nothing was changed.")));
        context.out().data(toJson(channel));
        return Exit::Ok;
    }
    SALVOR_ASSIGN(const Channel saved, context.core().saveChannel(std::move(channel), std::move(secret)));
    context.out().line(text((isNew ? Text::tr("Made channel \"%1\". Try it with: salvorctl channel test %1")
                                   : Text::tr("Changed channel \"%1\"."))
                                .arg(toQt(saved.title))));
    if (saved.secretKind == "file")
        context.out().warn(text(Text::tr("The secret is in a file that only you can read, not encrypted.")));
    context.out().data(toJson(saved));
    return Exit::Ok;
}

std::string whereTo(const Channel& channel) {
    if (channel.kind != "mail")
        return channel.url;
    std::string all;
    for (const auto& one : channel.to)
        all += (all.empty() ? "" : ", ") + one;
    return all;
}

Result<Exit> list(Context& context) {
    SALVOR_ASSIGN(const auto channels, context.core().channels());
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const auto& channel : channels) {
        array.append(toJson(channel));
        rows.push_back({channel.title, channel.kind, whereTo(channel), channel.secretKind});
    }
    if (rows.empty())
        context.out().line(
            text(Text::tr("No channel yet. Make one with: salvorctl channel set NAME --kind KIND")));
    else
        context.out().table(
            {text(Text::tr("NAME")), text(Text::tr("KIND")), text(Text::tr("TO")), text(Text::tr("SECRET"))},
            rows);
    context.out().data(array);
    return Exit::Ok;
}

Result<Exit> show(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const Channel channel, context.core().channel(name));
    std::vector<std::pair<std::string, std::string>> fields{
        {text(Text::tr("Name")), channel.title},
        {text(Text::tr("UUID")), channel.uuid},
        {text(Text::tr("Kind")), channel.kind},
        {text(Text::tr("To")), whereTo(channel)},
        {text(Text::tr("Secret")), channel.secretKind.empty()
                                       ? text(Text::tr("none"))
                                       : text(Text::tr("kept in: %1").arg(toQt(channel.secretKind)))}};
    const auto add = [&](const QString& label, const std::string& value) {
        if (!value.empty())
            fields.emplace_back(text(label), value);
    };
    if (channel.kind == "mail")
        add(Text::tr("Server"), channel.host + ":" + std::to_string(channel.port) + " (" + channel.tls + ")");
    add(Text::tr("From"), channel.from);
    add(Text::tr("Login"), channel.user);
    add(Text::tr("When something is wrong"), channel.failUrl);
    add(Text::tr("Trusted certificates"), channel.caFile);
    context.out().fields(fields);
    context.out().data(toJson(channel));
    return Exit::Ok;
}

Result<Exit> remove(Context& context, const std::string& name, bool dryRun) {
    SALVOR_ASSIGN(const Channel channel, context.core().channel(name));
    SALVOR_ASSIGN(auto waiting, context.core().undelivered());
    std::erase_if(waiting, [&](const Undelivered& one) { return one.channel != channel.title; });
    if (!dryRun)
        SALVOR_TRY(context.core().removeChannel(channel.uuid, channel.revision));
    context.out().line(text((dryRun ? Text::tr("Would remove channel \"%1\" and its secret.")
                                    : Text::tr("Removed channel \"%1\"."))
                                .arg(toQt(channel.title))));
    QJsonArray ended;
    for (const auto& one : waiting) {
        ended.append(toJson(one));
        context.out().line(text((dryRun ? Text::tr("Would end a notification that waits for it: %1")
                                        : Text::tr("Ended a notification that waited for it: %1"))
                                    .arg(toQt(printable(one.subject)))));
    }
    QJsonObject data = toJson(channel);
    data.insert(QStringLiteral("ended_notifications"), ended);
    context.out().data(data);
    return Exit::Ok;
}

/// Says what the server said, and nothing better.
Result<Exit> test(Context& context, const std::string& name) {
    SALVOR_ASSIGN(const Delivery delivery, context.core().testChannel(name, context.cancel()));
    if (delivery.accepted)
        context.out().line(text(Text::tr("Accepted by the server: %1").arg(toQt(printable(delivery.reply)))));
    else if (delivery.error)
        context.out().warn(text((delivery.missing.empty() ? Text::tr("Not accepted: %1")
                                                          : Text::tr("Not accepted for everybody: %1"))
                                    .arg(toQt(printable(delivery.error->toText())))));
    context.out().data(toJson(delivery));
    return delivery.accepted ? Exit::Ok : Exit::Failed;
}

void addSet(Commands& commands, CLI::App* noun) {
    CLI::App* verb =
        noun->add_subcommand("set", text(Text::tr("Make a channel, or change what is given of one")));
    auto options = std::make_shared<SetOptions>();
    verb->add_option("CHANNEL", options->name, text(Text::tr("Its name, as policies say it")))->required();
    verb->add_option("--kind", options->kind, text(Text::tr("Of a new one: mail, webhook or heartbeat")))
        ->check(CLI::IsMember({"mail", "webhook", "heartbeat"}));
    verb->add_option("--host", options->host, text(Text::tr("Mail server")));
    verb->add_option("--port", options->port, text(Text::tr("587 by default, with --tls tls 465")));
    verb->add_option("--tls", options->tls,
                     text(Text::tr("How the mail server speaks TLS; starttls by default")))
        ->check(CLI::IsMember({"starttls", "tls"}));
    verb->add_option("--from", options->from, text(Text::tr("Whom the mail is from")));
    verb->add_option("--to", options->to, text(Text::tr("Whom the mail is for; once for each")))
        ->allow_extra_args(false);
    verb->add_option("--user", options->user,
                     text(Text::tr("Login at the mail server; the secret is its password")));
    verb->add_option("--url", options->url,
                     text(Text::tr("Webhook or heartbeat: https; {secret} in it stands for the secret")));
    verb->add_option("--fail-url", options->failUrl,
                     text(Text::tr("Heartbeat: asked for while something is wrong")));
    verb->add_option("--tls-ca", options->caFile,
                     text(Text::tr("File with a private CA that is trusted for this channel only")));
    verb->add_option("--secrets", options->secrets, text(Text::tr("Where its secret is kept")))
        ->check(CLI::IsMember({"keychain", "file"}));
    verb->add_option(
        "--secret-fd", options->secretFd,
        text(Text::tr("Read the secret from this file descriptor: password, or key that signs")));
    verb->add_flag("--ask-secret", options->askSecret, text(Text::tr("Ask for the secret on the terminal")));
    verb->add_flag("--no-secret", options->noSecret, text(Text::tr("No login and no signature any longer")));
    verb->add_option("--revision", options->revision,
                     text(Text::tr("Refuse if it was changed since this revision")));
    verb->add_flag("--dry-run", options->dryRun, text(Text::tr("Check only")));
    commands.onChosen(verb, "channel.set", [options](Context& context) { return set(context, *options); });
}

} // namespace

void addChannelCommands(Commands& commands) {
    CLI::App* noun =
        commands.app().add_subcommand("channel", text(Text::tr("Whom to tell: mail, webhooks, heartbeats")));
    noun->require_subcommand(1);
    addSet(commands, noun);
    commands.onChosen(noun->add_subcommand("list", text(Text::tr("Channels known here"))), "channel.list",
                      [](Context& context) { return list(context); });
    auto name = std::make_shared<std::string>();
    auto dryRun = std::make_shared<bool>(false);
    const auto named = [&](const char* verbName, const QString& help) {
        CLI::App* verb = noun->add_subcommand(verbName, text(help));
        verb->add_option("CHANNEL", *name, text(Text::tr("Name or UUID")))->required();
        return verb;
    };
    commands.onChosen(named("show", Text::tr("One channel, without its secret")), "channel.show",
                      [name](Context& context) { return show(context, *name); });
    commands.onChosen(named("test", Text::tr("Send a test, and say what the server said")), "channel.test",
                      [name](Context& context) { return test(context, *name); });
    CLI::App* removeVerb = named("remove", Text::tr("Forget a channel and its secret"));
    removeVerb->add_flag("--dry-run", *dryRun, text(Text::tr("Say what would be done")));
    commands.onChosen(removeVerb, "channel.remove",
                      [name, dryRun](Context& context) { return remove(context, *name, *dryRun); });
}

} // namespace salvor::ctl
