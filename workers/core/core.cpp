// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core.h"

#include "engines/repository/statefolder.h"
#include "engines/secrets/opensecretstore.h"
#include "engines/secrets/secretname.h"
#include "models/base/json.h"
#include "models/base/uniquefd.h"
#include "models/database/fullfolder.h"
#include "workers/core/catalogloss.h"
#include "workers/core/coreprivate.h"
#include "workers/core/enginelist.h"
#include "workers/core/workspaceloss.h"
#include "workers/engines.h"

#include <filesystem>

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

namespace salvor {

Error withContext(Error error, const std::string& key, const std::string& value) {
    if (!value.empty())
        error.context.emplace(key, value);
    return error;
}

Result<std::optional<Secret>> secretIfThere(SecretStore& store, const std::string& name,
                                            const CancelToken& cancel) {
    auto secret = store.get(name, cancel);
    if (secret)
        return std::optional<Secret>(std::move(*secret));
    const Error& error = secret.error();
    const auto state = error.context.find("state");
    if (error.code == ErrorCode::SecretUnavailable && state != error.context.end() &&
        state->second == "not_found")
        return std::optional<Secret>();
    return failure(error);
}

namespace {

bool isNotWritable(const Error& error) {
    return error.code == ErrorCode::NoSpace || error.code == ErrorCode::PermissionDenied;
}

} // namespace

Core::Private::Private(CoreConfig given)
    : config(std::move(given)) {
    if (config.processes == nullptr) {
        m_ownProcesses = std::make_unique<SystemProcessRunner>();
        config.processes = m_ownProcesses.get();
    }
    const Principal found = currentPrincipal();
    if (config.machineId.empty())
        config.machineId = found.machine;
    if (config.userName.empty())
        config.userName = found.user;
    m_engines = makeEngines(*config.processes);
}

Result<std::unique_ptr<WorkspaceDatabase>> Core::Private::workspace() const {
    if (isTimers())
        return failure(ErrorCode::Internal,
                       "a timer's program asked for the workspace, which it does not read");
    SALVOR_TRY(createFolders(config.places));
    SALVOR_ASSIGN(const auto loss, lookForWorkspace(config.places, config.clock->now()));
    if (loss && config.warnings != nullptr)
        config.warnings->warned({{}, {}, *loss, {}});
    char host[256] = "localhost";
    (void)gethostname(host, sizeof host - 1);
    SALVOR_ASSIGN(auto database, WorkspaceDatabase::open(config.places.workspaceFile, *config.clock,
                                                         config.userName + "@" + host));
    if (const auto why = whyNotWritable(config.places.workspaceFile); why && config.warnings != nullptr) {
        Error error = *why;
        error.message += ": what Salvor knows is read, and nothing new is remembered";
        config.warnings->warned({{}, {}, error, {}});
    }
    (void)rememberWorkspace(config.places); // without room for it the next opening does
    return database;
}

Result<std::unique_ptr<CatalogDatabase>>
Core::Private::openCatalogFile(bool& isNew, std::optional<CatalogLoss>& loss) const {
    SALVOR_TRY(prepareFolders());
    const std::string& path = config.places.catalogFile;
    std::error_code ignored;
    const bool wasKnown = isKnown(path); // before: another process may be making the first one
    isNew = !std::filesystem::exists(path, ignored);
    auto opened = CatalogDatabase::open(path);
    if (opened && isNew && wasKnown) {
        SALVOR_ASSIGN(loss, noteMissing(path, config.clock->now()));
    }
    if (opened && !wasKnown)
        (void)makeKnown(path); // without room for it the next opening does
    if (opened || opened.error().code != ErrorCode::Corrupt)
        return opened;
    // A cache: kept for whoever wants to look, and made anew. Whoever else met the damage waits here, and
    // finds the new one.
    const UniqueFd damaged(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (damaged.valid() && ::flock(damaged.get(), LOCK_EX) == 0) {
        opened = CatalogDatabase::open(path);
        if (opened || opened.error().code != ErrorCode::Corrupt)
            return opened;
    }
    isNew = true;
    SALVOR_ASSIGN(loss, moveAside(path, opened.error(), config.clock->now()));
    return CatalogDatabase::open(path);
}

/// What runs left in this computer's own folders has not reached a store yet, or never will.
Result<> Core::Private::readSpool(const RepositoryPin& pin, CatalogDatabase& database) const {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(config.places.repositoryState(pin.id)));
    SALVOR_ASSIGN(const auto names, folder.list("spool"));
    for (const auto& name : names) {
        if (!name.ends_with(".json"))
            continue;
        SALVOR_ASSIGN(const auto text, folder.read("spool/" + name));
        const auto object = text ? parseJsonObject(*text, name) : Result<QJsonObject>(QJsonObject());
        const auto run = object ? runRecordFromJson(*object) : Result<RunRecord>(failure(object.error()));
        if (run && run->outcome != RunOutcome::Running && !database.run(run->id))
            SALVOR_TRY(database.saveRun(*run));
    }
    return {};
}

/// From the stores that answer; one that does not is followed when it is opened the next time.
Result<> Core::Private::readAgain(CatalogDatabase& database, std::optional<CatalogLoss>& loss) const {
    std::vector<RepositoryPin> pins;
    if (config.job) {
        pins.push_back(config.job->repository);
    } else {
        SALVOR_ASSIGN(auto workspaceDatabase, workspace());
        SALVOR_ASSIGN(pins, workspaceDatabase->repositories());
    }
    std::vector<std::string> unanswered;
    std::vector<std::string> read;
    for (const auto& pin : pins) {
        const auto opened = openWithoutKeys(pin, {});
        NullProgress nobody;
        const auto filled =
            opened ? refill(*opened, database, nobody, {}) : Result<std::uint64_t>(failure(opened.error()));
        (filled ? read : unanswered).push_back(pin.title);
        if (const auto spooled = readSpool(pin, database); !spooled && loss)
            loss->problem += "; " + spooled.error().message;
    }
    if (!loss)
        return {};
    loss->read = std::move(read);
    loss->unanswered = std::move(unanswered);
    BackupFilter backups;
    RunFilter runs;
    backups.limit = runs.limit = 1;
    SALVOR_ASSIGN(const auto backupPage, database.backups(backups));
    SALVOR_ASSIGN(const auto runPage, database.runs(runs));
    loss->backups = backupPage.total;
    loss->runs = runPage.total;
    // A note that cannot be written is said, and keeps nobody from the records.
    if (const auto noted = noteRead(config.places.catalogFile, *loss, !config.job); !noted)
        loss->problem += "; " + noted.error().message;
    return {};
}

Result<std::unique_ptr<CatalogDatabase>> Core::Private::catalog() const {
    bool isNew = false;
    std::optional<CatalogLoss> loss;
    SALVOR_ASSIGN(auto database, openCatalogFile(isNew, loss));
    // Whoever can write does it: looking needs no room.
    if (const auto ended = database->failInterruptedRuns(); !ended && !isNotWritable(ended.error()))
        return failure(ended.error());
    // What a timer moved aside, and could not read again from all stores, this does.
    const bool met = loss.has_value();
    if (!met && !isTimers())
        loss = unreadLoss(config.places.catalogFile);
    if (!config.watch && (isNew || loss))
        SALVOR_TRY(readAgain(*database, loss));
    if (loss && config.warnings != nullptr)
        config.warnings->warned({{}, {}, toError(*loss, config.clock->now()), {}});
    return database;
}

Result<std::unique_ptr<SecretStore>> Core::Private::secrets(const std::string& kind) const {
    SecretStoreConfig stores;
    stores.fileFolder = config.places.secrets;
    stores.credentialsFolder = config.credentialsFolder;
    stores.pluginFolder = config.pluginFolder;
    if (config.watch || config.job) // nobody is there
        stores.keychainPromptTimeout = stores.keychainTimeout;
    if (config.watch) {
        stores.credentialsUuid = kWatchCredentialsOwner;
        return openSecretStore(config.watch->secretKind, stores);
    }
    if (!config.job)
        return openSecretStore(kind, stores);
    stores.credentialsUuid = config.job->policy.uuid;
    return openSecretStore(config.job->secretKind, stores);
}

Result<Engine*> Core::Private::engine(const std::string& id) const {
    for (const auto& one : m_engines) {
        if (one->description().id == id)
            return one.get();
    }
    return failure(ErrorCode::Unsupported, "there is no engine \"" + id + "\" in this version",
                   "install a newer version", {{"engine", id}});
}

std::optional<std::string> Core::Private::audit(const std::string& action, const std::string& subject,
                                                const QJsonObject& before, const QJsonObject& after) const {
    if (config.job)
        return std::nullopt; // a timer changes nothing but what its run record says
    auto database = workspace();
    const auto audited = database ? (*database)->recordAudit(action, subject, before, after)
                                  : Result<>(failure(database.error()));
    if (audited)
        return std::nullopt;
    return "The audit record could not be written: " + audited.error().message + ".";
}

namespace {

/// With the profile and the way on: whoever has no keychain here, or nobody who unlocks it, gives the
/// password once more and keeps it in a file. `ofKeychain`: it was to come from that.
Error passwordGone(Error error, const Profile& profile, bool ofKeychain) {
    if (error.code != ErrorCode::SecretUnavailable)
        return withContext(std::move(error), "profile", profile.title);
    error.message = "the password of profile \"" + profile.title + "\" is not at hand: " + error.message;
    const auto state = secretState(error);
    if (ofKeychain && state == "absent") {
        // What the plug-in advises of itself stays; its "(--secrets file)" is no option here.
        const auto file = error.hint.find(", or keep it in a file instead");
        error.hint =
            file == std::string::npos ? "log in to a desktop that has it" : error.hint.substr(0, file);
        error.hint += ", or keep the password in a file from now on: salvorctl profile edit \"" +
                      profile.title + "\" --secrets file --ask-password";
    } else if (ofKeychain && (state == "locked" || state == "timeout")) {
        error.hint += error.hint.empty() ? "w" : "; w";
        error.hint += "here nobody can unlock it any more, keep the password in a file from now on: "
                      "salvorctl profile edit \"" +
                      profile.title + "\" --secrets file --ask-password";
    } else if (error.hint.empty()) // systemd's credentials say where they come from
        error.hint = "give it once more: salvorctl profile edit \"" + profile.title + "\" --ask-password";
    return withContext(std::move(error), "profile", profile.title);
}

} // namespace

Result<Login> Core::Private::login(Profile profile, const CancelToken& cancel) const {
    Login login;
    if (!profile.secretKind.empty()) {
        const bool ofKeychain = profile.secretKind == "keychain" && !config.job && !config.watch;
        const auto store = secrets(profile.secretKind);
        auto password = store ? (*store)->get(profile.passwordSecretName(), cancel)
                              : Result<Secret>(failure(store.error()));
        if (!password)
            return failure(passwordGone(std::move(password).error(), profile, ofKeychain));
        login.password = std::move(*password);
    }
    login.profile = std::move(profile);
    return login;
}

Core::Core(CoreConfig config)
    : m_private(std::make_unique<Private>(std::move(config))) {}
Core::~Core() = default;

const CoreConfig& Core::config() const { return m_private->config; }

std::vector<EngineDescription> Core::engines() const { return engineDescriptions(); }

Result<JobReport> Core::runJob(const JobRequest& request, ProgressSink& progress, const CancelToken& cancel) {
    if (const auto* backup = std::get_if<BackupJob>(&request))
        return m_private->backUp(*backup, progress, cancel);
    if (const auto* verify = std::get_if<VerifyJob>(&request))
        return m_private->verify(*verify, progress, cancel);
    if (const auto* drill = std::get_if<DrillJob>(&request))
        return m_private->drill(*drill, progress, cancel);
    return m_private->restore(std::get<RestoreJob>(request), progress, cancel);
}

} // namespace salvor
