// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/hash.h"
#include "engines/repository/chunker.h"
#include "repository/randomdata.h"

#include <QTest>

#include <set>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20U;

/// Lengths of the chunks of `bytes`, given in pieces of `step` bytes.
std::vector<std::size_t> lengths(ByteView bytes, std::size_t step) {
    Chunker chunker;
    std::vector<std::size_t> out(1, 0);
    while (!bytes.empty()) {
        const auto taken = chunker.take(bytes.first(std::min(step, bytes.size())));
        out.back() += taken.taken;
        bytes = bytes.subspan(taken.taken);
        if (taken.cut)
            out.push_back(0);
    }
    if (out.back() == 0)
        out.pop_back();
    return out;
}

/// The rule as the header states it, byte by byte.
std::vector<std::size_t> lengthsByTheRule(ByteView bytes) {
    std::vector<std::size_t> out;
    std::uint64_t hash = 0;
    std::size_t length = 0;
    for (const std::byte byte : bytes) {
        ++length;
        if (length > kMiB)
            hash = hash * 2 + Chunker::gear()[std::to_integer<std::size_t>(byte)];
        const bool early = length <= 4 * kMiB && hash < (std::uint64_t{1} << 40U);
        const bool late = length > 4 * kMiB && hash < (std::uint64_t{1} << 44U);
        if (length > kMiB && (early || late || length == 16 * kMiB)) {
            out.push_back(length);
            length = 0;
            hash = 0;
        }
    }
    if (length > 0)
        out.push_back(length);
    return out;
}

std::set<std::size_t> cuts(const std::vector<std::size_t>& chunkLengths) {
    std::set<std::size_t> out;
    std::size_t at = 0;
    for (const std::size_t length : chunkLengths)
        out.insert(at += length);
    return out;
}

} // namespace

class TestChunker : public QObject {
    Q_OBJECT
private slots:
    void gear_table_isTheDocumentedOne() {
        // Computed apart from this program, from the rule in the header.
        QCOMPARE(Chunker::gear()[0], std::uint64_t{0x9fd4f7dd4030b76d});
        QCOMPARE(Chunker::gear()[1], std::uint64_t{0x93701d6ce37752b0});
        QCOMPARE(Chunker::gear()[255], std::uint64_t{0x42f696297d65bffd});
        Bytes table;
        for (const std::uint64_t entry : Chunker::gear()) {
            for (unsigned i = 0; i < 8; ++i)
                table.push_back(static_cast<std::byte>(entry >> (8 * i)));
        }
        QCOMPARE(toHex(sha256(table)),
                 std::string("4fa6f693b684f87d06e823ae65cc09e9fdd30f1ca0f84f355b496abfacfb50f4"));
    }

    void take_randomData_cutsByTheRule() {
        const Bytes data = randomData(40 * kMiB, 7);
        const auto found = lengths(data, data.size());
        QVERIFY(found.size() > 3);
        QCOMPARE(found, lengthsByTheRule(data));
    }

    void take_randomData_hasTheMeanThatIsPromised() {
        const Bytes data = randomData(320 * kMiB, 1);
        auto found = lengths(data, kMiB);
        found.pop_back(); // cut by the end of the data
        std::size_t sum = 0;
        for (const std::size_t length : found) {
            QVERIFY(length > Chunker::kMinBytes);
            QVERIFY(length <= Chunker::kMaxBytes);
            sum += length;
        }
        const double mean = static_cast<double>(sum) / static_cast<double>(found.size()) / kMiB;
        qInfo("%zu chunks, mean %.2f MiB", found.size(), mean);
        QVERIFY2(mean > 4.2 && mean < 5.0, qPrintable(QString::number(mean)));
    }

    void take_anySizeOfPieces_cutsTheSame() {
        const Bytes data = randomData(24 * kMiB, 3);
        const auto whole = lengths(data, data.size());
        QVERIFY(whole.size() > 2);
        QCOMPARE(lengths(data, 1), whole);
        QCOMPARE(lengths(data, 4093), whole);
        QCOMPARE(lengths(data, kMiB), whole);
    }

    void take_bytesInserted_changesFewCuts() {
        const Bytes data = randomData(64 * kMiB, 5);
        Bytes longer = data;
        const auto at = static_cast<std::ptrdiff_t>(20 * kMiB + 17);
        longer.insert(longer.begin() + at, 1000, std::byte{'x'});
        const auto before = cuts(lengths(data, kMiB));
        const auto after = cuts(lengths(longer, kMiB));
        std::size_t kept = 0;
        for (const std::size_t cut : before)
            kept += after.contains(cut < 20 * kMiB ? cut : cut + 1000) ? 1U : 0U;
        QVERIFY2(kept + 4 >= before.size(),
                 qPrintable(QStringLiteral("%1 of %2").arg(kept).arg(before.size())));
    }

    void take_constantBytes_cutsAtTheMaximum() {
        for (const auto value : {std::byte{0}, std::byte{' '}, std::byte{0xff}}) {
            const Bytes data(34 * kMiB, value);
            const std::vector<std::size_t> expected{16 * kMiB, 16 * kMiB, 2 * kMiB};
            QCOMPARE(lengths(data, 3 * kMiB), expected);
        }
    }

    void take_nothing_takesNothing() {
        Chunker chunker;
        const auto step = chunker.take({});
        QCOMPARE(step.taken, std::size_t{0});
        QVERIFY(!step.cut);
    }

    void restart_inMidChunk_forgetsWhatCameBefore() {
        const Bytes data = randomData(12 * kMiB, 9);
        Chunker used;
        const auto before = used.take(randomData(kMiB + 1000, 4));
        QVERIFY(!before.cut);
        used.restart();
        Chunker fresh;
        const auto a = used.take(data);
        const auto b = fresh.take(data);
        QVERIFY(b.cut);
        QCOMPARE(a.taken, b.taken);
        QCOMPARE(a.cut, b.cut);
    }
};

QTEST_APPLESS_MAIN(TestChunker)
#include "test_chunker.moc"
