// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/backgroundcall.h"

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

} // namespace salvor
