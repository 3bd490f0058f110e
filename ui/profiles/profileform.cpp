// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/profiles/profileform.h"

#include "models/base/json.h"
#include "ui/support/icons.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QToolButton>

namespace salvor {

std::optional<std::vector<std::string>> splitWords(const QString& text) {
    std::vector<std::string> words;
    QString word;
    bool open = false;
    QChar quote;
    for (int i = 0; i < text.size(); ++i) {
        const QChar c = text.at(i);
        if (c == QLatin1Char('\\') && i + 1 < text.size() && quote != QLatin1Char('\'')) {
            word += text.at(++i);
            open = true;
        } else if (!quote.isNull()) {
            if (c == quote)
                quote = QChar();
            else
                word += c;
        } else if (c == QLatin1Char('\'') || c == QLatin1Char('"')) {
            quote = c;
            open = true;
        } else if (c.isSpace()) {
            if (open)
                words.push_back(word.toStdString());
            word.clear();
            open = false;
        } else {
            word += c;
            open = true;
        }
    }
    if (!quote.isNull())
        return std::nullopt;
    if (open)
        words.push_back(word.toStdString());
    return words;
}

QString joinWords(const std::vector<std::string>& words) {
    QStringList out;
    for (const auto& word : words) {
        const QString text = QString::fromStdString(word);
        static const QString kPlain =
            QStringLiteral("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-=:,@+");
        const bool plain = !text.isEmpty() &&
                           std::all_of(text.begin(), text.end(), [](QChar c) { return kPlain.contains(c); });
        QString quoted = text;
        quoted.replace(QLatin1Char('\''), QStringLiteral("'\\''"));
        out << (plain ? text : QLatin1Char('\'') + quoted + QLatin1Char('\''));
    }
    return out.join(QLatin1Char(' '));
}

ProfileForm::ProfileForm(QWidget* parent)
    : QWidget(parent) {
    build();
}

QLineEdit* ProfileForm::line(const char* name, const QString& label, const QString& help) {
    auto* edit = new QLineEdit(this);
    edit->setObjectName(QLatin1String(name));
    edit->setAccessibleName(label);
    edit->setToolTip(help);
    connect(edit, &QLineEdit::textChanged, this, &ProfileForm::changed);
    return edit;
}

void ProfileForm::build() {
    m_uri = line("profileUri", tr("Connection URI"), tr("Paste a URI and the fields below are filled in"));
    m_uri->setPlaceholderText(QStringLiteral("postgresql://user@host:5432/database"));
    m_uriError = new QLabel(this);
    m_uriError->setObjectName(QStringLiteral("profileUriError"));
    m_uriError->setWordWrap(true);
    m_uriError->hide();
    m_title = line("profileTitle", tr("Name"), tr("What this server is called in Salvor"));
    m_host = line("profileHost", tr("Host"),
                  tr("Name or address; or the folder of a unix socket, such as /run/postgresql"));
    m_port = new QSpinBox(this);
    m_port->setObjectName(QStringLiteral("profilePort"));
    m_port->setAccessibleName(tr("Port"));
    m_port->setRange(1, 65535);
    m_port->setValue(5432);
    m_port->setGroupSeparatorShown(false);
    connect(m_port, &QSpinBox::valueChanged, this, &ProfileForm::changed);
    m_user = line("profileUser", tr("User"), tr("The role to log in as"));
    m_password =
        line("profilePassword", tr("Password"), tr("Kept where the field below says, and nowhere else"));
    m_password->setEchoMode(QLineEdit::Password);
    m_secretKind = new QComboBox(this);
    m_secretKind->setObjectName(QStringLiteral("profileSecretKind"));
    m_secretKind->setAccessibleName(tr("Where the password is kept"));
    m_secretKind->addItem(tr("Keychain of this desktop"), QStringLiteral("keychain"));
    m_secretKind->addItem(tr("File that only you can read"), QStringLiteral("file"));
    m_secretKind->addItem(tr("No password needed"), QString());
    connect(m_secretKind, &QComboBox::currentIndexChanged, this, [this] {
        m_password->setEnabled(!m_secretKind->currentData().toString().isEmpty());
        emit changed();
    });
    m_database = line("profileDatabase", tr("First database"),
                      tr("Connected to first, to see the others; usually postgres"));
    m_tlsMode = new QComboBox(this);
    m_tlsMode->setObjectName(QStringLiteral("profileTls"));
    m_tlsMode->setAccessibleName(tr("Encryption of the connection"));
    m_tlsMode->addItem(tr("TLS, certificate and host name verified"), QStringLiteral("verify-full"));
    m_tlsMode->addItem(tr("TLS, certificate verified"), QStringLiteral("verify-ca"));
    m_tlsMode->addItem(tr("TLS, nothing verified (can be eavesdropped on)"), QStringLiteral("require"));
    m_tlsMode->addItem(tr("No TLS (only for a unix socket or this computer)"), QStringLiteral("disable"));
    connect(m_tlsMode, &QComboBox::currentIndexChanged, this, &ProfileForm::changed);
    m_tlsCa = line("profileTlsCa", tr("Private CA"),
                   tr("Certificate of a private authority, trusted for this server only"));
    m_tlsCa->setPlaceholderText(tr("The system's authorities"));
    auto* chooseCa = new QToolButton(this);
    chooseCa->setObjectName(QStringLiteral("profileTlsCaChoose"));
    chooseCa->setIcon(Icons::of(Icons::Folder));
    chooseCa->setAccessibleName(tr("Choose the certificate file"));
    chooseCa->setToolTip(chooseCa->accessibleName());
    connect(chooseCa, &QToolButton::clicked, this, [this] {
        const QString file =
            QFileDialog::getOpenFileName(this, tr("Certificate of a private authority"), m_tlsCa->text(),
                                         tr("Certificates (*.pem *.crt);;All files (*)"));
        if (!file.isEmpty())
            m_tlsCa->setText(file);
    });
    m_tools = line("profileTools", tr("Tools command"),
                   tr("Words put before pg_dump and pg_restore, such as: docker exec -i NAME. "
                      "A last word ending in / is their folder"));
    m_tools->setPlaceholderText(tr("Found by themselves"));

    // A row that is a layout has no buddy of its own, and then shows the "&".
    const auto labelOf = [this](const QString& text, QWidget* field) {
        auto* label = new QLabel(text, this);
        label->setBuddy(field);
        return label;
    };
    auto* caRow = new QHBoxLayout;
    caRow->addWidget(m_tlsCa, 1);
    caRow->addWidget(chooseCa);
    auto* hostRow = new QHBoxLayout;
    hostRow->addWidget(m_host, 1);
    hostRow->addWidget(labelOf(tr("P&ort"), m_port));
    hostRow->addWidget(m_port);

    auto* form = new QFormLayout(this);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&URI"), m_uri);
    form->addRow(QString(), m_uriError);
    form->addRow(tr("&Name"), m_title);
    form->addRow(labelOf(tr("&Host"), m_host), hostRow);
    form->addRow(tr("Use&r"), m_user);
    form->addRow(tr("&Password"), m_password);
    form->addRow(tr("&Kept in"), m_secretKind);
    form->addRow(tr("First &database"), m_database);
    form->addRow(tr("&Encryption"), m_tlsMode);
    form->addRow(labelOf(tr("Private &CA"), m_tlsCa), caRow);
    form->addRow(tr("Too&ls command"), m_tools);
    setFocusProxy(m_uri);
    connect(m_uri, &QLineEdit::textChanged, this, &ProfileForm::takeUri);
}

void ProfileForm::addRow(const QString& label, QWidget* field) {
    auto* form = qobject_cast<QFormLayout*>(layout());
    form->addRow(label, field);
}

void ProfileForm::takeUri() {
    const QString text = m_uri->text().trimmed();
    m_uriError->hide();
    if (text.isEmpty())
        return;
    auto parsed = parseProfileUri(text.toStdString());
    if (!parsed) {
        m_uriError->setText(QString::fromStdString(parsed.error().message));
        QPalette coloured = palette();
        coloured.setColor(QPalette::WindowText, Theme::tone(Tone::Bad, QApplication::palette()));
        m_uriError->setPalette(coloured);
        m_uriError->show();
        return;
    }
    const Profile& found = parsed->profile;
    m_host->setText(toQt(found.host));
    m_port->setValue(found.port == 0 ? 5432 : found.port);
    m_user->setText(toQt(found.user));
    m_database->setText(toQt(found.database));
    const int mode = m_tlsMode->findData(toQt(found.tlsMode));
    if (mode >= 0)
        m_tlsMode->setCurrentIndex(mode);
    if (!found.tlsCaFile.empty())
        m_tlsCa->setText(toQt(found.tlsCaFile));
    // It grows with the URI that is being typed, until somebody gives another name.
    if (m_title->text().isEmpty() || m_title->text() == m_suggestedTitle)
        m_title->setText(toQt(found.host));
    m_suggestedTitle = toQt(found.host);
    if (parsed->hasPassword) {
        // Into its own field, and out of the one everybody can read.
        m_password->setText(QString::fromStdString(parsed->password));
        explicit_bzero(parsed->password.data(), parsed->password.size());
        QString shown = text;
        const auto at = shown.lastIndexOf(QLatin1Char('@'));
        const auto colon = shown.indexOf(QLatin1Char(':'), shown.indexOf(QLatin1String("//")));
        if (at > colon && colon > 0) {
            shown.remove(colon, at - colon);
            const QSignalBlocker quiet(m_uri);
            m_uri->setText(shown);
        }
    }
}

void ProfileForm::setProfile(const Profile& profile, bool isNew) {
    m_original = profile;
    m_isNew = isNew;
    m_title->setText(toQt(profile.title));
    m_host->setText(toQt(profile.host));
    m_port->setValue(profile.port == 0 ? 5432 : profile.port);
    m_user->setText(toQt(profile.user));
    m_database->setText(profile.database.empty() ? QStringLiteral("postgres") : toQt(profile.database));
    m_tlsMode->setCurrentIndex(std::max(0, m_tlsMode->findData(toQt(profile.tlsMode))));
    m_tlsCa->setText(toQt(profile.tlsCaFile));
    m_tools->setText(joinWords(profile.toolsCommand));
    const QString kind =
        isNew && profile.secretKind.empty() ? QStringLiteral("keychain") : toQt(profile.secretKind);
    m_secretKind->setCurrentIndex(std::max(0, m_secretKind->findData(kind)));
    m_password->setPlaceholderText(isNew || profile.secretKind.empty() ? QString() : tr("Unchanged"));
}

Profile ProfileForm::profile() const {
    Profile out = m_original;
    if (out.uuid.empty())
        out.uuid = makeUuid();
    out.engine = "postgresql";
    out.title = m_title->text().trimmed().toStdString();
    out.host = m_host->text().trimmed().toStdString();
    out.port = static_cast<std::uint16_t>(m_port->value());
    out.user = m_user->text().toStdString();
    out.database = m_database->text().toStdString();
    out.tlsMode = m_tlsMode->currentData().toString().toStdString();
    out.tlsCaFile = m_tlsCa->text().trimmed().toStdString();
    out.secretKind = m_secretKind->currentData().toString().toStdString();
    out.toolsCommand = splitWords(m_tools->text()).value_or(std::vector<std::string>{});
    return out;
}

std::optional<Secret> ProfileForm::password() const {
    // Its own state: the whole form is disabled while a call is under way.
    if (!m_password->isEnabledTo(this) || m_password->text().isEmpty())
        return std::nullopt;
    const QByteArray utf8 = m_password->text().toUtf8();
    return Secret(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
}

void ProfileForm::clearPassword() { m_password->clear(); }

QString ProfileForm::problem() const {
    if (m_title->text().trimmed().isEmpty())
        return tr("Give the server a name.");
    if (m_host->text().trimmed().isEmpty())
        return tr("Give the server's host name or address.");
    if (m_user->text().isEmpty())
        return tr("Give the user to log in as.");
    if (!splitWords(m_tools->text()))
        return tr("A quote in the tools command is not closed.");
    if (m_isNew && m_password->isEnabledTo(this) && m_password->text().isEmpty())
        return tr("Give the password, or choose that none is needed.");
    const auto checked = validate(profile());
    return checked ? QString() : QString::fromStdString(checked.error().message);
}

bool ProfileForm::focusFirstProblem() {
    for (QLineEdit* edit : {m_title, m_host, m_user}) {
        if (edit->text().trimmed().isEmpty()) {
            edit->setFocus();
            return true;
        }
    }
    if (m_isNew && m_password->isEnabledTo(this) && m_password->text().isEmpty()) {
        m_password->setFocus();
        return true;
    }
    return false;
}

} // namespace salvor
