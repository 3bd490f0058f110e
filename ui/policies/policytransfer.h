// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Policies as files: written for another computer or for keeping, and taken in again.
#pragma once

#include "models/policy/policy.h"
#include "ui/main/windowcontext.h"

#include <QObject>

class QWidget;

namespace salvor {

class BackgroundCall;

/// Lives in the window's thread as a child of its page.
class PolicyTransfer final : public QObject {
    Q_OBJECT

public:
    PolicyTransfer(const WindowContext& context, QWidget& page);
    /// Asks for a file, then writes the policy's document, the same as `salvorctl policy export`.
    void askForExport(const Policy& policy);
    /// Asks for a file, then reads it: nothing is saved by that. See wanted() and replaced().
    void askForImport();

signals:
    void exported(const QString& path);
    /// A policy that is new here, to be looked at and saved; `why` says what has to be chosen.
    void wanted(const salvor::Policy& policy, const QString& why);
    void replaced(const QString& uuid);
    void failed(const salvor::Error& error);

private:
    void save(const Policy& policy, const QString& path);
    void load(const QString& path);
    void take(Policy policy);
    void askWhich(const Policy& policy, const std::string& title);
    void replace(const Policy& policy);

    WindowContext m_context;
    QWidget& m_page;
    BackgroundCall* m_call = nullptr;
};

} // namespace salvor
