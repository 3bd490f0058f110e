// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/welcome/whenpage.h"

#include "ui/policies/policytexts.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QTimeEdit>
#include <QTimeZone>
#include <QVBoxLayout>

namespace salvor {

WhenPage::WhenPage(QWidget* parent)
    : FlowPage(
          tr("When"), tr("When, and for how long?"),
          tr("The first choice is right for most. Everything can be changed later on the Policies page."),
          parent) {
    setObjectName(QStringLiteral("whenPage"));
    m_preset = new QComboBox(this);
    m_preset->setObjectName(QStringLiteral("whenPreset"));
    m_preset->setAccessibleName(tr("How often, and how long backups stay"));
    m_preset->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_preset->setMinimumContentsLength(30);
    m_preset->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    for (const PolicyPreset one : policyPresets())
        m_preset->addItem(PolicyTexts::preset(one), static_cast<int>(one));
    m_time = new QTimeEdit(QTime(2, 0), this);
    m_time->setObjectName(QStringLiteral("whenTime"));
    m_time->setAccessibleName(tr("Time of day"));
    m_time->setDisplayFormat(QStringLiteral("HH:mm"));
    m_timeLabel = new QLabel(tr("&At"), this);
    m_timeLabel->setBuddy(m_time);
    m_facts = new QLabel(this);
    m_facts->setObjectName(QStringLiteral("whenFacts"));
    m_facts->setTextFormat(Qt::PlainText);
    m_facts->setWordWrap(true);
    auto* time = new QHBoxLayout;
    time->addWidget(m_timeLabel);
    time->addWidget(m_time);
    time->addStretch(1);
    body()->addWidget(m_preset);
    body()->addLayout(time);
    body()->addSpacing(6);
    body()->addWidget(m_facts);
    m_timers = new QCheckBox(tr("Show me the &timers when the first backup has started, and ask"), this);
    m_timers->setObjectName(QStringLiteral("whenTimers"));
    m_timers->setAccessibleName(tr("Show me the timers when the first backup has started, and ask"));
    m_timers->setChecked(true);
    body()->addWidget(m_timers);
    body()->addStretch(1);
    connect(m_preset, &QComboBox::currentIndexChanged, this, &WhenPage::update);
    connect(m_time, &QTimeEdit::timeChanged, this, &WhenPage::update);
    update();
}

PolicyPreset WhenPage::preset() const { return static_cast<PolicyPreset>(m_preset->currentData().toInt()); }

void WhenPage::applyTo(Policy& policy) const {
    applyPreset(policy, preset(), QString::fromLatin1(QTimeZone::systemTimeZoneId()).toStdString());
    for (auto& [kind, text] : policy.schedules) {
        const auto expression = CalendarExpression::parse(text);
        if (!expression)
            continue;
        ScheduleChoice choice = scheduleChoiceOf(*expression);
        if (choice.kind == ScheduleChoice::Kind::Hourly)
            continue;
        choice.hour = m_time->time().hour();
        choice.minute = m_time->time().minute();
        text = toExpression(choice);
    }
}

bool WhenPage::wantsTimers() const { return preset() != PolicyPreset::ByHand && m_timers->isChecked(); }

QString WhenPage::summary() const {
    Policy policy;
    applyTo(policy);
    return tr("%1; keeps: %2", "schedule, retention")
        .arg(PolicyTexts::schedules(policy), PolicyTexts::keeps(policy.retention));
}

void WhenPage::update() {
    const bool timed = preset() != PolicyPreset::ByHand && preset() != PolicyPreset::EveryHour;
    m_time->setVisible(timed);
    m_timeLabel->setVisible(timed);
    m_timers->setVisible(preset() != PolicyPreset::ByHand);
    QString facts = summary();
    if (preset() != PolicyPreset::ByHand)
        facts += QLatin1Char('\n') +
                 tr("It runs by itself once a timer follows the schedule. Until then the Policies page says "
                    "“not applied on this computer” and offers to apply them.");
    m_facts->setText(facts);
    emit changed();
}

} // namespace salvor
