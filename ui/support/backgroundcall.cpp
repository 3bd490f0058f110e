// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/backgroundcall.h"

#include <QWidget>

namespace salvor {

BackgroundCall::BackgroundCall(Lookups& lookups, QObject* parent)
    : QObject(parent)
    , m_lookups(lookups) {}

BackgroundCall::~BackgroundCall() { m_stop.request_stop(); }

void BackgroundCall::begin() {
    m_stop.request_stop();
    m_stop = std::stop_source();
    m_context = std::make_unique<QObject>();
    m_running = true;
    emit runningChanged(true);
}

void BackgroundCall::end() {
    m_running = false;
    emit runningChanged(false);
}

void BackgroundCall::cancel() { m_stop.request_stop(); }

Lookups& lookupsOf(QWidget& owner, const char* name) {
    auto* found = owner.findChild<Lookups*>(QLatin1String(name), Qt::FindDirectChildrenOnly);
    if (found == nullptr) {
        found = new Lookups(&owner);
        found->setObjectName(QLatin1String(name));
    }
    return *found;
}

} // namespace salvor
