// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/repository/knownobjects.h"
#include "engines/repository/writerindex.h"
#include "support/check.h"

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

#include <filesystem>
#include <limits>

using namespace salvor;
using namespace salvor::test;

namespace {

Digest digest(std::uint64_t number) { return sha256(asBytes(std::to_string(number))); }
Digest nameOf(std::uint64_t number) { return digest(number + 1'000'000'000); }

StoredObject object(std::uint64_t number) {
    return {nameOf(number), static_cast<std::uint32_t>(number + 100), static_cast<std::uint32_t>(number)};
}

IndexedItem item(const std::string& id, std::vector<std::uint64_t> objects) {
    IndexedItem out{id, "key of " + id, R"({"rows":3})", {}};
    for (const std::uint64_t number : objects)
        out.objects.push_back(nameOf(number));
    return out;
}

const IndexBinding kFirst{7, digest(70)};
const IndexBinding kSecond{8, digest(80)};
bool keepAll(const Digest&) { return true; }

/// An index with objects 1 to 9 and items of two sources, in the file's place.
void writeFirst(const std::filesystem::path& path) {
    WriterIndex index;
    for (std::uint64_t number = 1; number < 10; ++number)
        index.add(digest(number), object(number));
    index.setItems("profile/1", {item("table:a", {1, 2, 3}), item("table:b", {}), item("table:c", {3})});
    index.setItems("profile/2", {item("table:a", {9})});
    CHECK_OK(index.writeNext(path, kFirst, keepAll));
    CHECK_OK(WriterIndex::activateNext(path));
}

QByteArray readAll(const std::filesystem::path& path) {
    QFile file(QString::fromStdString(path.string()));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void writeAll(const std::filesystem::path& path, const QByteArray& bytes) {
    QFile file(QString::fromStdString(path.string()));
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    QCOMPARE(file.write(bytes), bytes.size());
}

} // namespace

class TestWriterIndex : public QObject {
    Q_OBJECT
private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::filesystem::path m_path;

private slots:
    void init() {
        m_folder = std::make_unique<QTemporaryDir>();
        m_path = m_folder->filePath(QStringLiteral("index")).toStdString();
    }

    void load_whatWasWritten_isAsItWas() {
        writeFirst(m_path);
        const WriterIndex index = WriterIndex::load(m_path, kFirst);
        QCOMPARE(index.note(), std::string());
        QCOMPARE(index.objectCount(), std::uint64_t{9});
        for (std::uint64_t number = 1; number < 10; ++number)
            QVERIFY(index.find(digest(number)) == object(number));
        QVERIFY(!index.find(digest(10)));
        const std::vector<IndexedItem> expected{item("table:a", {1, 2, 3}), item("table:b", {}),
                                                item("table:c", {3})};
        QVERIFY(index.items("profile/1") == expected);
        QCOMPARE(index.items("profile/2").size(), std::size_t{1});
        QVERIFY(index.items("profile/3").empty());
    }

    void load_emptyIndex_isLoaded() {
        CHECK_OK(WriterIndex().writeNext(m_path, kFirst, keepAll));
        CHECK_OK(WriterIndex::activateNext(m_path));
        const WriterIndex index = WriterIndex::load(m_path, kFirst);
        QCOMPARE(index.note(), std::string());
        QCOMPARE(index.objectCount(), std::uint64_t{0});
        QVERIFY(!index.find(digest(1)));
    }

    void load_layout_isTheDocumentedOne() {
        writeFirst(m_path);
        const QByteArray bytes = readAll(m_path);
        QVERIFY(bytes.startsWith("SLVRIDX1"));
        QCOMPARE(bytes.mid(8, 8), QByteArray("\x07\0\0\0\0\0\0\0", 8));
        QCOMPARE(bytes.mid(16, 32).toHex().toStdString(), toHex(kFirst.catalogHash));
        QCOMPARE(bytes.mid(48, 8), QByteArray("\x09\0\0\0\0\0\0\0", 8));
        std::vector<std::string> ids;
        for (std::uint64_t number = 1; number < 10; ++number)
            ids.push_back(toHex(digest(number)));
        std::sort(ids.begin(), ids.end());
        QCOMPARE(bytes.mid(64, 32).toHex().toStdString(), ids.front());
        QCOMPARE(bytes.right(32).toHex().toStdString(),
                 toHex(sha256(asBytes(
                     std::string_view(bytes.constData(), static_cast<std::size_t>(bytes.size()) - 32)))));
    }

    void writeNext_file_isPrivate() {
        writeFirst(m_path);
        const auto permissions = std::filesystem::status(m_path).permissions();
        QVERIFY((permissions & std::filesystem::perms::mask) ==
                (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(m_path.parent_path()), {}),
                 std::ptrdiff_t{1});
    }

    void load_lost_isEmptyAndSaid() {
        const WriterIndex index = WriterIndex::load(m_path, kFirst);
        QCOMPARE(index.objectCount(), std::uint64_t{0});
        QVERIFY2(index.note().find("read and stored again") != std::string::npos, index.note().c_str());
        QVERIFY(index.note().find(m_path.string()) != std::string::npos);
    }

    void load_otherCatalog_isEmptyAndSaid() {
        writeFirst(m_path);
        for (const IndexBinding& binding :
             {kSecond, IndexBinding{7, digest(71)}, IndexBinding{8, digest(70)}}) {
            const WriterIndex index = WriterIndex::load(m_path, binding);
            QVERIFY(!index.find(digest(1)));
            QVERIFY(index.items("profile/1").empty());
            QVERIFY2(index.note().find("catalog 7") != std::string::npos, index.note().c_str());
        }
    }

    void load_byteChangedAnywhere_isEmptyAndSaid() {
        writeFirst(m_path);
        const QByteArray good = readAll(m_path);
        for (qsizetype at = 0; at < good.size(); ++at) {
            QByteArray bad = good;
            bad[at] = static_cast<char>(bad[at] ^ 1);
            writeAll(m_path, bad);
            const WriterIndex index = WriterIndex::load(m_path, kFirst);
            QVERIFY2(index.objectCount() == 0 && !index.note().empty(), qPrintable(QString::number(at)));
        }
    }

    void load_cutAnywhere_isEmptyAndSaid() {
        writeFirst(m_path);
        const QByteArray good = readAll(m_path);
        for (qsizetype length = 0; length < good.size(); length += 7) {
            writeAll(m_path, good.left(length));
            const WriterIndex index = WriterIndex::load(m_path, kFirst);
            QVERIFY(index.objectCount() == 0 && !index.note().empty());
        }
    }

    void load_malformedWithRightChecksum_isEmptyAndSaid() {
        writeFirst(m_path);
        const QByteArray good = readAll(m_path);
        // Every length and count in turn is made huge; the checksum says that it is meant so.
        for (qsizetype at = 48; at < good.size() - 32; ++at) {
            QByteArray bad = good;
            bad.replace(at, 1, "\xff", 1);
            bad.chop(32);
            const Digest sum =
                sha256(asBytes(std::string_view(bad.constData(), static_cast<std::size_t>(bad.size()))));
            bad.append(reinterpret_cast<const char*>(sum.data()), static_cast<qsizetype>(sum.size()));
            writeAll(m_path, bad);
            const WriterIndex index = WriterIndex::load(m_path, kFirst);
            // Names and texts may be anything; nothing is read past the end (the sanitizers watch).
            index.find(digest(1));
            QVERIFY(index.items("profile/1").size() <= 3);
        }
    }

    void writeNext_afterLoading_mergesAndReplaces() {
        writeFirst(m_path);
        {
            WriterIndex index = WriterIndex::load(m_path, kFirst);
            for (std::uint64_t number = 10; number < 200; ++number)
                index.add(digest(number), object(number));
            StoredObject again = object(3);
            again.name = nameOf(3000);
            index.add(digest(3), again);
            QVERIFY(index.find(digest(3)) == again);
            QCOMPARE(index.objectCount(), std::uint64_t{199});
            index.setItems("profile/2", {item("table:z", {150, 4})});
            CHECK_OK(index.writeNext(m_path, kSecond, keepAll));
            CHECK_OK(WriterIndex::activateNext(m_path));
        }
        const WriterIndex index = WriterIndex::load(m_path, kSecond);
        QCOMPARE(index.note(), std::string());
        QCOMPARE(index.objectCount(), std::uint64_t{199});
        for (std::uint64_t number = 1; number < 200; ++number) {
            if (number != 3)
                QVERIFY(index.find(digest(number)) == object(number));
        }
        QVERIFY(index.find(digest(3))->name == nameOf(3000));
        QVERIFY(index.items("profile/2") == std::vector<IndexedItem>{item("table:z", {150, 4})});
        // Items that name what is no longer there are read again.
        QVERIFY(index.items("profile/1") == std::vector<IndexedItem>{item("table:b", {})});
    }

    void writeNext_objectNotKept_goesWithItsItems() {
        writeFirst(m_path);
        const WriterIndex loaded = WriterIndex::load(m_path, kFirst);
        CHECK_OK(loaded.writeNext(m_path, kSecond, [](const Digest& name) { return name != nameOf(2); }));
        CHECK_OK(WriterIndex::activateNext(m_path));
        const WriterIndex index = WriterIndex::load(m_path, kSecond);
        QCOMPARE(index.objectCount(), std::uint64_t{8});
        QVERIFY(!index.find(digest(2)));
        const std::vector<IndexedItem> expected{item("table:b", {}), item("table:c", {3})};
        QVERIFY(index.items("profile/1") == expected);
        QCOMPARE(index.items("profile/2").size(), std::size_t{1});
    }

    void load_crashBeforeActivating_takesTheNextOne() {
        writeFirst(m_path);
        WriterIndex index = WriterIndex::load(m_path, kFirst);
        index.add(digest(10), object(10));
        CHECK_OK(index.writeNext(m_path, kSecond, keepAll));
        // The catalog was written, or was not: each finds its index.
        const WriterIndex after = WriterIndex::load(m_path, kSecond);
        QCOMPARE(after.note(), std::string());
        QCOMPARE(after.objectCount(), std::uint64_t{10});
        const WriterIndex before = WriterIndex::load(m_path, kFirst);
        QCOMPARE(before.note(), std::string());
        QCOMPARE(before.objectCount(), std::uint64_t{9});
        // An index that is in use stays whole while the next one takes its place.
        CHECK_OK(after.writeNext(m_path, IndexBinding{9, digest(90)}, keepAll));
        CHECK_OK(WriterIndex::activateNext(m_path));
        QVERIFY(after.find(digest(10)) == object(10));
    }

    void writeNext_failing_leavesWhatWasThere() {
        writeFirst(m_path);
        const QByteArray good = readAll(m_path);
        WriterIndex index = WriterIndex::load(m_path, kFirst);
        index.add(digest(10), object(10));
        std::filesystem::create_directories(m_path.string() + ".next.tmp");
        QVERIFY(!index.writeNext(m_path, kSecond, keepAll));
        std::filesystem::remove(m_path.string() + ".next.tmp");
        std::filesystem::create_directories(m_path.string() + ".next/full");
        const auto refused = index.writeNext(m_path, kSecond, keepAll);
        CHECK_FAILS(refused, ErrorCode::IoError);
        QVERIFY(!std::filesystem::exists(m_path.string() + ".next.tmp"));
        QVERIFY(readAll(m_path) == good);
        CHECK_FAILS(index.writeNext("/nonexistent/folder/index", kSecond, keepAll), ErrorCode::NotFound);
        CHECK_FAILS(WriterIndex::activateNext("/nonexistent/folder/index"), ErrorCode::NotFound);
    }

    void writeNext_linkInTheWay_isNotFollowed() {
        const std::string other = m_path.string() + ".other";
        writeAll(other, "precious");
        std::filesystem::create_symlink(other, m_path.string() + ".next.tmp");
        QVERIFY(!WriterIndex().writeNext(m_path, kFirst, keepAll));
        QCOMPARE(readAll(other), QByteArray("precious"));
    }

    void load_link_isNotFollowed() {
        writeFirst(m_path);
        std::filesystem::rename(m_path, m_path.string() + ".real");
        std::filesystem::create_symlink(m_path.string() + ".real", m_path);
        QVERIFY(!WriterIndex::load(m_path, kFirst).note().empty());
    }

    void find_manyObjects_findsEachAndKeepsNoneOnTheHeap() {
        constexpr std::uint64_t kCount = 200'000;
        {
            WriterIndex index;
            for (std::uint64_t number = 0; number < kCount; ++number)
                index.add(digest(number), object(number));
            std::vector<std::uint64_t> all(kCount);
            for (std::uint64_t number = 0; number < kCount; ++number)
                all[number] = number;
            index.setItems("profile/1", {item("table:all", all)});
            CHECK_OK(index.writeNext(m_path, kFirst, keepAll));
            CHECK_OK(WriterIndex::activateNext(m_path));
        }
        QCOMPARE(QFileInfo(QString::fromStdString(m_path.string())).size() / static_cast<qint64>(kCount),
                 qint64{76});
        const WriterIndex index = WriterIndex::load(m_path, kFirst);
        for (std::uint64_t number = 0; number < kCount; number += 97)
            QVERIFY(index.find(digest(number)) == object(number));
        const auto items = index.items("profile/1");
        QCOMPARE(items.size(), std::size_t{1});
        QVERIFY(items[0].objects[kCount - 1] == nameOf(kCount - 1));
    }

    void knownObjects_size_onlyWhenNamedAndListed() {
        KnownObjects known;
        for (const std::uint64_t number : {5U, 1U, 3U, 1U, 9U})
            known.name(digest(number));
        QVERIFY(!known.size(digest(5)));
        known.listed(digest(5), 500);
        known.listed(digest(1), 0);
        known.listed(digest(2), 200);
        known.listed(digest(9), std::numeric_limits<std::uint32_t>::max());
        QCOMPARE(known.count(), std::uint64_t{4});
        QVERIFY(known.size(digest(5)) == 500);
        QVERIFY(known.size(digest(1)) == 0);
        QVERIFY(!known.size(digest(2))); // an orphan
        QVERIFY(!known.size(digest(3))); // lost
        QVERIFY(known.missing() == std::vector<Digest>{digest(3)});
        known.distrust(digest(5));
        known.distrust(digest(2));
        QVERIFY(!known.size(digest(5)));
        QCOMPARE(known.missing().size(), std::size_t{2});
    }
};

QTEST_APPLESS_MAIN(TestWriterIndex)
#include "test_writerindex.moc"
