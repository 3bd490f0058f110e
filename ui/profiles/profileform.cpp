// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/profiles/profileform.h"

#include "models/base/json.h"
#include "models/profilefields.h"
#include "ui/support/enginetexts.h"
#include "ui/support/icons.h"
#include "ui/support/theirslabel.h"
#include "ui/support/theme.h"
#include "workers/engines.h"

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

namespace {

using Kind = ProfileField::Kind;

/// "postgresql://user@host:5432/database"
QString exampleUri(const EngineDescription& engine) {
    if (engine.uriSchemes.empty())
        return {};
    const ProfileField* port = fieldOf(engine, "port");
    QString example = toQt(engine.uriSchemes.front()) + QStringLiteral("://user@host");
    if (port != nullptr && !port->defaultValue.empty())
        example += QLatin1Char(':') + toQt(port->defaultValue);
    return fieldOf(engine, "database") != nullptr ? example + QStringLiteral("/database") : example;
}

/// A row that is a layout has no buddy of its own, and then shows the "&".
QLabel* labelOf(const QString& text, QWidget* field, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    label->setBuddy(field);
    return label;
}

} // namespace

ProfileForm::ProfileForm(QWidget* parent)
    : ProfileForm(engineDescriptions(), parent) {}

ProfileForm::ProfileForm(std::vector<EngineDescription> engines, QWidget* parent)
    : QWidget(parent)
    , m_engines(std::move(engines))
    , m_engine(&m_engines.front()) {
    build();
    buildFields();
}

QLineEdit* ProfileForm::line(const QString& name, const QString& label, const QString& help) {
    auto* edit = new QLineEdit(this);
    edit->setObjectName(name);
    edit->setAccessibleName(label);
    edit->setToolTip(help);
    connect(edit, &QLineEdit::textChanged, this, &ProfileForm::changed);
    return edit;
}

void ProfileForm::build() {
    m_uri = line(QStringLiteral("profileUri"), tr("Connection URI"),
                 tr("Paste a URI and the fields below are filled in"));
    m_uriError = new QLabel(this);
    m_uriError->setObjectName(QStringLiteral("profileUriError"));
    m_uriError->setWordWrap(true);
    m_uriError->hide();
    m_form = new QFormLayout(this);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_form->addRow(tr("&URI"), m_uri);
    m_form->addRow(QString(), m_uriError);
    if (m_engines.size() > 1) {
        m_kind = new QComboBox(this);
        m_kind->setObjectName(QStringLiteral("profileEngine"));
        m_kind->setAccessibleName(tr("Kind of server"));
        for (const auto& engine : m_engines)
            m_kind->addItem(engineText(engine.label), toQt(engine.id));
        connect(m_kind, &QComboBox::activated, this, [this](int index) {
            useEngine(m_engines[static_cast<std::size_t>(index)]);
            emit changed();
        });
        m_form->addRow(tr("K&ind"), m_kind);
    }
    m_title = line(QStringLiteral("profileTitle"), tr("Name"), tr("What this server is called in Salvor"));
    m_form->addRow(tr("&Name"), m_title);
    m_firstRow = m_form->rowCount();
    setFocusProxy(m_uri);
    connect(m_uri, &QLineEdit::textChanged, this, &ProfileForm::takeUri);
}

void ProfileForm::buildFields() {
    m_uri->setPlaceholderText(exampleUri(*m_engine));
    for (const auto& field : m_engine->fields) {
        const Control control{field, makeControl(field)};
        insertField(control);
        m_controls.push_back(control);
        if (field.kind == Kind::Password)
            makeSecretKind();
    }
}

/// Other fields in the place of those that are there.
void ProfileForm::setEngine(const EngineDescription& engine) {
    if (&engine == m_engine)
        return;
    m_engine = &engine;
    m_controls.clear();
    m_hostRow = nullptr;
    m_password = nullptr;
    m_secretKind = nullptr;
    for (; m_rows > 0; --m_rows)
        m_form->removeRow(m_firstRow);
    buildFields();
    if (m_kind != nullptr)
        m_kind->setCurrentIndex(m_kind->findData(toQt(engine.id)));
    QWidget* before = m_title;
    for (const auto& control : m_controls) {
        setTabOrder(before, control.widget);
        before = control.widget;
        if (control.widget == m_password) {
            setTabOrder(before, m_secretKind);
            before = m_secretKind;
        }
    }
}

/// What was filled in, and another engine's defaults for the rest.
void ProfileForm::useEngine(const EngineDescription& engine) {
    if (&engine == m_engine)
        return;
    Profile kept = profile();
    const Profile before = freshProfile(*m_engine);
    for (const auto& field : m_engine->fields) {
        if (fieldValue(kept, field.key) == fieldValue(before, field.key))
            (void)setFieldValue(kept, field.key, {}); // nobody chose it
    }
    kept.port = 0;
    setEngine(engine);
    fill(kept);
}

QWidget* ProfileForm::makeControl(const ProfileField& field) {
    const QString name = engineControl("profile", field.key);
    const QString label = engineName(field.name.empty() ? field.label : field.name);
    if (field.kind == Kind::Number) {
        auto* spin = new QSpinBox(this);
        spin->setObjectName(name);
        spin->setAccessibleName(label);
        spin->setToolTip(engineText(field.help));
        spin->setRange(1, 65535);
        spin->setValue(toQt(field.defaultValue).toInt());
        spin->setGroupSeparatorShown(false);
        connect(spin, &QSpinBox::valueChanged, this, &ProfileForm::changed);
        return spin;
    }
    if (field.kind == Kind::Choice) {
        auto* combo = new QComboBox(this);
        combo->setObjectName(name);
        combo->setAccessibleName(label);
        combo->setToolTip(engineText(field.help));
        for (const auto& choice : field.choices)
            combo->addItem(engineText(choice.label), toQt(choice.value));
        connect(combo, &QComboBox::currentIndexChanged, this, &ProfileForm::changed);
        return combo;
    }
    QLineEdit* edit = line(name, label, engineText(field.help));
    edit->setPlaceholderText(engineText(field.placeholder));
    if (field.kind == Kind::Password) {
        edit->setEchoMode(QLineEdit::Password);
        m_password = edit;
    }
    return edit;
}

void ProfileForm::insertField(const Control& control) {
    const QString label = engineText(control.field.label);
    if (control.field.key == "port" && m_hostRow != nullptr) {
        m_hostRow->addWidget(labelOf(label, control.widget, this));
        m_hostRow->addWidget(control.widget);
        return;
    }
    const int row = m_firstRow + m_rows++;
    if (control.field.key == "host") {
        m_hostRow = new QHBoxLayout;
        m_hostRow->addWidget(control.widget, 1);
        m_form->insertRow(row, labelOf(label, control.widget, this), m_hostRow);
    } else if (control.field.kind == Kind::File) {
        auto* file = new QHBoxLayout;
        file->addWidget(control.widget, 1);
        file->addWidget(makeChooser(qobject_cast<QLineEdit*>(control.widget), control.field));
        m_form->insertRow(row, labelOf(label, control.widget, this), file);
    } else {
        m_form->insertRow(row, label, control.widget);
    }
}

QWidget* ProfileForm::makeChooser(QLineEdit* edit, const ProfileField& field) {
    const bool isCa = field.key == "tls_ca_file";
    const QString title = isCa ? tr("Certificate of a private authority") : edit->accessibleName();
    const QString wanted = isCa ? tr("Certificates (*.pem *.crt);;All files (*)") : tr("All files (*)");
    auto* choose = new QToolButton(this);
    choose->setObjectName(edit->objectName() + QStringLiteral("Choose"));
    choose->setIcon(Icons::of(Icons::Folder));
    choose->setAccessibleName(isCa ? tr("Choose the certificate file") : tr("Choose: %1").arg(title));
    choose->setToolTip(choose->accessibleName());
    connect(choose, &QToolButton::clicked, edit, [this, edit, title, wanted] {
        const QString file = QFileDialog::getOpenFileName(this, title, edit->text(), wanted);
        if (!file.isEmpty())
            edit->setText(file);
    });
    return choose;
}

void ProfileForm::makeSecretKind() {
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
    m_form->insertRow(m_firstRow + m_rows++, tr("&Kept in"), m_secretKind);
}

void ProfileForm::addRow(const QString& label, QWidget* field) { m_form->addRow(label, field); }

void ProfileForm::setValue(const Control& control, const std::string& value) {
    if (auto* spin = qobject_cast<QSpinBox*>(control.widget))
        spin->setValue(toQt(value).toInt());
    else if (auto* combo = qobject_cast<QComboBox*>(control.widget))
        combo->setCurrentIndex(std::max(0, combo->findData(toQt(value))));
    else if (auto* edit = qobject_cast<QLineEdit*>(control.widget))
        edit->setText(toQt(value));
}

QString ProfileForm::valueOf(const Control& control) const {
    if (const auto* spin = qobject_cast<QSpinBox*>(control.widget))
        return QString::number(spin->value());
    if (const auto* combo = qobject_cast<QComboBox*>(control.widget))
        return combo->currentData().toString();
    const QString text = qobject_cast<QLineEdit*>(control.widget)->text();
    const bool isName = control.field.key == "host" || control.field.kind == Kind::File;
    return isName ? text.trimmed() : text;
}

void ProfileForm::showUriError(const QString& error) {
    m_uriError->setText(error);
    QPalette coloured = palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(Tone::Bad, QApplication::palette()));
    m_uriError->setPalette(coloured);
    m_uriError->show();
}

void ProfileForm::takeUri() {
    const QString text = m_uri->text().trimmed();
    m_uriError->hide();
    if (text.isEmpty())
        return;
    auto parsed = parseProfileUri(text.toStdString(), m_engines);
    if (!parsed) {
        showUriError(toQt(parsed.error().message));
        return;
    }
    const Profile& found = parsed->profile;
    if (!m_isNew && found.engine != m_engine->id) {
        showUriError(tr("This URI is of another kind of server; add that one as a server of its own."));
        return;
    }
    useEngine(*engineById(m_engines, found.engine));
    for (const auto& control : m_controls) {
        const std::string value = fieldValue(found, control.field.key);
        const bool keepsFile = control.field.kind == Kind::File && value.empty();
        const bool isSaid = control.field.kind != Kind::Password && control.field.kind != Kind::Words &&
                            !control.field.uriParameter.empty();
        if (isSaid && !keepsFile)
            setValue(control, value);
    }
    // It grows with the URI that is being typed, until somebody gives another name.
    if (m_title->text().isEmpty() || m_title->text() == m_suggestedTitle)
        m_title->setText(toQt(found.host));
    m_suggestedTitle = toQt(found.host);
    if (parsed->hasPassword && m_password != nullptr)
        takeUriPassword(parsed->password, text);
}

/// Into its own field, and out of the one everybody can read.
void ProfileForm::takeUriPassword(std::string& password, const QString& uri) {
    m_password->setText(toQt(password));
    explicit_bzero(password.data(), password.size());
    QString shown = uri;
    const auto at = shown.lastIndexOf(QLatin1Char('@'));
    const auto colon = shown.indexOf(QLatin1Char(':'), shown.indexOf(QLatin1String("//")));
    if (at > colon && colon > 0) {
        shown.remove(colon, at - colon);
        const QSignalBlocker quiet(m_uri);
        m_uri->setText(shown);
    }
}

void ProfileForm::setProfile(const Profile& profile, bool isNew) {
    m_original = profile;
    m_isNew = isNew;
    if (const EngineDescription* engine = engineById(m_engines, profile.engine))
        setEngine(*engine);
    if (m_kind != nullptr)
        m_kind->setEnabled(isNew); // a server does not turn into one of another kind
    m_title->setText(toQt(profile.title));
    fill(profile);
    if (m_password == nullptr)
        return;
    const QString kind =
        isNew && profile.secretKind.empty() ? QStringLiteral("keychain") : toQt(profile.secretKind);
    m_secretKind->setCurrentIndex(std::max(0, m_secretKind->findData(kind)));
    m_password->setPlaceholderText(isNew || profile.secretKind.empty() ? QString() : tr("Unchanged"));
}

/// What is not set gets the field's default.
void ProfileForm::fill(const Profile& profile) {
    for (const auto& control : m_controls) {
        const std::string value = fieldValue(profile, control.field.key);
        if (control.field.kind == Kind::Words)
            qobject_cast<QLineEdit*>(control.widget)->setText(joinWords(profile.toolsCommand));
        else if (control.field.kind != Kind::Password)
            setValue(control, value.empty() ? control.field.defaultValue : value);
    }
}

Profile ProfileForm::profile() const {
    Profile out = m_original;
    if (out.uuid.empty())
        out.uuid = makeUuid();
    if (m_isNew || out.engine.empty())
        out.engine = m_engine->id;
    out.title = m_title->text().trimmed().toStdString();
    for (const auto& control : m_controls) {
        const QString value = valueOf(control);
        if (control.field.kind == Kind::Words)
            out.toolsCommand = splitWords(value).value_or(std::vector<std::string>{});
        else if (control.field.kind != Kind::Password)
            (void)setFieldValue(out, control.field.key, value.toStdString());
    }
    out.secretKind =
        m_secretKind != nullptr ? m_secretKind->currentData().toString().toStdString() : std::string();
    return out;
}

/// As its control shows it.
QString ProfileForm::shownValue(const Control& control, const Profile& profile) const {
    if (control.field.kind == Kind::Words)
        return joinWords(profile.toolsCommand);
    const std::string set = fieldValue(profile, control.field.key);
    const QString value = toQt(set.empty() ? control.field.defaultValue : set);
    const auto* combo = qobject_cast<const QComboBox*>(control.widget);
    const int choice = combo != nullptr ? combo->findData(value) : -1;
    return choice >= 0 ? combo->itemText(choice) : value;
}

QStringList ProfileForm::differencesFrom(const Profile& theirs) const {
    const Profile mine = profile();
    QStringList lines;
    const auto compare = [&lines](const QWidget& control, const QString& yours, const QString& other) {
        TheirsLabel::compare(lines, control.accessibleName(), yours, other);
    };
    compare(*m_title, toQt(mine.title), toQt(theirs.title));
    for (const auto& control : m_controls) {
        if (control.field.kind != Kind::Password)
            compare(*control.widget, shownValue(control, mine), shownValue(control, theirs));
    }
    if (m_secretKind != nullptr)
        compare(*m_secretKind, m_secretKind->currentText(),
                m_secretKind->itemText(m_secretKind->findData(toQt(theirs.secretKind))));
    return lines;
}

/// Its own state: the whole form is disabled while a call is under way.
bool ProfileForm::wantsPassword() const { return m_password != nullptr && m_password->isEnabledTo(this); }

std::optional<Secret> ProfileForm::password() const {
    if (!wantsPassword() || m_password->text().isEmpty())
        return std::nullopt;
    const QByteArray utf8 = m_password->text().toUtf8();
    return Secret(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
}

void ProfileForm::clearPassword() {
    if (m_password != nullptr)
        m_password->clear();
}

QString ProfileForm::problem() const {
    if (m_title->text().trimmed().isEmpty())
        return tr("Give the server a name.");
    for (const auto& control : m_controls) {
        if (!control.field.required || !valueOf(control).isEmpty())
            continue;
        if (control.field.key == "host")
            return tr("Give the server's host name or address.");
        if (control.field.key == "user")
            return tr("Give the user to log in as.");
    }
    for (const auto& control : m_controls) {
        if (control.field.kind == Kind::Words && !splitWords(valueOf(control)))
            return tr("A quote in the tools command is not closed.");
    }
    if (m_isNew && wantsPassword() && m_password->text().isEmpty())
        return tr("Give the password, or choose that none is needed.");
    const auto checked = validateFor(profile(), *m_engine);
    return checked ? QString() : toQt(checked.error().message);
}

bool ProfileForm::focusFirstProblem() {
    std::vector<QLineEdit*> needed{m_title};
    for (const auto& control : m_controls) {
        auto* edit = qobject_cast<QLineEdit*>(control.widget);
        if (control.field.required && edit != nullptr)
            needed.push_back(edit);
    }
    if (m_isNew && wantsPassword())
        needed.push_back(m_password);
    for (QLineEdit* edit : needed) {
        if (edit->text().trimmed().isEmpty()) {
            edit->setFocus();
            return true;
        }
    }
    return false;
}

} // namespace salvor
