// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of one profile: a pasted URI or field by field. Used by the editor dialog and by the first-run
// flow.
#pragma once

#include "models/base/secret.h"
#include "models/profile.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QLabel;
class QLineEdit;
class QSpinBox;

namespace salvor {

/// Lives in the window's thread. Never shows a saved password; an empty password field means "keep the saved
/// one".
class ProfileForm : public QWidget {
    Q_OBJECT

public:
    explicit ProfileForm(QWidget* parent = nullptr);

    void setProfile(const Profile& profile, bool isNew);
    /// What is filled in, with the uuid and revision it was given.
    Profile profile() const;
    /// Nothing when the field was left empty.
    std::optional<Secret> password() const;
    void clearPassword();
    /// Why it cannot be saved yet; empty when it can.
    QString problem() const;
    /// "ok", or the field that is wrong gets the focus.
    bool focusFirstProblem();
    /// One more field below the others, of whoever shows the form.
    void addRow(const QString& label, QWidget* field);

signals:
    void changed();

private:
    void takeUri();
    void build();
    QLineEdit* line(const char* name, const QString& label, const QString& help);

    Profile m_original;
    bool m_isNew = true;
    QString m_suggestedTitle; ///< by the URI
    QLineEdit* m_uri = nullptr;
    QLabel* m_uriError = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_host = nullptr;
    QSpinBox* m_port = nullptr;
    QLineEdit* m_user = nullptr;
    QLineEdit* m_password = nullptr;
    QComboBox* m_secretKind = nullptr;
    QLineEdit* m_database = nullptr;
    QComboBox* m_tlsMode = nullptr;
    QLineEdit* m_tlsCa = nullptr;
    QLineEdit* m_tools = nullptr;
};

/// Splits a command line into words the way a shell would for quotes and backslashes, without expanding
/// anything. Nothing for an unfinished quote.
std::optional<std::vector<std::string>> splitWords(const QString& text);
/// The inverse.
QString joinWords(const std::vector<std::string>& words);

} // namespace salvor
