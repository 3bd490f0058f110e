// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/preferencesdialog.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

PreferencesDialog::PreferencesDialog(WindowSettings& settings, bool hasTray, QWidget* parent)
    : QDialog(parent)
    , m_settings(settings) {
    setObjectName(QStringLiteral("preferencesDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Preferences"));
    build(hasTray);
    fill(hasTray);
}

void PreferencesDialog::build(bool hasTray) {
    const auto combo = [this](const char* name, const QString& spoken) {
        auto* made = new QComboBox(this);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(spoken);
        return made;
    };
    m_theme = combo("preferencesTheme", tr("Theme"));
    m_theme->addItem(tr("As the system"), static_cast<int>(ThemeChoice::System));
    m_theme->addItem(tr("Light"), static_cast<int>(ThemeChoice::Light));
    m_theme->addItem(tr("Dark"), static_cast<int>(ThemeChoice::Dark));
    m_theme->addItem(tr("High contrast"), static_cast<int>(ThemeChoice::HighContrast));
    m_notify = combo("preferencesNotify", tr("When a job ends while you look at something else"));
    m_notify->addItem(tr("Always tell me"), static_cast<int>(NotifyChoice::Always));
    m_notify->addItem(tr("Tell me when it failed or was partial"), static_cast<int>(NotifyChoice::Troubled));
    m_notify->addItem(tr("Never tell me"), static_cast<int>(NotifyChoice::Never));
    m_close = combo("preferencesClose", tr("The close button of the window"));
    m_close->addItem(tr("Quits Salvor"), false);
    m_close->addItem(tr("Leaves it in the tray"), true);
    const auto check = [this](const char* name, const QString& text) {
        auto* made = new QCheckBox(text, this);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        return made;
    };
    m_startInTray = check("preferencesStartInTray", tr("&Start in the tray, without a window"));
    m_absence = check("preferencesAbsence", tr("At the start, say what ran &while I was away"));
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("preferencesNote"));
    m_note->setWordWrap(true);
    m_note->setForegroundRole(QPalette::PlaceholderText);
    m_note->setText(
        tr("This desktop has no tray, so closing always quits. Timers run the policies whether Salvor is "
           "open or not."));
    m_note->setVisible(!hasTray);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(18);
    form->setVerticalSpacing(10);
    form->addRow(tr("&Theme"), m_theme);
    form->addRow(tr("When a &job ends while you look\nat something else"), m_notify);
    form->addRow(tr("The &close button"), m_close);
    form->addRow(QString(), m_startInTray);
    form->addRow(QString(), m_absence);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
    buttons->button(QDialogButtonBox::Ok)->setObjectName(QStringLiteral("preferencesOk"));
    buttons->button(QDialogButtonBox::Cancel)->setObjectName(QStringLiteral("preferencesCancel"));
    auto* channels = buttons->addButton(tr("C&hannels…"), QDialogButtonBox::ActionRole);
    channels->setObjectName(QStringLiteral("preferencesChannels"));
    channels->setAccessibleName(tr("Channels by which somebody is told"));
    channels->setAutoDefault(false);
    connect(channels, &QPushButton::clicked, this, &PreferencesDialog::channelsWanted);
    connect(buttons, &QDialogButtonBox::accepted, this, &PreferencesDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(14);
    layout->addLayout(form);
    layout->addWidget(m_note);
    layout->addStretch(1);
    layout->addWidget(buttons);
}

void PreferencesDialog::fill(bool hasTray) {
    const auto choose = [](QComboBox* box, const QVariant& value) {
        box->setCurrentIndex(std::max(0, box->findData(value)));
    };
    choose(m_theme, static_cast<int>(m_settings.theme()));
    choose(m_notify, static_cast<int>(m_settings.notify()));
    choose(m_close, hasTray && m_settings.closesToTray());
    m_startInTray->setChecked(m_settings.startsInTray());
    m_absence->setChecked(m_settings.tellsOfAbsence());
    m_close->setEnabled(hasTray);
    m_startInTray->setEnabled(hasTray);
}

void PreferencesDialog::accept() {
    const auto theme = static_cast<ThemeChoice>(m_theme->currentData().toInt());
    m_settings.setTheme(theme);
    m_settings.setNotify(static_cast<NotifyChoice>(m_notify->currentData().toInt()));
    if (m_close->isEnabled()) { // what this desktop cannot do stays as it was chosen on another one
        m_settings.setClosesToTray(m_close->currentData().toBool());
        m_settings.setStartsInTray(m_startInTray->isChecked());
    }
    m_settings.setTellsOfAbsence(m_absence->isChecked());
    emit themeWanted(theme);
    QDialog::accept();
}

} // namespace salvor
