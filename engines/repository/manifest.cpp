// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/manifest.h"

#include "models/jsonfields.h"

#include <set>

namespace salvor {

namespace {

QJsonObject toJson(const ManifestItem& item) {
    return {{QStringLiteral("phase"), toQt(item.phase)},
            {QStringLiteral("parallel_phase"), item.parallelPhase},
            {QStringLiteral("id"), toQt(item.id)},
            {QStringLiteral("kind"), toQt(item.kind)},
            {QStringLiteral("name"), toQt(item.name)},
            {QStringLiteral("group"), toQt(item.group)},
            {QStringLiteral("change_key"), toQt(item.changeKey)},
            {QStringLiteral("details"), item.details},
            {QStringLiteral("rows"), toJsonCount(item.rows)},
            {QStringLiteral("size_bytes"), toJsonCount(item.sizeBytes)},
            {QStringLiteral("content_hash"), toQt(item.contentHash)},
            {QStringLiteral("sha256"), toQt(item.sha256)},
            {QStringLiteral("first_object"), toJsonCount(item.firstObject)},
            {QStringLiteral("objects"), toJsonCount(item.objectCount)},
            {QStringLiteral("offset_bytes"), toJsonCount(item.offset)}};
}

Result<ManifestItem> itemOf(const QJsonObject& object) {
    JsonFields fields(object, "manifest item");
    ManifestItem item;
    item.phase = fields.text("phase");
    item.parallelPhase = fields.flagOr("parallel_phase", false);
    item.id = fields.text("id");
    item.kind = fields.text("kind");
    item.name = fields.text("name");
    item.group = fields.text("group");
    item.changeKey = fields.textOr("change_key");
    item.details = fields.objectOr("details");
    item.rows = fields.count("rows");
    item.sizeBytes = fields.count("size_bytes");
    item.contentHash = fields.textOr("content_hash");
    item.sha256 = fields.text("sha256");
    item.firstObject = fields.count("first_object");
    item.objectCount = fields.count("objects");
    item.offset = fields.count("offset_bytes");
    SALVOR_TRY(fields.finish());
    return item;
}

Result<ManifestGroup> groupOf(const QJsonObject& object) {
    JsonFields fields(object, "manifest group");
    ManifestGroup group;
    group.name = fields.text("name");
    group.ref = fields.text("ref");
    group.objects = fields.count("objects");
    SALVOR_TRY(fields.finish());
    return group;
}

} // namespace

QJsonObject toJson(const Manifest& manifest) {
    QJsonArray groups;
    for (const auto& group : manifest.groups)
        groups.append(QJsonObject{{QStringLiteral("name"), toQt(group.name)},
                                  {QStringLiteral("ref"), toQt(group.ref)},
                                  {QStringLiteral("objects"), toJsonCount(group.objects)}});
    QJsonArray items;
    for (const auto& item : manifest.items)
        items.append(toJson(item));
    return {{QStringLiteral("document"), QStringLiteral("manifest")},
            {QStringLiteral("backup"), toJson(manifest.record)},
            {QStringLiteral("server"), manifest.server},
            {QStringLiteral("finish"), manifest.finish},
            {QStringLiteral("policy"), manifest.policy},
            {QStringLiteral("profile"), manifest.profile},
            {QStringLiteral("groups"), groups},
            {QStringLiteral("items"), items}};
}

Result<Manifest> manifestFromJson(const QJsonObject& object) {
    JsonFields fields(object, "manifest");
    if (fields.text("document") != "manifest")
        fields.fail("document", "is not \"manifest\"");
    Manifest manifest;
    manifest.server = fields.objectOr("server");
    manifest.finish = fields.objectOr("finish");
    manifest.policy = fields.objectOr("policy");
    manifest.profile = fields.objectOr("profile");
    const QJsonObject record = fields.objectOr("backup");
    const QJsonArray groups = fields.arrayOr("groups");
    const QJsonArray items = fields.arrayOr("items");
    SALVOR_TRY(fields.finish());
    SALVOR_ASSIGN(manifest.record, backupRecordFromJson(record));
    for (const auto& value : groups) {
        SALVOR_ASSIGN(ManifestGroup group, groupOf(value.toObject()));
        manifest.groups.push_back(std::move(group));
    }
    manifest.items.reserve(static_cast<std::size_t>(items.size()));
    for (const auto& value : items) {
        SALVOR_ASSIGN(ManifestItem item, itemOf(value.toObject()));
        manifest.items.push_back(std::move(item));
    }
    return manifest;
}

} // namespace salvor
