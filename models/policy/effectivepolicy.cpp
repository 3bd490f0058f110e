// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/effectivepolicy.h"

#include "models/enginedescription.h"
#include "models/jsonfields.h"

namespace salvor {

namespace {

/// docs/policies.md has the same table.
QJsonObject defaults() {
    const QJsonObject when{{QStringLiteral("expressions"), QJsonObject()},
                           {QStringLiteral("random_delay_seconds"), 0}};
    const QJsonObject checks{{QStringLiteral("verify_after"), QStringLiteral("none")},
                             {QStringLiteral("proof_within_seconds"), 0},
                             {QStringLiteral("drill_target"), QStringLiteral("throwaway")},
                             {QStringLiteral("queries"), QJsonArray()}};
    const QJsonObject limits{{QStringLiteral("bandwidth_bytes_per_second"), 0},
                             {QStringLiteral("threads"), 0},
                             {QStringLiteral("sessions"), 0},
                             {QStringLiteral("memory_bytes"), 0},
                             {QStringLiteral("cpu_percent"), 0},
                             {QStringLiteral("lock_wait_seconds"), 600}};
    const QJsonObject hooks{{QStringLiteral("before"), QJsonArray()},
                            {QStringLiteral("after"), QJsonArray()}};
    const QJsonObject notifications{
        {QStringLiteral("mail"), QJsonArray()},
        {QStringLiteral("webhook"), QJsonArray()},
        {QStringLiteral("heartbeat"), QString()},
        {QStringLiteral("on"), QJsonArray{QStringLiteral("partial"), QStringLiteral("failed")}}};
    return {
        {QStringLiteral("compression_level"), 3},
        {QStringLiteral("when"), when},
        {QStringLiteral("checks"), checks},
        {QStringLiteral("limits"), limits},
        {QStringLiteral("hooks"), hooks},
        {QStringLiteral("notifications"), notifications},
        {QStringLiteral("recovery_point_objective_seconds"), 0},
        {QStringLiteral("executor"), QStringLiteral("this_computer")},
    };
}

/// What is chosen from a list has a usual value; of a number only the engine knows.
QJsonObject optionDefaults(const EngineDescription& engine, const std::string& method) {
    QJsonObject options;
    for (const auto& one : engine.methods) {
        if (one.id != method)
            continue;
        for (const auto& option : one.options) {
            if (!option.choices.empty())
                options.insert(toQt(option.key), toQt(option.choices.front()));
        }
    }
    return {{QStringLiteral("options"), options}};
}

QJsonObject overridesDocument(const PolicyOverrides& overrides) {
    QJsonObject document;
    if (overrides.compressionLevel)
        document.insert(QStringLiteral("compression_level"), toJsonCount(*overrides.compressionLevel));
    if (overrides.format)
        document.insert(QStringLiteral("options"),
                        QJsonObject{{QStringLiteral("format"), toQt(*overrides.format)}});
    return document;
}

using Origins = std::map<QString, ValueOrigin>;

/// Objects are merged, everything else is replaced; `origins` gets each value's path.
QJsonObject merged(QJsonObject below, const QJsonObject& over, ValueOrigin origin, Origins& origins,
                   const QString& prefix = {}) {
    for (auto it = over.begin(); it != over.end(); ++it) {
        const QString path = prefix + it.key();
        if (it.value().isObject()) {
            below.insert(it.key(), merged(below.value(it.key()).toObject(), it.value().toObject(), origin,
                                          origins, path + QLatin1Char('.')));
            continue;
        }
        below.insert(it.key(), it.value());
        origins[path] = origin;
    }
    return below;
}

QJsonValue valueAt(const QJsonObject& document, const QString& path) {
    const auto dot = path.indexOf(QLatin1Char('.'));
    if (dot < 0)
        return document.value(path);
    return valueAt(document.value(path.left(dot)).toObject(), path.mid(dot + 1));
}

} // namespace

std::string_view toString(ValueOrigin origin) {
    switch (origin) {
    case ValueOrigin::Default:
        return "default";
    case ValueOrigin::Repository:
        return "repository";
    case ValueOrigin::Policy:
        return "policy";
    case ValueOrigin::CommandLine:
        break;
    }
    return "command_line";
}

Result<EffectivePolicy> effectivePolicy(const Policy& policy, const RepositoryPin* repository,
                                        const PolicyOverrides& overrides, const EngineDescription* engine) {
    Origins origins;
    QJsonObject document = merged({}, defaults(), ValueOrigin::Default, origins);
    if (engine != nullptr)
        document = merged(document, optionDefaults(*engine, policy.method), ValueOrigin::Default, origins);
    document = merged(document, toJson(policy), ValueOrigin::Policy, origins);
    document = merged(document, overridesDocument(overrides), ValueOrigin::CommandLine, origins);
    EffectivePolicy effective;
    auto filled = policyFromJson(document);
    if (!filled) {
        Error error = std::move(filled).error();
        error.message = "working out the policy's values: " + error.message;
        return failure(std::move(error));
    }
    effective.policy = std::move(*filled);
    if (repository != nullptr) {
        document.insert(QStringLiteral("encryption"),
                        repository->encrypted ? QStringLiteral("age") : QStringLiteral("none"));
        origins[QStringLiteral("encryption")] = ValueOrigin::Repository;
    }
    if (!policy.retention) // everything is kept: there are no rules to show
        origins[QStringLiteral("retention")] = ValueOrigin::Default;
    QJsonObject named;
    for (const auto& [path, origin] : origins) {
        effective.values.push_back({fromQt(path), valueAt(document, path), origin});
        named.insert(path, toQt(toString(origin)));
    }
    document.insert(QStringLiteral("origins"), named);
    effective.document = std::move(document);
    return effective;
}

} // namespace salvor
