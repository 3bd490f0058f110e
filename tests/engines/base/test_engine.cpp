// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The smallest engine there can be: what it does not offer says so by its name.
#include "engines/base/engine.h"
#include "support/check.h"

#include <QTest>

using namespace salvor;

namespace {

/// Reaches nothing; it is there for what it leaves out.
class Smallest final : public Engine {
public:
    Smallest() {
        m_description.id = "smallest";
        m_description.label = "Smallest Store";
    }
    const EngineDescription& description() const override { return m_description; }
    Result<ConnectionReport> testConnection(const Connection&, const CancelToken&) override { return none(); }
    Result<std::unique_ptr<Snapshot>> prepareBackup(const BackupSpec&, ProgressSink&,
                                                    const CancelToken&) override {
        return none();
    }
    Result<Preflight> preflight(const RestoreSpec&, const CancelToken&) override { return none(); }
    Result<std::unique_ptr<Target>> prepareRestore(const RestoreSpec&, ProgressSink&,
                                                   const CancelToken&) override {
        return none();
    }
    Result<std::unique_ptr<Snapshot>> prepareProof(const RestoreSpec&, const std::string&, ProgressSink&,
                                                   const CancelToken&) override {
        return none();
    }

private:
    static tl::unexpected<Error> none() { return failure(ErrorCode::ConnectionFailed, "there is no server"); }
    EngineDescription m_description;
};

} // namespace

class TestEngine : public QObject {
    Q_OBJECT

private:
    template <typename T>
    void refuses(const Result<T>& result) {
        CHECK_FAILS(result, ErrorCode::Unsupported);
        const Error& error = result.error();
        QVERIFY2(error.message.find("Smallest Store") != std::string::npos, error.message.c_str());
        QVERIFY(!error.hint.empty());
        QCOMPARE(error.context.at("engine"), std::string("smallest"));
    }

private slots:
    void optionalCall_notOffered_isRefusedByTheEnginesName() {
        Smallest engine;
        NullProgress progress;
        const CancelToken cancel;
        refuses(engine.listRestored({}, cancel));
        refuses(engine.dropRestored({}, "shop_restored", cancel));
        refuses(engine.planSwap({}, cancel));
        refuses(engine.swap({}, cancel));
        refuses(engine.dropReplaced({}, "shop_old", cancel));
        refuses(engine.runChecks({}, "shop", {}, std::chrono::seconds(1), cancel));
        refuses(engine.startThrowaway({}, progress, cancel));
    }
};

QTEST_APPLESS_MAIN(TestEngine)
#include "test_engine.moc"
