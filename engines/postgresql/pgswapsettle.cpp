// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgswapsettle.h"

#include "models/base/json.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace salvor {

namespace {

using namespace std::chrono_literals;

constexpr auto kLongest = 60s; ///< a server that crashed may have to recover first
constexpr auto kAfterCancel = 900ms;
constexpr auto kBetween = 300ms;

constexpr const char* kNames = R"sql(
SELECT pg_catalog.pg_is_in_recovery(),
       coalesce((SELECT datname::text FROM pg_catalog.pg_database WHERE oid = $1::pg_catalog.oid), ''),
       coalesce((SELECT datname::text FROM pg_catalog.pg_database WHERE oid = $2::pg_catalog.oid), ''))sql";

// By its transaction, since a number of a process is soon another one's.
constexpr const char* kEnd = R"sql(
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
 WHERE pid = $1::int4 AND backend_xid = $2::pg_catalog.xid8::pg_catalog.xid)sql";

/// Stops when its time is over, and soon after a cancel.
class Bound {
public:
    explicit Bound(const CancelToken& cancel)
        : m_thread([this, cancel](const std::stop_token& leaving) { watch(cancel, leaving); }) {}
    CancelToken token() const { return m_source.get_token(); }
    void pause() {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait_for(lock, m_source.get_token(), kBetween, [] { return false; });
    }

private:
    void watch(const CancelToken& cancel, const std::stop_token& leaving) {
        const std::stop_callback wake(cancel, [this] {
            const std::lock_guard lock(m_mutex);
            m_cancelled = true;
            m_wake.notify_all();
        });
        std::unique_lock lock(m_mutex);
        m_wake.wait_for(lock, leaving, kLongest, [this] { return m_cancelled; });
        if (!leaving.stop_requested() && m_cancelled)
            m_wake.wait_for(lock, leaving, kAfterCancel, [] { return false; });
        m_source.request_stop();
    }

    std::stop_source m_source;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    bool m_cancelled = false;
    std::jthread m_thread; ///< last: it uses all of these
};

std::string oidOf(const PgSwapSide& side) { return fromQt(side.facts[QStringLiteral("oid")].toString()); }

/// One look; nothing where it says nothing yet.
class Look {
public:
    Look(PgConnection& outside, const PgSwapPlan& plan, const PgSwapTransaction& transaction,
         const CancelToken& bound)
        : m_outside(outside)
        , m_plan(plan)
        , m_transaction(transaction)
        , m_bound(bound) {}

    Result<std::optional<PgSwapFound>> once() {
        const auto status =
            m_outside.value("asking what became of the swap",
                            "SELECT coalesce(pg_catalog.pg_xact_status($1::pg_catalog.xid8), '')", m_bound,
                            {m_transaction.id});
        if (!status && !m_outside.usable())
            return failure(status.error());
        if (status && *status == "in progress") {
            SALVOR_TRY(end());
            return std::optional<PgSwapFound>();
        }
        SALVOR_ASSIGN(const auto names,
                      m_outside.query("looking for the names of the two databases", kNames, m_bound,
                                      {oidOf(m_plan.restored), oidOf(m_plan.replaced)}));
        if (names.size() != 1 || names.flag(0, 0)) // a standby may be behind
            return std::optional<PgSwapFound>();
        // One that the server knows nothing of (it is another one now) is judged by the names alone.
        return std::optional(judge(status.value_or(std::string()), names.text(0, 1), names.text(0, 2)));
    }

private:
    Result<> end() {
        return m_outside
            .query("ending the session of the swap", kEnd, m_bound,
                   {m_transaction.serverProcess, m_transaction.id})
            .map([](const PgRows&) {});
    }

    PgSwapFound judge(const std::string& status, const std::string& restored, const std::string& replaced) {
        const DatabaseSwap& swap = m_plan.swap;
        if (status != "aborted" && restored == swap.restoredAs && replaced == swap.replacedAs)
            return {PgSwapOutcome::Done, {}};
        if (status != "committed" && restored == swap.restored && replaced == swap.replaced)
            return {PgSwapOutcome::NotDone, {}};
        const auto called = [](const std::string& name) {
            return name.empty() ? std::string("is gone") : "is called " + name;
        };
        return {PgSwapOutcome::Unknown, "the restored database " + called(restored) + ", the other one " +
                                            called(replaced) + " by now" +
                                            (status.empty() ? "" : ", and the swap was " + status)};
    }

    PgConnection& m_outside;
    const PgSwapPlan& m_plan;
    const PgSwapTransaction& m_transaction;
    const CancelToken& m_bound;
};

} // namespace

Result<PgSwapTransaction> pgSwapTransaction(PgConnection& outside, const CancelToken& cancel) {
    SALVOR_ASSIGN(const auto rows,
                  outside.query("asking for the number of the swap's transaction",
                                "SELECT pg_catalog.pg_current_xact_id(), pg_catalog.pg_backend_pid()",
                                cancel));
    return PgSwapTransaction{rows.text(0, 0), rows.text(0, 1)};
}

PgSwapFound pgSettleSwap(const PgEndpointPtr& endpoint, const PgSwapPlan& plan,
                         const PgSwapTransaction& transaction, const CancelToken& cancel) {
    Bound bound(cancel);
    const CancelToken token = bound.token();
    std::string why = "there was no time to look";
    for (; !token.stop_requested(); bound.pause()) {
        auto outside = pgOutside(endpoint, plan.swap.restored, plan.swap.replaced, token);
        const auto found = outside ? Look(**outside, plan, transaction, token).once()
                                   : Result<std::optional<PgSwapFound>>(failure(outside.error()));
        if (found && *found)
            return **found;
        if (found)
            why = "the server has not ended the transaction yet";
        else if (!found.error().isCancelled())
            why = found.error().message;
    }
    return {PgSwapOutcome::Unknown, why};
}

} // namespace salvor
