// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/welcome/protectflow.h"

#include "models/base/json.h"
#include "models/policy/enginedefaults.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/policies/policytexts.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/format.h"
#include "workers/engines.h"

#include <algorithm>
#include <iterator>

namespace salvor {

namespace {

struct Known {
    std::vector<Profile> profiles;
    std::vector<RepositoryPin> repositories;
    std::vector<Policy> policies;
};

struct Tested {
    ConnectionReport report;
    std::vector<Policy> policies; ///< of all servers
};

struct Saved {
    Profile profile;
    std::vector<std::string> scheduled; ///< titles of its policies with a schedule
};

struct ToSave {
    Profile profile;
    std::optional<Secret> password;
    std::string repository; ///< its id
    Policy when;            ///< rules, schedules and retention
    bool isNew = false;
};

/// Of a server that was added as a target only.
Result<Profile> withoutPolicy(Core& core, const std::string& uuid) {
    SALVOR_ASSIGN(const auto policies, core.policies());
    for (const auto& policy : policies) {
        if (policy.profileUuid == uuid)
            return failure(ErrorCode::Conflict,
                           "the policy \"" + policy.title + "\" was made meanwhile: it backs this server up",
                           "close this, and look at the page Policies", {{"policy", policy.title}});
    }
    return core.profile(uuid);
}

/// The server, if it is new, and the policy that goes with it.
Result<Saved> save(Core& core, ToSave what, const CancelToken& cancel) {
    if (!what.isNew) {
        SALVOR_ASSIGN(what.profile, withoutPolicy(core, what.profile.uuid));
    }
    Saved saved;
    SALVOR_ASSIGN(saved.profile,
                  core.saveProfile(what.profile, std::move(what.password), what.repository, cancel));
    SALVOR_ASSIGN(const auto policies, core.policies());
    for (Policy policy : policies) { // the one that came with it
        if (policy.profileUuid != saved.profile.uuid)
            continue;
        if (!what.when.schedules.empty())
            saved.scheduled.push_back(policy.title);
        policy.rules = what.when.rules;
        policy.schedules = what.when.schedules;
        policy.retention = what.when.retention;
        const std::string made = policy.uuid;
        if (const auto kept = core.savePolicy(std::move(policy)); !kept) {
            // The default one was made a moment ago, with other rules: a second try would take it for
            // somebody's.
            if (!what.isNew)
                (void)core.removePolicy(made, std::nullopt);
            return failure(kept.error());
        }
    }
    return saved;
}

} // namespace

ProtectFlow::ProtectFlow(const FlowContext& context, QWidget* parent, const QString& profileUuid)
    : FlowDialog(tr("Protect a database"), parent)
    , m_context(context)
    , m_proposed(profileUuid) {
    setObjectName(QStringLiteral("protectFlow"));
    m_call = new BackgroundCall(context.lookups, this);
    m_server = new ServerPage(this);
    m_test = new TestPage(this);
    m_when = new WhenPage(this);
    m_repositoryPage = new RepositoryPage(this);
    m_recovery = new RecoveryPage(context, this);
    m_typeBack = new TypeBackPage(this);
    m_start = new StartPage(this);
    for (FlowPage* page : std::initializer_list<FlowPage*>{m_server, m_test, m_when, m_repositoryPage,
                                                           m_recovery, m_typeBack, m_start})
        addPage(page);
    connect(m_test, &TestPage::againWanted, this, &ProtectFlow::test);
    connect(m_test, &TestPage::policiesWanted, this, [this] {
        emit policiesWanted(toQt(m_server->profile().uuid));
        reject();
    });
    load();
}

void ProtectFlow::load() {
    setBusy(tr("Loading…"));
    m_call->run<Known>(
        [&core = m_context.core](const CancelToken&) -> Result<Known> {
            Known known;
            SALVOR_ASSIGN(known.profiles, core.profiles());
            SALVOR_ASSIGN(known.repositories, core.repositories());
            SALVOR_ASSIGN(known.policies, core.policies());
            return known;
        },
        [this](Result<Known> known) {
            setIdle();
            if (!known) {
                showError(known.error());
                return;
            }
            m_server->setProfiles(std::move(known->profiles), m_proposed);
            m_repositories = known->repositories;
            m_repositoryPage->setRepositories(m_repositories);
            m_policies = known->policies;
            for (const auto& policy : m_policies) {
                for (const auto& pin : known->repositories) {
                    if (pin.id == policy.repositoryId)
                        m_repositoryOf[policy.profileUuid] = pin;
                }
            }
            goTo(m_server);
        });
}

void ProtectFlow::nextFrom(FlowPage* page) {
    if (page == m_server)
        test();
    else if (page == m_test && isBackedUp())
        useRepositoryOfServer();
    else if (page == m_repositoryPage)
        useRepository();
    else if (page == m_typeBack)
        makeRepository();
    else if (page == m_start)
        start();
    else
        goOn();
}

FlowPage* ProtectFlow::pageBefore(FlowPage* page) const {
    if (page == m_start)
        return isBackedUp() ? static_cast<FlowPage*>(m_test) : m_repositoryPage;
    return FlowDialog::pageBefore(page);
}

void ProtectFlow::test() {
    setBusy(tr("Connecting…"));
    auto password = std::make_shared<std::optional<Secret>>(m_server->password());
    m_call->run<Tested>(
        [&core = m_context.core, profile = m_server->profile(),
         password](const CancelToken& cancel) -> Result<Tested> {
            Tested tested;
            SALVOR_ASSIGN(tested.report,
                          core.testConnection(profile, *password ? &**password : nullptr, cancel));
            SALVOR_ASSIGN(tested.policies, core.policies()); // edited meanwhile, maybe
            return tested;
        },
        [this](Result<Tested> tested) {
            setIdle();
            if (!tested) {
                showError(tested.error(), tr("Nothing was saved or changed."));
                return;
            }
            m_policies = std::move(tested->policies);
            m_test->setReport(tested->report, m_server->profile(), !isBackedUp(), policiesOfServer());
            if (currentPage() == m_server)
                goTo(m_test);
        });
}

/// A policy says where its backups go. A server that was only restored to has none, and gets one here.
bool ProtectFlow::isBackedUp() const {
    return !policiesOfServer().empty() && m_repositoryOf.count(m_server->profile().uuid) > 0;
}

std::vector<Policy> ProtectFlow::policiesOfServer() const {
    std::vector<Policy> policies;
    if (m_server->isNew())
        return policies;
    std::ranges::copy_if(
        m_policies, std::back_inserter(policies),
        [uuid = m_server->profile().uuid](const Policy& policy) { return policy.profileUuid == uuid; });
    return policies;
}

/// A server that is backed up already goes where it went before.
void ProtectFlow::useRepositoryOfServer() { useRepository(m_repositoryOf.at(m_server->profile().uuid)); }

void ProtectFlow::useRepository() {
    if (const auto chosen = m_repositoryPage->chosen()) {
        useRepository(*chosen);
        return;
    }
    if (m_drawn && m_drawn->isFor(m_repositoryPage->spec()))
        goTo(m_recovery);
    else
        drawRepository();
}

void ProtectFlow::drawRepository() {
    setBusy(withKeychainNote(tr("Looking at the place and making the keys…"),
                             m_repositoryPage->spec().secretKind));
    m_call->run<DrawnRepository>(
        [&core = m_context.core, spec = std::make_shared<RepositoryInitSpec>(m_repositoryPage->spec())](
            const CancelToken& cancel) { return NewRepository::draw(core, std::move(*spec), cancel); },
        [this](Result<DrawnRepository> drawn) {
            setIdle();
            if (!drawn) {
                showError(drawn.error());
                return;
            }
            m_drawn = std::move(*drawn);
            m_recovery->setDrawn(m_drawn);
            m_typeBack->setRepository(shownOf(m_drawn));
            goTo(m_recovery);
        });
}

void ProtectFlow::makeRepository() {
    setBusy(withKeychainNote(tr("Making the repository…"), m_drawn->result().pin.secretKind));
    m_call->run<RepositoryPin>([drawn = m_drawn](const CancelToken& cancel) { return drawn->make(cancel); },
                               [this](Result<RepositoryPin> made) {
                                   setIdle();
                                   if (made)
                                       repositoryMadeHere(*made);
                                   else
                                       showError(made.error(), tr("No repository was made."));
                               });
}

/// It is there from now on: who goes back finds it among the others, and can mend what is wrong with the
/// server.
void ProtectFlow::repositoryMadeHere(const RepositoryPin& pin) {
    m_drawn.reset();
    m_recovery->setDrawn({});
    m_typeBack->setRepository({});
    m_repositories.push_back(pin);
    m_repositoryPage->setRepositories(m_repositories);
    m_repositoryPage->choose(pin.id);
    emit repositoryMade(toQt(pin.id));
    useRepository(pin);
}

void ProtectFlow::useRepository(const RepositoryPin& pin) {
    m_pin = pin;
    m_start->setFacts(tr("%1 (%2)").arg(toQt(m_server->profile().title), toQt(m_server->profile().host)),
                      databasesText(), whenText(),
                      tr("%1 in %2").arg(toQt(m_pin->title), shownUrl(m_pin->url)));
    // Of one without encryption there is nothing to rehearse.
    m_start->setRehearsed(m_pin->rehearsed || !m_pin->encrypted);
    goTo(m_start);
}

QString ProtectFlow::databasesText() const {
    const QString chosen = tr("%1, %2 in all")
                               .arg(tr("%n database(s)", nullptr, static_cast<int>(m_test->databases())),
                                    Format::size(m_test->sizeBytes()));
    QStringList names;
    for (const auto& name : m_test->leftOut())
        names << toQt(name);
    if (names.isEmpty())
        return chosen;
    const QString all =
        tr("%1; not backed up: %2", "what is backed up, names").arg(chosen, names.join(tr(", ", "list")));
    return isBackedUp() ? tr("%1. “Edit…” on the page Policies takes them in.").arg(all) : all;
}

/// Of a server that is backed up already: by each of its policies.
QString ProtectFlow::whenText() const {
    if (!isBackedUp())
        return m_when->summary();
    QStringList lines;
    for (const auto& policy : policiesOfServer())
        lines << tr("%1: %2; keeps: %3", "policy, schedule, retention")
                     .arg(toQt(policy.title), PolicyTexts::schedules(policy),
                          PolicyTexts::keeps(policy.retention));
    return lines.join(QLatin1Char('\n'));
}

void ProtectFlow::start() {
    if (isBackedUp()) {
        startBackup(m_server->profile());
        return;
    }
    auto what = std::make_shared<ToSave>();
    what->profile = m_server->profile();
    what->password = m_server->password();
    what->repository = m_pin->id;
    what->isNew = m_server->isNew();
    if (const auto* engine = engineById(engineDescriptions(), what->profile.engine))
        takeDefaultsOf(*engine, what->when);
    what->when.rules = m_test->rules();
    m_when->applyTo(what->when);
    setBusy(what->password ? withKeychainNote(tr("Saving the server…"), what->profile.secretKind)
                           : tr("Saving the server…"));
    m_call->run<Saved>([&core = m_context.core,
                        what](const CancelToken& cancel) { return save(core, std::move(*what), cancel); },
                       [this](Result<Saved> saved) {
                           setIdle();
                           if (!saved) {
                               showError(saved.error(), m_server->isNew()
                                                            ? tr("The repository is ready; the server was "
                                                                 "not saved.")
                                                            : tr("The repository is ready; nothing was "
                                                                 "backed up."));
                               return;
                           }
                           m_newPolicies = saved->scheduled;
                           startBackup(saved->profile);
                       });
}

void ProtectFlow::startBackup(const Profile& profile) {
    BackupJob job;
    job.profile = profile.uuid;
    const int id = m_context.jobs.start(tr("Backing up %1").arg(toQt(profile.title)), job);
    m_drawn.reset();
    emit backupStarted(id);
    if (m_when->wantsTimers() && !m_newPolicies.empty()) {
        QStringList titles;
        for (const auto& title : m_newPolicies)
            titles << toQt(title);
        emit timersWanted(titles);
    }
    accept();
}

void ProtectFlow::cancelBusy() { m_call->cancel(); }

void ProtectFlow::reject() {
    if (!m_drawn || isBusy()) {
        FlowDialog::reject();
        return;
    }
    askToLeave(*this, m_drawn->result().pin, [this] { QDialog::reject(); });
}

} // namespace salvor
