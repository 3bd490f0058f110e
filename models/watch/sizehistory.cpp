// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/watch/sizehistory.h"

#include <algorithm>
#include <cmath>
#include <tuple>
#include <utility>

namespace salvor {

namespace {

constexpr std::size_t kNewestSamples = 30;
constexpr UsualRule kSizeRule{5, 3.5, 0.2, 1e6};
/// Too few for a measure. One that is much smaller than those few is unusual all the same: rules that keep
/// three would else lose three good ones to it. One that is much larger begins anew: a database that was
/// just made is loaded.
constexpr UsualRule kFewRule{1, 3.5, 0.5, 1e6};

using Verdicts = std::map<std::string, SizeVerdict>;
using Records = std::vector<const BackupRecord*>;

double sizeOf(const BackupRecord& record) { return static_cast<double>(record.sizeBytes); }

/// The backups of one kind, the oldest first.
class OneKind {
public:
    explicit OneKind(Verdicts& verdicts)
        : m_verdicts(verdicts) {}

    void take(const BackupRecord& record) {
        SizeVerdict& verdict = m_verdicts[record.id];
        verdict.usual = usualBy(kSizeRule);
        const bool few = !verdict.usual;
        if (few)
            verdict.usual = usualBy(kFewRule);
        verdict.change = m_change;
        bool unlike =
            verdict.usual && std::abs(sizeOf(record) - verdict.usual->median) > verdict.usual->allowed;
        if (unlike && few && sizeOf(record) > verdict.usual->median) {
            m_usual.clear();
            unlike = false;
        }
        if (!unlike) {
            m_usual.push_back(&record);
            m_unusual.clear();
            return;
        }
        m_unusual.push_back(&record);
        verdict.unusual = true;
        verdict.inARow = m_unusual.size();
        if (m_unusual.size() >= kLastingBackups &&
            record.started - m_unusual.front()->started >= kLastingSpan)
            accept(verdict.usual->median);
    }

    /// What was decided stays decided, and what is not can be, for as long as these are there.
    void markDeciding() {
        if (m_change)
            mark(m_usual);
        mark(m_unusual);
    }

private:
    std::optional<Usual> usualBy(const UsualRule& rule) const {
        std::vector<double> sizes;
        for (auto one = m_usual.rbegin(); one != m_usual.rend() && sizes.size() < kNewestSamples; ++one)
            sizes.push_back(sizeOf(**one));
        return usualOf(sizes, rule);
    }

    void accept(double medianBefore) {
        m_change = SizeVerdict::Change{m_unusual.front()->started, medianBefore};
        for (const BackupRecord* one : m_unusual) {
            SizeVerdict& verdict = m_verdicts[one->id];
            verdict.unusual = false;
            verdict.inARow = 0;
            verdict.change = m_change;
        }
        m_usual = std::exchange(m_unusual, {});
    }

    void mark(const Records& records) {
        for (std::size_t i = 0; i < records.size(); ++i) {
            if (i == 0 || i + kLastingBackups > records.size())
                m_verdicts[records[i]->id].decides = true;
        }
    }

    Verdicts& m_verdicts;
    Records m_usual;   ///< since the last change that lasts, or since ever
    Records m_unusual; ///< since the last one of those
    std::optional<SizeVerdict::Change> m_change;
};

} // namespace

Verdicts judgeSizes(Records backups) {
    std::ranges::sort(backups, [](const BackupRecord* a, const BackupRecord* b) {
        return std::tie(a->started, a->id) < std::tie(b->started, b->id);
    });
    Verdicts verdicts;
    std::map<std::string, OneKind> kinds;
    for (const BackupRecord* record : backups)
        kinds.try_emplace(record->kind, verdicts).first->second.take(*record);
    for (auto& [name, kind] : kinds)
        kind.markDeciding();
    return verdicts;
}

} // namespace salvor
