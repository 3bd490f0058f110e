// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The stores: room, health, keys, recovery file, prune.
#pragma once

#include "ui/main/windowcontext.h"
#include "ui/main/windowpage.h"
#include "ui/stores/storetable.h"

#include <QVBoxLayout>

class QFormLayout;
class QLabel;
class QProgressBar;
class QPushButton;
class QSplitter;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace salvor {

class EmptyState;
class ErrorPanel;
enum class StoreAct;

/// Lives in the window's thread. Stores are asked on a worker of the page's own.
class StoresPage final : public WindowPage {
    Q_OBJECT

public:
    explicit StoresPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void keepUp() override {}                 ///< what the feed tells is shown; refresh() asks keychains
    void select(const Selection&) override {} ///< a store is not of one server

private:
    /// What this computer knows of a repository, and its trash.
    struct Known {
        std::string id;
        StoreLook look;
        std::optional<std::vector<TrashedBackup>> trash;
    };
    static Result<std::vector<Known>> ask(Core& core, const CancelToken& cancel);
    void makeTable();
    QWidget* makeDetail();
    QWidget* makeButtons();
    void showRows();
    void showChosen();
    void setFact(int fact, const QString& text, Tone tone = Tone::Neutral);
    void verify(VerifyDepth depth);
    void openPlace();
    void openPrune();
    void openAct(StoreAct act);
    QString keysText(const StoreRow& row) const;
    QString recoveryText(const StoreRow& row) const;
    QString trashText(const StoreRow& row) const;
    const StoreRow* chosen() const;

    WindowContext m_context;
    Lookups m_lookups;
    StoreTableModel m_model;
    std::vector<Known> m_known;
    QTableView* m_table = nullptr;
    QSplitter* m_splitter = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
    ErrorPanel* m_problem = nullptr;
    QLabel* m_title = nullptr;
    QProgressBar* m_room = nullptr;
    QFormLayout* m_form = nullptr;
    QToolButton* m_verify = nullptr;
    QPushButton* m_rehearse = nullptr;
    QPushButton* m_prune = nullptr;
    QPushButton* m_info = nullptr;
    QToolButton* m_more = nullptr;
};

} // namespace salvor
