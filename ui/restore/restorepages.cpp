// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/restorepages.h"

#include "models/base/json.h"
#include "ui/jobs/jobrow.h"
#include "ui/restore/findingsview.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/statemark.h"

#include <QApplication>
#include <QCheckBox>
#include <QClipboard>
#include <QComboBox>
#include <QFileDialog>
#include <QFontDatabase>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr qsizetype kMaxIdentifier = 63; // PostgreSQL: NAMEDATALEN - 1, in bytes

QLabel* plainLabel(const QString& text, QWidget* parent, const char* name = nullptr) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    if (name != nullptr)
        label->setObjectName(QLatin1String(name));
    return label;
}

QLabel* bolded(QLabel* label) {
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    return label;
}

} // namespace

WhatPage::WhatPage(QWidget* parent)
    : FlowPage(tr("What"), tr("Restore this backup?"),
               tr("The whole backup goes into a new database. Nothing that exists is changed."), parent) {
    setObjectName(QStringLiteral("whatPage"));
    m_facts = new QFormLayout;
    m_facts->setHorizontalSpacing(18);
    body()->addLayout(m_facts);
    body()->addStretch(1);
}

void WhatPage::setBackup(const BackupRecord& backup) {
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    const auto add = [this](const QString& label, const QString& value, const char* name) {
        m_facts->addRow(label, plainLabel(value, this, name));
    };
    add(tr("Database"), toQt(backup.database), "whatDatabase");
    add(tr("From"), toQt(backup.profileTitle), "whatServer");
    add(tr("As of"), Format::time(backup.started), "whatTime");
    add(tr("Size"),
        tr("%1 in %2 items, %3 rows")
            .arg(Format::size(backup.sizeBytes), Format::count(backup.items), Format::count(backup.rows)),
        "whatSize");
    add(tr("Server then"), toQt(backup.serverVersion), "whatVersion");
    add(tr("Checked"),
        backup.restoredAt   ? tr("Restored and proved equal on %1").arg(Format::time(*backup.restoredAt))
        : backup.readBackAt ? tr("Checksums read back on %1").arg(Format::time(*backup.readBackAt))
                            : tr("Stored; not read back yet"),
        "whatChecked");
    add(tr("Backup"), toQt(backup.id), "whatId");
    for (const auto& note : backup.notes)
        add(tr("Note"), toQt(note), "whatNote");
    m_filled = true;
    emit changed();
}

QString WhatPage::problem() const { return m_filled ? QString() : tr("Looking the backup up…"); }

WherePage::WherePage(QWidget* parent)
    : FlowPage(tr("Where"), tr("Where to?"),
               tr("Into a new database. It stays hidden under a working name until it is proved equal, and "
                  "gets its name only then."),
               parent) {
    setObjectName(QStringLiteral("wherePage"));
    setNextText(tr("&Check"));
    m_server = new QComboBox(this);
    m_server->setObjectName(QStringLiteral("restoreServer"));
    m_server->setAccessibleName(tr("Target server"));
    m_login = plainLabel(QString(), this, "restoreLogin");
    m_login->setForegroundRole(QPalette::PlaceholderText);
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("restoreName"));
    m_name->setAccessibleName(tr("Name of the new database"));
    connect(m_server, &QComboBox::currentIndexChanged, this, &WherePage::showLogin);
    connect(m_name, &QLineEdit::textChanged, this, &FlowPage::changed);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(tr("&Server"), m_server);
    form->addRow(QString(), m_login);
    form->addRow(tr("New &database"), m_name);
    body()->addLayout(form);
    body()->addStretch(1);
}

void WherePage::setChoices(std::vector<Profile> profiles, const BackupRecord& backup) {
    m_profiles = std::move(profiles);
    m_server->clear();
    int origin = -1;
    for (const auto& profile : m_profiles) {
        const bool same = profile.uuid == backup.profileUuid;
        if (same)
            origin = m_server->count();
        m_server->addItem(same
                              ? tr("%1 (%2), where it came from").arg(toQt(profile.title), toQt(profile.host))
                              : tr("%1 (%2)").arg(toQt(profile.title), toQt(profile.host)));
    }
    m_server->setCurrentIndex(origin >= 0 ? origin : (m_profiles.empty() ? -1 : 0));
    m_name->setText(toQt(backup.database) + QStringLiteral("_restored"));
    showLogin();
}

void WherePage::showLogin() {
    const auto profile = target();
    m_login->setText(
        profile
            ? (profile->secretKind.empty()
                   ? tr("Logs in as %1, without a password.").arg(toQt(profile->user))
                   : tr("Logs in as %1, with the password saved for this server.").arg(toQt(profile->user)))
            : tr("No server is known yet: add the target first (Server menu, Add)."));
    emit changed();
}

std::optional<Profile> WherePage::target() const {
    const int index = m_server->currentIndex();
    if (index < 0 || index >= static_cast<int>(m_profiles.size()))
        return std::nullopt;
    return m_profiles[static_cast<std::size_t>(index)];
}

QString WherePage::database() const { return m_name->text(); }

QString WherePage::problem() const {
    if (!target())
        return tr("Choose the server.");
    if (database().isEmpty())
        return tr("Give the new database a name.");
    if (database().toUtf8().size() > kMaxIdentifier)
        return tr("The name is too long: a server keeps %1 bytes of it.").arg(kMaxIdentifier);
    return {};
}

PreflightPage::PreflightPage(QWidget* parent)
    : FlowPage(tr("Checks"), tr("Checked beforehand"),
               tr("Nothing has been changed so far. What is in the way has to be solved first."), parent) {
    setObjectName(QStringLiteral("preflightPage"));
    m_findings = new FindingsView(this);
    auto* again = new QPushButton(tr("Check &again"), this);
    again->setObjectName(QStringLiteral("preflightAgain"));
    again->setAutoDefault(false);
    connect(again, &QPushButton::clicked, this, &PreflightPage::againWanted);
    body()->addWidget(m_findings);
    body()->addWidget(again, 0, Qt::AlignLeft);
    body()->addStretch(1);
}

void PreflightPage::setPreflight(const Preflight& preflight) {
    m_ok = preflight.ok();
    m_findings->showFindings(preflight);
    emit changed();
}

QString PreflightPage::problem() const {
    return m_ok ? QString() : tr("Something is in the way; see above.");
}

ReviewPage::ReviewPage(QWidget* parent)
    : FlowPage(tr("Review"), tr("Exactly this will change"), QString(), parent) {
    setObjectName(QStringLiteral("reviewPage"));
    setNextText(tr("&Start the restore"));
    m_changes = plainLabel(QString(), this, "reviewChanges");
    m_rolesTitle = bolded(plainLabel(tr("These roles own things in the backup and are missing on the target. "
                                        "Tick each: it is made without the right to log in."),
                                     this));
    m_prove =
        new QCheckBox(tr("&Prove it afterwards: read everything back and compare counts and hashes"), this);
    m_prove->setObjectName(QStringLiteral("reviewProve"));
    m_prove->setChecked(true);
    body()->addWidget(m_changes);
    body()->addSpacing(8);
    body()->addWidget(m_rolesTitle);
    m_roleBox = new QWidget(this);
    body()->addWidget(m_roleBox);
    body()->addSpacing(8);
    body()->addWidget(m_prove);
    body()->addStretch(1);
}

void ReviewPage::setPlan(const BackupRecord& backup, const Profile& target, const QString& database,
                         const Preflight& preflight) {
    QStringList changes{
        tr("•  The database %1 is made on %2 (%3), owned by %4.")
            .arg(database, toQt(target.title), toQt(target.host), toQt(target.user)),
        tr("•  %1 items with %2 rows are written into it, %3 in all.")
            .arg(Format::count(backup.items), Format::count(backup.rows), Format::size(backup.sizeBytes)),
        tr("•  No other database is touched.")};
    if (preflight.bytesNeeded > 0)
        changes.insert(2,
                       tr("•  About %1 of space are needed there.").arg(Format::size(preflight.bytesNeeded)));
    if (!preflight.missingRoles.empty())
        changes << tr("•  %n new role(s), without the right to log in.", nullptr,
                      static_cast<int>(preflight.missingRoles.size()));
    m_changes->setText(changes.join(QLatin1Char('\n')));
    m_roles.clear();
    QWidget* fresh = new QWidget(this);
    auto* roles = new QVBoxLayout(fresh);
    roles->setContentsMargins(0, 0, 0, 0);
    for (const auto& role : preflight.missingRoles) {
        auto* box = new QCheckBox(toQt(role).replace(QLatin1Char('&'), QStringLiteral("&&")), fresh);
        box->setObjectName(QStringLiteral("reviewRole_") + toQt(role));
        box->setAccessibleName(tr("Make the role %1").arg(toQt(role)));
        connect(box, &QCheckBox::toggled, this, &FlowPage::changed);
        m_roles.push_back(box);
        roles->addWidget(box);
    }
    delete body()->replaceWidget(m_roleBox, fresh);
    delete m_roleBox;
    m_roleBox = fresh;
    m_rolesTitle->setVisible(!m_roles.empty());
    fresh->setVisible(!m_roles.empty());
    emit changed();
}

std::vector<std::string> ReviewPage::rolesToMake() const {
    std::vector<std::string> roles;
    for (const QCheckBox* box : m_roles) {
        if (box->isChecked())
            roles.push_back(box->text().replace(QStringLiteral("&&"), QStringLiteral("&")).toStdString());
    }
    return roles;
}

bool ReviewPage::wantsProof() const { return m_prove->isChecked(); }

QString ReviewPage::problem() const {
    return rolesToMake().size() == m_roles.size() ? QString() : tr("Tick the roles that are to be made.");
}

RestoreProgressPage::RestoreProgressPage(QWidget* parent)
    : FlowPage(tr("Restore"), tr("Restoring"),
               tr("This window may be hidden; the restore goes on at the foot of the main window. Cancelling "
                  "removes what was made so far."),
               parent) {
    setObjectName(QStringLiteral("restoreProgressPage"));
    setCanGoBack(false);
    setNextText(tr("Proof"));
    body()->addStretch(1);
}

void RestoreProgressPage::begin(const QString& title) {
    delete m_row;
    setCanGoBack(false);
    m_row = new JobRow(title, this);
    connect(m_row, &JobRow::cancelWanted, this, &RestoreProgressPage::cancelWanted);
    body()->insertWidget(0, m_row);
    emit changed();
}

void RestoreProgressPage::showJob(const Job& job) {
    m_row->update(job, JobController::nowMs());
    if (!job.result)
        return;
    // Its Details and Close belong to the foot of the window.
    for (const char* name : {"jobDetails", "jobCancel"}) {
        if (auto* button = m_row->findChild<QWidget*>(QLatin1String(name)))
            button->hide();
    }
    setCanGoBack(!*job.result);
    emit changed();
}

QString RestoreProgressPage::problem() const { return QStringLiteral(" "); }

ProofPage::ProofPage(const FlowContext& context, QWidget* parent)
    : FlowPage(tr("Proof"), tr("The result"), QString(), parent)
    , m_context(context) {
    setObjectName(QStringLiteral("proofPage"));
    setCanGoBack(false);
    setNextText(tr("&Done"));
    m_call = new BackgroundCall(context.lookups, this);
    m_mark = new QLabel(this);
    m_verdict = bolded(plainLabel(QString(), this, "proofVerdict"));
    m_text = new QPlainTextEdit(this);
    m_text->setObjectName(QStringLiteral("proofReport"));
    m_text->setAccessibleName(tr("Report of the restore"));
    m_text->setReadOnly(true);
    m_text->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    auto* copy = new QPushButton(tr("&Copy the report"), this);
    copy->setObjectName(QStringLiteral("proofCopy"));
    copy->setIcon(Icons::of(Icons::Copy));
    auto* saveButton = new QPushButton(tr("&Save the report…"), this);
    saveButton->setObjectName(QStringLiteral("proofSave"));
    copy->setAutoDefault(false);
    saveButton->setAutoDefault(false);
    m_saved = plainLabel(QString(), this, "proofSaved");
    m_error = new ErrorPanel(this);
    connect(copy, &QPushButton::clicked, this,
            [this] { QApplication::clipboard()->setText(ProofReport::asText(m_facts)); });
    connect(saveButton, &QPushButton::clicked, this, &ProofPage::save);
    auto* verdict = new QHBoxLayout;
    verdict->addWidget(m_mark, 0, Qt::AlignTop);
    verdict->addSpacing(6);
    verdict->addWidget(m_verdict, 1);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(copy);
    buttons->addWidget(saveButton);
    buttons->addWidget(m_saved, 1);
    body()->addLayout(verdict);
    body()->addWidget(m_text, 1);
    body()->addLayout(buttons);
    body()->addWidget(m_error);
}

void ProofPage::setResult(const RestoreFacts& facts) {
    m_facts = facts;
    const bool equal = facts.outcome.proved && facts.outcome.differences.empty();
    const Tone tone = equal ? Tone::Good : (facts.outcome.differences.empty() ? Tone::Warning : Tone::Bad);
    m_mark->setPixmap(StateMark::icon(tone).pixmap(QSize(22, 22), devicePixelRatioF()));
    m_verdict->setText(ProofReport::verdict(facts.outcome));
    QPalette coloured = QApplication::palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(tone, coloured));
    m_verdict->setPalette(coloured);
    m_text->setPlainText(ProofReport::asText(facts).section(QLatin1Char('\n'), 3));
    m_saved->clear();
    emit changed();
}

void ProofPage::save() {
    auto* dialog = new QFileDialog(this, tr("Save the report"), QString(), tr("Web page (*.html)"));
    dialog->setObjectName(QStringLiteral("proofSaveDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("html"));
    dialog->selectFile(tr("restore-%1.html").arg(toQt(m_facts.outcome.backupId)));
    connect(dialog, &QFileDialog::fileSelected, this, &ProofPage::saveTo);
    dialog->open();
}

void ProofPage::saveTo(const QString& path) {
    m_error->clear();
    m_saved->clear();
    m_call->run<void>(
        [path, html = ProofReport::asHtml(m_facts).toUtf8()](const CancelToken&) -> Result<> {
            QSaveFile file(path);
            if (!file.open(QIODevice::WriteOnly) || file.write(html) != html.size() || !file.commit())
                return failure(ErrorCode::IoError,
                               "cannot save " + path.toStdString() + ": " + file.errorString().toStdString(),
                               "choose another folder");
            return {};
        },
        [this, path](Result<> done) {
            if (done)
                m_saved->setText(tr("Saved as %1").arg(path));
            else
                m_error->showError(done.error());
        });
}

} // namespace salvor
