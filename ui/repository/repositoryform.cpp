// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/repository/repositoryform.h"

#include "models/base/json.h"
#include "models/storefolder.h"
#include "ui/support/icons.h"

#include <QComboBox>
#include <QDir>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QUrl>
#include <QVBoxLayout>

namespace salvor {

std::string folderUrl(const QString& path) {
    return QUrl::fromLocalFile(path).toString(QUrl::FullyEncoded).toStdString();
}

QString shownUrl(const std::string& url) {
    // What names no folder is shown all the same: whoever opens it is told what is wrong with it.
    return toQt(storeFolder(url).value_or(url));
}

QComboBox* makeSecretKindBox(const char* objectName, const QString& accessibleName, QWidget* parent) {
    auto* box = new QComboBox(parent);
    box->setObjectName(QLatin1String(objectName));
    box->setAccessibleName(accessibleName);
    box->addItem(PathField::tr("Keychain of this desktop (locked while you are away)"),
                 QStringLiteral("keychain"));
    box->addItem(PathField::tr("File that only you can read"), QStringLiteral("file"));
    return box;
}

QString withKeychainNote(const QString& what, const std::string& secretKind) {
    return secretKind != "keychain"
               ? what
               : PathField::tr("%1 If the keychain asks for a password in a window of its own, answer it "
                               "there: it is waited for.",
                               "what is done")
                     .arg(what);
}

PathField::PathField(Kind kind, const char* objectName, const QString& label, QWidget* parent)
    : QWidget(parent)
    , m_kind(kind)
    , m_label(label) {
    m_edit = new QLineEdit(this);
    m_edit->setObjectName(QLatin1String(objectName));
    m_edit->setAccessibleName(label);
    setFocusProxy(m_edit);
    auto* button = new QToolButton(this);
    button->setObjectName(QLatin1String(objectName) + QStringLiteral("Choose"));
    button->setIcon(Icons::of(Icons::Folder));
    button->setAccessibleName(tr("Choose: %1").arg(label));
    button->setToolTip(button->accessibleName());
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->addWidget(m_edit, 1);
    row->addWidget(button);
    connect(m_edit, &QLineEdit::textChanged, this, &PathField::changed);
    connect(button, &QToolButton::clicked, this, &PathField::choose);
}

QString PathField::path() const {
    QString text = m_edit->text().trimmed();
    if (text == QLatin1String("~") || text.startsWith(QLatin1String("~/")))
        text.replace(0, 1, QDir::homePath());
    return text.isEmpty() ? text : QDir::cleanPath(text);
}

void PathField::setPath(const QString& path) { m_edit->setText(path); }

void PathField::selectAll() {
    m_edit->setFocus();
    m_edit->selectAll();
}

void PathField::setPlaceholderText(const QString& text) { m_edit->setPlaceholderText(text); }

QLabel* PathField::makeLabel(const QString& text) {
    auto* label = new QLabel(text, parentWidget());
    label->setBuddy(m_edit);
    return label;
}

QString PathField::problem() const {
    if (!path().isEmpty() && QDir::isRelativePath(path()))
        return tr("Give the whole path, beginning with /.");
    return {};
}

void PathField::choose() {
    auto* dialog = new QFileDialog(this, m_label, path());
    dialog->setObjectName(QStringLiteral("choosePath"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    if (m_kind == Kind::Folder)
        dialog->setFileMode(QFileDialog::Directory);
    else if (m_kind == Kind::OpenFile)
        dialog->setFileMode(QFileDialog::ExistingFile);
    else
        dialog->setAcceptMode(QFileDialog::AcceptSave);
    connect(dialog, &QFileDialog::fileSelected, this, &PathField::setPath);
    dialog->open();
}

RepositoryForm::RepositoryForm(QWidget* parent)
    : QWidget(parent) {
    m_folder = new PathField(PathField::Kind::Folder, "repositoryFolder", tr("Folder"), this);
    m_folder->setPlaceholderText(tr("/mnt/backup/salvor"));
    m_title = new QLineEdit(this);
    m_title->setObjectName(QStringLiteral("repositoryTitle"));
    m_title->setAccessibleName(tr("Name of the repository"));
    m_title->setToolTip(tr("What it is called in Salvor"));
    m_kind = makeSecretKindBox("repositorySecretKind", tr("Where this computer keeps its keys"), this);
    connect(m_folder, &PathField::changed, this, &RepositoryForm::changed);
    connect(m_title, &QLineEdit::textChanged, this, &RepositoryForm::changed);
    connect(m_kind, &QComboBox::currentIndexChanged, this, &RepositoryForm::changed);
    layOut();
}

/// A form's layout keeps more lines for a text that is wrapped than it takes; a grid does not.
void RepositoryForm::layOut() {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setColumnStretch(1, 1);
    const auto labelled = [this](const QString& text, QWidget* field) {
        auto* label = new QLabel(text, this);
        label->setBuddy(field);
        return label;
    };
    auto* help = new QLabel(tr("Best on another disk or a network share: a backup beside its database is "
                               "lost with it. It is made when it is missing, and must be empty."),
                            this);
    help->setObjectName(QStringLiteral("repositoryFolderHelp"));
    help->setWordWrap(true);
    help->setForegroundRole(QPalette::PlaceholderText);
    grid->addWidget(m_folder->makeLabel(tr("&Folder")), 0, 0);
    grid->addWidget(m_folder, 0, 1);
    grid->addWidget(help, 1, 1);
    grid->addWidget(labelled(tr("Nam&e"), m_title), 2, 0);
    grid->addWidget(m_title, 2, 1);
    grid->addWidget(labelled(tr("&Keys kept in"), m_kind), 3, 0);
    grid->addWidget(m_kind, 3, 1);
}

QString RepositoryForm::folder() const { return m_folder->path(); }

QString RepositoryForm::title() const { return m_title->text().trimmed(); }

std::string RepositoryForm::secretKind() const { return m_kind->currentData().toString().toStdString(); }

RepositoryInitSpec RepositoryForm::spec() const {
    RepositoryInitSpec spec;
    spec.url = folderUrl(folder());
    spec.title = title().toStdString();
    spec.secretKind = secretKind();
    return spec;
}

QString RepositoryForm::problem() const {
    if (folder().isEmpty())
        return tr("Give the folder for the backups.");
    if (!m_folder->problem().isEmpty())
        return m_folder->problem();
    if (title().isEmpty())
        return tr("Give the repository a name.");
    return {};
}

} // namespace salvor
