// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: channels and their secrets.
#include "models/base/json.h"
#include "workers/core/coreprivate.h"
#include "workers/core/orphans.h"
#include "workers/core/timelimit.h"

namespace salvor {

namespace {

/// Puts the secret in place; gives what was there, so that it can be put back.
Result<std::optional<Secret>> replaceSecret(SecretStore& store, const std::string& name,
                                            const Secret& secret) {
    const TimeLimit limit(std::chrono::seconds(30));
    SALVOR_ASSIGN(auto before, secretIfThere(store, name, limit.token()));
    SALVOR_TRY(store.put(name, secret, limit.token()));
    return before;
}

void putBack(SecretStore& store, const std::string& name, const std::optional<Secret>& before) {
    const TimeLimit limit(std::chrono::seconds(30));
    if (before)
        (void)store.put(name, *before, limit.token());
    else
        (void)store.remove(name, limit.token());
}

} // namespace

Result<std::vector<Channel>> Core::channels() {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->channels();
}

Result<Channel> Core::channel(const std::string& name) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    return workspace->channel(name);
}

Result<Channel> Core::saveChannel(Channel channel, std::optional<Secret> secret) {
    const bool isNew = channel.revision == 0;
    if (isNew && channel.uuid.empty())
        channel.uuid = makeUuid();
    SALVOR_TRY(validate(channel));
    if (secret && channel.secretKind.empty())
        return failure(ErrorCode::InvalidInput,
                       "a secret was given for the channel \"" + channel.title +
                           "\", and no place to keep it",
                       "choose one: --secrets keychain or file", {{"channel", channel.title}});
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    if (!secret) {
        if (isNew && !channel.secretKind.empty())
            return failure(ErrorCode::InvalidInput, "the channel \"" + channel.title + "\" needs its secret",
                           "give it with --secret-fd", {{"channel", channel.title}});
        return isNew ? workspace->insertChannel(std::move(channel))
                     : workspace->updateChannel(std::move(channel));
    }
    SALVOR_ASSIGN(const auto store, m_private->secrets(channel.secretKind));
    const std::string name = channel.secretName();
    SALVOR_ASSIGN(const auto before, replaceSecret(*store, name, *secret));
    auto saved =
        isNew ? workspace->insertChannel(std::move(channel)) : workspace->updateChannel(std::move(channel));
    if (!saved) {
        putBack(*store, name, before);
        return saved;
    }
    // The document's own record does not show it.
    SALVOR_TRY(workspace->recordAudit("channel.secret", saved->uuid, {},
                                      {{QStringLiteral("title"), toQt(saved->title)},
                                       {QStringLiteral("kept_in"), toQt(saved->secretKind)}}));
    return saved;
}

Result<> Core::removeChannel(const std::string& name, std::optional<std::int64_t> revision) {
    SALVOR_ASSIGN(const auto workspace, m_private->workspace());
    SALVOR_ASSIGN(const auto channel, workspace->channel(name));
    SALVOR_TRY(workspace->removeChannel(channel.uuid, revision.value_or(channel.revision)));
    SALVOR_TRY(endOrphanedNotifications(*workspace, m_private->config.places.state));
    if (channel.secretKind.empty())
        return {};
    const TimeLimit limit(std::chrono::seconds(30));
    const auto store = m_private->secrets(channel.secretKind);
    auto removed =
        store ? (*store)->remove(channel.secretName(), limit.token()) : Result<>(failure(store.error()));
    if (removed)
        return {};
    Error error = std::move(removed).error();
    error.message = "the channel \"" + channel.title + "\" is gone, but not its secret: " + error.message;
    return failure(std::move(error));
}

} // namespace salvor
