// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/policycommand.h"

#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

bool same(const std::vector<SelectionRule>& a, const std::vector<SelectionRule>& b) {
    return std::ranges::equal(a, b, [](const SelectionRule& one, const SelectionRule& other) {
        return one.include == other.include && one.databaseGlob == other.databaseGlob;
    });
}

/// What the options of "policy set" can say; everything else needs the document.
class Words {
public:
    Words(const Policy* before, const Policy& after)
        : m_isNew(before == nullptr)
        , m_before(before != nullptr ? *before : Policy{})
        , m_after(after) {}

    std::vector<std::string> make(const std::string& profile, const std::string& repository) {
        if (m_isNew || m_before.profileUuid != m_after.profileUuid)
            add("--profile", profile);
        if (m_isNew || m_before.repositoryId != m_after.repositoryId)
            add("--repository", repository);
        if (!m_isNew && m_before.title != m_after.title)
            add("--title", m_after.title);
        selection();
        number("--level", "compression_level", &Policy::compressionLevel);
        options();
        schedules();
        span("--recovery-point", "recovery_point_objective_seconds", &Policy::recoveryPointObjectiveSeconds);
        retention();
        verification();
        limits();
        hooks();
        return std::move(m_words);
    }

private:
    void add(const char* option, const std::string& value) {
        m_words.emplace_back(option);
        m_words.push_back(value);
    }
    void unset(const char* field) { add("--unset", field); }

    void number(const char* option, const char* field, std::optional<std::uint64_t> Policy::* member) {
        if (m_before.*member == m_after.*member)
            return;
        if (m_after.*member)
            add(option, std::to_string(*(m_after.*member)));
        else
            unset(field);
    }
    void span(const char* option, const char* field, std::optional<std::uint64_t> Policy::* member) {
        if (m_before.*member == m_after.*member)
            return;
        if (m_after.*member)
            add(option, toRetentionSpan(std::chrono::seconds(static_cast<std::int64_t>(*(m_after.*member)))));
        else
            unset(field);
    }

    void selection() {
        if (same(m_before.rules, m_after.rules))
            return;
        for (const auto& rule : m_after.rules)
            add(rule.include ? "--include" : "--exclude", rule.databaseGlob);
    }

    void options() {
        QStringList keys = m_before.options.keys() + m_after.options.keys();
        keys.removeDuplicates();
        for (const QString& key : keys) {
            const QJsonValue value = m_after.options.value(key);
            if (value == m_before.options.value(key))
                continue;
            const QString text = value.isDouble() ? QString::number(value.toInteger()) : value.toString();
            add("--option", fromQt(key) + '=' + fromQt(text));
        }
    }

    void schedules() {
        if (m_before.schedules != m_after.schedules) {
            if (!m_before.schedules.empty())
                m_words.emplace_back("--no-schedule");
            for (const auto& [kind, expression] : m_after.schedules)
                add("--when", kind + '=' + expression);
        }
        number("--random-delay", "when.random_delay_seconds", &Policy::randomDelaySeconds);
    }

    /// Only what is another than before; all anew where a rule goes that has no option to say so.
    void retention() {
        if (m_before.retention == m_after.retention)
            return;
        const RetentionRules rules = m_after.retention.value_or(RetentionRules{});
        RetentionRules was = m_before.retention.value_or(RetentionRules{});
        if (m_before.retention &&
            (isEmpty(rules) || (rules.keepWithin != was.keepWithin && rules.keepWithin.count() == 0))) {
            m_words.emplace_back("--keep-everything");
            was = {};
        }
        const auto count = [this](const char* option, std::uint32_t before, std::uint32_t value) {
            if (value != before)
                add(option, std::to_string(value));
        };
        count("--keep-last", was.keepLast, rules.keepLast);
        if (rules.keepWithin != was.keepWithin)
            add("--keep-within", toRetentionSpan(rules.keepWithin));
        count("--keep-hourly", was.hourly, rules.hourly);
        count("--keep-daily", was.daily, rules.daily);
        count("--keep-weekly", was.weekly, rules.weekly);
        count("--keep-monthly", was.monthly, rules.monthly);
        count("--keep-yearly", was.yearly, rules.yearly);
        if (rules.timeZone != was.timeZone)
            add("--keep-zone", rules.timeZone);
    }

    static bool isEmpty(const RetentionRules& rules) {
        RetentionRules none;
        none.timeZone = rules.timeZone;
        return rules == none;
    }

    void verification() {
        if (m_before.verifyAfter != m_after.verifyAfter) {
            if (m_after.verifyAfter)
                add("--verify-after", *m_after.verifyAfter);
            else
                unset("checks.verify_after");
        }
        span("--proof-within", "checks.proof_within_seconds", &Policy::proofWithinSeconds);
        if (m_before.drillTarget == m_after.drillTarget)
            return;
        if (m_after.drillTarget)
            add("--drill-target", *m_after.drillTarget);
        else
            unset("checks.drill_target");
    }

    void limits() {
        number("--bandwidth", "limits.bandwidth_bytes_per_second", &Policy::bandwidthBytesPerSecond);
        number("--threads", "limits.threads", &Policy::threads);
        number("--sessions", "limits.sessions", &Policy::sessions);
        number("--memory", "limits.memory_bytes", &Policy::memoryBytes);
        number("--cpu", "limits.cpu_percent", &Policy::cpuPercent);
        number("--lock-wait", "limits.lock_wait_seconds", &Policy::lockWaitSeconds);
    }

    void hooks() {
        if (toJson(m_before).value(QLatin1String("hooks")) == toJson(m_after).value(QLatin1String("hooks")))
            return;
        m_words.emplace_back("--no-hooks");
        const Hook* any = nullptr;
        for (const auto& hook : m_after.hooksBefore) {
            for (const auto& word : hook.command)
                add("--hook-before", word);
            any = &hook;
        }
        for (const auto& hook : m_after.hooksAfter) {
            for (const auto& word : hook.command)
                add("--hook-after", word);
            any = &hook;
        }
        if (any != nullptr) {
            add("--hook-timeout", std::to_string(any->timeoutSeconds));
            add("--hook-failure", std::string(toString(any->failureMeans)));
            for (const auto& path : any->paths)
                add("--hook-path", path);
        }
    }

    const bool m_isNew;
    const Policy m_before;
    const Policy& m_after;
    std::vector<std::string> m_words;
};

/// One command before and one after, with one time limit, is all that the options know.
bool hooksNeedDocument(const Policy& policy) {
    const auto& before = policy.hooksBefore;
    const auto& after = policy.hooksAfter;
    if (before.size() > 1 || after.size() > 1 || (!after.empty() && !after[0].runOn.empty()))
        return true;
    return !before.empty() && !after.empty() &&
           (before[0].timeoutSeconds != after[0].timeoutSeconds ||
            before[0].failureMeans != after[0].failureMeans || before[0].paths != after[0].paths);
}

bool needsDocument(const Policy* before, const Policy& after) {
    const Policy base = before != nullptr ? *before : makeDefaultPolicy({}, {}, {});
    const QJsonObject is = toJson(after);
    const QJsonObject was = toJson(base);
    const auto differs = [&](const char* key) {
        return was.value(QLatin1String(key)) != is.value(QLatin1String(key));
    };
    const auto checks = [](const QJsonObject& policy) {
        return policy.value(QLatin1String("checks")).toObject().value(QLatin1String("queries"));
    };
    const bool relations = was.value(QLatin1String("what")).toObject().value(QLatin1String("relations")) !=
                           is.value(QLatin1String("what")).toObject().value(QLatin1String("relations"));
    return relations || checks(was) != checks(is) || differs("method") || differs("kinds") ||
           differs("notifications") || differs("executor") || (differs("hooks") && hooksNeedDocument(after));
}

} // namespace

std::string shellQuoted(const std::vector<std::string>& words) {
    constexpr std::string_view kPlain =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./:=@%+,";
    std::string line;
    for (const auto& word : words) {
        line += line.empty() ? "" : " ";
        if (!word.empty() && word.find_first_not_of(kPlain) == std::string::npos) {
            line += word;
            continue;
        }
        line += '\'';
        for (const char c : word)
            line += c == '\'' ? std::string("'\\''") : std::string(1, c);
        line += '\'';
    }
    return line;
}

PolicyCommand policyCommand(const Policy* before, const Policy& after, const std::string& profile,
                            const std::string& repository) {
    std::vector<std::string> words{"salvorctl", "policy", "set",
                                   before != nullptr ? before->title : after.title};
    PolicyCommand command;
    if (needsDocument(before, after)) {
        words.insert(words.end(), {"--file", "-"});
        command.needsDocument = true;
    } else {
        const auto options = Words(before, after).make(profile, repository);
        if (options.empty())
            return command;
        words.insert(words.end(), options.begin(), options.end());
    }
    command.line = shellQuoted(words);
    return command;
}

} // namespace salvor
