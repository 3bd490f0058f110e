// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A store that fails on demand, and a record of what was done for trying power cuts.
#pragma once

#include "engines/storage/store.h"

#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace salvor::test {

enum class StoreOp { Put, Get, List, Remove, Stat, Space, Sync }; ///< getRange() is a Get

/// One thing that goes wrong.
struct StoreFault {
    enum class Kind {
        Fail,           ///< `error`, and nothing was done
        FailAfterwards, ///< the operation is done, then `error` (a put that timed out after it worked)
        FlipBit,        ///< a get gives its bytes with one bit flipped, in the middle
        Truncate,       ///< a get gives the first half of its bytes
        PartialList,    ///< a list succeeds and leaves out every second entry, the first one too
        DoubledList,    ///< a list gives every entry twice
        StaleList,      ///< a list gives what was there when the fault was injected
    };
    Kind kind = Kind::Fail;
    Error error{ErrorCode::IoError, "injected fault", {}, false, {}};
    std::optional<StoreOp> op = {}; ///< only these operations count; by default those that the kind can spoil
    std::string keyPrefix = {};     ///< only keys (prefixes of lists) that start with it count
    std::uint64_t at = 1;           ///< which of them it hits, from the injection on: 1 is the next one
    bool sticky = false;            ///< and every one after that
};

struct RecordedOp {
    StoreOp op;
    std::string key;                    ///< of a list its prefix
    std::shared_ptr<const Bytes> bytes; ///< of a put
    bool succeeded = false;             ///< in the store; what the caller was told may differ
};

/// Wraps a store, which must outlive it. Thread safe; operations are numbered in the order in which they
/// begin.
class FaultStore final : public Store {
public:
    explicit FaultStore(Store& inner)
        : m_inner(inner) {}

    /// Faults add up; the first one that hits an operation wins.
    void inject(StoreFault fault);
    /// Takes all faults away.
    void heal();
    /// How many operations began, faulty ones included; or those of one kind.
    std::uint64_t operations() const;
    std::uint64_t operations(StoreOp op) const;
    /// Keeps every operation (with the bytes of puts) from now on.
    void startRecording();
    std::vector<RecordedOp> recording() const;
    /// Called before each operation, in its thread and without a lock: to stop a token, or to look at
    /// operation N.
    void onOperation(std::function<void(StoreOp op, std::string_view key)> call);

    StoreFeatures features() const override { return m_inner.features(); }
    std::string location() const override { return m_inner.location(); }
    Result<> put(std::string_view key, ByteView bytes, const CancelToken& cancel) override;
    Result<Bytes> get(std::string_view key, const CancelToken& cancel) override;
    Result<Bytes> getRange(std::string_view key, std::uint64_t offset, std::uint64_t length,
                           const CancelToken& cancel) override;
    Result<> list(std::string_view prefix, const std::function<Result<>(const StoreEntry&)>& visit,
                  const CancelToken& cancel) override;
    Result<> remove(std::string_view key, const CancelToken& cancel) override;
    Result<std::optional<StoreEntry>> stat(std::string_view key, const CancelToken& cancel) override;
    Result<std::optional<StoreSpace>> space(const CancelToken& cancel) override;
    Result<> sync(const CancelToken& cancel) override;
    Result<std::uint64_t> removeLeftovers(std::chrono::seconds age, const CancelToken& cancel) override {
        return m_inner.removeLeftovers(age, cancel); // faults of list and remove are asked for by those
    }

private:
    struct Armed {
        StoreFault fault;
        std::uint64_t seen = 0;
        std::vector<StoreEntry> before; ///< of a stale list
    };
    std::optional<Armed> begin(StoreOp op, std::string_view key);
    void record(StoreOp op, std::string_view key, ByteView bytes, bool succeeded);
    template <typename T, typename Call>
    Result<T> perform(StoreOp op, std::string_view key, ByteView bytes, Call call);

    Store& m_inner;
    mutable std::mutex m_mutex;
    std::vector<Armed> m_faults;
    std::vector<std::uint64_t> m_counts = std::vector<std::uint64_t>(7);
    std::function<void(StoreOp, std::string_view)> m_onOperation;
    bool m_recording = false;
    std::vector<RecordedOp> m_record;
};

/// What a store may hold after the power went: a prefix of the recorded operations, less any subset of those
/// puts and removals that no sync() had made durable. Bytes are durable with their put, so a file is whole or
/// absent.
class PowerCut {
public:
    /// Keys for which `durableAtOnce` is true need no sync(): by default, as LocalStore does it, all but
    /// "objects/".
    explicit PowerCut(std::vector<RecordedOp> operations,
                      std::function<bool(std::string_view key)> durableAtOnce = {});
    std::size_t length() const { return m_operations.size(); }
    /// Which operations of the first `count` may be lost.
    std::vector<std::size_t> uncertain(std::size_t count) const;
    /// Does the first `count` operations, less the `lost` ones, on a store that holds what was there at the
    /// start.
    Result<> replay(std::size_t count, const std::set<std::size_t>& lost, Store& into) const;

private:
    std::vector<RecordedOp> m_operations;
    std::function<bool(std::string_view key)> m_durableAtOnce;
};

} // namespace salvor::test
