// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The fields of one profile: a pasted URI or field by field. Used by the editor dialog and by the first-run
// flow.
#pragma once

#include "models/base/secret.h"
#include "models/enginedescription.h"
#include "models/profile.h"

#include <QWidget>

#include <optional>

class QComboBox;
class QFormLayout;
class QHBoxLayout;
class QLabel;
class QLineEdit;

namespace salvor {

/// The fields are those of the server's engine, as its description lists them; which engine it is is asked
/// where there are several, and said by a URI. Lives in the window's thread. Never shows a saved password; an
/// empty password field means "keep the saved one".
class ProfileForm : public QWidget {
    Q_OBJECT

public:
    /// With all engines that this program has.
    explicit ProfileForm(QWidget* parent = nullptr);
    /// `engines`: one at least.
    explicit ProfileForm(std::vector<EngineDescription> engines, QWidget* parent = nullptr);

    void setProfile(const Profile& profile, bool isNew);
    /// What is filled in, with the uuid and revision it was given.
    Profile profile() const;
    /// Nothing when the field was left empty.
    std::optional<Secret> password() const;
    void clearPassword();
    /// Where that one of the same server differs from what is filled in: a line for each field, with both.
    QStringList differencesFrom(const Profile& theirs) const;
    /// Why it cannot be saved yet; empty when it can.
    QString problem() const;
    /// "ok", or the field that is wrong gets the focus.
    bool focusFirstProblem();
    /// One more field below the others, of whoever shows the form.
    void addRow(const QString& label, QWidget* field);

signals:
    void changed();

private:
    struct Control {
        ProfileField field;
        QWidget* widget = nullptr; ///< QLineEdit, QSpinBox or QComboBox by the field's kind
    };

    void build();
    void buildFields();
    void useEngine(const EngineDescription& engine);
    void setEngine(const EngineDescription& engine);
    QWidget* makeControl(const ProfileField& field);
    void insertField(const Control& control);
    QWidget* makeChooser(QLineEdit* edit, const ProfileField& field);
    void makeSecretKind();
    void setValue(const Control& control, const std::string& value);
    QString valueOf(const Control& control) const;
    QString shownValue(const Control& control, const Profile& profile) const;
    void fill(const Profile& profile);
    void takeUri();
    void takeUriPassword(std::string& password, const QString& uri);
    void showUriError(const QString& error);
    bool wantsPassword() const;
    QLineEdit* line(const QString& name, const QString& label, const QString& help);

    const std::vector<EngineDescription> m_engines;
    const EngineDescription* m_engine = nullptr; ///< one of them
    Profile m_original;
    bool m_isNew = true;
    QString m_suggestedTitle; ///< by the URI
    QFormLayout* m_form = nullptr;
    QLineEdit* m_uri = nullptr;
    QLabel* m_uriError = nullptr;
    QComboBox* m_kind = nullptr; ///< which engine; null where there is only one
    QLineEdit* m_title = nullptr;
    std::vector<Control> m_controls;   ///< of the engine's fields, in their order
    int m_firstRow = 0;                ///< of m_form, that is one of m_controls'
    int m_rows = 0;                    ///< how many are theirs
    QHBoxLayout* m_hostRow = nullptr;  ///< the port stands in it
    QLineEdit* m_password = nullptr;   ///< null where the engine has none
    QComboBox* m_secretKind = nullptr; ///< null with it
};

/// Splits a command line into words the way a shell would for quotes and backslashes, without expanding
/// anything. Nothing for an unfinished quote.
std::optional<std::vector<std::string>> splitWords(const QString& text);
/// The inverse.
QString joinWords(const std::vector<std::string>& words);

} // namespace salvor
