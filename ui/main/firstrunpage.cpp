// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/firstrunpage.h"

#include "ui/support/enginetexts.h"
#include "ui/support/icons.h"
#include "workers/engines.h"

#include <QCommandLinkButton>
#include <QFrame>
#include <QLabel>
#include <QVBoxLayout>

namespace salvor {

namespace {

/// The button fills a card of its own.
QCommandLinkButton* door(QBoxLayout* layout, QWidget* parent, const char* name, const QString& title,
                         const QString& text, Icons::Name icon) {
    auto* card = new QFrame(parent);
    card->setFrameShape(QFrame::StyledPanel);
    card->setAutoFillBackground(true);
    card->setBackgroundRole(QPalette::Base);
    auto* button = new QCommandLinkButton(title, text, card);
    auto* inside = new QVBoxLayout(card);
    inside->setContentsMargins(6, 6, 6, 6);
    inside->addWidget(button);
    layout->addWidget(card);
    button->setObjectName(QLatin1String(name));
    button->setAccessibleName(QString(title).remove(QLatin1Char('&')));
    button->setAccessibleDescription(text);
    button->setIcon(Icons::of(icon));
    button->setIconSize({32, 32});
    button->setFixedHeight(52);
    button->setAutoDefault(true); // Enter opens it, as Space does
    return button;
}

} // namespace

FirstRunPage::FirstRunPage(QWidget* parent)
    : QWidget(parent) {
    setObjectName(QStringLiteral("firstRunPage"));
    setAccessibleName(tr("Welcome"));
    auto* logo = new QLabel(this);
    logo->setPixmap(Icons::application().pixmap(72, 72));
    logo->setAccessibleName(QStringLiteral("Salvor"));
    auto* title = new QLabel(tr("Nothing is protected yet"), this);
    title->setObjectName(QStringLiteral("firstRunTitle"));
    QFont big = title->font();
    big.setPointSizeF(big.pointSizeF() * 1.8);
    big.setBold(true);
    title->setFont(big);
    QStringList engines;
    for (const auto& engine : engineDescriptions())
        engines << engineText(engine.label);
    auto* text = new QLabel(tr("Salvor backs up %1 databases, encrypted, and proves by restoring them that "
                               "the backups are good.")
                                .arg(engines.join(tr(", ", "between kinds of servers"))),
                            this);
    text->setObjectName(QStringLiteral("firstRunText"));
    text->setWordWrap(true);
    auto* column = new QWidget(this);
    column->setMaximumWidth(660);
    auto* inner = new QVBoxLayout(column);
    inner->setSpacing(12);
    inner->addWidget(logo);
    inner->addWidget(title);
    inner->addWidget(text);
    inner->addSpacing(12);
    auto* protect = door(inner, column, "protectDoor", tr("&Protect a database"),
                         tr("Connect to a server, choose where backups are kept, and make the first one."),
                         Icons::Backup);
    auto* recover = door(inner, column, "recoverDoor", tr("Re&cover from a backup"),
                         tr("You have the backups, their recovery file and the passphrase. This computer "
                            "may be new."),
                         Icons::Restore);
    setFocusProxy(protect);
    connect(protect, &QAbstractButton::clicked, this, &FirstRunPage::protectWanted);
    connect(recover, &QAbstractButton::clicked, this, &FirstRunPage::recoverWanted);

    auto* outer = new QVBoxLayout(this);
    outer->addStretch(2);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(column, 4);
    row->addStretch(1);
    outer->addLayout(row);
    outer->addStretch(3);
}

} // namespace salvor
