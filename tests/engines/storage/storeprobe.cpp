// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A program that uses a local store, for trying it under strace, on a full disk or as another user:
//   storeprobe ROOT put:KEY:BYTES | get:KEY | remove:KEY | list:PREFIX | sync | fill:PREFIX:BYTES …
// Prints one line per step, "ok" or the code of the error. `fill` puts files until one fails, and prints its
// code.
#include "engines/storage/localstore.h"

#include "support/streams.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <vector>

using namespace salvor;

namespace {

std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> parts;
    for (std::size_t from = 0; from <= text.size();) {
        const std::size_t end = std::min(text.find(':', from), text.size());
        parts.push_back(text.substr(from, end - from));
        from = end + 1;
    }
    return parts;
}

Result<> perform(LocalStore& store, const std::vector<std::string>& step) {
    if (step[0] == "sync")
        return store.sync({});
    if (step[0] == "remove")
        return store.remove(step.at(1), {});
    if (step[0] == "list")
        return store.list(step.at(1), [](const StoreEntry&) { return Result<>(); }, {});
    if (step[0] == "get") {
        SALVOR_ASSIGN(const Bytes bytes, store.get(step.at(1), {}));
        if (bytes != test::makeBytes(bytes.size()))
            return failure(ErrorCode::Corrupt, "other bytes");
        return {};
    }
    const Bytes bytes = test::makeBytes(std::stoul(step.at(2)));
    if (step[0] == "put")
        return store.put(step.at(1), bytes, {});
    for (int i = 0; i < 100000; ++i)
        SALVOR_TRY(store.put(step.at(1) + std::to_string(i), bytes, {}));
    return {};
}

void print(const Result<>& result) {
    const std::string_view name = result ? "ok" : toString(result.error().code);
    std::printf("%.*s\n", static_cast<int>(name.size()), name.data());
    std::fflush(stdout);
    if (!result)
        std::fprintf(stderr, "%s\n", result.error().toText().c_str());
}

} // namespace

int main(int argc, char** argv) {
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    const SystemClock clock;
    auto store = openLocalStore(arguments.at(0), clock);
    if (!store) {
        print(failure(store.error()));
        return 1;
    }
    for (std::size_t i = 1; i < arguments.size(); ++i)
        print(perform(**store, split(arguments[i])));
    return 0;
}
