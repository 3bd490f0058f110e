// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One channel, new or changed: mail, webhook or heartbeat.
#pragma once

#include "models/watch/channel.h"
#include "workers/core.h"
#include "workers/jobworker.h"

#include <QDialog>

class QComboBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace salvor {

class PathField;

class BackgroundCall;
class ErrorPanel;
class TheirsLabel;

/// Lives in the window's thread. Saves when its button is pressed, and closes when that went well. Where
/// somebody else saved the channel meanwhile it shows both versions, and loads theirs when asked to.
class ChannelForm : public QDialog {
    Q_OBJECT

public:
    /// A channel without a revision is a new one. All are borrowed.
    ChannelForm(Core& core, Lookups& lookups, Channel channel, QWidget* parent = nullptr);

signals:
    void saved();

private:
    void build();
    void makeMailFields();
    void makeUrlFields();
    void makeSecretFields();
    QLineEdit* addLine(const char* name, const QString& label, const QString& help,
                       std::string Channel::* field);
    void fill();
    void showKind();
    void update();
    Channel channel() const;
    QString problem() const;
    QString mailProblem(const Channel& wanted) const;
    QString urlProblem(const Channel& wanted) const;
    void save();
    void saveFailed(const Error& error);
    QStringList differencesFrom(const Channel& theirs) const;
    void reload();
    void reject() override;

    Core& m_core;
    BackgroundCall* m_call = nullptr;
    Channel m_before; ///< the saved one that is edited
    struct Line {
        QLineEdit* edit;
        std::string Channel::* field;
    };
    std::vector<Line> m_lines;
    QFormLayout* m_form = nullptr;
    QComboBox* m_kind = nullptr;
    QLineEdit* m_title = nullptr;
    QLineEdit* m_host = nullptr;
    QSpinBox* m_port = nullptr;
    QComboBox* m_tls = nullptr;
    QLineEdit* m_from = nullptr;
    QLineEdit* m_to = nullptr;
    QLineEdit* m_user = nullptr;
    QLineEdit* m_url = nullptr;
    QLineEdit* m_failUrl = nullptr;
    PathField* m_ca = nullptr;
    QComboBox* m_secretKind = nullptr;
    QLineEdit* m_secret = nullptr;
    ErrorPanel* m_error = nullptr;
    TheirsLabel* m_theirs = nullptr; ///< and what was filled in, where somebody else saved meanwhile
    QLabel* m_note = nullptr;
    QPushButton* m_reload = nullptr;
    QPushButton* m_save = nullptr;
};

} // namespace salvor
