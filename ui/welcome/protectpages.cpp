// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/welcome/protectpages.h"

#include "models/base/json.h"
#include "models/policy/leftout.h"
#include "models/sourcetexts.h"
#include "ui/profiles/connectionview.h"
#include "ui/profiles/profileform.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/format.h"

#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QRadioButton>
#include <QVBoxLayout>

#include <algorithm>
#include <iterator>

namespace salvor {

namespace {

constexpr int kIndent = 26; ///< pixels, of what belongs to a radio button

} // namespace

ServerPage::ServerPage(QWidget* parent)
    : FlowPage(tr("Server"), tr("Which server?"),
               tr("Paste its URI, or fill in the fields. The server is saved with the last step; a new "
                  "repository is made before it, and stays."),
               parent) {
    setObjectName(QStringLiteral("serverPage"));
    setNextText(tr("&Test connection"));
    m_choice = new QComboBox(this);
    m_choice->setObjectName(QStringLiteral("serverChoice"));
    m_choice->setAccessibleName(tr("Server"));
    m_choiceLabel = new QLabel(tr("&Server"), this);
    m_choiceLabel->setBuddy(m_choice);
    m_form = new ProfileForm(this);
    connect(m_form, &ProfileForm::changed, this, &FlowPage::changed);
    connect(m_choice, &QComboBox::currentIndexChanged, this, [this] {
        m_form->setVisible(isNew());
        emit changed();
    });
    auto* row = new QHBoxLayout;
    row->addWidget(m_choiceLabel);
    row->addWidget(m_choice, 1);
    body()->addLayout(row);
    body()->addWidget(m_form);
    body()->addStretch(1);
    Profile fresh;
    fresh.uuid = makeUuid();
    m_form->setProfile(fresh, true);
    setProfiles({});
}

void ServerPage::setProfiles(std::vector<Profile> profiles, const QString& chosen) {
    m_profiles = std::move(profiles);
    m_choice->clear();
    m_choice->addItem(tr("A new server"));
    for (const auto& profile : m_profiles)
        m_choice->addItem(tr("%1 (%2)").arg(toQt(profile.title), toQt(profile.host)), toQt(profile.uuid));
    m_choice->setVisible(!m_profiles.empty());
    m_choiceLabel->setVisible(!m_profiles.empty());
    if (const int proposed = m_choice->findData(chosen); proposed > 0 && !chosen.isEmpty())
        m_choice->setCurrentIndex(proposed);
}

bool ServerPage::isNew() const { return m_choice->currentIndex() <= 0; }

Profile ServerPage::profile() const {
    return isNew() ? m_form->profile() : m_profiles[static_cast<std::size_t>(m_choice->currentIndex() - 1)];
}

std::optional<Secret> ServerPage::password() const { return isNew() ? m_form->password() : std::nullopt; }

QString ServerPage::problem() const { return isNew() ? m_form->problem() : QString(); }

TestPage::TestPage(QWidget* parent)
    : FlowPage(tr("Databases"), tr("The server answers"), QString(), parent) {
    setObjectName(QStringLiteral("testPage"));
    m_view = new ConnectionView(this);
    auto* again = new QPushButton(tr("Test &again"), this);
    again->setObjectName(QStringLiteral("testAgain"));
    again->setAutoDefault(false);
    connect(again, &QPushButton::clicked, this, &TestPage::againWanted);
    m_showPolicies = new QPushButton(tr("Show the &policies"), this);
    m_showPolicies->setObjectName(QStringLiteral("testPolicies"));
    m_showPolicies->setAutoDefault(false);
    m_showPolicies->hide();
    connect(m_showPolicies, &QPushButton::clicked, this, &TestPage::policiesWanted);
    connect(m_view, &ConnectionView::choiceChanged, this, &FlowPage::changed);
    body()->addWidget(m_view, 1);
    auto* row = new QHBoxLayout;
    row->addWidget(again);
    row->addWidget(m_showPolicies);
    row->addStretch(1);
    body()->addLayout(row);
}

void TestPage::setReport(const ConnectionReport& report, const Profile& profile, bool choosable,
                         std::vector<Policy> policies) {
    m_report = report;
    m_choosable = choosable;
    m_view->setChoosable(choosable);
    m_view->setPolicies(choosable ? std::vector<Policy>() : std::move(policies));
    m_view->showReport(report, profile.user);
    const bool lacks = !choosable && !leftOut().empty();
    setExplanation(choosable
                       ? tr("The databases with a tick are backed up, and every new one from the day it "
                            "is made, but no restored copy. What is left out can be taken in later, in "
                            "the policy.")
                   : lacks ? tr("Which of its databases are backed up, its policy says, and it leaves some "
                                "out. “Edit…” on the page Policies takes them in.")
                           : tr("Which of its databases are backed up, its policy says."));
    m_showPolicies->setVisible(lacks);
    emit changed();
}

bool TestPage::isChosen(const SourceInfo& source) const {
    const auto leftOut = m_view->leftOut();
    return std::ranges::find(leftOut, source.name) == leftOut.end();
}

std::vector<SourceInfo> TestPage::chosen() const {
    std::vector<SourceInfo> out;
    std::ranges::copy_if(m_report.sources, std::back_inserter(out),
                         [this](const SourceInfo& source) { return isChosen(source); });
    return out;
}

std::vector<std::string> TestPage::leftOut() const {
    auto names = m_view->leftOut();
    if (m_choosable)
        return names;
    for (const auto& source : m_report.sources) {
        if (copyOf(source)) // no policy takes one, and it is dropped one day
            std::erase(names, source.name);
    }
    return names;
}

std::uint64_t TestPage::sizeBytes() const {
    std::uint64_t sum = 0;
    for (const auto& source : chosen())
        sum += source.sizeBytes;
    return sum;
}

std::vector<SelectionRule> TestPage::rules() const {
    Policy policy;
    policy.rules.push_back({true, "*"});
    for (const auto& source : m_report.sources) {
        // A restored copy is left out without a rule, and is dropped one day.
        if (!isChosen(source) && (!copyOf(source) || backsUp(policy, source)))
            policy.rules.push_back({false, source.name});
    }
    // A name that holds a '*' excludes others too; the last match wins. A restored copy has to be named.
    for (const auto& source : chosen()) {
        if (!backsUp(policy, source))
            policy.rules.push_back({true, source.name});
    }
    return policy.rules;
}

QString TestPage::problem() const {
    if (chosen().empty() && !m_report.sources.empty())
        return m_choosable ? tr("Tick a database at least.")
                           : tr("No policy backs up any of these databases: edit it on the page Policies.");
    if (!withoutRightsOf(m_report, m_view->leftOut()).missingRights.empty())
        return tr("Grant the missing rights, then test again; or leave the database out.");
    if (!m_report.toolProblem.empty())
        return tr("Backups need the tools named above.");
    if (m_report.sources.empty())
        return tr("There is no database to back up on this server.");
    return {};
}

RepositoryPage::RepositoryPage(QWidget* parent)
    : FlowPage(tr("Repository"), tr("Where do the backups go?"),
               tr("A repository is a folder of encrypted backups, for any number of servers."), parent) {
    setObjectName(QStringLiteral("repositoryPage"));
    m_existing = new QRadioButton(tr("A repository of this &computer"), this);
    m_existing->setObjectName(QStringLiteral("repositoryExisting"));
    m_new = new QRadioButton(tr("A ne&w repository"), this);
    m_new->setObjectName(QStringLiteral("repositoryNew"));
    m_choice = new QComboBox(this);
    m_choice->setObjectName(QStringLiteral("repositoryChoice"));
    m_choice->setAccessibleName(tr("Repository"));
    m_form = new RepositoryForm(this);
    connect(m_form, &RepositoryForm::changed, this, &FlowPage::changed);
    connect(m_existing, &QRadioButton::toggled, this, &RepositoryPage::updateChoice);
    const auto indented = [this](QWidget* widget) {
        auto* row = new QHBoxLayout;
        row->setContentsMargins(kIndent, 0, 0, 0);
        row->addWidget(widget, 1);
        body()->addLayout(row);
        return row;
    };
    body()->addWidget(m_existing);
    indented(m_choice);
    body()->addSpacing(6);
    body()->addWidget(m_new);
    m_formRow = indented(m_form);
    body()->addStretch(1);
    setRepositories({});
}

void RepositoryPage::setRepositories(const std::vector<RepositoryPin>& pins) {
    m_pins.clear();
    m_choice->clear();
    for (const auto& pin : pins) {
        if (!pin.isWriter)
            continue; // backups can only be added by the computer that holds its keys
        m_pins.push_back(pin);
        m_choice->addItem(tr("%1 (%2)").arg(toQt(pin.title), shownUrl(pin.url)));
    }
    m_existing->setVisible(!m_pins.empty());
    m_choice->setVisible(!m_pins.empty());
    m_new->setVisible(!m_pins.empty());
    m_formRow->setContentsMargins(m_pins.empty() ? 0 : kIndent, 0, 0, 0); // below what is to be chosen
    (m_pins.empty() ? m_new : m_existing)->setChecked(true);
    updateChoice();
}

void RepositoryPage::choose(const std::string& id) {
    const auto found = std::ranges::find(m_pins, id, &RepositoryPin::id);
    if (found == m_pins.end())
        return;
    m_existing->setChecked(true);
    m_choice->setCurrentIndex(static_cast<int>(found - m_pins.begin()));
}

void RepositoryPage::updateChoice() {
    m_choice->setEnabled(m_existing->isChecked());
    m_form->setEnabled(!m_existing->isChecked());
    emit changed();
}

std::optional<RepositoryPin> RepositoryPage::chosen() const {
    if (!m_existing->isChecked() || m_choice->currentIndex() < 0)
        return std::nullopt;
    return m_pins[static_cast<std::size_t>(m_choice->currentIndex())];
}

RepositoryInitSpec RepositoryPage::spec() const { return m_form->spec(); }

QString RepositoryPage::problem() const { return chosen() ? QString() : m_form->problem(); }

StartPage::StartPage(QWidget* parent)
    : FlowPage(tr("First backup"), tr("Everything is ready"),
               tr("The first backup starts at once and reads everything. It runs at the foot of the window; "
                  "you can go on working, or cancel it there."),
               parent) {
    setObjectName(QStringLiteral("startPage"));
    setNextText(tr("Back &up now"));
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(18);
    const auto fact = [&](const QString& label, const char* name) {
        auto* value = new QLabel(this);
        value->setObjectName(QLatin1String(name));
        value->setTextFormat(Qt::PlainText);
        value->setWordWrap(true);
        form->addRow(label, value);
        return value;
    };
    m_server = fact(tr("Server"), "startServer");
    m_databases = fact(tr("Databases"), "startDatabases");
    m_when = fact(tr("When"), "startWhen");
    m_whenLabel = qobject_cast<QLabel*>(form->labelForField(m_when));
    m_repository = fact(tr("Repository"), "startRepository");
    body()->addLayout(form);
    body()->addSpacing(12);
    m_later =
        new QLabel(tr("Afterwards, rehearse the recovery once: Repository menu, “Rehearse the recovery…”. "
                      "The overview reminds you until it has been done."),
                   this);
    m_later->setObjectName(QStringLiteral("startLater"));
    m_later->setWordWrap(true);
    body()->addWidget(m_later);
    body()->addStretch(1);
}

void StartPage::setRehearsed(bool rehearsed) { m_later->setVisible(!rehearsed); }

void StartPage::setFacts(const QString& server, const QString& databases, const QString& when,
                         const QString& repository) {
    m_server->setText(server);
    m_databases->setText(databases);
    m_when->setText(when);
    for (QLabel* one : {m_when, m_whenLabel})
        one->setVisible(!when.isEmpty());
    m_repository->setText(repository);
}

} // namespace salvor
