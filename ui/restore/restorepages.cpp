// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/restorepages.h"

#include "models/base/json.h"
#include "ui/jobs/jobrow.h"
#include "ui/restore/exceptionsbox.h"
#include "ui/restore/findingsview.h"
#include "ui/restore/pageparts.h"
#include "ui/support/enginetexts.h"
#include "ui/support/format.h"

#include <QCheckBox>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

ScopePage::ScopePage(QWidget* parent)
    : FlowPage(tr("Scope"), tr("What of it?"), QString(), parent) {
    setObjectName(QStringLiteral("scopePage"));
    setNextText(tr("&Check"));
    m_scope = bolded(plainLabel(QString(), this, "scopeText"));
    m_why = plainLabel(QString(), this, "scopeWhy");
    m_why->setForegroundRole(QPalette::PlaceholderText);
    m_exceptions = new ExceptionsBox(this);
    connect(m_exceptions, &ExceptionsBox::changed, this, &FlowPage::changed);
    body()->addWidget(m_scope);
    body()->addWidget(m_why);
    body()->addSpacing(12);
    body()->addWidget(m_exceptions);
    body()->addStretch(1);
}

void ScopePage::setBackup(const BackupRecord& backup, const EngineDescription& engine) {
    m_scope->setText(
        tr("%1: %2 with %3, %4.", "what, items, rows, size")
            .arg(engine.restoreScope.empty() ? tr("The whole database") : engineText(engine.restoreScope),
                 Format::items(backup.items), Format::rows(backup.rows), Format::size(backup.sizeBytes)));
    m_why->setText(tr("Backups of %1 are restored whole; this version restores no part of one.")
                       .arg(engine.label.empty() ? toQt(backup.engine) : engineText(engine.label)));
    if (backup.id != m_backupId)
        m_exceptions->reset();
    m_backupId = backup.id;
    emit changed();
}

RestoreExceptions ScopePage::exceptions() const { return m_exceptions->exceptions(); }

QString ScopePage::problem() const { return m_exceptions->problem(); }

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
    m_exceptions = bolded(plainLabel(QString(), this, "reviewExceptions"));
    m_exceptions->hide();
    m_rolesTitle = bolded(plainLabel(tr("These roles own things in the backup and are missing on the target. "
                                        "Tick each: it is made without the right to log in."),
                                     this));
    m_prove =
        new QCheckBox(tr("&Prove it afterwards: read everything back and compare counts and hashes"), this);
    m_prove->setObjectName(QStringLiteral("reviewProve"));
    m_prove->setChecked(true);
    body()->addWidget(m_changes);
    body()->addWidget(m_exceptions);
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
        tr("•  The database %1 is made on %2 (%3), by the login %4.")
            .arg(database, toQt(target.title), toQt(target.host), toQt(target.user)),
        tr("•  %1 with %2 are written into it, %3 in all.")
            .arg(Format::items(backup.items), Format::rows(backup.rows), Format::size(backup.sizeBytes)),
        tr("•  No other database is touched.")};
    const auto owner = std::ranges::find(preflight.findings, std::string("owner"), &PreflightFinding::check);
    if (owner != preflight.findings.end())
        changes.insert(1, tr("•  Whose it is: %1.", "a finding").arg(Format::told(owner->text)));
    if (preflight.bytesNeeded > 0)
        changes.insert(changes.size() - 1,
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

void ReviewPage::setExceptions(const RestoreExceptions& exceptions) {
    QStringList lines;
    for (const QString& sentence : ExceptionsBox::sentences(exceptions))
        lines << tr("•  %1").arg(sentence);
    m_exceptions->setText(lines.join(QLatin1Char('\n')));
    m_exceptions->setVisible(!lines.isEmpty());
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
    : FlowPage(tr("Restore"), tr("Restoring"), QString(), parent) {
    setObjectName(QStringLiteral("restoreProgressPage"));
    setCanGoBack(false);
    setNextText(tr("Proof"));
    body()->addStretch(1);
}

void RestoreProgressPage::begin(const QString& title, bool drill) {
    delete m_row;
    setExplanation(
        drill
            ? tr("This window may be hidden; the test restore goes on at the foot of the main window. It "
                 "touches nothing that was there. What it makes is dropped at its end, also of a cancelled "
                 "one.")
            : tr("This window may be hidden; the restore goes on at the foot of the main window. It touches "
                 "nothing that was there. What a cancelled one had made stays hidden until you drop it."));
    setCanGoBack(false);
    m_row = new JobRow(title, this);
    connect(m_row, &JobRow::cancelWanted, this, &RestoreProgressPage::cancelWanted);
    connect(m_row, &JobRow::dropWanted, this, &RestoreProgressPage::dropWanted);
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

} // namespace salvor
