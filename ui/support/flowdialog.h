// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A guided dialog of several pages, and one page of it.
#pragma once

#include "models/base/error.h"

#include <QDialog>
#include <QPointer>

#include <vector>

class QLabel;
class QProgressBar;
class QPushButton;
class QScrollArea;
class QStackedWidget;
class QVBoxLayout;

namespace salvor {

class ErrorPanel;
class StepList;

/// Lives in the window's thread.
class FlowPage : public QWidget {
    Q_OBJECT

public:
    /// `step`: its name in the list on the left, "Server".
    FlowPage(const QString& step, const QString& title, const QString& explanation,
             QWidget* parent = nullptr);
    QString step() const { return m_step; }
    QString title() const { return m_title; }
    /// What the button that goes on says here; empty: "Next".
    QString nextText() const { return m_nextText; }
    bool canGoBack() const { return m_canGoBack; }

    /// Called each time the page becomes the current one.
    virtual void enter() {}
    /// Why one cannot go on yet, as a sentence; empty when one can.
    virtual QString problem() const { return {}; }

signals:
    void changed(); ///< problem() or nextText() may be another one

protected:
    QVBoxLayout* body() const { return m_body; }
    void setExplanation(const QString& text);
    void setNextText(const QString& text) { m_nextText = text; }
    void setCanGoBack(bool can) { m_canGoBack = can; }

private:
    QString m_step;
    QString m_title;
    QString m_nextText;
    bool m_canGoBack = true;
    QLabel* m_explanation = nullptr;
    QVBoxLayout* m_body = nullptr;
};

/// Steps on the left, the page, an error panel, and Back / Next / Cancel. Lives in the window's thread.
class FlowDialog : public QDialog {
    Q_OBJECT

public:
    explicit FlowDialog(const QString& title, QWidget* parent = nullptr);
    int currentIndex() const;
    FlowPage* currentPage() const;

protected:
    void addPage(FlowPage* page);
    void goTo(FlowPage* page);
    void goOn();
    /// The user wants to go on from `page`, whose problem() is empty. Default: goOn().
    virtual void nextFrom(FlowPage* page);
    /// The page before; for flows that leave pages out.
    virtual FlowPage* pageBefore(FlowPage* page) const;
    /// The user wants out while something is under way (busy). Default: nothing; Cancel is then cancelBusy().
    virtual void cancelBusy() {}
    /// A line over every page that never scrolls away; empty: none.
    void setBanner(const QString& text);
    /// While a call is under way: everything but Cancel is disabled, the text says what is done.
    void setBusy(const QString& text);
    void setIdle();
    bool isBusy() const { return m_busy; }
    void showError(const Error& error, const QString& leftBehind = {});
    void clearError();
    void setCancelText(const QString& text);
    void setCancelVisible(bool visible);
    void updateButtons();
    int indexOf(const FlowPage* page) const;
    FlowPage* pageAt(int index) const { return m_pages[static_cast<std::size_t>(index)]; }
    void reject() override;

private:
    void build();
    void next();
    void back();
    void focusInto(FlowPage& page);

    std::vector<FlowPage*> m_pages;
    StepList* m_steps = nullptr;
    QLabel* m_banner = nullptr;
    QStackedWidget* m_stack = nullptr;
    ErrorPanel* m_error = nullptr;
    QProgressBar* m_bar = nullptr;
    QLabel* m_note = nullptr;
    QPushButton* m_back = nullptr;
    QPushButton* m_next = nullptr;
    QPushButton* m_cancel = nullptr;
    QString m_busyText;
    QPointer<QWidget> m_focus; ///< what had it before it got busy
    bool m_busy = false;
};

} // namespace salvor
