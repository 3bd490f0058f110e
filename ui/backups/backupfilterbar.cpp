// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/backups/backupfilterbar.h"

#include "ui/backups/backuptexts.h"
#include "ui/support/icons.h"

#include <QComboBox>
#include <QDateEdit>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QTimer>
#include <QToolButton>
#include <QVBoxLayout>

namespace salvor {

namespace {

enum State { AnyState, HeldState, RestoredState, ReadBackState, UncheckedState, DamagedState };
enum Time { AnyTime, DayTime, WeekTime, MonthTime, YearTime, BetweenTime };
constexpr int kDays[] = {0, 1, 7, 30, 365};

Instant startOf(const QDate& day) {
    return Instant(std::chrono::milliseconds(day.startOfDay().toMSecsSinceEpoch()));
}

} // namespace

BackupFilterBar::BackupFilterBar(QWidget* parent)
    : QWidget(parent) {
    m_typing = new QTimer(this);
    m_typing->setSingleShot(true);
    m_typing->setInterval(150); // a query for each letter would only be thrown away
    connect(m_typing, &QTimer::timeout, this, &BackupFilterBar::changed);
    m_search = new QLineEdit(this);
    m_search->setObjectName(QStringLiteral("backupsFilter"));
    m_search->setAccessibleName(tr("Search in database, server and id"));
    m_search->setPlaceholderText(tr("Search (Ctrl+F)"));
    m_search->setToolTip(tr("Search in database, server and id"));
    m_search->setClearButtonEnabled(true);
    m_search->setMinimumWidth(m_search->fontMetrics().averageCharWidth() * 22);
    connect(m_search, &QLineEdit::textChanged, m_typing, qOverload<>(&QTimer::start));
    m_chip = new QToolButton(this);
    m_chip->setObjectName(QStringLiteral("backupsChip"));
    m_chip->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    m_chip->setIcon(Icons::of(Icons::Cancel));
    m_chip->setLayoutDirection(Qt::RightToLeft); // the cross stands behind the name
    m_chip->setFocusPolicy(Qt::StrongFocus);
    m_chip->hide();
    connect(m_chip, &QToolButton::clicked, this, &BackupFilterBar::selectionDropped);
    m_kind = makeCombo("backupsKind", tr("Kind of backup"));
    m_state = makeCombo("backupsState", tr("State of the backup"));
    m_state->addItem(tr("Any state"), AnyState);
    m_state->addItem(tr("Held"), HeldState);
    m_state->addItem(tr("Proved by a restore"), RestoredState);
    m_state->addItem(tr("Checksums read back"), ReadBackState);
    m_state->addItem(tr("Never checked"), UncheckedState);
    m_state->addItem(tr("Damaged"), DamagedState);
    makeTimes();
    m_count = new QLabel(this);
    m_count->setObjectName(QStringLiteral("backupsCount"));
    m_columns = new QToolButton(this);
    m_columns->setObjectName(QStringLiteral("backupsColumns"));
    m_columns->setText(tr("Colu&mns"));
    m_columns->setAccessibleName(tr("Columns"));
    m_columns->setToolTip(tr("Choose which columns are shown"));
    m_columns->setPopupMode(QToolButton::InstantPopup);
    m_columns->setFocusPolicy(Qt::StrongFocus);
    auto* row = new QHBoxLayout;
    row->addWidget(m_search, 1);
    for (QWidget* one : std::initializer_list<QWidget*>{m_chip, m_kind, m_state, m_time})
        row->addWidget(one);
    row->addStretch(1);
    row->addWidget(m_count);
    row->addSpacing(8);
    row->addWidget(m_columns);
    auto* days = new QHBoxLayout; // in a line of their own: the first one is full on a small screen
    days->addWidget(m_from);
    days->addWidget(m_to);
    days->addStretch(1);
    auto* lines = new QVBoxLayout(this);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->addLayout(row);
    lines->addLayout(days);
    setKinds({});
}

QComboBox* BackupFilterBar::makeCombo(const char* name, const QString& label) {
    auto* combo = new QComboBox(this);
    combo->setObjectName(QLatin1String(name));
    combo->setAccessibleName(label);
    combo->setToolTip(label);
    connect(combo, &QComboBox::currentIndexChanged, this, &BackupFilterBar::changedAtOnce);
    return combo;
}

void BackupFilterBar::makeTimes() {
    m_time = makeCombo("backupsTime", tr("When the backup was made"));
    m_time->addItem(tr("Any time"), AnyTime);
    m_time->addItem(tr("Last 24 hours"), DayTime);
    m_time->addItem(tr("Last 7 days"), WeekTime);
    m_time->addItem(tr("Last 30 days"), MonthTime);
    m_time->addItem(tr("Last 365 days"), YearTime);
    m_time->addItem(tr("From … to …"), BetweenTime);
    const auto makeDate = [this](const char* name, const QString& label) {
        auto* edit = new QDateEdit(this);
        edit->setObjectName(QLatin1String(name));
        edit->setAccessibleName(label);
        edit->setToolTip(label);
        edit->setCalendarPopup(true);
        edit->setDisplayFormat(tr("d MMM yyyy", "date format"));
        edit->hide();
        connect(edit, &QDateEdit::dateChanged, this, &BackupFilterBar::changedAtOnce);
        return edit;
    };
    m_from = makeDate("backupsFrom", tr("First day"));
    m_to = makeDate("backupsTo", tr("Last day"));
    connect(m_time, &QComboBox::currentIndexChanged, this, [this] {
        const bool between = m_time->currentData().toInt() == BetweenTime;
        m_from->setVisible(between);
        m_to->setVisible(between);
    });
}

void BackupFilterBar::changedAtOnce() {
    m_typing->stop();
    emit changed();
}

BackupFilter BackupFilterBar::filter(Instant now) const {
    BackupFilter filter;
    filter.profile = m_selection.profileUuid.toStdString();
    filter.database = m_selection.database.toStdString();
    filter.text = m_search->text().trimmed().toStdString();
    filter.kind = m_kind->currentData().toString().toStdString();
    const int state = m_state->currentData().toInt();
    filter.onlyHeld = state == HeldState;
    filter.onlyRestored = state == RestoredState;
    filter.onlyReadBack = state == ReadBackState;
    filter.onlyUnchecked = state == UncheckedState;
    const int time = m_time->currentData().toInt();
    if (time == BetweenTime) {
        filter.since = startOf(m_from->date());
        filter.until = startOf(m_to->date().addDays(1));
    } else if (time != AnyTime) {
        filter.since = now - std::chrono::days(kDays[time]);
    }
    return filter;
}

bool BackupFilterBar::wantsDamaged() const { return m_state->currentData().toInt() == DamagedState; }

bool BackupFilterBar::isNarrowed() const {
    return !m_search->text().trimmed().isEmpty() || m_kind->currentIndex() > 0 ||
           m_state->currentIndex() > 0 || m_time->currentIndex() > 0;
}

void BackupFilterBar::clear() {
    const QSignalBlocker quiet(this);
    m_search->clear();
    m_kind->setCurrentIndex(0);
    m_state->setCurrentIndex(0);
    m_time->setCurrentIndex(0);
    m_typing->stop();
    blockSignals(false);
    emit changed();
}

void BackupFilterBar::setKinds(const QStringList& kinds) {
    if (m_kind->count() == kinds.size() + 1)
        return;
    const QSignalBlocker quiet(m_kind);
    const QString chosen = m_kind->currentData().toString();
    m_kind->clear();
    m_kind->addItem(tr("Any kind"), QString());
    for (const QString& kind : kinds)
        m_kind->addItem(backupKindText(kind.toStdString()), kind);
    m_kind->setCurrentIndex(std::max(0, m_kind->findData(chosen)));
    m_kind->setVisible(kinds.size() > 1);
}

void BackupFilterBar::setSelection(const Selection& selection, const QString& name) {
    m_selection = selection;
    m_chip->setVisible(!selection.profileUuid.isEmpty());
    m_chip->setText(m_chip->fontMetrics().elidedText(name, Qt::ElideRight,
                                                     m_chip->fontMetrics().averageCharWidth() * 26));
    m_chip->setAccessibleName(tr("Only %1: show all again").arg(name));
    m_chip->setToolTip(m_chip->accessibleName());
}

void BackupFilterBar::setToday(const QDate& today) {
    const QSignalBlocker quietFrom(m_from);
    const QSignalBlocker quietTo(m_to);
    m_from->setDate(today.addMonths(-1));
    m_to->setDate(today);
}

void BackupFilterBar::setColumnsMenu(QMenu* menu) { m_columns->setMenu(menu); }

void BackupFilterBar::setCount(const QString& text) { m_count->setText(text); }

void BackupFilterBar::setSearch(const QString& text) { m_search->setText(text); }

void BackupFilterBar::focusSearch() { m_search->setFocus(Qt::ShortcutFocusReason); }

} // namespace salvor
