// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/retentionsection.h"

#include "models/base/json.h"
#include "ui/policies/policytexts.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"

#include <QCheckBox>
#include <QComboBox>
#include <QGridLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QSlider>
#include <QSpinBox>
#include <QTableView>
#include <QTimeZone>
#include <QVBoxLayout>

namespace salvor {

namespace {

constexpr int kPauseMilliseconds = 400;

std::uint32_t count(const QSpinBox* spin) { return static_cast<std::uint32_t>(spin->value()); }

} // namespace

RetentionSection::RetentionSection(QWidget* parent)
    : PolicySection(parent) {
    m_pause.setSingleShot(true);
    m_pause.setInterval(kPauseMilliseconds);
    connect(&m_pause, &QTimer::timeout, this, [this] {
        if (problem().isEmpty())
            emit outlookWanted();
    });
    m_everything = new QCheckBox(tr("Keep every&thing"), this);
    m_everything->setObjectName(QStringLiteral("keepEverything"));
    m_everything->setAccessibleName(tr("Keep everything"));
    connect(m_everything, &QCheckBox::toggled, this, &RetentionSection::touched);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->addWidget(m_everything);
    column->addWidget(makeRules());
    column->addWidget(makeOutlook(), 1);
}

QSpinBox* RetentionSection::makeCount(const char* name, const QString& text) {
    auto* spin = new QSpinBox(m_counts);
    spin->setObjectName(QLatin1String(name));
    spin->setAccessibleName(text);
    spin->setRange(0, 9999);
    spin->setSpecialValueText(tr("off"));
    connect(spin, &QSpinBox::valueChanged, this, &RetentionSection::touched);
    return spin;
}

QWidget* RetentionSection::makeRules() {
    m_counts = new QWidget(this);
    auto* grid = new QGridLayout(m_counts);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(10);
    int place = 0;
    const auto put = [&](const QString& text, QWidget* field) {
        auto* label = new QLabel(text, m_counts);
        label->setBuddy(field);
        grid->addWidget(label, place / 4, place % 4 * 2);
        grid->addWidget(field, place / 4, place % 4 * 2 + 1);
        ++place;
    };
    const auto spin = [&](QSpinBox*& field, const char* name, const QString& text, const QString& spoken) {
        field = makeCount(name, spoken);
        put(text, field);
    };
    spin(m_hourly, "keepHourly", tr("Hourly"), tr("How many hourly backups stay"));
    spin(m_daily, "keepDaily", tr("Daily"), tr("How many daily backups stay"));
    spin(m_weekly, "keepWeekly", tr("Weekly"), tr("How many weekly backups stay"));
    spin(m_monthly, "keepMonthly", tr("Monthly"), tr("How many monthly backups stay"));
    spin(m_yearly, "keepYearly", tr("Yearly"), tr("How many yearly backups stay"));
    spin(m_last, "keepLast", tr("Newest"), tr("How many of the newest backups stay"));
    m_within = new QLineEdit(m_counts);
    m_within->setObjectName(QStringLiteral("keepWithin"));
    m_within->setAccessibleName(tr("All backups of the last"));
    m_within->setPlaceholderText(tr("30d, 8w, 1y"));
    connect(m_within, &QLineEdit::textEdited, this, &RetentionSection::touched);
    put(tr("All of the last"), m_within);
    m_zone = new QComboBox(m_counts);
    m_zone->setObjectName(QStringLiteral("keepZone"));
    m_zone->setAccessibleName(tr("Time zone in which days begin"));
    m_zone->setEditable(true);
    m_zone->lineEdit()->setObjectName(QStringLiteral("keepZoneText"));
    m_zone->lineEdit()->setAccessibleName(m_zone->accessibleName());
    const QString here = QString::fromLatin1(QTimeZone::systemTimeZoneId());
    for (const QString& zone : {QStringLiteral("UTC"), here}) {
        if (!zone.isEmpty() && m_zone->findText(zone) < 0)
            m_zone->addItem(zone);
    }
    connect(m_zone, &QComboBox::editTextChanged, this, &RetentionSection::touched);
    put(tr("Days begin in"), m_zone);
    for (int column = 0; column < 4; ++column)
        grid->setColumnStretch(column * 2 + 1, 1);
    return m_counts;
}

QWidget* RetentionSection::makeOutlook() {
    auto* box = new QWidget(this);
    m_error = new ErrorPanel(box);
    m_sentence = new QLabel(box);
    m_sentence->setObjectName(QStringLiteral("retentionSentence"));
    m_sentence->setTextFormat(Qt::PlainText);
    m_sentence->setWordWrap(true);
    m_cursor = new QSlider(Qt::Horizontal, box);
    m_cursor->setObjectName(QStringLiteral("retentionCursor"));
    m_cursor->setAccessibleName(tr("Weeks from now"));
    m_cursor->setPageStep(4);
    auto* label = new QLabel(tr("&Look ahead:"), box);
    label->setBuddy(m_cursor);
    m_cursorText = new QLabel(box);
    m_cursorText->setObjectName(QStringLiteral("retentionCursorText"));
    m_cursorText->setMinimumWidth(m_cursorText->fontMetrics().averageCharWidth() * 14);
    connect(m_cursor, &QSlider::valueChanged, this, &RetentionSection::showOutlook);
    m_view = new QTableView(box);
    setUpTable(*m_view, "retentionTable", tr("Backups and the rules that keep them"));
    m_view->setSortingEnabled(false);
    m_view->setFrameShape(QFrame::StyledPanel);
    m_view->setModel(&m_table);
    setColumnWidths(*m_view, {30, 17, 47, 10});
    m_view->setMinimumHeight(170);
    auto* row = new QHBoxLayout;
    row->addWidget(label);
    row->addWidget(m_cursor, 1);
    row->addWidget(m_cursorText);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 4, 0, 0);
    column->addWidget(m_error);
    column->addWidget(m_sentence);
    column->addLayout(row);
    column->addWidget(m_view, 1);
    return box;
}

void RetentionSection::setPolicy(const Policy& policy) {
    m_quiet = true;
    const RetentionRules rules = policy.retention.value_or(RetentionRules{});
    m_everything->setChecked(!policy.retention.has_value());
    const auto show = [](QSpinBox* spin, std::uint32_t value) { spin->setValue(static_cast<int>(value)); };
    show(m_last, rules.keepLast);
    show(m_hourly, rules.hourly);
    show(m_daily, rules.daily);
    show(m_weekly, rules.weekly);
    show(m_monthly, rules.monthly);
    show(m_yearly, rules.yearly);
    m_within->setText(rules.keepWithin.count() > 0 ? toQt(toRetentionSpan(rules.keepWithin)) : QString());
    m_zone->setEditText(toQt(rules.timeZone));
    m_counts->setEnabled(policy.retention.has_value());
    m_quiet = false;
    m_pause.start();
}

std::optional<RetentionRules> RetentionSection::rules() const {
    if (m_everything->isChecked())
        return std::nullopt;
    RetentionRules rules;
    rules.keepLast = count(m_last);
    rules.hourly = count(m_hourly);
    rules.daily = count(m_daily);
    rules.weekly = count(m_weekly);
    rules.monthly = count(m_monthly);
    rules.yearly = count(m_yearly);
    rules.timeZone = m_zone->currentText().trimmed().toStdString();
    if (const auto within = parseRetentionSpan(m_within->text().trimmed().toStdString()))
        rules.keepWithin = *within;
    return rules;
}

void RetentionSection::applyTo(Policy& policy) const { policy.retention = rules(); }

QString RetentionSection::problem() const {
    const auto wanted = rules();
    if (!wanted)
        return {};
    const std::string within = m_within->text().trimmed().toStdString();
    if (!within.empty()) {
        if (const auto span = parseRetentionSpan(within); !span)
            return toQt(span.error().message);
    }
    const auto checked = checkRetentionRules(*wanted);
    return checked ? QString() : toQt(checked.error().message);
}

QString RetentionSection::summary() const { return PolicyTexts::keeps(rules()); }

void RetentionSection::touched() {
    m_counts->setEnabled(!m_everything->isChecked());
    if (m_quiet)
        return;
    m_pause.start();
    emit changed();
}

void RetentionSection::askAgain() { m_pause.start(); }

void RetentionSection::setOutlook(const RetentionOutlook& outlook) {
    m_error->clear();
    m_outlook = outlook;
    const bool ahead = outlook.forecast != nullptr && !outlook.forecast->steps.empty();
    m_cursor->setEnabled(ahead);
    m_cursor->setMaximum(ahead ? static_cast<int>(outlook.forecast->steps.size()) - 1 : 0);
    showOutlook();
}

void RetentionSection::setOutlookError(const Error& error) {
    m_outlook = {};
    m_table.clear();
    m_sentence->setText(tr("What these rules keep could not be worked out; they can be saved nevertheless."));
    m_error->showError(error);
    m_cursor->setEnabled(false);
}

void RetentionSection::setOutlookPending(const QString& why) {
    m_error->clear();
    m_sentence->setText(why);
}

QString RetentionSection::spaceText(const QString& least, const QString& most) {
    return least == most ? tr("They take about %1, as the runs of late added.").arg(least)
                         : tr("They take about %1 to %2, as the runs of late added.").arg(least, most);
}

void RetentionSection::showOutlook() {
    const auto& [preview, forecast] = m_outlook;
    const int week = m_cursor->value();
    if (forecast != nullptr && week < static_cast<int>(forecast->steps.size()))
        m_cursorText->setText(week == 0 ? tr("now")
                                        : Format::date(forecast->steps[static_cast<std::size_t>(week)].at));
    if (week > 0 && forecast != nullptr) {
        const ForecastStep& step = forecast->steps[static_cast<std::size_t>(week)];
        m_table.setForecast(step);
        QString text = tr("Estimate for %1, if every planned run succeeds: %n backup(s).", nullptr,
                          static_cast<int>(step.survivors.size()))
                           .arg(Format::date(step.at));
        if (!step.survivors.empty())
            text += QLatin1Char(' ') +
                    tr("The oldest is of %1.").arg(Format::date(step.survivors.back().started));
        if (step.mostBytes > 0)
            text += QLatin1Char(' ') + spaceText(Format::size(step.leastBytes), Format::size(step.mostBytes));
        if (forecast->cut)
            text += QLatin1Char(' ') + tr("The schedule comes too often to be followed for a year.");
        m_sentence->setText(text);
        return;
    }
    if (preview == nullptr) {
        m_table.clear();
        if (forecast != nullptr)
            m_sentence->setText(
                tr("There are no backups of this policy yet. Look ahead to see what will stay."));
        return;
    }
    m_table.setPreview(*preview);
    if (preview->live == 0)
        m_sentence->setText(tr("There are no backups of this policy yet. Look ahead to see what will stay."));
    else if (preview->dropped == 0)
        m_sentence->setText(
            tr("Nothing would go: this policy has %n backup(s).", nullptr, static_cast<int>(preview->live)));
    else if (!preview->freed.known)
        m_sentence->setText(
            tr("With these rules %n backup(s) would go at the next prune, of %1. How much that "
               "frees is not known.",
               nullptr, static_cast<int>(preview->dropped))
                .arg(preview->live));
    else
        m_sentence->setText(
            tr("With these rules %n backup(s) would go at the next prune, of %1. That frees exactly "
               "%2, once they have been in the trash for seven days.",
               nullptr, static_cast<int>(preview->dropped))
                .arg(preview->live)
                .arg(Format::size(preview->freed.bytes())));
}

} // namespace salvor
