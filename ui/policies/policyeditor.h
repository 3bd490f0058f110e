// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A policy to make or to change: presets first, everything else folded, and the salvorctl call that says the
// same.
#pragma once

#include "models/policy/policy.h"
#include "ui/main/windowcontext.h"

#include <QDialog>

#include <memory>
#include <vector>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QVBoxLayout;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class FoldSection;
class LimitsSection;
class PolicySection;
class RetentionSection;
class SelectionSection;
class WhenSection;

/// Lives in the window's thread. Nothing is changed before Save. A stale edit shows both versions, and
/// nothing of either is lost: see ConflictDialog.
class PolicyEditor : public QDialog {
    Q_OBJECT

public:
    /// Revision 0: a new one. A wish: the section that is open at first, and why it was opened.
    PolicyEditor(const WindowContext& context, const Policy& policy, QWidget* parent = nullptr);
    ~PolicyEditor() override;

    enum class Section { None, What, When, Keep };
    /// Opens that section; `why` stands on top, empty: nothing.
    void open(Section section, const QString& why);
    using QDialog::open;

    /// As it would be saved.
    Policy policy() const;

signals:
    void saved(const QString& uuid);

private:
    struct Part {
        FoldSection* fold = nullptr;
        PolicySection* section = nullptr;
    };
    void build();
    QVBoxLayout* makeHead();
    void makeParts(QVBoxLayout* column);
    QWidget* makeFoot();
    void addPart(QVBoxLayout* column, const char* name, const QString& title, PolicySection* section);
    void show(const Policy& policy);
    void choosePreset();
    void touched();
    void update();
    QString problem() const;
    void showDatabases();
    void followEngine();
    void askServer();
    void lookAhead();
    void save();
    void saveFailed(const Error& error);
    void reject() override;

    WindowContext m_context;
    Policy m_before; ///< as it is saved
    Policy m_base;   ///< fields without a control are from here
    bool m_quiet = false;
    BackgroundCall* m_save = nullptr;
    BackgroundCall* m_ask = nullptr;
    BackgroundCall* m_outlook = nullptr;
    std::vector<Part> m_parts;
    SelectionSection* m_what = nullptr;
    WhenSection* m_when = nullptr;
    LimitsSection* m_limits = nullptr;
    std::string m_engine; ///< of the server that is chosen
    RetentionSection* m_keep = nullptr;
    QLabel* m_why = nullptr;
    QLineEdit* m_title = nullptr;
    QComboBox* m_server = nullptr;
    QComboBox* m_repository = nullptr;
    QComboBox* m_preset = nullptr;
    QLabel* m_note = nullptr;
    QLineEdit* m_command = nullptr;
    QPushButton* m_copy = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_saveButton = nullptr;
    QPushButton* m_cancel = nullptr;
};

} // namespace salvor
