// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The one page to say yes to: source, target, space, time.
#pragma once

#include "models/backuprecord.h"
#include "models/preflight.h"
#include "models/profile.h"
#include "ui/support/flowdialog.h"

#include <optional>

class QCheckBox;
class QComboBox;
class QFormLayout;
class QLineEdit;

namespace salvor {

class FindingsView;

enum class QuickKind {
    Drill,  ///< restore for a trial, prove, measure, and remove again
    Beside, ///< restore into a new database beside the original
};

/// Refuses to start while something is in the way, while less than a fifth of the disk would stay free and a
/// noticeable part of what is free is needed, and while what was looked at is not what is chosen. Lives in
/// the window's thread.
class QuickPage : public FlowPage {
    Q_OBJECT

public:
    explicit QuickPage(QuickKind kind, QWidget* parent = nullptr);
    /// Before setChoices(): it comes back under its own name. A drill is as ever.
    void setOriginalGone();
    void setChoices(const BackupRecord& backup, const std::vector<Profile>& profiles,
                    const std::string& freshName);
    /// Of what is chosen now.
    void setPreflight(const Preflight& preflight);
    /// What was looked at is not known to be so any longer.
    void forgetPreflight();
    bool isChecked() const { return m_preflight.has_value(); }

    std::string drillTarget() const; ///< of a drill: "throwaway" or a profile's UUID
    std::string drillFolder() const; ///< of a throwaway server; empty: the system's
    QString database() const;        ///< of a restore
    std::optional<Profile> origin() const { return m_origin; }
    std::vector<std::string> rolesToMake() const;
    QString targetText() const; ///< for the banner
    QString problem() const override;

private:
    void makeTarget(QFormLayout& form);
    void makeDrillTarget(QFormLayout& form);
    void chosenAgain();
    void chooseFolder();
    void updateNext();
    bool spaceIsShort() const;
    void showSpaceAndTime();

    QuickKind m_kind;
    std::optional<BackupRecord> m_backup;
    std::optional<Profile> m_origin;
    std::optional<Preflight> m_preflight;
    QLabel* m_source = nullptr;
    QComboBox* m_target = nullptr;
    QWidget* m_folderBox = nullptr;
    QLineEdit* m_folder = nullptr;
    QLabel* m_server = nullptr;
    QLineEdit* m_name = nullptr;
    QLabel* m_space = nullptr;
    QLabel* m_time = nullptr;
    QCheckBox* m_roles = nullptr;
    FindingsView* m_findings = nullptr;
};

} // namespace salvor
