// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/executor/prefetchsource.h"

#include "support/check.h"
#include "support/streams.h"
#include "workers/fakesource.h"

using namespace salvor;
using namespace salvor::test;

namespace {

Result<std::uint64_t> copy(ByteSource& source, ByteSink& sink, std::size_t step) {
    Bytes buffer(step);
    std::uint64_t total = 0;
    for (;;) {
        SALVOR_ASSIGN(const std::size_t count, source.read(buffer));
        if (count == 0)
            return total;
        SALVOR_TRY(sink.write(ByteView(buffer).first(count)));
        total += count;
    }
}

/// Gives blocks for ever and counts them.
class EndlessSource final : public ByteSource {
public:
    explicit EndlessSource(std::atomic<std::size_t>& given)
        : m_given(given) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        m_given += buffer.size();
        return buffer.size();
    }

private:
    std::atomic<std::size_t>& m_given;
};

class HangingSource final : public ByteSource {
public:
    explicit HangingSource(CancelToken cancel)
        : m_cancel(std::move(cancel)) {}
    Result<std::size_t> read(std::span<std::byte>) override {
        SALVOR_TRY(hang(m_cancel));
        return std::size_t{0};
    }

private:
    const CancelToken m_cancel;
};

} // namespace

class TestPrefetchSource : public QObject {
    Q_OBJECT

private slots:
    void read_anySizes_givesTheSameBytes_data();
    void read_anySizes_givesTheSameBytes();
    void read_errorBehindBytes_comesAfterThem();
    void read_afterTheEnd_saysTheEndAgain();
    void readAhead_nobodyReads_staysWithinItsBlocks();
    void read_cancelledWhileItWaits_endsWithCancelled();
};

void TestPrefetchSource::read_anySizes_givesTheSameBytes_data() {
    QTest::addColumn<quint64>("total");
    QTest::addColumn<quint64>("step");
    QTest::newRow("empty") << quint64{0} << quint64{10};
    QTest::newRow("one byte") << quint64{1} << quint64{10};
    QTest::newRow("a block exactly") << quint64{4096} << quint64{4096};
    QTest::newRow("odd steps") << quint64{1000003} << quint64{977};
    QTest::newRow("steps larger than blocks") << quint64{1000003} << quint64{50000};
}

void TestPrefetchSource::read_anySizes_givesTheSameBytes() {
    QFETCH(quint64, total);
    QFETCH(quint64, step);
    PrefetchSource source(std::make_unique<SequenceSource>(total, 5), {}, 3, 4096);
    SequenceSink sink(5);
    const auto copied = copy(source, sink, step);
    CHECK_OK(copied);
    QCOMPARE(*copied, std::uint64_t{total});
}

void TestPrefetchSource::read_errorBehindBytes_comesAfterThem() {
    auto damaged = std::make_unique<SequenceSource>(4096 * 3, 5);
    damaged->failAtEnd(Error{ErrorCode::Corrupt, "hash differs", {}, false, {}});
    PrefetchSource source(std::move(damaged), {}, 2, 4096);
    SequenceSink sink(5);
    CHECK_FAILS(copy(source, sink, 1000), ErrorCode::Corrupt);
    QCOMPARE(sink.count(), std::uint64_t{4096 * 3});
    Bytes buffer(10);
    CHECK_FAILS(source.read(buffer), ErrorCode::Corrupt);
}

void TestPrefetchSource::read_afterTheEnd_saysTheEndAgain() {
    PrefetchSource source(std::make_unique<SequenceSource>(10, 5), {});
    Bytes buffer(100);
    QCOMPARE(source.read(buffer).value_or(999), std::size_t{10});
    QCOMPARE(source.read(buffer).value_or(999), std::size_t{0});
    QCOMPARE(source.read(buffer).value_or(999), std::size_t{0});
}

void TestPrefetchSource::readAhead_nobodyReads_staysWithinItsBlocks() {
    std::atomic<std::size_t> given = 0;
    {
        PrefetchSource source(std::make_unique<EndlessSource>(given), {}, 3, 1000);
        Bytes buffer(1000);
        for (int i = 0; i < 20; ++i)
            QCOMPARE(source.read(buffer).value_or(0), std::size_t{1000});
    } // ends though the source does not
    QVERIFY(given >= 20000);
    QVERIFY(given <= 24000);
}

void TestPrefetchSource::read_cancelledWhileItWaits_endsWithCancelled() {
    std::stop_source stop;
    PrefetchSource source(std::make_unique<HangingSource>(stop.get_token()), stop.get_token());
    std::jthread canceller([&] { stop.request_stop(); });
    Bytes buffer(10);
    CHECK_FAILS(source.read(buffer), ErrorCode::Cancelled);
}

QTEST_APPLESS_MAIN(TestPrefetchSource)
#include "test_prefetchsource.moc"
