// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine refuses that does not offer it.
#include "engines/base/engine.h"

namespace salvor {

namespace {

tl::unexpected<Error> refused(const Engine& engine, const std::string& what, std::string hint) {
    const EngineDescription& description = engine.description();
    return failure(ErrorCode::Unsupported, what + " is not supported for " + description.label,
                   std::move(hint), {{"engine", description.id}});
}

} // namespace

Result<std::vector<RestoredDatabase>> Engine::listRestored(const Connection&, const CancelToken&) {
    return refused(*this, "listing what restores made", "look on the server itself");
}

Result<> Engine::dropRestored(const Connection&, const std::string& name, const CancelToken&) {
    return refused(*this, "dropping the restored database \"" + name + "\"", "drop it on the server itself");
}

Result<DatabaseSwap> Engine::planSwap(const SwapSpec& spec, const CancelToken&) {
    return refused(*this, "swapping the database \"" + spec.database + "\" by name",
                   "let the clients use the restored one by its own name");
}

Result<DatabaseSwap> Engine::swap(const SwapSpec& spec, const CancelToken& cancel) {
    return planSwap(spec, cancel);
}

Result<> Engine::dropReplaced(const Connection&, const std::string& name, const CancelToken&) {
    return refused(*this, "dropping the replaced database \"" + name + "\"", "drop it on the server itself");
}

Result<std::vector<DrillCheckResult>> Engine::runChecks(const Connection&, const std::string&,
                                                        const std::vector<DrillCheck>&, std::chrono::seconds,
                                                        const CancelToken&) {
    return refused(*this, "running check queries", "drill without them");
}

Result<std::unique_ptr<ThrowawayServer>> Engine::startThrowaway(const ThrowawaySpec&, ProgressSink&,
                                                                const CancelToken&) {
    return refused(*this, "starting a throwaway server", "drill on another server: --target PROFILE");
}

} // namespace salvor
