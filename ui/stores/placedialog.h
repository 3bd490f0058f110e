// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A store that is at another place by now: a disk is mounted elsewhere, a NAS has another name.
#pragma once

#include "workers/core.h"

#include <QDialog>

class QLabel;
class QPushButton;

namespace salvor {

class BackgroundCall;
class ErrorPanel;
class Lookups;
class PathField;
struct RepositoryEditOutcome;

/// Lives in the window's thread; the place is looked at on a worker.
class PlaceDialog final : public QDialog {
    Q_OBJECT

public:
    PlaceDialog(Core& core, Lookups& lookups, const RepositoryPin& pin, QWidget* parent = nullptr);

signals:
    void moved();

private:
    void start();
    void showDone(const RepositoryEditOutcome& outcome);
    void updateButtons();
    void reject() override;

    Core& m_core;
    const std::string m_id;
    bool m_done = false;
    BackgroundCall* m_call = nullptr;
    PathField* m_folder = nullptr;
    QLabel* m_state = nullptr;
    ErrorPanel* m_error = nullptr;
    QPushButton* m_start = nullptr;
    QPushButton* m_close = nullptr;
};

} // namespace salvor
