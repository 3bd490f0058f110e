// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/channels/channelform.h"

#include "models/base/json.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/theirslabel.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QVBoxLayout>

#include <memory>

namespace salvor {

namespace {

constexpr int kSubmissionPort = 587; ///< RFC 6409; what salvorctl takes too
constexpr int kTlsPort = 465;        ///< RFC 8314

std::vector<std::string> addresses(const QString& text) {
    std::vector<std::string> out;
    for (const QString& one : text.split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        if (!one.trimmed().isEmpty())
            out.push_back(fromQt(one.trimmed()));
    }
    return out;
}

QString listOf(const std::vector<std::string>& addresses) {
    QStringList all;
    for (const auto& one : addresses)
        all << toQt(one);
    return all.join(QStringLiteral(", "));
}

} // namespace

ChannelForm::ChannelForm(Core& core, Lookups& lookups, Channel channel, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_before(std::move(channel)) {
    setObjectName(QStringLiteral("channelForm"));
    setAttribute(Qt::WA_DeleteOnClose);
    m_call = new BackgroundCall(lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &ChannelForm::update);
    build();
    fill();
    resize(560, 420);
}

QLineEdit* ChannelForm::addLine(const char* name, const QString& label, const QString& help,
                                std::string Channel::* field) {
    auto* edit = new QLineEdit(this);
    edit->setObjectName(QLatin1String(name));
    edit->setAccessibleName(QString(label).remove(QLatin1Char('&')));
    edit->setToolTip(help);
    if (field != nullptr) {
        m_lines.push_back({edit, field});
    }
    connect(edit, &QLineEdit::textChanged, this, &ChannelForm::update);
    m_form->addRow(label, edit);
    return edit;
}

void ChannelForm::build() {
    m_form = new QFormLayout;
    m_form->setHorizontalSpacing(18);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_kind = new QComboBox(this);
    m_kind->setObjectName(QStringLiteral("channelKind"));
    m_kind->setAccessibleName(tr("Kind"));
    m_kind->addItem(tr("Mail"), QStringLiteral("mail"));
    m_kind->addItem(tr("Webhook: JSON is posted to a URL"), QStringLiteral("webhook"));
    m_kind->addItem(tr("Heartbeat: a URL is asked for while all is well"), QStringLiteral("heartbeat"));
    m_kind->setEnabled(m_before.revision == 0); // another kind is another channel
    connect(m_kind, &QComboBox::currentIndexChanged, this, &ChannelForm::showKind);
    m_form->addRow(tr("&Kind"), m_kind);
    m_title = addLine("channelTitle", tr("&Name"), tr("What policies call it: letters, digits, dots, dashes"),
                      &Channel::title);
    makeMailFields();
    makeUrlFields();
    m_ca = new PathField(PathField::Kind::OpenFile, "channelCa", tr("Private CA"), this);
    m_ca->setToolTip(tr("File with a private authority's certificate, trusted for this channel only"));
    connect(m_ca, &PathField::changed, this, &ChannelForm::update);
    m_form->addRow(m_ca->makeLabel(tr("Private &CA")), m_ca);
    makeSecretFields();
    m_error = new ErrorPanel(this);
    m_theirs = new TheirsLabel("channelTheirs", this);
    m_reload = new QPushButton(tr("Lo&ad what is saved now"), this); // a box of buttons would show it again
    m_reload->setObjectName(QStringLiteral("channelReload"));
    m_reload->setAutoDefault(false);
    m_reload->hide();
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("channelNote"));
    m_note->setWordWrap(true);
    m_note->setTextFormat(Qt::PlainText);
    auto* buttons = new QDialogButtonBox(this);
    m_save = buttons->addButton(tr("&Save"), QDialogButtonBox::ActionRole);
    m_save->setObjectName(QStringLiteral("channelSave"));
    m_save->setDefault(true);
    auto* cancel = buttons->addButton(tr("Cancel"), QDialogButtonBox::RejectRole);
    cancel->setObjectName(QStringLiteral("channelCancel"));
    connect(m_reload, &QPushButton::clicked, this, &ChannelForm::reload);
    connect(m_save, &QPushButton::clicked, this, &ChannelForm::save);
    connect(buttons, &QDialogButtonBox::rejected, this, &ChannelForm::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->addLayout(m_form);
    layout->addStretch(1);
    for (QWidget* one : std::initializer_list<QWidget*>{m_error, m_theirs, m_note, buttons})
        layout->addWidget(one);
    layout->insertWidget(layout->indexOf(m_note), m_reload, 0, Qt::AlignLeading);
}

void ChannelForm::makeMailFields() {
    m_host = addLine("channelHost", tr("&Mail server"), tr("The server that takes mail in"), &Channel::host);
    m_port = new QSpinBox(this);
    m_port->setObjectName(QStringLiteral("channelPort"));
    m_port->setAccessibleName(tr("Port"));
    m_port->setRange(1, 65535);
    m_tls = new QComboBox(this);
    m_tls->setObjectName(QStringLiteral("channelTls"));
    m_tls->setAccessibleName(tr("Encryption"));
    m_tls->addItem(tr("STARTTLS"), QStringLiteral("starttls"));
    m_tls->addItem(tr("TLS from the start"), QStringLiteral("tls"));
    connect(m_tls, &QComboBox::currentIndexChanged, this, [this](int index) {
        if (m_port->value() == (index == 0 ? kTlsPort : kSubmissionPort)) // the other one's
            m_port->setValue(index == 0 ? kSubmissionPort : kTlsPort);
    });
    m_form->addRow(tr("&Port"), m_port);
    m_form->addRow(tr("&Encryption"), m_tls);
    m_from = addLine("channelFrom", tr("&From"), tr("The address that the mail is from"), &Channel::from);
    m_to = addLine("channelTo", tr("&To"), tr("The addresses that it goes to, with commas between them"),
                   nullptr);
    m_user = addLine("channelUser", tr("&Login"), tr("At the mail server; empty where it wants none"),
                     &Channel::user);
}

void ChannelForm::makeUrlFields() {
    m_url =
        addLine("channelUrl", tr("&URL"), tr("https; {secret} in it stands for the secret"), &Channel::url);
    m_failUrl = addLine("channelFailUrl", tr("URL when &bad"),
                        tr("Asked for while something is wrong; may be empty"), &Channel::failUrl);
}

void ChannelForm::makeSecretFields() {
    m_secretKind = new QComboBox(this);
    m_secretKind->setObjectName(QStringLiteral("channelSecretKind"));
    m_secretKind->setAccessibleName(tr("Where its secret is kept"));
    m_secretKind->addItem(tr("It has no secret"), QString());
    m_secretKind->addItem(tr("Keychain of this desktop"), QStringLiteral("keychain"));
    m_secretKind->addItem(tr("File that only you can read"), QStringLiteral("file"));
    connect(m_secretKind, &QComboBox::currentIndexChanged, this, &ChannelForm::update);
    m_form->addRow(tr("Secret &in"), m_secretKind);
    m_secret = addLine("channelSecret", tr("Sec&ret"),
                       tr("The password of the login, the key that signs, or the part of the URL"), nullptr);
    m_secret->setEchoMode(QLineEdit::Password);
}

/// From m_before.
void ChannelForm::fill() {
    setWindowTitle(m_before.revision == 0 ? tr("Add a channel")
                                          : tr("Channel “%1”").arg(toQt(m_before.title)));
    m_kind->setCurrentIndex(std::max(0, m_kind->findData(toQt(m_before.kind))));
    for (const Line& line : m_lines)
        line.edit->setText(toQt(m_before.*line.field));
    m_tls->setCurrentIndex(m_before.tls == "tls" ? 1 : 0); // it may change the port
    m_port->setValue(m_before.port == 0 ? kSubmissionPort : m_before.port);
    m_to->setText(listOf(m_before.to));
    m_ca->setPath(toQt(m_before.caFile));
    m_secretKind->setCurrentIndex(std::max(0, m_secretKind->findData(toQt(m_before.secretKind))));
    m_secret->setPlaceholderText(m_before.secretKind.empty() ? QString() : tr("Unchanged"));
    showKind();
}

void ChannelForm::showKind() {
    const QString kind = m_kind->currentData().toString();
    const bool mail = kind == QLatin1String("mail");
    const auto showRow = [this](QWidget* field, bool shown) {
        field->setVisible(shown);
        if (QWidget* label = m_form->labelForField(field))
            label->setVisible(shown);
    };
    for (QWidget* field : std::initializer_list<QWidget*>{m_host, m_port, m_tls, m_from, m_to, m_user})
        showRow(field, mail);
    showRow(m_url, !mail);
    showRow(m_failUrl, kind == QLatin1String("heartbeat"));
    update();
}

Channel ChannelForm::channel() const {
    Channel out = m_before;
    out.kind = fromQt(m_kind->currentData().toString());
    for (const Line& line : m_lines) // fields of another kind stay empty
        out.*line.field = line.edit->isVisibleTo(this) ? fromQt(line.edit->text().trimmed()) : std::string();
    const bool mail = out.kind == "mail";
    out.port = mail ? static_cast<std::uint16_t>(m_port->value()) : std::uint16_t{0};
    out.tls = mail ? fromQt(m_tls->currentData().toString()) : std::string();
    out.to = mail ? addresses(m_to->text()) : std::vector<std::string>();
    out.caFile = fromQt(m_ca->path());
    out.secretKind = fromQt(m_secretKind->currentData().toString());
    return out;
}

QString ChannelForm::mailProblem(const Channel& wanted) const {
    if (wanted.host.empty())
        return tr("Give the mail server.");
    if (wanted.from.empty())
        return tr("Give the address that the mail is from.");
    if (wanted.to.empty())
        return tr("Give the addresses that the mail goes to.");
    std::vector<std::string> all = wanted.to;
    all.push_back(wanted.from);
    for (const auto& one : all) {
        if (!isMailAddress(one))
            return tr("“%1” is no mail address. Give the address alone: salvor@example.org.").arg(toQt(one));
    }
    if (wanted.user.empty() && !wanted.secretKind.empty())
        return tr("Give the login that the secret belongs to, or say that there is none.");
    if (!wanted.user.empty() && wanted.secretKind.empty())
        return tr("Say where the password of the login is kept.");
    return {};
}

QString ChannelForm::urlProblem(const Channel& wanted) const {
    if (wanted.url.empty())
        return tr("Give the URL.");
    const QLatin1String https("https://");
    for (const std::string& url : {wanted.url, wanted.failUrl}) {
        if (!url.empty() &&
            (!toQt(url).startsWith(https, Qt::CaseInsensitive) || toQt(url).size() == https.size()))
            return tr("A URL has to begin with https:// and go on with a server: what is sent would be "
                      "readable on its way.");
    }
    if (wanted.secretIsInUrl() && wanted.secretKind.empty())
        return tr("The URL has a place for a secret: say where that is kept.");
    if (wanted.kind == "heartbeat" && !wanted.secretKind.empty() && !wanted.secretIsInUrl())
        return tr("Write {secret} into the URL, where the secret belongs, or say that there is none.");
    return {};
}

QString ChannelForm::problem() const {
    const Channel wanted = channel();
    if (wanted.title.empty())
        return tr("Give the channel a name: letters, digits, dots, dashes.");
    if (const QString wrong = wanted.kind == "mail" ? mailProblem(wanted) : urlProblem(wanted);
        !wrong.isEmpty())
        return wrong;
    if (!wanted.caFile.empty() && wanted.caFile.front() != '/')
        return tr("Give the full path of the private CA's file.");
    if (!wanted.secretKind.empty() && wanted.secretKind != m_before.secretKind && m_secret->text().isEmpty())
        return tr("Give the secret, or say that there is none.");
    Channel checked = wanted;
    if (checked.uuid.empty())
        checked.uuid = makeUuid();
    const auto valid = validate(checked);
    return valid ? QString() : toQt(valid.error().message);
}

void ChannelForm::update() {
    if (m_save == nullptr)
        return;
    const QString wrong = problem();
    m_note->setText(m_call->isRunning() ? tr("Saving…") : wrong);
    m_save->setEnabled(!m_call->isRunning() && wrong.isEmpty());
    m_save->setAccessibleDescription(wrong);
    m_reload->setEnabled(!m_call->isRunning());
    m_secret->setEnabled(!m_secretKind->currentData().toString().isEmpty());
}

void ChannelForm::save() {
    m_error->clear();
    auto secret = std::make_shared<std::optional<Secret>>();
    if (m_secret->isEnabled() && !m_secret->text().isEmpty()) {
        const QByteArray utf8 = m_secret->text().toUtf8();
        secret->emplace(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
    }
    m_call->run<Channel>([&core = m_core, wanted = channel(), secret](
                             const CancelToken&) { return core.saveChannel(wanted, std::move(*secret)); },
                         [this](Result<Channel> done) {
                             if (!done) {
                                 saveFailed(done.error());
                                 return;
                             }
                             m_secret->clear();
                             emit saved();
                             accept();
                         });
}

void ChannelForm::saveFailed(const Error& error) {
    m_error->showError(error, tr("Nothing was changed."));
    const auto document = TheirsLabel::documentIn(error);
    const auto theirs = document ? channelFromJson(*document) : Result<Channel>(failure(document.error()));
    if (!theirs)
        return;
    m_theirs->showLines(differencesFrom(*theirs));
    m_reload->show();
    m_reload->setFocus();
}

/// Of the secret nobody can tell.
QStringList ChannelForm::differencesFrom(const Channel& theirs) const {
    const Channel mine = channel();
    QStringList lines;
    const auto compare = [&lines](const QWidget& control, const QString& yours, const QString& other) {
        TheirsLabel::compare(lines, control.accessibleName(), yours, other);
    };
    for (const Line& line : m_lines)
        compare(*line.edit, toQt(mine.*line.field), toQt(theirs.*line.field));
    if (mine.kind == "mail") {
        compare(*m_port, QString::number(mine.port), QString::number(theirs.port));
        compare(*m_tls, m_tls->currentText(), m_tls->itemText(m_tls->findData(toQt(theirs.tls))));
        compare(*m_to, listOf(mine.to), listOf(theirs.to));
    }
    TheirsLabel::compare(lines, tr("Private CA"), toQt(mine.caFile), toQt(theirs.caFile));
    compare(*m_secretKind, m_secretKind->currentText(),
            m_secretKind->itemText(m_secretKind->findData(toQt(theirs.secretKind))));
    return lines;
}

void ChannelForm::reload() {
    m_error->clear();
    m_call->run<Channel>(
        [&core = m_core, uuid = m_before.uuid](const CancelToken&) { return core.channel(uuid); },
        [this](Result<Channel> now) {
            if (!now) {
                m_error->showError(now.error(), tr("Nothing was changed."));
                return;
            }
            m_before = std::move(*now);
            m_reload->hide();
            fill();
        });
}

void ChannelForm::reject() {
    if (m_call->isRunning())
        m_call->cancel(); // the answer still comes
    else
        QDialog::reject();
}

} // namespace salvor
