// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/notificationssection.h"

#include "models/base/json.h"

#include <QLabel>
#include <QPushButton>

namespace salvor {

NotificationsSection::NotificationsSection(QWidget* parent)
    : FieldsSection(parent) {
    Policy probe;
    probe.mail = {"x"};
    if (!isActedOn(probe, "notifications"))
        return;
    addNames("policyMail", tr("Mail channels, by name"), &Policy::mail);
    addNames("policyWebhooks", tr("Webhook channels, by name"), &Policy::webhooks);
    addText("policyHeartbeat", tr("Heartbeat channel, by name"), &Policy::heartbeat);
    addOutcomes("policyNotifyOn", tr("A timer's run tells mail and webhooks when it was"), &Policy::notifyOn,
                {RunOutcome::Partial, RunOutcome::Failed});
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("policyChannels"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    addWidget(m_note);
    auto* channels = new QPushButton(tr("C&hannels…"), this);
    channels->setObjectName(QStringLiteral("policyChannelsShow"));
    channels->setAccessibleName(tr("Make, change, try and remove channels"));
    channels->setAutoDefault(false);
    connect(channels, &QPushButton::clicked, this, &NotificationsSection::channelsWanted);
    addWidget(channels);
    connect(this, &PolicySection::changed, this, &NotificationsSection::showNote);
    showNote();
}

void NotificationsSection::setChannels(std::vector<Channel> channels) {
    m_channels = std::move(channels);
    showNote();
}

void NotificationsSection::showNote() {
    if (m_note == nullptr)
        return;
    QStringList lines;
    if (m_channels) {
        QStringList known;
        for (const auto& channel : *m_channels)
            known << tr("%1 (%2)", "channel, kind").arg(toQt(channel.title), toQt(channel.kind));
        lines << (known.isEmpty()
                      ? tr("There is no channel yet. “Channels…” makes one.")
                      : tr("Channels there are: %1.").arg(known.join(tr(", ", "between items of a list"))));
        Policy named;
        applyTo(named);
        QStringList missing;
        for (const auto& one : missingChannels(named, *m_channels))
            missing << toQt(one);
        if (!missing.isEmpty())
            lines << tr("Nobody is told by: %1. There is no such channel.")
                         .arg(missing.join(tr(", ", "between items of a list")));
    } else {
        lines << tr("Channels are made with “Channels…”.");
    }
    m_note->setText(lines.join(QLatin1Char('\n')));
}

QString NotificationsSection::summary() const {
    Policy named;
    applyTo(named);
    return named.mail.empty() && named.webhooks.empty() && !named.heartbeat ? tr("Nobody is told")
                                                                            : FieldsSection::summary();
}

} // namespace salvor
