// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/selection.h"

#include "models/base/json.h"
#include "models/policy/leftout.h"
#include "models/sourcetexts.h"

#include <algorithm>
#include <numeric>

namespace salvor {

namespace {

constexpr std::size_t kMostSimilar = 3;

class Choosing {
public:
    Choosing(const std::vector<Policy>& policies, const std::vector<SourceInfo>& server,
             const std::string& profile)
        : m_policies(policies)
        , m_server(server)
        , m_profile(profile) {}

    RunSelection byName(const std::vector<std::string>& names) && {
        for (const std::string& name : names) {
            const auto source = std::ranges::find(m_server, name, &SourceInfo::name);
            if (source == m_server.end())
                m_out.failures.emplace_back(name, noSuchDatabase(name));
            else
                choose(policyFor(name), *source);
        }
        return std::move(m_out);
    }

    RunSelection byRules() && {
        for (const Policy& policy : m_policies) {
            for (const SourceInfo& source : m_server) {
                if (backsUp(policy, source))
                    choose(policy, source);
            }
            requireNamed(policy);
        }
        for (const SourceInfo& source : m_server)
            leaveOut(source);
        return std::move(m_out);
    }

private:
    /// What was asked for and cannot be read fails by name: a rule that covers it promises a backup.
    void choose(const Policy& policy, const SourceInfo& source) {
        if (const auto refused = refusalOf(source)) {
            m_out.failures.emplace_back(
                source.name,
                Error{ErrorCode::MissingRight,
                      "the database \"" + source.name + "\" cannot be backed up: " + refused->why,
                      "run " + refused->sql + ", or exclude it in the policy \"" + policy.title + "\"",
                      false,
                      {{"database", source.name}, {"profile", m_profile}, {"sql", refused->sql}}});
            return;
        }
        const auto known = std::ranges::find(m_out.chosen, policy.uuid,
                                             [](const auto& chosen) { return chosen.first.uuid; });
        if (known == m_out.chosen.end())
            m_out.chosen.push_back({policy, {source}});
        else
            known->second.push_back(source);
    }

    void leaveOut(const SourceInfo& source) {
        const auto any = [&](const auto& test) { return std::ranges::any_of(m_policies, test); };
        if (any([&](const Policy& policy) { return backsUp(policy, source); }))
            return;
        if (any([&](const Policy& policy) { return selects(policy, source.name); }))
            m_out.copies.push_back(source);
        else if (!copyOf(source))
            m_out.unselected.push_back(source.name);
    }

    /// A rule that names one database, without wildcards, promises that one: dropped, renamed or misspelt, it
    /// fails.
    void requireNamed(const Policy& policy) {
        for (const std::string& name : namedDatabases(policy)) {
            if (std::ranges::find(m_server, name, &SourceInfo::name) != m_server.end())
                continue;
            Error error = noSuchDatabase(name);
            error.hint += "; the policy \"" + policy.title + "\" names it";
            m_out.failures.emplace_back(name, std::move(error));
        }
    }

    const Policy& policyFor(const std::string& database) const {
        const auto selecting =
            std::ranges::find_if(m_policies, [&](const Policy& policy) { return selects(policy, database); });
        return selecting == m_policies.end() ? m_policies.front() : *selecting;
    }

    Error noSuchDatabase(const std::string& name) const {
        const QString wanted = toQt(name).toCaseFolded();
        std::string similar;
        std::size_t count = 0;
        for (const auto& source : m_server) {
            const QString other = toQt(source.name).toCaseFolded();
            if (count < kMostSimilar && (other.startsWith(wanted.left(4)) || other.contains(wanted)))
                similar += (count++ == 0 ? "\"" : ", \"") + source.name + "\"";
        }
        const std::string see = "salvorctl profile test \"" + m_profile +
                                "\" lists what there is; template databases are not backed up";
        return {ErrorCode::NotFound,
                "there is no database \"" + name + "\" on \"" + m_profile + "\"",
                similar.empty() ? see : "did you mean " + similar + "? " + see,
                false,
                {{"database", name}, {"profile", m_profile}}};
    }

    const std::vector<Policy>& m_policies;
    const std::vector<SourceInfo>& m_server;
    const std::string& m_profile;
    RunSelection m_out;
};

} // namespace

std::size_t RunSelection::count() const {
    return std::accumulate(chosen.begin(), chosen.end(), std::size_t{0},
                           [](std::size_t sum, const auto& of) { return sum + of.second.size(); });
}

Error hasNoPolicy(const std::string& profile) {
    return {ErrorCode::InvalidInput,
            "the profile \"" + profile + "\" has no policy that says where its backups go",
            "give it a repository: salvorctl profile edit --repository",
            false,
            {}};
}

Result<RunSelection> selectForRun(const std::vector<Policy>& policies, const std::vector<SourceInfo>& server,
                                  const std::vector<std::string>& named, const std::string& profile) {
    if (policies.empty())
        return failure(hasNoPolicy(profile));
    if (!named.empty())
        return Choosing(policies, server, profile).byName(named);
    auto selection = Choosing(policies, server, profile).byRules();
    if (selection.chosen.empty() && selection.failures.empty())
        return failure(ErrorCode::NotFound, "no database of \"" + profile + "\" is selected by its policies",
                       "name one, or widen what the policy includes");
    return selection;
}

} // namespace salvor
