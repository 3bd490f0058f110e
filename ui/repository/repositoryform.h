// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of a new repository: where, what it is called, where this computer keeps its keys.
#pragma once

#include "workers/core.h"

#include <QWidget>

class QComboBox;
class QLabel;
class QLineEdit;

namespace salvor {

/// A line with a button that chooses a file or folder. Lives in the window's thread.
class PathField : public QWidget {
    Q_OBJECT

public:
    enum class Kind { Folder, OpenFile, SaveFile };
    PathField(Kind kind, const char* objectName, const QString& label, QWidget* parent = nullptr);
    /// Absolute, cleaned; empty when nothing was given.
    QString path() const;
    void setPath(const QString& path);
    void setPlaceholderText(const QString& text);
    /// With the focus, to be written over.
    void selectAll();
    /// With a mnemonic, which leads into its line: a label cannot hand the focus to this widget, which takes
    /// none itself.
    QLabel* makeLabel(const QString& text);
    /// A sentence when the path cannot be used; empty when it can or nothing was given.
    QString problem() const;

signals:
    void changed();

private:
    void choose();

    Kind m_kind;
    QString m_label;
    QLineEdit* m_edit = nullptr;
};

/// Lives in the window's thread.
class RepositoryForm : public QWidget {
    Q_OBJECT

public:
    explicit RepositoryForm(QWidget* parent = nullptr);
    QString folder() const;
    QString title() const;
    std::string secretKind() const;
    RepositoryInitSpec spec() const;
    QString problem() const;

signals:
    void changed();

private:
    void layOut();

    PathField* m_folder = nullptr;
    QLineEdit* m_title = nullptr;
    QComboBox* m_kind = nullptr;
};

/// "file:///srv/backups" of an absolute path; what cannot stand in a URL is encoded.
std::string folderUrl(const QString& path);
/// The folder of it, for showing; other URLs as they are.
QString shownUrl(const std::string& url);
/// What a flow says while secrets are kept there: the keychain's prompt may lie behind the window.
QString withKeychainNote(const QString& what, const std::string& secretKind);
/// The two places for keys and passwords, said plainly.
QComboBox* makeSecretKindBox(const char* objectName, const QString& accessibleName, QWidget* parent);

} // namespace salvor
