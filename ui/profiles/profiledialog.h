// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Adding or changing a server: its fields, a test connection, and which repository it is backed up to.
#pragma once

#include "models/policy/policy.h"
#include "ui/support/flowcontext.h"

#include <QDialog>

#include <optional>

class QComboBox;
class QLabel;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ConnectionView;
class ErrorPanel;
class ProfileForm;
class TheirsLabel;

/// Lives in the window's thread. Nothing is changed before Save; a stale edit (somebody else saved meanwhile)
/// is shown as that and can be loaded again. Cancel stops a test connection, and closes in any other case, at
/// once: one that is left while it saves stays, unseen, until it knows what became of that (saved() comes all
/// the same where it was too late).
class ProfileDialog : public QDialog {
    Q_OBJECT

public:
    /// A new server, or one to change by its UUID or title.
    ProfileDialog(const FlowContext& context, const QString& uuid, QWidget* parent = nullptr);
    ~ProfileDialog() override;
    /// A new server is meant as the target of a restore: nothing of it is backed up unless that is chosen.
    void setRestoredTo() { m_isTarget = true; }

signals:
    void saved(const QString& uuid);

private:
    struct Loaded;
    void build();
    void load();
    void take(Loaded loaded);
    void test();
    void save();
    void saveFailed(const Error& error);
    void showTheirs(const Error& error);
    void leaveSaving();
    void endLeft(const Result<Profile>& profile);
    void updateButtons();
    void reject() override;

    FlowContext m_context;
    QString m_uuid;
    bool m_isNew = true;
    bool m_isTarget = false;
    enum class Doing { Nothing, Loading, Testing, Saving };
    Doing m_doing = Doing::Nothing; ///< while m_call runs
    bool m_isLeft = false;          ///< closed while it saved
    bool m_deletesItself = false;   ///< once it is left and has its answer
    BackgroundCall* m_call = nullptr;
    ProfileForm* m_form = nullptr;
    ConnectionView* m_connection = nullptr;
    ErrorPanel* m_error = nullptr;
    QComboBox* m_repository = nullptr;
    TheirsLabel* m_theirs = nullptr; ///< and what was filled in, where somebody else saved meanwhile
    QLabel* m_note = nullptr;
    QPushButton* m_test = nullptr;
    QPushButton* m_save = nullptr;
    QPushButton* m_reload = nullptr;
    QPushButton* m_cancel = nullptr;
};

/// Asks before a server is taken from the list; its backups stay.
class RemoveProfileDialog : public QDialog {
    Q_OBJECT

public:
    RemoveProfileDialog(const FlowContext& context, const Profile& profile, QWidget* parent = nullptr);

signals:
    void removed();

private:
    void remove();

    FlowContext m_context;
    Profile m_profile;
    BackgroundCall* m_call = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_remove = nullptr;
};

} // namespace salvor
