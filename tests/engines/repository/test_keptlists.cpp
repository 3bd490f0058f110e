// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What deleting would free, by lists of objects that are kept on this computer.
#include "engines/repository/prunefixture.h"

#include <QFile>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr const char* kKept = "lists";

std::string keptText(const std::filesystem::path& state) {
    QFile file(state / kKept);
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string();
}

bool writeKept(const std::filesystem::path& state, const std::string& text) {
    QFile file(state / kKept);
    return file.open(QIODevice::WriteOnly) &&
           file.write(text.data(), qint64(text.size())) == qint64(text.size());
}

} // namespace

class TestKeptLists : public QObject {
    Q_OBJECT
private:
    Result<FreedSpace> freed() { return (*m_fixture->openReader())->freedBy({backupId(1)}, {}); }
    void loseLists() {
        for (const auto& key : m_fixture->keys("refs/"))
            m_fixture->removeRaw(key);
    }

    std::unique_ptr<Fixture> m_fixture;
    std::filesystem::path m_state;
    FreedSpace m_right;

private slots:
    void init() {
        m_fixture = std::make_unique<Fixture>();
        CHECK_OK(m_fixture->init());
        for (int i = 1; i <= 3; ++i)
            CHECK_OK(backUp(**m_fixture->openWriter(), backupId(i), tinyContent(std::uint64_t(i))));
        m_state = m_fixture->readerAccess().stateFolder;
        QVERIFY(keptText(m_state).empty());
        const auto first = freed();
        CHECK_OK(first);
        m_right = *first;
        QVERIFY(m_right.objects.files > 0 && m_right.refs.files > 0);
        QVERIFY(!keptText(m_state).empty());
    }

    void freedBy_again_readsNoListFromTheStore() {
        loseLists();
        const auto again = freed();
        CHECK_OK(again);
        QVERIFY(*again == m_right);
    }

    void freedBy_keptOneDamaged_readsItFromTheStore() {
        std::string text = keptText(m_state);
        const std::size_t inAList = text.find('\n') + 3;
        text[inAList] = text[inAList] == '0' ? '1' : '0';
        QVERIFY(writeKept(m_state, text));
        const auto right = freed();
        CHECK_OK(right);
        QVERIFY(*right == m_right);
        QVERIFY(keptText(m_state) != text); // made good
        QVERIFY(writeKept(m_state, text));
        loseLists();
        CHECK_FAILS(freed(), ErrorCode::NotFound);
    }

    void freedBy_keptCutOff_readsTheRestFromTheStore() {
        const std::string text = keptText(m_state);
        for (const std::size_t length : {text.size() - 1, text.size() / 2, std::size_t(70), std::size_t(3)}) {
            QVERIFY(writeKept(m_state, text.substr(0, length)));
            const auto right = freed();
            CHECK_OK(right);
            QVERIFY(*right == m_right);
            QCOMPARE(keptText(m_state).size(), text.size());
        }
    }

    void freedBy_afterAPrune_keepsOnlyWhatIsNamed() {
        const std::size_t before = keptText(m_state).size();
        BackupChanges changes;
        changes.trash = {backupId(1)};
        CHECK_OK((*m_fixture->openWriter())->changeBackups(changes, {}));
        PruneRequest now;
        now.freeSpaceNow = true;
        CHECK_OK(prune(*m_fixture, now));
        CHECK_OK((*m_fixture->openReader())->freedBy({backupId(2)}, {}));
        QVERIFY(keptText(m_state).size() < before);
    }
};

QTEST_GUILESS_MAIN(TestKeptLists)
#include "test_keptlists.moc"
