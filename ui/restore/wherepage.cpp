// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/wherepage.h"

#include "models/base/json.h"
#include "ui/restore/pageparts.h"
#include "ui/restore/restorename.h"
#include "workers/engines.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

namespace salvor {

namespace {

QString serverText(const Profile& profile) {
    return WherePage::tr("%1 (%2)").arg(toQt(profile.title), toQt(profile.host));
}

QString loginText(const Profile& profile) {
    return profile.secretKind.empty()
               ? WherePage::tr("Logs in as %1, without a password.").arg(toQt(profile.user))
               : WherePage::tr("Logs in as %1, with the password saved for this server.")
                     .arg(toQt(profile.user));
}

} // namespace

WherePage::WherePage(QWidget* parent)
    : FlowPage(tr("Where"), tr("Where to?"),
               tr("Into a new database. It stays hidden under a working name until it is proved equal, and "
                  "gets its name only then."),
               parent) {
    setObjectName(QStringLiteral("wherePage"));
    m_beside = new QRadioButton(this);
    m_beside->setObjectName(QStringLiteral("restoreBeside"));
    m_other = new QRadioButton(tr("On an&other server"), this);
    m_other->setObjectName(QStringLiteral("restoreOther"));
    m_login = plainLabel(QString(), this, "restoreLogin");
    m_login->setForegroundRole(QPalette::PlaceholderText);
    m_login->setIndent(22);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("restoreName"));
    m_name->setAccessibleName(tr("Name of the new database"));
    m_inPlace = plainLabel(tr("In place of the original: restore beside it first; when it is proved, “Swap” "
                              "gives it the original's name. Both are kept, and it can be taken back."),
                           this, "restoreInPlace");
    m_inPlace->setForegroundRole(QPalette::PlaceholderText);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("New &database"), m_name);
    body()->addWidget(m_beside);
    body()->addWidget(m_login);
    body()->addWidget(m_other);
    body()->addWidget(makeOther());
    body()->addSpacing(8);
    body()->addLayout(form);
    body()->addWidget(m_inPlace);
    body()->addStretch(1);
    connect(m_beside, &QRadioButton::toggled, this, &WherePage::showLogin);
    connect(m_name, &QLineEdit::textChanged, this, &FlowPage::changed);
}

QWidget* WherePage::makeOther() {
    auto* box = new QWidget(this);
    m_server = new QComboBox(box);
    m_server->setObjectName(QStringLiteral("restoreServer"));
    m_server->setAccessibleName(tr("Target server"));
    auto* add = new QPushButton(tr("&Add a server…"), box);
    add->setObjectName(QStringLiteral("restoreAddServer"));
    add->setAccessibleName(tr("Add a server, or another login to one"));
    add->setToolTip(tr("A server that is not known here, or another login to one that is."));
    add->setAutoDefault(false);
    m_meant = new QCheckBox(box);
    m_meant->setObjectName(QStringLiteral("restoreLoginMeant"));
    auto* row = new QHBoxLayout;
    row->addWidget(m_server, 1);
    row->addWidget(add);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(22, 0, 0, 0);
    column->addLayout(row);
    column->addWidget(m_meant);
    connect(m_server, &QComboBox::currentIndexChanged, this, [this] {
        m_meant->setChecked(false); // it was meant for the one before
        showLogin();
    });
    connect(m_meant, &QCheckBox::toggled, this, &FlowPage::changed);
    connect(add, &QPushButton::clicked, this, &WherePage::addServerWanted);
    return box;
}

void WherePage::setChoices(const std::vector<Profile>& profiles, const BackupRecord& backup,
                           const std::string& wanted) {
    const std::string before = wanted.empty() && isOther() && target() ? target()->uuid : wanted;
    const bool fresh = m_name->text().isEmpty();
    m_engine = backup.engine;
    m_origin.reset();
    m_others.clear();
    const QSignalBlocker quiet(m_server);
    m_server->clear();
    for (const auto& profile : profiles) {
        if (profile.engine != backup.engine)
            continue;
        if (profile.uuid == backup.profileUuid) {
            m_origin = profile;
            continue;
        }
        m_others.push_back(profile);
        m_server->addItem(serverText(profile));
        if (profile.uuid == before)
            m_server->setCurrentIndex(m_server->count() - 1);
    }
    m_beside->setEnabled(m_origin.has_value());
    m_beside->setText(
        !m_origin ? tr("Bes&ide the original: its server is not known here")
        : m_isGone
            ? tr("Back on &its server, %1, where %2 is not any more")
                  .arg(serverText(*m_origin), toQt(backup.database).replace(u'&', QStringLiteral("&&")))
            : tr("Bes&ide the original, on %1; the original is left alone").arg(serverText(*m_origin)));
    m_inPlace->setVisible(!m_isGone);
    const bool other = !m_origin || !wanted.empty() || (!before.empty() && m_other->isChecked());
    (other ? m_other : m_beside)->setChecked(true);
    if (fresh)
        m_name->setText(toQt(m_isGone ? backup.database : freeRestoreName(backup, "_restored", m_taken)));
    showLogin();
}

void WherePage::setTaken(std::vector<std::string> names, bool isGone) {
    m_taken = std::move(names);
    m_isGone = isGone;
}

bool WherePage::isOther() const { return m_other->isChecked(); }

void WherePage::showLogin() {
    m_login->setText(m_origin ? loginText(*m_origin) : QString());
    m_login->setVisible(m_origin && !isOther());
    m_server->setEnabled(isOther() && !m_others.empty());
    m_server->setPlaceholderText(tr("No other server is known: add one"));
    const auto profile = isOther() ? target() : std::nullopt;
    m_meant->setVisible(profile.has_value());
    if (profile)
        m_meant->setText(
            profile->secretKind.empty()
                ? tr("Log in there as %1, without a password").arg(toQt(profile->user))
                : tr("Log in there as %1, with the &password that is saved for it").arg(toQt(profile->user)));
    emit changed();
}

std::optional<Profile> WherePage::target() const {
    if (!isOther())
        return m_origin;
    const int index = m_server->currentIndex();
    if (index < 0 || index >= static_cast<int>(m_others.size()))
        return std::nullopt;
    return m_others[static_cast<std::size_t>(index)];
}

QString WherePage::database() const { return m_name->text(); }

QString WherePage::problem() const {
    if (!target())
        return tr("Choose the server.");
    if (isOther() && !m_meant->isChecked())
        return tr("Tick how to log in there, or add another login.");
    if (database().isEmpty())
        return tr("Give the new database a name.");
    const EngineDescription* engine = engineById(engineDescriptions(), m_engine);
    const std::size_t longest = engine != nullptr ? engine->longestDatabaseName : 0;
    if (longest > 0 && database().toStdString().size() > longest)
        return tr("The name is too long: a server keeps %1 bytes of it.").arg(longest);
    return {};
}

} // namespace salvor
