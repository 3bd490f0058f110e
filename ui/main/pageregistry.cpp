// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/main/pageregistry.h"

#include "ui/activity/activitypage.h"
#include "ui/backups/backupspage.h"
#include "ui/calendar/calendarpage.h"
#include "ui/charts/chartspage.h"
#include "ui/overview/overviewpage.h"
#include "ui/policies/policiespage.h"
#include "ui/stores/storespage.h"

#include <QCoreApplication>

namespace salvor {

namespace {

template <typename T>
WindowPage* make(const WindowContext& context, QWidget* parent) {
    return new T(context, parent);
}

QString title(const char* text) { return QCoreApplication::translate("Pages", text); }

} // namespace

std::vector<PageEntry> allPages() {
    return {
        {QStringLiteral("overview"), title(QT_TRANSLATE_NOOP("Pages", "Overview")), Icons::Overview,
         make<OverviewPage>},
        {QStringLiteral("backups"), title(QT_TRANSLATE_NOOP("Pages", "Backups")), Icons::Backups,
         make<BackupsPage>},
        {QStringLiteral("charts"), title(QT_TRANSLATE_NOOP("Pages", "Charts")), Icons::Charts,
         make<ChartsPage>},
        {QStringLiteral("stores"), title(QT_TRANSLATE_NOOP("Pages", "Stores")), Icons::Stores,
         make<StoresPage>},
        {QStringLiteral("calendar"), title(QT_TRANSLATE_NOOP("Pages", "Calendar")), Icons::Calendar,
         make<CalendarPage>},
        {QStringLiteral("policies"), title(QT_TRANSLATE_NOOP("Pages", "Policies")), Icons::Policies,
         make<PoliciesPage>},
        {QStringLiteral("activity"), title(QT_TRANSLATE_NOOP("Pages", "Activity")), Icons::Activity,
         make<ActivityPage>},
    };
}

} // namespace salvor
