// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/hookssection.h"

#include "models/base/json.h"
#include "models/policy/policycommand.h"
#include "ui/support/statemark.h"
#include "ui/support/tables.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProcess>
#include <QPushButton>
#include <QSpinBox>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::array kOutcomes{RunOutcome::Ok, RunOutcome::Partial, RunOutcome::Failed,
                               RunOutcome::Cancelled};

QString failureText(HookFailure meaning) {
    switch (meaning) {
    case HookFailure::Success:
        return HooksSection::tr("nothing");
    case HookFailure::Partial:
        return HooksSection::tr("a partial run");
    case HookFailure::Failed:
        break;
    }
    return HooksSection::tr("a failed run");
}

QStringList pathsIn(const QLineEdit& line) {
    QStringList paths;
    for (const QString& one : line.text().split(QLatin1Char(','), Qt::SkipEmptyParts)) {
        if (!one.trimmed().isEmpty())
            paths << one.trimmed();
    }
    return paths;
}

} // namespace

QVariant HookModel::data(const QModelIndex& index, int role) const {
    const Row* found = at(index);
    if (found == nullptr || (role != Qt::DisplayRole && role != Qt::ToolTipRole))
        return {};
    const Row& row = *found;
    switch (index.column()) {
    case WhenColumn: {
        if (!row.after)
            return tr("before a run");
        QStringList outcomes;
        for (const RunOutcome outcome : row.hook.runOn)
            outcomes << StateMark::text(outcome);
        return outcomes.isEmpty() ? tr("after a run") : tr("after: %1").arg(outcomes.join(tr(", ", "list")));
    }
    case CommandColumn:
        return toQt(shellQuoted(row.hook.command));
    case LimitColumn:
        return tr("%1 s").arg(row.hook.timeoutSeconds);
    default:
        return failureText(row.hook.failureMeans);
    }
}

QVariant HookModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    switch (section) {
    case WhenColumn:
        return tr("When");
    case CommandColumn:
        return tr("Command");
    case LimitColumn:
        return tr("Time limit");
    default:
        return tr("Its failure means");
    }
}

HooksSection::HooksSection(QWidget* parent)
    : PolicySection(parent) {
    auto* note =
        new QLabel(tr("Programs are started without a shell, by their full path. Do not write secrets here: "
                      "whoever reads the policy sees them."),
                   this);
    note->setWordWrap(true);
    m_table = new QTableView(this);
    setUpTable(*m_table, "policyHooks", tr("Commands before and after a run"));
    m_table->setSortingEnabled(false);
    m_table->setFrameShape(QFrame::StyledPanel);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {22, 44, 13, 18});
    m_table->setMinimumHeight(110);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &HooksSection::showChosen);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 4);
    column->addWidget(note);
    column->addWidget(m_table);
    column->addWidget(makeForm());
    update();
}

QWidget* HooksSection::makeForm() {
    auto* box = new QWidget(this);
    const auto named = [](QWidget* widget, const char* name, const QString& text) {
        widget->setObjectName(QLatin1String(name));
        widget->setAccessibleName(text);
    };
    m_when = new QComboBox(box);
    named(m_when, "hookWhen", tr("When the command runs"));
    m_when->addItem(tr("Before a run"), false);
    m_when->addItem(tr("After a run"), true);
    m_command = new QLineEdit(box);
    named(m_command, "hookCommand", tr("Command"));
    m_command->setPlaceholderText(tr("/usr/local/bin/before-backup --database billing"));
    m_limit = new QSpinBox(box);
    named(m_limit, "hookLimit", tr("Time limit of the command"));
    m_limit->setRange(1, 86'400);
    m_limit->setValue(60);
    m_limit->setSuffix(tr(" s"));
    m_failure = new QComboBox(box);
    named(m_failure, "hookFailure", tr("What its failure makes of the run"));
    for (const HookFailure meaning : {HookFailure::Failed, HookFailure::Partial, HookFailure::Success})
        m_failure->addItem(failureText(meaning), static_cast<int>(meaning));
    m_paths = new QLineEdit(box);
    named(m_paths, "hookPaths", tr("Folders that the command writes to, separated by commas"));
    m_paths->setPlaceholderText(tr("/var/lib/exports: what a timer's run may write to besides the store"));
    auto* outcomes = new QHBoxLayout;
    outcomes->addWidget(new QLabel(tr("only when the run was:"), box));
    for (std::size_t i = 0; i < kOutcomes.size(); ++i) {
        m_outcomes[i] = new QCheckBox(StateMark::text(kOutcomes[i]), box);
        named(m_outcomes[i], "", tr("Only after a run that was: %1").arg(StateMark::text(kOutcomes[i])));
        m_outcomes[i]->setObjectName(QStringLiteral("hookOutcome%1").arg(i));
        outcomes->addWidget(m_outcomes[i]);
    }
    outcomes->addStretch(1);
    m_note = new QLabel(box);
    m_note->setObjectName(QStringLiteral("hookNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    const auto button = [&](const char* name, const QString& text) {
        auto* made = new QPushButton(text, box);
        named(made, name, QString(text).remove(QLatin1Char('&')));
        made->setAutoDefault(false);
        return made;
    };
    m_add = button("hookAdd", tr("Add as n&ew"));
    m_change = button("hookChange", tr("Chan&ge the chosen one"));
    m_remove = button("hookRemove", tr("Remove the ch&osen one"));
    connect(m_command, &QLineEdit::textChanged, this, &HooksSection::update);
    connect(m_paths, &QLineEdit::textChanged, this, &HooksSection::update);
    connect(m_when, &QComboBox::currentIndexChanged, this, &HooksSection::update);
    connect(m_add, &QPushButton::clicked, this, [this] {
        m_model.append(written({}));
        m_table->setCurrentIndex(m_model.index(m_model.rowCount() - 1, 0));
        emit changed();
    });
    connect(m_change, &QPushButton::clicked, this, [this] {
        const int row = m_table->currentIndex().row();
        m_model.replace(row, written(m_model.rows()[static_cast<std::size_t>(row)]));
        emit changed();
    });
    connect(m_remove, &QPushButton::clicked, this, [this] {
        m_model.remove(m_table->currentIndex().row());
        update();
        emit changed();
    });
    auto* first = new QHBoxLayout;
    first->addWidget(m_when);
    first->addWidget(m_command, 1);
    auto* second = new QHBoxLayout;
    const auto labelled = [&](const QString& text, QWidget* field) {
        auto* label = new QLabel(text, box);
        label->setBuddy(field);
        second->addWidget(label);
        second->addWidget(field);
    };
    labelled(tr("killed after"), m_limit);
    labelled(tr("its failure means"), m_failure);
    second->addStretch(1);
    auto* writes = new QHBoxLayout;
    auto* writesTo = new QLabel(tr("writes to"), box);
    writesTo->setBuddy(m_paths);
    writes->addWidget(writesTo);
    writes->addWidget(m_paths, 1);
    auto* third = new QHBoxLayout;
    third->addWidget(m_add);
    third->addWidget(m_change);
    third->addWidget(m_remove);
    third->addStretch(1);
    auto* column = new QVBoxLayout(box);
    column->setContentsMargins(0, 4, 0, 0);
    column->addLayout(first);
    column->addLayout(second);
    column->addLayout(outcomes);
    column->addLayout(writes);
    column->addWidget(m_note);
    column->addLayout(third);
    return box;
}

HookModel::Row HooksSection::written(HookModel::Row row) const {
    row.after = m_when->currentData().toBool();
    row.hook.command.clear();
    for (const QString& word : QProcess::splitCommand(m_command->text().trimmed()))
        row.hook.command.push_back(word.toStdString());
    row.hook.paths.clear();
    for (const QString& path : pathsIn(*m_paths))
        row.hook.paths.push_back(path.toStdString());
    row.hook.timeoutSeconds = static_cast<std::uint64_t>(m_limit->value());
    row.hook.failureMeans = static_cast<HookFailure>(m_failure->currentData().toInt());
    std::erase_if(row.hook.runOn, [&](RunOutcome outcome) { // one without a box here stays
        return !row.after || std::ranges::count(kOutcomes, outcome) > 0;
    });
    for (std::size_t i = 0; row.after && i < kOutcomes.size(); ++i) {
        if (m_outcomes[i]->isChecked())
            row.hook.runOn.push_back(kOutcomes[i]);
    }
    return row;
}

QString HooksSection::problemOfForm() const {
    const QString command = m_command->text().trimmed();
    if (command.isEmpty())
        return tr("Write a command to add it.");
    if (!command.startsWith(QLatin1Char('/')))
        return tr("The program's full path is needed: /usr/bin/…");
    for (const QString& path : pathsIn(*m_paths)) {
        if (!path.startsWith(QLatin1Char('/')))
            return tr("What the command writes to needs a full path: %1 is none.").arg(path);
    }
    return {};
}

void HooksSection::showChosen() {
    const int row = m_table->currentIndex().row();
    if (row >= 0 && row < m_model.rowCount()) {
        const HookModel::Row& chosen = m_model.rows()[static_cast<std::size_t>(row)];
        QStringList words;
        for (const auto& word : chosen.hook.command) {
            QString one = toQt(word);
            one.replace(QLatin1Char('"'), QStringLiteral("\"\"\""));
            words << (one.isEmpty() || one.contains(QLatin1Char(' '))
                          ? QLatin1Char('"') + one + QLatin1Char('"')
                          : one);
        }
        m_when->setCurrentIndex(chosen.after ? 1 : 0);
        m_command->setText(words.join(QLatin1Char(' ')));
        QStringList paths;
        for (const auto& path : chosen.hook.paths)
            paths << toQt(path);
        m_paths->setText(paths.join(QStringLiteral(", ")));
        m_limit->setValue(static_cast<int>(chosen.hook.timeoutSeconds));
        m_failure->setCurrentIndex(m_failure->findData(static_cast<int>(chosen.hook.failureMeans)));
        for (std::size_t i = 0; i < kOutcomes.size(); ++i)
            m_outcomes[i]->setChecked(std::ranges::count(chosen.hook.runOn, kOutcomes[i]) > 0);
    }
    update();
}

void HooksSection::update() {
    const bool good = problemOfForm().isEmpty();
    const int row = m_table->currentIndex().row();
    const bool chosen = row >= 0 && row < m_model.rowCount();
    m_note->setText(problemOfForm());
    m_add->setEnabled(good);
    m_change->setEnabled(good && chosen);
    m_remove->setEnabled(chosen);
    for (QCheckBox* outcome : m_outcomes)
        outcome->setEnabled(m_when->currentData().toBool());
}

void HooksSection::setPolicy(const Policy& policy) {
    std::vector<HookModel::Row> rows;
    for (const auto& hook : policy.hooksBefore)
        rows.push_back({false, hook});
    for (const auto& hook : policy.hooksAfter)
        rows.push_back({true, hook});
    m_model.setRows(std::move(rows));
    update();
}

void HooksSection::applyTo(Policy& policy) const {
    policy.hooksBefore.clear();
    policy.hooksAfter.clear();
    for (const auto& row : m_model.rows())
        (row.after ? policy.hooksAfter : policy.hooksBefore).push_back(row.hook);
}

QString HooksSection::summary() const {
    const int count = m_model.rowCount();
    return count == 0 ? tr("None") : tr("%n command(s)", nullptr, count);
}

} // namespace salvor
