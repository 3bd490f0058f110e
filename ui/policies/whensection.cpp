// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/whensection.h"

#include "models/base/json.h"
#include "ui/policies/policytexts.h"
#include "ui/policies/schedulebuilder.h"

#include <QLabel>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

/// Those that are made, then those that have a schedule all the same: nothing of the document is hidden.
std::vector<std::string> kindsOf(const Policy& policy) {
    std::vector<std::string> kinds = policy.kinds;
    for (const auto& [kind, expression] : policy.schedules) {
        if (std::ranges::find(kinds, kind) == kinds.end())
            kinds.push_back(kind);
    }
    return kinds.empty() ? Policy().kinds : kinds;
}

} // namespace

WhenSection::WhenSection(QWidget* parent)
    : FieldsSection(parent) {
    auto* box = new QWidget(this);
    m_column = new QVBoxLayout(box);
    m_column->setContentsMargins(0, 0, 0, 0);
    addWidget(box);
    makeParts(Policy().kinds);
    Policy probe;
    probe.randomDelaySeconds = 60;
    addNumber({"policyRandomDelay", tr("Start later by up to"), tr("min"), tr("nothing"),
               &Policy::randomDelaySeconds, 60, 24 * 60});
    probe.recoveryPointObjectiveSeconds = 3600;
    if (isActedOn(probe, "recovery_point_objective_seconds"))
        addSpan("policyRecoveryPoint", tr("Overdue when the newest good backup is older than"),
                &Policy::recoveryPointObjectiveSeconds);
}

void WhenSection::makeParts(const std::vector<std::string>& kinds) {
    for (const auto& part : m_parts) {
        delete part.title;
        delete part.builder;
    }
    m_parts.clear();
    for (const auto& kind : kinds) {
        Part part{kind, new QLabel(tr("Backups of the kind “%1”:").arg(toQt(kind)), this),
                  new ScheduleBuilder(this)};
        part.title->setVisible(kinds.size() > 1);
        part.builder->setAccessibleName(tr("Schedule of the kind “%1”").arg(toQt(kind)));
        if (!m_parts.empty())
            part.builder->setObjectName(QStringLiteral("scheduleBuilder-") + toQt(kind));
        part.builder->setNow(m_now);
        connect(part.builder, &ScheduleBuilder::changed, this, &PolicySection::changed);
        m_column->addWidget(part.title);
        m_column->addWidget(part.builder);
        m_parts.push_back(std::move(part));
    }
}

void WhenSection::setNow(Instant now) {
    m_now = now;
    for (const auto& part : m_parts)
        part.builder->setNow(now);
}

void WhenSection::setPolicy(const Policy& policy) {
    const QSignalBlocker quiet(this);
    FieldsSection::setPolicy(policy);
    const auto kinds = kindsOf(policy);
    if (!std::ranges::equal(m_parts, kinds, {}, &Part::kind))
        makeParts(kinds);
    for (const auto& part : m_parts) {
        const auto found = policy.schedules.find(part.kind);
        part.builder->setExpression(found == policy.schedules.end() ? std::nullopt
                                                                    : std::optional(found->second));
    }
}

void WhenSection::applyTo(Policy& policy) const {
    FieldsSection::applyTo(policy);
    for (const auto& part : m_parts) {
        if (const auto expression = part.builder->expression())
            policy.schedules[part.kind] = *expression;
        else
            policy.schedules.erase(part.kind);
    }
}

QString WhenSection::problem() const {
    for (const auto& part : m_parts) {
        if (!part.builder->problem().isEmpty())
            return m_parts.size() > 1
                       ? tr("%1: %2", "kind of backup, problem").arg(toQt(part.kind), part.builder->problem())
                       : part.builder->problem();
    }
    return FieldsSection::problem();
}

QString WhenSection::summary() const {
    Policy policy;
    applyTo(policy);
    const QString when = PolicyTexts::schedules(policy);
    return policy.randomDelaySeconds.value_or(0) == 0 ? when
                                                      : tr("%1, up to %n minute(s) later", nullptr,
                                                           static_cast<int>(*policy.randomDelaySeconds / 60))
                                                            .arg(when);
}

} // namespace salvor
