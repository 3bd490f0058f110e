// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/profiles/profiledialog.h"

#include "models/base/json.h"
#include "ui/profiles/connectionview.h"
#include "ui/profiles/profileform.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/theirslabel.h"
#include "workers/norepository.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

/// What the dialog needs before it can be filled in.
struct ProfileDialog::Loaded {
    std::optional<Profile> profile;
    std::vector<RepositoryPin> repositories;
    std::vector<Policy> policies;
};

ProfileDialog::ProfileDialog(const FlowContext& context, const QString& uuid, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_uuid(uuid)
    , m_isNew(uuid.isEmpty()) {
    setObjectName(QStringLiteral("profileDialog"));
    setWindowTitle(m_isNew ? tr("Add a server") : tr("Change a server"));
    m_call = new BackgroundCall(context.lookups, this);
    build();
    connect(m_call, &BackgroundCall::runningChanged, this, &ProfileDialog::updateButtons);
    connect(m_form, &ProfileForm::changed, this, &ProfileDialog::updateButtons);
    load();
    resize(940, 560);
}

ProfileDialog::~ProfileDialog() = default;

void ProfileDialog::build() {
    m_form = new ProfileForm(this);
    m_repository = new QComboBox(this);
    m_repository->setObjectName(QStringLiteral("profileRepository"));
    m_repository->setAccessibleName(tr("Repository that its databases are backed up to"));
    m_repository->setToolTip(tr("All databases of the server are backed up there, new ones included"));
    m_connection = new ConnectionView(this);
    m_error = new ErrorPanel(this);
    m_theirs = new TheirsLabel("profileTheirs", this);
    m_note = new QLabel(this);
    m_note->setObjectName(QStringLiteral("profileNote"));
    m_note->setWordWrap(true);

    auto* buttons = new QDialogButtonBox(this);
    m_test = buttons->addButton(tr("&Test connection"), QDialogButtonBox::ActionRole);
    m_test->setObjectName(QStringLiteral("profileTest"));
    m_reload = buttons->addButton(tr("Lo&ad what is saved now"), QDialogButtonBox::ActionRole);
    m_reload->setObjectName(QStringLiteral("profileReload"));
    m_reload->hide();
    m_save = buttons->addButton(QDialogButtonBox::Save);
    m_save->setText(tr("&Save"));
    m_save->setObjectName(QStringLiteral("profileSave"));
    m_save->setDefault(true);
    m_cancel = buttons->addButton(QDialogButtonBox::Cancel);
    m_cancel->setText(tr("Cancel"));
    m_cancel->setObjectName(QStringLiteral("profileCancel"));
    connect(m_test, &QPushButton::clicked, this, &ProfileDialog::test);
    connect(m_reload, &QPushButton::clicked, this, &ProfileDialog::load);
    connect(m_save, &QPushButton::clicked, this, &ProfileDialog::save);
    connect(m_cancel, &QPushButton::clicked, this, &ProfileDialog::reject);

    auto* left = new QVBoxLayout;
    m_form->addRow(tr("&Backed up to"), m_repository);
    left->addWidget(m_form);
    left->addStretch(1);
    auto* found = new QGroupBox(tr("What a test connection finds"), this);
    auto* foundLayout = new QVBoxLayout(found);
    foundLayout->addWidget(m_connection, 1);
    auto* columns = new QHBoxLayout;
    columns->setSpacing(18);
    columns->addLayout(left, 5);
    columns->addWidget(found, 5);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->addLayout(columns, 1);
    layout->addWidget(m_error);
    layout->addWidget(m_theirs);
    layout->addWidget(m_note);
    layout->addWidget(buttons);
}

void ProfileDialog::load() {
    m_error->clear();
    m_reload->hide();
    m_note->setText(tr("Loading…"));
    m_doing = Doing::Loading;
    m_call->run<Loaded>(
        [&core = m_context.core, wanted = m_uuid.toStdString()](const CancelToken&) -> Result<Loaded> {
            Loaded loaded;
            SALVOR_ASSIGN(loaded.repositories, core.repositories());
            SALVOR_ASSIGN(loaded.policies, core.policies());
            if (!wanted.empty()) {
                SALVOR_ASSIGN(loaded.profile, core.profile(wanted));
            }
            return loaded;
        },
        [this](Result<Loaded> loaded) {
            if (loaded)
                take(std::move(*loaded));
            else
                m_error->showError(loaded.error(), tr("Nothing was changed."));
            updateButtons();
        });
}

void ProfileDialog::take(Loaded loaded) {
    QString to;
    if (loaded.profile) {
        m_uuid = toQt(loaded.profile->uuid);
        m_form->setProfile(*loaded.profile, false);
        for (const auto& policy : loaded.policies) {
            if (policy.profileUuid == loaded.profile->uuid)
                to = toQt(policy.repositoryId);
        }
    }
    const bool isUnprotected = !m_isNew && to.isEmpty();
    m_repository->clear();
    for (const auto& pin : loaded.repositories) {
        // Only the computer that holds a repository's keys can add backups to it.
        if (pin.isWriter || toQt(pin.id) == to)
            m_repository->addItem(tr("%1 (%2)").arg(toQt(pin.title), shownUrl(pin.url)), toQt(pin.id));
    }
    if (m_isNew)
        m_repository->addItem(tr("Nowhere: backups are only restored to it"), QLatin1String(kNoRepository));
    else if (isUnprotected)
        m_repository->insertItem(0, tr("No repository yet"), QString());
    if (m_isNew && m_isTarget)
        to = QLatin1String(kNoRepository);
    m_repository->setCurrentIndex(std::max(0, m_repository->findData(to)));
    // Moving to another repository is not part of changing a server; giving it the first one is.
    m_repository->setEnabled((m_isNew || isUnprotected) && m_repository->count() > 1);
    m_form->setFocus();
}

void ProfileDialog::updateButtons() {
    const QString problem = m_form->problem();
    const bool busy = m_call->isRunning();
    m_save->setEnabled(!busy && problem.isEmpty());
    m_test->setEnabled(!busy && problem.isEmpty());
    m_save->setAccessibleDescription(problem);
    m_form->setEnabled(!busy);
    if (!busy)
        m_note->setText(problem);
    m_note->setVisible(!m_note->text().isEmpty());
}

void ProfileDialog::test() {
    m_error->clear();
    m_connection->showBusy();
    m_note->setText(tr("Connecting; Cancel stops it."));
    m_doing = Doing::Testing;
    auto password = std::make_shared<std::optional<Secret>>(m_form->password());
    m_call->run<ConnectionReport>(
        [&core = m_context.core, profile = m_form->profile(), password](const CancelToken& cancel) {
            return core.testConnection(profile, *password ? &**password : nullptr, cancel);
        },
        [this](Result<ConnectionReport> report) {
            if (report)
                m_connection->showReport(*report, m_form->profile().user);
            else
                m_connection->showError(report.error());
            m_test->setFocus();
        });
}

void ProfileDialog::save() {
    m_error->clear();
    m_doing = Doing::Saving;
    auto password = std::make_shared<std::optional<Secret>>(m_form->password());
    m_note->setText(*password ? withKeychainNote(tr("Saving…"), m_form->profile().secretKind)
                              : tr("Saving…"));
    const QString repository =
        m_repository->isEnabledTo(m_form) ? m_repository->currentData().toString() : QString();
    m_call->run<Profile>(
        [&core = m_context.core, profile = m_form->profile(), password,
         to = repository.toStdString()](const CancelToken& cancel) {
            return core.saveProfile(profile, std::move(*password), to, cancel);
        },
        [this](Result<Profile> profile) {
            if (m_isLeft) {
                endLeft(profile);
                return;
            }
            if (!profile) {
                saveFailed(profile.error());
                return;
            }
            m_form->clearPassword();
            emit saved(toQt(profile->uuid));
            accept();
        });
}

void ProfileDialog::saveFailed(const Error& error) {
    m_error->showError(error, tr("Nothing was changed."));
    m_reload->setVisible(!m_isNew && error.code == ErrorCode::Conflict);
    if (m_reload->isVisible()) {
        showTheirs(error);
        m_reload->setFocus();
    }
}

void ProfileDialog::showTheirs(const Error& error) {
    const auto document = TheirsLabel::documentIn(error);
    const auto theirs = document ? profileFromJson(*document) : Result<Profile>(failure(document.error()));
    m_theirs->showLines(theirs ? m_form->differencesFrom(*theirs) : QStringList());
}

void ProfileDialog::reject() {
    if (m_isLeft)
        return;
    if (m_call->isRunning() && m_doing == Doing::Saving)
        leaveSaving();
    else if (m_call->isRunning() && m_doing == Doing::Testing)
        m_call->cancel();
    else
        QDialog::reject();
}

/// The keychain may wait for its prompt, and the file for a disk: nobody waits for them before the window.
void ProfileDialog::leaveSaving() {
    m_isLeft = true;
    m_deletesItself = testAttribute(Qt::WA_DeleteOnClose);
    setAttribute(Qt::WA_DeleteOnClose, false);
    m_call->cancel();
    QDialog::reject();
}

/// Says what whoever left cannot see.
void ProfileDialog::endLeft(const Result<Profile>& profile) {
    QString said;
    if (profile)
        said = tr("Cancel came too late: %1 was saved.").arg(toQt(profile->title));
    else if (m_form->password() && m_form->profile().secretKind == "keychain")
        said = tr("Nothing was saved. If the keychain still asks for a password in a window of its "
                  "own, close that window: answered, it may still save the password that you typed here.");
    if (!said.isEmpty()) {
        auto* box =
            new QMessageBox(QMessageBox::Information, windowTitle(), said, QMessageBox::Ok, parentWidget());
        box->setObjectName(QStringLiteral("profileLeft"));
        box->setAttribute(Qt::WA_DeleteOnClose);
        box->setTextFormat(Qt::PlainText);
        box->setModal(false); // the keychain's window is to be reached
        box->show();
    }
    m_form->clearPassword();
    if (profile)
        emit saved(toQt(profile->uuid));
    if (m_deletesItself)
        deleteLater();
}

RemoveProfileDialog::RemoveProfileDialog(const FlowContext& context, const Profile& profile, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_profile(profile) {
    setObjectName(QStringLiteral("removeProfileDialog"));
    setWindowTitle(tr("Remove a server"));
    m_call = new BackgroundCall(context.lookups, this);
    auto* question =
        new QLabel(tr("Remove %1 (%2) from Salvor?").arg(toQt(profile.title), toQt(profile.host)), this);
    question->setObjectName(QStringLiteral("removeQuestion"));
    QFont bold = question->font();
    bold.setBold(true);
    question->setFont(bold);
    question->setTextFormat(Qt::PlainText);
    question->setWordWrap(true);
    auto* what = new QLabel(tr("It is no longer backed up, and its saved password is deleted. Its backups "
                               "stay in their repository and can be restored. The server itself is not "
                               "touched."),
                            this);
    what->setWordWrap(true);
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    m_remove = buttons->addButton(tr("&Remove"), QDialogButtonBox::DestructiveRole);
    m_remove->setObjectName(QStringLiteral("removeConfirm"));
    auto* keep = buttons->addButton(tr("&Keep it"), QDialogButtonBox::RejectRole);
    keep->setObjectName(QStringLiteral("removeKeep"));
    keep->setDefault(true);
    connect(m_remove, &QPushButton::clicked, this, &RemoveProfileDialog::remove);
    connect(keep, &QPushButton::clicked, this, &RemoveProfileDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    for (QWidget* widget : std::initializer_list<QWidget*>{question, what, m_error, buttons})
        layout->addWidget(widget);
    resize(480, 180);
}

void RemoveProfileDialog::remove() {
    m_error->clear();
    m_remove->setEnabled(false);
    m_call->run<void>([&core = m_context.core, profile = m_profile](
                          const CancelToken&) { return core.removeProfile(profile.uuid, profile.revision); },
                      [this](Result<> done) {
                          m_remove->setEnabled(true);
                          if (!done) {
                              m_error->showError(done.error(), tr("Nothing was removed."));
                              return;
                          }
                          emit removed();
                          accept();
                      });
}

} // namespace salvor
