// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One list of objects of an old backup that cannot be had: new backups go on without it, share nothing of it,
// and say it.
#include "engines/repository/format.h"
#include "engines/repository/prunefixture.h"
#include "engines/repository/verifyfixture.h"

using namespace salvor;
using namespace salvor::test;

namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

} // namespace

class TestPassedOver : public QObject {
    Q_OBJECT

private slots:
    void backup_anOldListCannotBeHad_isMadeWithoutIt_data() {
        QTest::addColumn<QString>("how");
        QTest::addColumn<bool>("encrypted");
        QTest::addColumn<bool>("trashed");
        for (const char* how : {"bad sector", "of another user", "lost", "damaged"}) {
            for (const bool encrypted : {true, false}) {
                for (const bool trashed : {false, true})
                    QTest::addRow("%s, %s, %s", how, encrypted ? "encrypted" : "plain",
                                  trashed ? "in the trash" : "live")
                        << QString::fromLatin1(how) << encrypted << trashed;
            }
        }
    }
    void backup_anOldListCannotBeHad_isMadeWithoutIt() {
        QFETCH(QString, how);
        QFETCH(bool, encrypted);
        QFETCH(bool, trashed);
        make(encrypted);
        if (trashed)
            CHECK_OK(trash(*m_fixture, {1}));
        const bool refused = how == QLatin1String("of another user");
        if (how == QLatin1String("bad sector"))
            m_fixture->store().inject(
                {.error = {ErrorCode::IoError, "bad sector", "look at the log", false, {}},
                 .op = StoreOp::Get,
                 .keyPrefix = m_list,
                 .sticky = true});
        else if (refused)
            m_fixture->store().inject(
                {.error = {ErrorCode::PermissionDenied, "refused", "ask its owner", false, {}},
                 .op = StoreOp::Get,
                 .keyPrefix = m_list,
                 .sticky = true});
        else if (how == QLatin1String("lost"))
            m_fixture->removeRaw(m_list);
        else
            m_fixture->writeRaw(m_list, "x");

        // The rows of the first backup again: without its list they are stored anew.
        const auto writer = m_fixture->openWriter().value();
        const auto open = writeStreams(*writer, backupId(3), tinyContent(1));
        CHECK_OK(open);
        QCOMPARE((*open)->figures().newObjects, std::uint64_t{1});
        const auto said = (*open)->passedOver();
        QCOMPARE(said.size(), std::size_t{1});
        QCOMPARE(said[0].context.at("key"), m_list);
        QCOMPARE(said[0].context.at("backups"), backupId(1));
        QVERIFY2(has(said[0].message, m_list) && has(said[0].message, backupId(1)), said[0].message.c_str());
        if (refused)
            QVERIFY2(has(said[0].hint, "ask its owner") && !has(said[0].hint, "salvorctl"),
                     said[0].hint.c_str());
        else
            QVERIFY2(
                has(said[0].hint, "salvorctl prune --free-space-now") &&
                    has(said[0].hint, trashed ? "in the trash" : "salvorctl backups delete " + backupId(1)),
                said[0].hint.c_str());
        CHECK_OK((*open)->commit({}, {}));

        m_fixture->store().heal();
        const auto reader = m_fixture->openReader().value();
        QVERIFY(readAll(*reader, backupId(2)).value() == tinyContent(2));
        QVERIFY(readAll(*reader, backupId(3)).value() == tinyContent(1));
        // Without encryption the new list is the old one, so it is written over what could not be read.
        const bool healed = !encrypted || refused || how == QLatin1String("bad sector");
        QCOMPARE(verify(*reader, VerifyDepth::Full)->ok(), healed);
    }

    /// Nothing is amiss, and nothing is said.
    void backup_allListsAreThere_passesOverNone() {
        make(true);
        const auto writer = m_fixture->openWriter().value();
        const auto open = writeStreams(*writer, backupId(3), tinyContent(1));
        CHECK_OK(open);
        QVERIFY((*open)->passedOver().empty());
        QCOMPARE((*open)->figures().newObjects, std::uint64_t{0});
    }

    /// A disk that was pulled out, and a folder that is unmounted, have no bad list.
    void backup_storeThatIsAway_isAnError() {
        for (const auto code : {ErrorCode::IoError, ErrorCode::NotFound, ErrorCode::PermissionDenied}) {
            make(true);
            const auto writer = m_fixture->openWriter().value();
            m_fixture->store().onOperation([&](StoreOp op, std::string_view key) {
                if (op == StoreOp::Get && key.starts_with("refs/"))
                    m_fixture->store().inject(
                        {.error = {code, "injected", {}, false, {}}, .op = StoreOp::Get, .sticky = true});
            });
            const auto refused = writer->beginBackup(backupRequest(backupId(3)), {});
            m_fixture->store().onOperation({});
            CHECK_FAILS(refused, code);
            QVERIFY2(has(refused.error().message, "no longer gives"), refused.error().message.c_str());
        }
    }

    /// Its own list is one that stays unreadable, and cannot be replaced either: no backup leans on it.
    void backup_ownListCannotBeReplaced_isAnError() {
        make(false);
        for (const auto op : {StoreOp::Get, StoreOp::Remove})
            m_fixture->store().inject({.error = {ErrorCode::PermissionDenied, "refused", {}, false, {}},
                                       .op = op,
                                       .keyPrefix = m_list,
                                       .sticky = true});
        const auto writer = m_fixture->openWriter().value();
        CHECK_FAILS(backUp(*writer, backupId(3), tinyContent(1)), ErrorCode::PermissionDenied);
        m_fixture->store().heal();
        QVERIFY(verify(*m_fixture->openReader().value(), VerifyDepth::Full)->ok());
    }

private:
    /// Two backups, and the list of objects that only the first one needs.
    void make(bool encrypted) {
        m_fixture = std::make_unique<Fixture>(encrypted);
        CHECK_OK(m_fixture->init());
        const auto writer = m_fixture->openWriter().value();
        CHECK_OK(backUp(*writer, backupId(1), tinyContent(1)));
        CHECK_OK(backUp(*writer, backupId(2), tinyContent(2)));
        const Catalog catalog = writer->catalog({}).value();
        const auto& others = catalog.entries[1].refs;
        for (const auto& ref : catalog.entries[0].refs) {
            if (std::ranges::find(others, ref) == others.end())
                m_list = format::refKey(ref);
        }
        QVERIFY(!m_list.empty());
    }

    std::unique_ptr<Fixture> m_fixture;
    std::string m_list;
};

QTEST_GUILESS_MAIN(TestPassedOver)
#include "test_passedover.moc"
