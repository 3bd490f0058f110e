// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgswap.h"

#include "engines/postgresql/pgfacts.h"
#include "engines/postgresql/pgswapplan.h"
#include "engines/postgresql/pgswapsettle.h"
#include "engines/postgresql/pgswapsql.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace salvor {

namespace {

using namespace std::chrono_literals;

constexpr auto kWorkersStart = 10s; ///< TimescaleDB's, after a swap
constexpr int kAttempts = 3;        // of the renames; the server itself waits five seconds in each

// Everything but autovacuum, which the server ends by itself for a rename.
constexpr const char* kTerminate = R"sql(
SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity
 WHERE datname IN ($1, $2) AND pid <> pg_catalog.pg_backend_pid() AND backend_type <> 'autovacuum worker')sql";

Error inTheWay(const DatabaseSwap& swap) {
    std::string who;
    for (const auto& client : swap.clients)
        who += (who.empty() ? "" : "; ") + client.database + ": " + client.user +
               (client.application.empty() ? "" : ", " + client.application) +
               (client.address.empty() ? "" : ", " + client.address) + ", " + client.state;
    return {
        ErrorCode::Busy,
        (swap.clients.size() == 1 ? "a client is" : std::to_string(swap.clients.size()) + " clients are") +
            " connected; nothing was changed: " + who,
        "let them end, or add --terminate-clients, which ends their sessions and what they have not "
        "committed",
        true,
        {{"clients", std::to_string(swap.clients.size())}}};
}

Error prepared(const DatabaseClient& client) {
    return {ErrorCode::Busy,
            "the prepared transaction " + client.application + " of " + client.user +
                " is open in database " + client.database + "; nothing was changed",
            "COMMIT PREPARED or ROLLBACK PREPARED it, then try again",
            false,
            {{"database", client.database}}};
}

Error changedMeanwhile(const std::string& database) {
    return {ErrorCode::Conflict,
            "database " + database + " was changed meanwhile; nothing was changed by this",
            "look again what would be done, with --dry-run",
            false,
            {{"database", database}}};
}

/// What the statements were made from: the database itself, its marker, and what is carried over.
constexpr std::array kSeen = {"oid", "comment", "owner", "acl", "settings", "datconnlimit"};

/// Ends the sessions of two databases, again and again until it goes: between the first look and the lock
/// that a rename takes others may have come in.
class Terminator {
public:
    Terminator(std::unique_ptr<PgConnection> connection, std::string one, std::string other)
        : m_connection(std::move(connection))
        , m_one(std::move(one))
        , m_other(std::move(other)) {}

    /// MissingRight when the user may not.
    Result<> once(const CancelToken& cancel) {
        return m_connection->query("ending the clients' sessions", kTerminate, cancel, {m_one, m_other})
            .map([](const PgRows&) {});
    }
    void goOn() {
        m_thread = std::jthread([this](const std::stop_token& stop) {
            std::unique_lock lock(m_mutex);
            while (!m_wake.wait_for(lock, stop, 100ms, [] { return false; }) && !stop.stop_requested()) {
                if (!once(stop))
                    return; // the renames say what is in their way
            }
        });
    }

private:
    std::unique_ptr<PgConnection> m_connection;
    std::string m_one;
    std::string m_other;
    std::mutex m_mutex;
    std::condition_variable_any m_wake;
    std::jthread m_thread; ///< last: stopped and joined first
};

/// TimescaleDB's own processes count as sessions, and its launcher starts them again unless it is told.
void tellWorkers(const PgEndpointPtr& endpoint, const PgSwapSide& side, const std::string& name,
                 const char* what, const CancelToken& cancel) {
    if (!side.timescale)
        return;
    if (const auto inside = PgConnection::open(endpoint, name, cancel))
        (void)(*inside)->query("telling TimescaleDB's workers",
                               std::string("SELECT _timescaledb_functions.") + what + "()", cancel);
}

/// For what has to be done after a cancel as well, and may not take for ever.
class Little {
public:
    Little()
        : m_thread([this](const std::stop_token& leaving) {
            std::mutex mutex;
            std::condition_variable_any never;
            std::unique_lock lock(mutex);
            never.wait_for(lock, leaving, kWorkersStart, [] { return false; });
            m_source.request_stop();
        }) {}
    CancelToken token() const { return m_source.get_token(); }

private:
    std::stop_source m_source;
    std::jthread m_thread; ///< last: it uses the other
};

class Swapper {
public:
    Swapper(PgEndpointPtr endpoint, const SwapSpec& spec, const CancelToken& cancel)
        : m_endpoint(std::move(endpoint))
        , m_spec(spec)
        , m_cancel(cancel) {}

    Result<DatabaseSwap> run() {
        SALVOR_ASSIGN(m_plan, pgMakeSwapPlan(m_endpoint, m_spec, m_cancel));
        const DatabaseSwap& swap = m_plan.swap;
        for (const auto& client : swap.clients) {
            if (client.processId == 0)
                return failure(prepared(client));
        }
        if (!swap.clients.empty() && !m_spec.terminateClients)
            return failure(inTheWay(swap));
        workers("stop_background_workers", swap.restored, swap.replaced, m_cancel);
        auto done = rename(); // whoever ended the clients' sessions has gone
        if (!done && m_isInDoubt)
            done = settle(std::move(done).error());
        if (m_plan.restored.timescale || m_plan.replaced.timescale) {
            const Little little; // a cancel must not leave them stopped
            workers("start_background_workers", done ? swap.restoredAs : swap.restored,
                    done ? swap.replacedAs : swap.replaced, little.token());
        }
        if (!done)
            return failure(std::move(done).error());
        if (m_spec.undo)
            recount();
        return std::move(m_plan.swap);
    }

private:
    void workers(const char* what, const std::string& restored, const std::string& replaced,
                 const CancelToken& cancel) {
        tellWorkers(m_endpoint, m_plan.restored, restored, what, cancel);
        tellWorkers(m_endpoint, m_plan.replaced, replaced, what, cancel);
    }

    Result<> rename() {
        const DatabaseSwap& swap = m_plan.swap;
        SALVOR_ASSIGN(const auto outside, pgOutside(m_endpoint, swap.restored, swap.replaced, m_cancel));
        std::optional<Terminator> terminator;
        if (m_spec.terminateClients) {
            SALVOR_ASSIGN(auto second, pgOutside(m_endpoint, swap.restored, swap.replaced, m_cancel));
            terminator.emplace(std::move(second), swap.restored, swap.replaced);
            SALVOR_TRY(terminator->once(m_cancel));
            terminator->goOn();
        }
        Result<> done;
        for (int attempt = 0; attempt < kAttempts; ++attempt) {
            done = transaction(*outside);
            if (done || done.error().code != ErrorCode::Busy || !outside->usable())
                break;
        }
        return done;
    }

    Result<> transaction(PgConnection& outside) {
        // Each statement sees what others have committed until then, whatever the login's default is.
        SALVOR_TRY(step(outside, "BEGIN ISOLATION LEVEL READ COMMITTED"));
        // A lock that somebody else holds is not waited for without an end.
        SALVOR_TRY(step(outside, "SET LOCAL lock_timeout = '10s'"));
        auto done = statements(outside);
        if (done) {
            done = step(outside, "COMMIT");
            // Sent, and not answered: by a cancel as well.
            m_isInDoubt = !done && !outside.usable();
            return done;
        }
        if (outside.usable())
            (void)step(outside, "ROLLBACK"); // closing the connection does it as well
        return done;
    }

    Result<> statements(PgConnection& outside) {
        const auto& all = m_plan.swap.statements;
        for (std::size_t i = 0; i < all.size(); ++i) {
            auto done = step(outside, all[i]);
            if (!done && i < kPgSwapRenames && done.error().code == ErrorCode::NotFound)
                return failure(changedMeanwhile(i == 0 ? first() : second()));
            SALVOR_TRY(std::move(done));
            if (i + 1 == kPgSwapRenames)
                SALVOR_TRY(requireAsPlanned(outside));
        }
        SALVOR_ASSIGN(m_transaction, pgSwapTransaction(outside, m_cancel));
        return {};
    }

    /// Done after all; or the error, which says for sure that nothing was changed, or that nobody knows.
    Result<> settle(Error lost) {
        const PgSwapFound found = pgSettleSwap(m_endpoint, m_plan, m_transaction, m_cancel);
        if (found.outcome == PgSwapOutcome::Done)
            return {};
        if (found.outcome == PgSwapOutcome::NotDone) {
            if (!lost.isCancelled())
                lost.message += "; the server says that nothing was changed";
            return failure(std::move(lost));
        }
        const DatabaseSwap& swap = m_plan.swap;
        const std::string what =
            lost.isCancelled() ? "it was cancelled while the server confirmed it" : lost.message;
        return failure(ErrorCode::ConnectionLost,
                       what + "; whether " + swap.restored + " is called " + swap.restoredAs + " and " +
                           swap.replaced + " is called " + swap.replacedAs +
                           " now is not known: " + found.why,
                       "look with salvorctl restored list, which also writes down what became of it",
                       {{"outcome", "unknown"}, {"server", m_endpoint->title()}});
    }
    const std::string& first() const {
        return m_plan.swap.undo ? m_plan.swap.restored : m_plan.swap.replaced;
    }
    const std::string& second() const {
        return m_plan.swap.undo ? m_plan.swap.replaced : m_plan.swap.restored;
    }

    /// Names may have been given to other databases since the plan was made, by another swap that was waited
    /// for. From its rename on each is locked until the end, so what is seen now stays so.
    Result<> requireAsPlanned(PgConnection& outside) {
        const DatabaseSwap& swap = m_plan.swap;
        for (const auto& [side, name] :
             {std::pair(&m_plan.restored, &swap.restoredAs), std::pair(&m_plan.replaced, &swap.replacedAs)}) {
            SALVOR_ASSIGN(const QJsonObject now, pgReadDatabaseFacts(outside, *name, m_cancel));
            for (const char* key : kSeen) {
                if (now.value(QLatin1String(key)) != side->facts.value(QLatin1String(key)))
                    return failure(changedMeanwhile(side->name));
            }
        }
        return {};
    }

    Result<> step(PgConnection& outside, const std::string& statement) {
        const DatabaseSwap& swap = m_plan.swap;
        const std::string doing = (swap.undo ? "taking back the swap of " : "swapping ") + swap.restored +
                                  " and " + swap.replaced + " (" +
                                  statement.substr(0, statement.find(" IS '")) + ")";
        return outside.query(doing, statement, m_cancel).map([](const PgRows&) {});
    }

    /// Now that nobody writes any longer.
    void recount() {
        DatabaseSwap& swap = m_plan.swap;
        const auto written = pgRowsWritten(m_endpoint, swap.restoredAs, m_cancel);
        swap.rowsChanged.reset();
        if (written && m_plan.marker.writes >= 0 && *written >= m_plan.marker.writes)
            swap.rowsChanged = static_cast<std::uint64_t>(*written - m_plan.marker.writes);
    }

    PgEndpointPtr m_endpoint;
    const SwapSpec& m_spec;
    const CancelToken& m_cancel;
    PgSwapPlan m_plan;
    PgSwapTransaction m_transaction;
    bool m_isInDoubt = false; ///< nobody confirmed the COMMIT
};

} // namespace

Result<DatabaseSwap> pgPlanSwap(const PgEndpointPtr& endpoint, const SwapSpec& spec,
                                const CancelToken& cancel) {
    return pgMakeSwapPlan(endpoint, spec, cancel).map([](PgSwapPlan plan) { return std::move(plan.swap); });
}

Result<DatabaseSwap> pgSwap(const PgEndpointPtr& endpoint, const SwapSpec& spec, const CancelToken& cancel) {
    return Swapper(endpoint, spec, cancel).run();
}

} // namespace salvor
