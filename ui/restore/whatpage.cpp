// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/whatpage.h"

#include "models/base/json.h"
#include "ui/backups/badgedelegate.h"
#include "ui/restore/backuptimeline.h"
#include "ui/restore/pageparts.h"
#include "ui/support/format.h"
#include "ui/support/tables.h"

#include <QFormLayout>
#include <QHeaderView>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr int kRowsShown = 3;

} // namespace

WhatPage::WhatPage(QWidget* parent)
    : FlowPage(tr("What and when"), tr("Back to which moment?"),
               tr("A restore brings the database back as it was when that backup began, into a new database. "
                  "Nothing that exists is changed."),
               parent)
    , m_texts(m_model) {
    setObjectName(QStringLiteral("whatPage"));
    m_timeline = new BackupTimeline(this);
    auto* legend = plainLabel(
        tr("Ring: stored. Disc: checksums read back. Tick: restored and proved equal. Cross: damaged."), this,
        "whatLegend");
    legend->setForegroundRole(QPalette::PlaceholderText);
    makeTable();
    m_facts = new QFormLayout;
    m_facts->setHorizontalSpacing(18);
    m_facts->setVerticalSpacing(4);
    body()->setSpacing(6);
    body()->addWidget(m_timeline);
    body()->addWidget(legend);
    body()->addWidget(m_table, 1);
    body()->addLayout(m_facts);
    connect(m_timeline, &CellWidget::currentCellChanged, this, [this](int cell) {
        if (const BackupRecord* one = m_timeline->backup(cell))
            choose(*one);
    });
}

void WhatPage::makeTable() {
    m_table = new QTableView(this);
    setUpTable(*m_table, "whatTable", tr("Backups of this database"));
    m_table->setSortingEnabled(false); // newest first, as the timeline read backwards
    m_table->setModel(&m_texts);
    m_table->setItemDelegateForColumn(BackupListModel::BadgesColumn, new BadgeDelegate(m_table));
    for (int column = 0; column < BackupListModel::kColumns; ++column)
        m_table->setColumnHidden(
            column, column != BackupListModel::StartedColumn && column != BackupListModel::KindColumn &&
                        column != BackupListModel::SizeColumn && column != BackupListModel::BadgesColumn);
    setColumnWidths(*m_table, {28, 10, 10, 12, 12});
    m_table->setMinimumHeight(kRowsShown * m_table->verticalHeader()->defaultSectionSize() +
                              m_table->horizontalHeader()->sizeHint().height() + 4);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            [this](const QModelIndex& current) {
                if (const BackupRecord* one = m_texts.record(current))
                    choose(*one);
            });
}

void WhatPage::setDamage(const std::map<std::string, Damage>& damage) {
    m_timeline->setDamage(damage);
    m_texts.setDamage(damage);
}

void WhatPage::setBackups(std::vector<BackupRecord> backups, const BackupRecord& chosenOne) {
    if (std::none_of(backups.begin(), backups.end(),
                     [&](const BackupRecord& one) { return one.id == chosenOne.id; }))
        backups = {chosenOne};
    std::sort(backups.begin(), backups.end(),
              [](const BackupRecord& a, const BackupRecord& b) { return a.started > b.started; });
    m_backup.reset();
    m_timeline->setBackups(backups, chosenOne.id);
    m_model.setRows(std::make_shared<const std::vector<BackupRecord>>(std::move(backups)));
    choose(chosenOne);
}

void WhatPage::choose(const BackupRecord& backup) {
    if (m_backup && m_backup->id == backup.id)
        return;
    m_backup = backup;
    m_timeline->setCurrentCell(m_timeline->cellOf(backup.id));
    for (int row = 0; row < m_texts.rowCount(); ++row) {
        const QModelIndex index = m_texts.index(row, 0);
        if (m_texts.record(index)->id != backup.id)
            continue;
        if (m_table->currentIndex().row() != row)
            m_table->setCurrentIndex(index);
        break;
    }
    showFacts();
    emit chosen();
    emit changed();
}

void WhatPage::showFacts() {
    while (m_facts->rowCount() > 0)
        m_facts->removeRow(0);
    const auto add = [this](const QString& label, const QString& value, const char* name) {
        m_facts->addRow(label, plainLabel(value, this, name));
    };
    const BackupRecord& backup = *m_backup;
    add(tr("Database"), tr("%1 on %2").arg(toQt(backup.database), toQt(backup.profileTitle)), "whatDatabase");
    add(tr("As of"), Format::time(backup.started), "whatTime");
    add(tr("Size"),
        tr("%1 in %2, %3; the server was %4")
            .arg(Format::size(backup.sizeBytes), Format::items(backup.items), Format::rows(backup.rows),
                 toQt(backup.serverVersion)),
        "whatSize");
    const Damage* damage = m_texts.damageOf(backup);
    add(tr("Checked"),
        damage != nullptr   ? badgesOf(backup, damage).front().toolTip
        : backup.restoredAt ? tr("Restored and proved equal on %1").arg(Format::time(*backup.restoredAt))
        : backup.readBackAt ? tr("Checksums read back on %1").arg(Format::time(*backup.readBackAt))
                            : tr("Stored; not read back yet"),
        "whatChecked");
    add(tr("Backup"), toQt(backup.id), "whatId");
    for (const auto& note : backup.notes)
        add(tr("Note"), toQt(note), "whatNote");
}

QString WhatPage::problem() const { return m_backup ? QString() : tr("Looking the backup up…"); }

} // namespace salvor
