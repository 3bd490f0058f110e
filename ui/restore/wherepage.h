// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Where a restore goes, and what the new database is called.
#pragma once

#include "models/backuprecord.h"
#include "models/profile.h"
#include "ui/support/flowdialog.h"

class QCheckBox;
class QComboBox;
class QLineEdit;
class QRadioButton;

namespace salvor {

/// Beside the original on its server, or on another one. Another server's saved password is used only when
/// that is ticked: the rights there may be somebody else's. Lives in the window's thread.
class WherePage : public FlowPage {
    Q_OBJECT

public:
    explicit WherePage(QWidget* parent = nullptr);
    /// `wanted`: the UUID of another server to choose; empty: what is chosen stays, at first the original.
    void setChoices(const std::vector<Profile>& profiles, const BackupRecord& backup,
                    const std::string& wanted = {});
    /// Names that restores were given before, which are not proposed again. `isGone`: the original is not on
    /// its server any more, so that its own name is.
    void setTaken(std::vector<std::string> names, bool isGone = false);
    std::optional<Profile> target() const;
    QString database() const;
    QString problem() const override;

signals:
    void addServerWanted();

private:
    QWidget* makeOther();
    void showLogin();
    bool isOther() const;

    std::string m_engine; ///< of the backup
    std::optional<Profile> m_origin;
    std::vector<Profile> m_others;
    std::vector<std::string> m_taken;
    bool m_isGone = false;
    QRadioButton* m_beside = nullptr;
    QRadioButton* m_other = nullptr;
    QComboBox* m_server = nullptr;
    QLabel* m_login = nullptr;
    QLabel* m_inPlace = nullptr;
    QCheckBox* m_meant = nullptr;
    QLineEdit* m_name = nullptr;
};

} // namespace salvor
