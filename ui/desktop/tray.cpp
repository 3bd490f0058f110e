// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/desktop/tray.h"

#include "models/base/json.h"
#include "ui/desktop/desktop.h"
#include "ui/overview/overviewtexts.h"
#include "ui/support/icons.h"
#include "ui/support/statemark.h"

#include <QPainter>

namespace salvor {

namespace {

constexpr int kReasons = 3;        ///< told by the tooltip; the window has all
constexpr int kReasonLetters = 80; ///< of the first one, in the menu

/// A name as a menu shows it: "&" is no shortcut there.
QString entry(const std::string& name) { return toQt(name).replace(u'&', QStringLiteral("&&")); }

/// What is amiss beside the databases, which the sentence does not say.
QStringList reasonsOf(const OverviewSentence& said) {
    QStringList reasons;
    for (const auto& concern : said.concerns) {
        if (reasons.size() < kReasons)
            reasons << concern.text;
    }
    return reasons;
}

} // namespace

QIcon markedIcon(Tone tone) {
    QIcon icon;
    for (const int size : {16, 22, 24, 32, 48, 64}) {
        QPixmap picture = Icons::application().pixmap(size, size);
        picture.setDevicePixelRatio(1);
        if (tone != Tone::Neutral) {
            QPainter painter(&picture);
            painter.setRenderHint(QPainter::Antialiasing);
            const double mark = size * 0.58;
            const QRectF corner(size - mark, size - mark, mark, mark);
            painter.setPen(Qt::NoPen);
            painter.setBrush(Qt::white); // trays are light or dark, and do not say which
            painter.drawEllipse(corner);
            StateMark::paint(painter, corner.adjusted(1, 1, -1, -1), tone, Theme::light());
        }
        icon.addPixmap(picture);
    }
    return icon;
}

Tray::Tray(WorkspaceFeed& feed, Desktop& desktop, QObject* parent)
    : QObject(parent)
    , m_feed(feed)
    , m_desktop(desktop) {
    m_menu.setObjectName(QStringLiteral("trayMenu"));
    m_sentence = m_menu.addAction(tr("Salvor"));
    m_sentence->setObjectName(QStringLiteral("traySentence"));
    m_sentence->setEnabled(false);
    m_reason = m_menu.addAction(QString());
    m_reason->setObjectName(QStringLiteral("trayReason"));
    m_reason->setEnabled(false);
    m_menu.addSeparator();
    auto* open = m_menu.addAction(tr("&Open Salvor"));
    open->setObjectName(QStringLiteral("trayOpen"));
    m_backups = m_menu.addMenu(Icons::of(Icons::Backup), tr("&Back up now"));
    m_backups->setObjectName(QStringLiteral("trayBackups"));
    m_menu.addSeparator();
    auto* quit = m_menu.addAction(tr("&Quit"));
    quit->setObjectName(QStringLiteral("trayQuit"));
    connect(open, &QAction::triggered, this, &Tray::openWanted);
    connect(quit, &QAction::triggered, this, &Tray::quitWanted);
    connect(&m_icon, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger || reason == QSystemTrayIcon::DoubleClick)
            emit openWanted();
    });
    connect(&m_icon, &QSystemTrayIcon::messageClicked, this, &Tray::openWanted);
    // Who shows no notifications may still show a message of the tray.
    connect(&desktop, &Desktop::notNotified, this, [this](const QString& title, const QString& text) {
        if (m_icon.isVisible() && QSystemTrayIcon::supportsMessages())
            m_icon.showMessage(title, text, m_icon.icon());
    });
    connect(&feed, &WorkspaceFeed::changed, this, &Tray::update);
    connect(&feed, &WorkspaceFeed::repositoryInfosChanged, this, &Tray::update);
    m_icon.setContextMenu(&m_menu);
    update();
}

Tray::~Tray() { m_icon.setContextMenu(nullptr); }

void Tray::update() {
    const auto snapshot = m_feed.snapshot();
    m_tone = Tone::Neutral;
    QString sentence = tr("Nothing is protected yet");
    QStringList reasons;
    if (snapshot != nullptr && !snapshot->isEmpty()) {
        const OverviewSentence said =
            overviewSentence(*snapshot, m_feed.repositoryInfos(), m_feed.identityProblems());
        m_tone = said.tone;
        sentence = said.text;
        reasons = reasonsOf(said);
        fillBackups(*snapshot);
    }
    m_backups->menuAction()->setEnabled(!m_backups->isEmpty());
    m_sentence->setText(QString(sentence).replace(u'&', QStringLiteral("&&")));
    const QFontMetrics letters = m_menu.fontMetrics();
    m_reason->setText(
        letters.elidedText(reasons.value(0), Qt::ElideRight, letters.averageCharWidth() * kReasonLetters)
            .replace(u'&', QStringLiteral("&&")));
    m_reason->setVisible(!reasons.isEmpty());
    m_icon.setIcon(markedIcon(m_tone));
    m_icon.setToolTip((QStringList(tr("Salvor: %1").arg(sentence)) + reasons).join(u'\n'));
    m_icon.setVisible(m_desktop.hasTray()); // it may come after us
}

void Tray::fillBackups(const WorkspaceSnapshot& snapshot) {
    m_backups->clear();
    for (const auto& profile : snapshot.profiles) {
        const QString uuid = toQt(profile.uuid);
        QMenu* menu = m_backups->addMenu(entry(profile.title));
        auto* all = menu->addAction(tr("&All that its policies select"));
        connect(all, &QAction::triggered, this, [this, uuid] { emit backupWanted({uuid, {}}); });
        menu->addSeparator();
        for (const auto& source : snapshot.sources) {
            if (source.profileUuid != profile.uuid || source.state == "gone" || source.state == "lost")
                continue;
            auto* one = menu->addAction(entry(source.database));
            connect(one, &QAction::triggered, this,
                    [this, uuid, name = toQt(source.database)] { emit backupWanted({uuid, name}); });
        }
    }
}

} // namespace salvor
