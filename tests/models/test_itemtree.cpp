// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/lists/backupitemtreemodel.h"

#include <QAbstractItemModelTester>
#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

using namespace salvor;

namespace {

using Model = BackupItemTreeModel;

BackupItemRow makeItem(const std::string& kind, const std::string& name, const std::string& group,
                       const QJsonObject& details = {}) {
    BackupItemRow item;
    item.id = kind + ":" + name;
    item.kind = kind;
    item.name = name;
    item.group = group;
    item.rows = 10;
    item.sizeBytes = 1000;
    item.contentHash = "hash of " + name;
    item.details = details;
    return item;
}

Model::Items exampleItems() {
    const QJsonObject big{{QStringLiteral("schema"), QStringLiteral("public")},
                          {QStringLiteral("relation"), QStringLiteral("big")}};
    const QJsonObject metrics{{QStringLiteral("hypertable"), QStringLiteral("public.metrics")}};
    return std::make_shared<const std::vector<BackupItemRow>>(std::vector<BackupItemRow>{
        makeItem("schema", "pre-data", "schema"),
        makeItem("table", "public.orders", "tables"),
        makeItem("chunk", "_hyper_1_1_chunk", "g1", metrics),
        makeItem("chunk", "_hyper_2_1_chunk", "g2"),
        makeItem("chunk", "_hyper_1_2_chunk", "g1", metrics),
        makeItem("table_range", "public.big from block 0", "g3", big),
        makeItem("table_range", "public.big from block 9", "g3", big),
        makeItem("sequences", "sequences", "schema"),
    });
}

} // namespace

class TestItemTree : public QObject {
    Q_OBJECT
private slots:
    void tree_example_hasSectionsGroupsItems() {
        Model model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setItems(exampleItems());
        QCOMPARE(model.rowCount(), 3);

        const QModelIndex hypertables = model.index(0, 0);
        QVERIFY(hypertables.data(Model::SectionRole).value<BackupItemSection>() ==
                BackupItemSection::Hypertables);
        QVERIFY(hypertables.data(Model::IsSectionRole).toBool());
        QVERIFY(hypertables.data(Model::NameRole).toString().isEmpty());
        QCOMPARE(hypertables.data(Model::CountRole).toULongLong(), 3ULL);
        QCOMPARE(hypertables.data(Model::RowsRole).toULongLong(), 30ULL);
        QCOMPARE(model.rowCount(hypertables), 2);
        const QModelIndex metrics = model.index(0, 0, hypertables);
        QCOMPARE(metrics.data().toString(), QStringLiteral("public.metrics"));
        QVERIFY(!metrics.data(Model::IsSectionRole).toBool() && !metrics.data(Model::IsItemRole).toBool());
        QCOMPARE(metrics.siblingAtColumn(Model::SizeColumn).data().toULongLong(), 2000ULL);
        QCOMPARE(model.index(1, 0, hypertables).data().toString(),
                 QStringLiteral("g2")); // no name in the details
        const QModelIndex chunk = model.index(1, 0, metrics);
        QCOMPARE(chunk.data().toString(), QStringLiteral("_hyper_1_2_chunk"));
        QVERIFY(chunk.data(Model::IsItemRole).toBool());
        QCOMPARE(chunk.parent(), metrics);

        const QModelIndex tables = model.index(1, 0);
        QVERIFY(tables.data(Model::SectionRole).value<BackupItemSection>() == BackupItemSection::Tables);
        QCOMPARE(model.rowCount(tables), 2);
        QCOMPARE(model.index(0, 0, tables).data().toString(), QStringLiteral("public.orders"));
        const QModelIndex big = model.index(1, 0, tables);
        QCOMPARE(big.data().toString(), QStringLiteral("public.big"));
        QCOMPARE(model.rowCount(big), 2); // its ranges

        const QModelIndex others = model.index(2, 0);
        QVERIFY(others.data(Model::SectionRole).value<BackupItemSection>() == BackupItemSection::Others);
        QCOMPARE(others.data(Model::SizeRole).toULongLong(), 2000ULL);
    }

    void item_everyRole_hasItsValue() {
        Model model;
        model.setItems(exampleItems());
        const QModelIndex chunk = model.index(0, 0, model.index(0, 0, model.index(0, 0)));
        const auto names = model.roleNames();
        for (auto it = names.begin(); it != names.end(); ++it)
            QVERIFY2(chunk.data(it.key()).isValid(), it.value().constData());
        QCOMPARE(chunk.data(Model::IdRole).toString(), QStringLiteral("chunk:_hyper_1_1_chunk"));
        QCOMPARE(chunk.data(Model::KindRole).toString(), QStringLiteral("chunk"));
        QCOMPARE(chunk.data(Model::CountRole).toULongLong(), 1ULL);
        QCOMPARE(chunk.data(Model::ContentHashRole).toString(), QStringLiteral("hash of _hyper_1_1_chunk"));
        QCOMPARE(chunk.data(Model::DetailsRole).toJsonObject().value(QStringLiteral("hypertable")).toString(),
                 QStringLiteral("public.metrics"));
        QCOMPARE(chunk.siblingAtColumn(Model::RowsColumn).data().toULongLong(), 10ULL);
        QVERIFY(!chunk.data(Qt::DecorationRole).isValid());
        QVERIFY(!model.headerData(0, Qt::Horizontal, Qt::DisplayRole).isValid());
        QCOMPARE(model.columnCount(chunk), int(Model::kColumns));
    }

    void setItems_sameList_doesNotReset() {
        Model model;
        const auto items = exampleItems();
        model.setItems(items);
        QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
        model.setItems(items);
        QCOMPARE(resets.size(), 0);
        model.setItems(exampleItems());
        QCOMPARE(resets.size(), 1);
    }

    void setItems_noneOrEmpty_isEmpty() {
        Model model;
        QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
        model.setItems(exampleItems());
        model.setItems(nullptr);
        QCOMPARE(model.rowCount(), 0);
        model.setItems(std::make_shared<const std::vector<BackupItemRow>>());
        QCOMPARE(model.rowCount(), 0);
    }

    void setItems_many_keepsEveryOne() {
        std::vector<BackupItemRow> items;
        for (int i = 0; i < 20000; ++i)
            items.push_back(makeItem("chunk", std::to_string(i), "g" + std::to_string(i % 50)));
        Model model;
        model.setItems(std::make_shared<const std::vector<BackupItemRow>>(std::move(items)));
        const QModelIndex section = model.index(0, 0);
        QCOMPARE(model.rowCount(section), 50);
        QCOMPARE(section.data(Model::CountRole).toULongLong(), 20000ULL);
        QCOMPARE(model.rowCount(model.index(49, 0, section)), 400);
    }
};

QTEST_GUILESS_MAIN(TestItemTree)
#include "test_itemtree.moc"
