// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/quickpage.h"

#include "models/base/json.h"
#include "ui/restore/findingsview.h"
#include "ui/restore/pageparts.h"
#include "ui/support/format.h"
#include "workers/drilljobs.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::uint64_t kNoticeable = 10; ///< a tenth of what is free: docs/decisions/0013

/// Less than a fifth of the disk would stay free, and what is needed is a noticeable part of what is free.
/// What is not known is told, and stops nothing.
bool isShort(const PreflightFinding& finding, const Preflight& preflight) {
    return finding.check == "space" && finding.level == PreflightFinding::Level::Warning &&
           finding.code == ErrorCode::NoSpace &&
           preflight.bytesNeeded > preflight.bytesFree.value_or(0) / kNoticeable;
}

QString titleOf(QuickKind kind) {
    return kind == QuickKind::Drill ? QuickPage::tr("Restore it for a trial?")
                                    : QuickPage::tr("Restore it beside the original?");
}

QString explanationOf(QuickKind kind) {
    return kind == QuickKind::Drill
               ? QuickPage::tr(
                     "It is restored for a trial, compared with the backup item by item, measured, and "
                     "removed again. The server that was backed up is not touched.")
               : QuickPage::tr("It goes into a new database on the same server. The original is left alone.");
}

} // namespace

QuickPage::QuickPage(QuickKind kind, QWidget* parent)
    : FlowPage(tr("Target"), titleOf(kind), explanationOf(kind), parent)
    , m_kind(kind) {
    setObjectName(QStringLiteral("quickPage"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(18);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    m_source = plainLabel(QString(), this, "quickSource");
    form->addRow(tr("Backup"), m_source);
    if (kind == QuickKind::Drill)
        makeDrillTarget(*form);
    else
        makeTarget(*form);
    m_space = plainLabel(QString(), this, "quickSpace");
    m_time = plainLabel(QString(), this, "quickTime");
    form->addRow(tr("Space"), m_space);
    form->addRow(tr("Time"), m_time);
    m_roles = new QCheckBox(this);
    m_roles->setObjectName(QStringLiteral("quickRoles"));
    m_roles->hide();
    connect(m_roles, &QCheckBox::toggled, this, &FlowPage::changed);
    m_findings = new FindingsView(this);
    body()->addLayout(form);
    body()->addWidget(m_roles);
    body()->addSpacing(4);
    body()->addWidget(m_findings);
    body()->addStretch(1);
    forgetPreflight();
}

void QuickPage::makeTarget(QFormLayout& form) {
    m_server = plainLabel(QString(), this, "quickServer");
    m_name = new QLineEdit(this);
    m_name->setObjectName(QStringLiteral("quickName"));
    m_name->setAccessibleName(tr("Name of the new database"));
    connect(m_name, &QLineEdit::textChanged, this, &QuickPage::chosenAgain);
    form.addRow(tr("Server"), m_server);
    form.addRow(tr("New &database"), m_name);
}

void QuickPage::makeDrillTarget(QFormLayout& form) {
    m_target = new QComboBox(this);
    m_target->setObjectName(QStringLiteral("quickTarget"));
    m_target->setAccessibleName(tr("Where it is restored for the trial"));
    connect(m_target, &QComboBox::currentIndexChanged, this, &QuickPage::chosenAgain);
    m_folderBox = new QWidget(this);
    m_folder = new QLineEdit(m_folderBox);
    m_folder->setObjectName(QStringLiteral("quickFolder"));
    m_folder->setAccessibleName(tr("Folder for the data of the private server"));
    m_folder->setPlaceholderText(tr("the system's folder for temporary files"));
    auto* browse = new QPushButton(tr("C&hoose…"), m_folderBox);
    browse->setObjectName(QStringLiteral("quickFolderChoose"));
    browse->setAccessibleName(tr("Choose the folder"));
    browse->setAutoDefault(false);
    auto* row = new QHBoxLayout(m_folderBox);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_folder, 1);
    row->addWidget(browse);
    connect(m_folder, &QLineEdit::textChanged, this, &QuickPage::chosenAgain);
    connect(browse, &QPushButton::clicked, this, &QuickPage::chooseFolder);
    form.addRow(tr("&Target"), m_target);
    auto* label = new QLabel(tr("Its &data in"), this);
    label->setBuddy(m_folder);
    form.addRow(label, m_folderBox);
}

void QuickPage::chooseFolder() {
    auto* dialog = new QFileDialog(this, tr("Folder for the data"), m_folder->text());
    dialog->setObjectName(QStringLiteral("quickFolderDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, m_folder, &QLineEdit::setText);
    dialog->open();
}

void QuickPage::setOriginalGone() {
    if (m_kind == QuickKind::Beside)
        setExplanation(
            tr("The original is not on its server any more: it comes back there, under its own name."));
}

void QuickPage::setChoices(const BackupRecord& backup, const std::vector<Profile>& profiles,
                           const std::string& freshName) {
    m_backup = backup;
    m_source->setText(tr("%1 on %2, as of %3, %4 in %5 items (%6)")
                          .arg(toQt(backup.database), toQt(backup.profileTitle), Format::time(backup.started),
                               Format::size(backup.sizeBytes), Format::count(backup.items), toQt(backup.id)));
    const auto origin = std::ranges::find(profiles, backup.profileUuid, &Profile::uuid);
    if (origin != profiles.end())
        m_origin = *origin;
    if (m_kind == QuickKind::Beside) {
        m_server->setText(
            m_origin
                ? tr("%1 (%2), as %3").arg(toQt(m_origin->title), toQt(m_origin->host), toQt(m_origin->user))
                : tr("The server it came from is not known here."));
        m_name->setText(toQt(freshName));
    } else {
        m_target->addItem(tr("A private server on this computer, removed afterwards (throwaway)"),
                          QString::fromLatin1(kThrowawayTarget));
        for (const auto& profile : profiles) {
            if (profile.uuid != backup.profileUuid && profile.engine == backup.engine)
                m_target->addItem(tr("%1 (%2): a hidden database, dropped afterwards")
                                      .arg(toQt(profile.title), toQt(profile.host)),
                                  toQt(profile.uuid));
        }
    }
    chosenAgain();
}

void QuickPage::chosenAgain() {
    if (m_folderBox != nullptr)
        m_folderBox->setEnabled(drillTarget() == kThrowawayTarget);
    forgetPreflight();
}

void QuickPage::forgetPreflight() {
    m_preflight.reset();
    m_findings->clear();
    m_roles->hide();
    m_roles->setChecked(false);
    showSpaceAndTime();
    updateNext();
}

void QuickPage::setPreflight(const Preflight& preflight) {
    m_preflight = preflight;
    // What the wizard leaves to its user keeps this sheet from starting.
    Preflight shown = preflight;
    for (auto& finding : shown.findings) {
        if (isShort(finding, preflight))
            finding.level = PreflightFinding::Level::Blocker;
    }
    m_findings->showFindings(shown);
    QStringList roles;
    // On a throwaway server all roles are made anyway, and go with it.
    if (m_kind == QuickKind::Beside || drillTarget() != kThrowawayTarget) {
        for (const auto& role : preflight.missingRoles)
            roles << toQt(role);
    }
    m_roles->setVisible(!roles.isEmpty());
    m_roles->setText(tr("&Make the missing roles, without the right to log in: %1")
                         .arg(roles.join(tr(", ", "list")).replace(QLatin1Char('&'), QStringLiteral("&&"))));
    m_roles->setAccessibleName(tr("Make the missing roles"));
    showSpaceAndTime();
    updateNext();
}

void QuickPage::showSpaceAndTime() {
    if (!m_preflight) {
        m_space->setText(tr("not looked at yet"));
        m_time->setText(tr("not looked at yet"));
        return;
    }
    const QString needed = Format::size(m_preflight->bytesNeeded);
    m_space->setText(m_preflight->bytesFree
                         ? tr("%1 needed, %2 free").arg(needed, Format::size(*m_preflight->bytesFree))
                         : tr("%1 needed; how much is free there cannot be seen from here").arg(needed));
    m_time->setText(
        m_preflight->expectedSeconds
            ? tr("about %1, its proof included").arg(Format::duration(*m_preflight->expectedSeconds))
            : tr("not yet measured"));
}

void QuickPage::updateNext() {
    setNextText(!m_preflight                 ? tr("&Check")
                : m_kind == QuickKind::Drill ? tr("&Start the test restore")
                                             : tr("&Start the restore"));
    emit changed();
}

std::string QuickPage::drillTarget() const {
    return m_target == nullptr ? std::string() : m_target->currentData().toString().toStdString();
}

std::string QuickPage::drillFolder() const {
    return m_folder != nullptr && drillTarget() == kThrowawayTarget ? m_folder->text().toStdString()
                                                                    : std::string();
}

QString QuickPage::database() const { return m_name == nullptr ? QString() : m_name->text(); }

std::vector<std::string> QuickPage::rolesToMake() const {
    return m_preflight && m_roles->isChecked() ? m_preflight->missingRoles : std::vector<std::string>();
}

QString QuickPage::targetText() const {
    if (m_kind == QuickKind::Drill)
        return m_target->currentText();
    return m_origin
               ? tr("new database %1 on %2 (%3)").arg(database(), toQt(m_origin->title), toQt(m_origin->host))
               : QString();
}

bool QuickPage::spaceIsShort() const {
    return std::ranges::any_of(m_preflight->findings, [this](const PreflightFinding& finding) {
        return isShort(finding, *m_preflight);
    });
}

QString QuickPage::problem() const {
    if (!m_backup)
        return tr("Looking the backup up…");
    if (m_kind == QuickKind::Beside && !m_origin)
        return tr("The server it came from is not known here: “Restore…” lets you choose another.");
    if (m_kind == QuickKind::Beside && database().isEmpty())
        return tr("Give the new database a name.");
    if (!m_preflight)
        return {};
    if (!m_preflight->ok())
        return tr("Something is in the way; see above.");
    if (spaceIsShort() && m_kind == QuickKind::Drill)
        return tr("Not started: it needs more than a tenth of what is free, and less than a fifth of the "
                  "disk would stay free. Make room, or choose another target.");
    if (spaceIsShort())
        return tr("Not started: it needs more than a tenth of what is free, and less than a fifth of the "
                  "disk would stay free. Make room, or close this and use “Restore…”, which warns only.");
    if (m_roles->isVisibleTo(this) && !m_roles->isChecked())
        return tr("Tick that the missing roles are to be made.");
    return {};
}

} // namespace salvor
