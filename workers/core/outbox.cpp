// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/outbox.h"

#include "models/backuprecord.h"
#include "models/base/json.h"
#include "models/jsonfields.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace salvor {

namespace {

QJsonObject toJson(const Notification& notification) {
    QJsonObject object{
        {QStringLiteral("id"), toQt(notification.id)},
        {QStringLiteral("channel"), toQt(notification.channelUuid)},
        {QStringLiteral("channel_title"), toQt(notification.channelTitle)},
        {QStringLiteral("subject"), toQt(notification.subject)},
        {QStringLiteral("text"), toQt(notification.text)},
        {QStringLiteral("payload"), notification.payload},
        {QStringLiteral("made"), toQt(toRfc3339Micros(notification.made))},
        {QStringLiteral("tries"), toJsonCount(notification.tries)},
        {QStringLiteral("dropped"), toJsonCount(notification.dropped)},
    };
    if (notification.tried)
        object.insert(QStringLiteral("tried"), toQt(toRfc3339Micros(*notification.tried)));
    if (!notification.missing.empty())
        object.insert(QStringLiteral("missing"), toJsonArray(notification.missing));
    if (!notification.reached.empty())
        object.insert(QStringLiteral("reached"), toJsonArray(notification.reached));
    if (notification.error)
        object.insert(QStringLiteral("error"), salvor::toJson(*notification.error));
    return object;
}

Result<Notification> notificationFromJson(const QJsonObject& object) {
    JsonFields fields(object, "notification");
    Notification notification;
    notification.id = fields.text("id");
    notification.channelUuid = fields.text("channel");
    notification.channelTitle = fields.textOr("channel_title");
    notification.subject = fields.text("subject");
    notification.text = fields.textOr("text");
    notification.payload = fields.objectOr("payload");
    notification.made = fields.time("made");
    notification.tries = fields.countOr("tries", 0);
    notification.tried = fields.timeIfThere("tried");
    notification.dropped = fields.countOr("dropped", 0);
    notification.missing = fields.textsOr("missing");
    notification.reached = fields.textsOr("reached");
    if (object.contains(QLatin1String("error")))
        notification.error = errorFromJson(object.value(QLatin1String("error")).toObject());
    SALVOR_TRY(fields.finish());
    return notification;
}

/// What was told is written in so much, blanks behind it: so the next state has room where it stands.
constexpr std::size_t kRoomOfTold = 8192;

/// In the room that the file has on its file system. Not begun where that is not enough.
bool overwrite(const std::filesystem::path& path, std::string_view text) {
    const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return false;
    struct stat info{};
    bool done = ::fstat(file, &info) == 0 && std::cmp_less_equal(text.size(), info.st_blocks * 512);
    for (std::size_t at = 0; done && at < text.size();) {
        const ssize_t written = ::pwrite(file, text.data() + at, text.size() - at, static_cast<off_t>(at));
        if (written > 0)
            at += static_cast<std::size_t>(written);
        else
            done = written < 0 && errno == EINTR;
    }
    done = done && ::ftruncate(file, static_cast<off_t>(text.size())) == 0 && ::fsync(file) == 0;
    ::close(file);
    return done;
}

std::string fileOf(const std::string& id) { return "spool/" + id + ".json"; }

} // namespace

Result<Outbox> Outbox::open(const std::string& stateFolder) {
    SALVOR_ASSIGN(auto folder, StateFolder::open(stateFolder + "/notifications"));
    SALVOR_ASSIGN(auto told, StateFolder::open(stateFolder + "/notifications/told"));
    return Outbox(std::move(folder), std::move(told));
}

Result<> Outbox::put(Notification notification) const {
    std::vector<Error> unreadable;
    SALVOR_ASSIGN(const auto others, all(unreadable));
    std::vector<const Notification*> same;
    for (const auto& one : others) {
        if (one.channelUuid == notification.channelUuid && one.id != notification.id)
            same.push_back(&one);
    }
    for (std::size_t i = 0; same.size() - i >= kMostOfAChannel; ++i) {
        // One that arrived, but for somebody, was not given up.
        notification.dropped += (same[i]->missing.empty() ? 1 : 0) + same[i]->dropped;
        SALVOR_TRY(remove(same[i]->id));
    }
    SALVOR_ASSIGN(const std::string text, toCanonicalJson(toJson(notification)));
    return m_folder.write(fileOf(notification.id), asBytes(text));
}

Result<std::vector<Notification>> Outbox::all(std::vector<Error>& unreadable) const {
    SALVOR_ASSIGN(const auto names, m_folder.list("spool"));
    std::vector<Notification> found;
    for (const auto& name : names) {
        SALVOR_ASSIGN(const auto text, m_folder.read("spool/" + name));
        if (!text)
            continue; // another process has just sent it
        const auto object = parseJsonObject(*text, "notification " + name);
        auto notification =
            object ? notificationFromJson(*object) : Result<Notification>(failure(object.error()));
        if (notification)
            found.push_back(std::move(*notification));
        else
            unreadable.push_back(std::move(notification).error());
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const Notification& a, const Notification& b) { return a.made < b.made; });
    return found;
}

Result<> Outbox::remove(const std::string& id) const { return m_folder.remove(fileOf(id)); }

std::optional<Told> Outbox::told(const std::string& channelUuid, const std::string& thing) const {
    const auto text = m_told.read(channelUuid + "-" + thing + ".json");
    if (!text || !*text)
        return std::nullopt;
    const auto object = parseJsonObject(**text, "what was told");
    if (!object)
        return std::nullopt;
    JsonFields fields(*object, "what was told");
    Told told;
    told.state = fields.textOr("state");
    told.runId = fields.textOr("run");
    told.at = fields.time("at");
    return fields.finish() ? std::optional(told) : std::nullopt;
}

Result<> Outbox::setTold(const std::string& channelUuid, const std::string& thing, const Told& told) const {
    SALVOR_ASSIGN(const std::string text,
                  toCanonicalJson({{QStringLiteral("state"), toQt(told.state)},
                                   {QStringLiteral("run"), toQt(told.runId)},
                                   {QStringLiteral("at"), toQt(toRfc3339(told.at))}}));
    std::string roomy = text;
    roomy.resize(std::max(text.size(), kRoomOfTold), ' ');
    const std::string name = channelUuid + "-" + thing + ".json";
    auto written = m_told.write(name, asBytes(roomy));
    // One of an older version has no more than its own block.
    if (!written && (overwrite(m_told.path() / name, roomy) || overwrite(m_told.path() / name, text)))
        return {};
    return written;
}

bool Outbox::isNews(const std::optional<Told>& before, const std::string& state, Instant now) {
    if (!before)
        return !state.empty();
    if (before->state != state)
        return true;
    return !state.empty() && (before->at > now || now - before->at >= kRepeatAfter);
}

} // namespace salvor
