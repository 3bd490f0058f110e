// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Charts over the whole history, with their tables, for looking and for taking along.
#pragma once

#include "ui/charts/charttablemodel.h"
#include "ui/main/windowcontext.h"

#include <QSortFilterProxyModel>

class QComboBox;
class QLabel;
class QSplitter;
class QStackedWidget;
class QTableView;
class QTimer;
class QToolButton;
class QVBoxLayout;

namespace salvor {

class BackgroundCall;
class EmptyState;
class ErrorPanel;
class HeatMap;
class TrendChart;

/// Lives in the window's thread; a zoom asks the catalog again, on a worker of the page's own.
class ChartsPage final : public WindowPage {
    Q_OBJECT

public:
    static constexpr std::size_t kMostLines = 8;
    enum class Export { Png, Svg, Csv };

    explicit ChartsPage(const WindowContext& context, QWidget* parent = nullptr);
    void refresh() override;
    void select(const Selection& selection) override;
    /// The bytes of the file; a picture is what is shown now.
    QByteArray exported(Export format) const;

private:
    void makeBar(QVBoxLayout* layout);
    void makeBody(QVBoxLayout* layout);
    void setRange(Instant from, Instant to);
    void resetRange();
    void fetch();
    ChartRequest request() const;
    void take(Result<ChartAnswer> answer);
    void showSideBySide(bool wanted);
    void showTable(const ChartAnswer& answer);
    void giveTableItsRoom();
    void showNote(const ChartAnswer& answer);
    void openDay(int cell);
    void askFile(Export format);
    void save(const QString& path, Export format);
    ChartKind kind() const;
    QWidget* chartWidget() const;

    WindowContext m_context;
    Lookups m_lookups;
    Selection m_selection;
    Instant m_from{};
    Instant m_to{};
    bool m_zoomed = false;
    ChartRequest m_asked;
    ChartTableModel m_model;
    QSortFilterProxyModel m_sorted;
    BackgroundCall* m_call = nullptr;
    QTimer* m_settled = nullptr; ///< after the last of many wishes
    QComboBox* m_kind = nullptr;
    QComboBox* m_range = nullptr;
    QToolButton* m_whole = nullptr;
    QToolButton* m_tableShown = nullptr;
    QToolButton* m_export = nullptr;
    QLabel* m_note = nullptr;
    QLabel* m_current = nullptr;
    TrendChart* m_chart = nullptr;
    HeatMap* m_heat = nullptr;
    QTableView* m_table = nullptr;
    QSplitter* m_splitter = nullptr;
    bool m_splitByHand = false;
    QStackedWidget* m_charts = nullptr;
    QStackedWidget* m_stack = nullptr;
    EmptyState* m_empty = nullptr;
    ErrorPanel* m_error = nullptr;
};

} // namespace salvor
