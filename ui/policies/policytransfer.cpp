// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/policytransfer.h"

#include "models/base/strictjson.h"
#include "ui/main/workspacefeed.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/files.h"

#include <QFileDialog>
#include <QMessageBox>
#include <QPushButton>

#include <algorithm>
#include <utility>

namespace salvor {

namespace {

constexpr qint64 kLargest = qint64(1) << 20; ///< bytes of a policy's document

/// With this name there may be one already.
std::string freeTitle(const std::vector<Policy>& policies, const std::string& wanted) {
    const auto taken = [&](const std::string& title) {
        return std::ranges::find(policies, title, &Policy::title) != policies.end();
    };
    std::string title = wanted;
    for (int i = 2; taken(title); ++i)
        title = wanted + " " + std::to_string(i);
    return title;
}

} // namespace

PolicyTransfer::PolicyTransfer(const WindowContext& context, QWidget& page)
    : QObject(&page)
    , m_context(context)
    , m_page(page)
    , m_call(new BackgroundCall(context.lookups, this)) {}

void PolicyTransfer::askForExport(const Policy& policy) {
    auto* dialog = new QFileDialog(&m_page, tr("Export the policy “%1”").arg(toQt(policy.title)));
    dialog->setObjectName(QStringLiteral("policyExportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setDefaultSuffix(QStringLiteral("json"));
    dialog->setNameFilter(QStringLiteral("*.json"));
    dialog->selectFile(toQt(policy.title).replace(QLatin1Char('/'), QLatin1Char('-')) +
                       QStringLiteral(".json"));
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, policy](const QString& path) { save(policy, path); });
    dialog->open();
}

void PolicyTransfer::save(const Policy& policy, const QString& path) {
    m_call->run<bool>(
        [policy, path](const CancelToken&) -> Result<bool> {
            SALVOR_ASSIGN(const std::string bytes, toCanonicalJson(toJson(policy)));
            SALVOR_TRY(saveFile(path, QByteArray::fromStdString(bytes + "\n")));
            return true;
        },
        [this, path](Result<bool> done) {
            if (done)
                emit exported(path);
            else
                emit failed(done.error());
        });
}

void PolicyTransfer::askForImport() {
    auto* dialog = new QFileDialog(&m_page, tr("Import a policy"));
    dialog->setObjectName(QStringLiteral("policyImportDialog"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({QStringLiteral("*.json"), tr("All files (*)")});
    connect(dialog, &QFileDialog::fileSelected, this, &PolicyTransfer::load);
    dialog->open();
}

void PolicyTransfer::load(const QString& path) {
    m_call->run<Policy>(
        [path](const CancelToken&) -> Result<Policy> {
            SALVOR_ASSIGN(const QByteArray bytes, loadFile(path, kLargest));
            const auto object = parseStrictJsonObject(bytes.toStdString(), fromQt(path));
            if (!object)
                return failure(ErrorCode::InvalidInput, object.error().message,
                               "choose a file that a policy was exported to", {{"path", fromQt(path)}});
            return policyFromJson(*object);
        },
        [this](Result<Policy> policy) {
            if (policy)
                take(std::move(*policy));
            else
                emit failed(policy.error());
        });
}

void PolicyTransfer::take(Policy policy) {
    const auto snapshot = m_context.feed.snapshot();
    if (snapshot == nullptr)
        return;
    const auto& all = snapshot->policies;
    if (const auto there = std::ranges::find(all, policy.uuid, &Policy::uuid); there != all.end()) {
        askWhich(policy, there->title);
        return;
    }
    QStringList missing;
    if (snapshot->profile(policy.profileUuid) == nullptr)
        missing << tr("Its server is not known here: choose one.");
    if (std::ranges::find(snapshot->repositories, policy.repositoryId, &RepositoryPin::id) ==
        snapshot->repositories.end())
        missing << tr("Its repository is not known here: choose one.");
    policy.revision = 0;
    policy.title = freeTitle(all, policy.title);
    missing.prepend(tr("As the file has it. Nothing is saved yet."));
    emit wanted(policy, missing.join(QLatin1Char(' ')));
}

void PolicyTransfer::askWhich(const Policy& policy, const std::string& title) {
    auto* box = new QMessageBox(QMessageBox::Question, tr("Import a policy"),
                                tr("The file has the policy “%1”, which is here already.").arg(toQt(title)),
                                QMessageBox::NoButton, &m_page);
    box->setTextFormat(Qt::PlainText);
    box->setObjectName(QStringLiteral("policyImportQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(tr("Replacing it saves what the file says in its place. A copy is opened to be "
                               "looked at before it is saved."));
    auto* over = box->addButton(tr("&Replace it"), QMessageBox::DestructiveRole);
    over->setObjectName(QStringLiteral("policyImportReplace"));
    auto* copy = box->addButton(tr("Open a &copy"), QMessageBox::AcceptRole);
    copy->setObjectName(QStringLiteral("policyImportCopy"));
    auto* no = box->addButton(QMessageBox::Cancel);
    no->setObjectName(QStringLiteral("policyImportCancel"));
    box->setDefaultButton(copy);
    box->setEscapeButton(no);
    connect(over, &QPushButton::clicked, this, [this, policy] { replace(policy); });
    connect(copy, &QPushButton::clicked, this, [this, policy] {
        Policy other = policy;
        other.uuid = makeUuid();
        take(std::move(other));
    });
    box->open();
}

void PolicyTransfer::replace(const Policy& policy) {
    m_call->run<Policy>(
        [&core = m_context.core, document = toJson(policy)](const CancelToken&) {
            PolicyImport how;
            how.replace = true;
            return core.importPolicy(document, how);
        },
        [this](Result<Policy> saved) {
            if (saved)
                emit replaced(toQt(saved->uuid));
            else
                emit failed(saved.error());
        });
}

} // namespace salvor
