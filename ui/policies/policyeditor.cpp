// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/policyeditor.h"

#include "models/base/json.h"
#include "models/policy/enginedefaults.h"
#include "models/policy/policycommand.h"
#include "models/sourcetexts.h"
#include "ui/channels/channelsdialog.h"
#include "ui/main/workspacefeed.h"
#include "ui/policies/conflictdialog.h"
#include "ui/policies/drillqueriessection.h"
#include "ui/policies/hookssection.h"
#include "ui/policies/notificationssection.h"
#include "ui/policies/policytexts.h"
#include "ui/policies/retentionsection.h"
#include "ui/policies/selectionsection.h"
#include "ui/policies/whensection.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/foldsection.h"
#include "ui/support/icons.h"
#include "ui/support/theirslabel.h"
#include "workers/engines.h"

#include <QApplication>
#include <QClipboard>
#include <QComboBox>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QScrollArea>
#include <QTimeZone>
#include <QVBoxLayout>

#include <map>
#include <set>

namespace salvor {

namespace {

/// After a swap two sources have one name: only the one backed up last goes on.
void endReplaced(std::vector<ForecastBackup>& backups, const RetentionPreview& preview) {
    std::map<std::pair<std::string, std::string>, const BackupRecord*> newest; // by server and name
    std::map<std::string, const BackupRecord*> records;
    for (const auto& row : preview.rows) {
        records[row.record.id] = &row.record;
        const BackupRecord*& last = newest[{row.record.profileUuid, row.record.database}];
        if (last == nullptr || last->started < row.record.started)
            last = &row.record;
    }
    for (auto& one : backups) {
        const BackupRecord& its = *records.at(one.backup.id);
        one.ended = retentionSource(*newest.at({its.profileUuid, its.database})) != one.backup.source;
    }
}

/// What this policy keeps now and will keep: exact where there are backups, an estimate for later.
Result<RetentionOutlook> outlookOf(Core& core, const Policy& policy, Instant now, const CancelToken& cancel) {
    RetentionOutlook outlook;
    ForecastRequest request;
    request.now = now;
    request.rules = policy.retention;
    for (const auto& [kind, text] : policy.schedules) {
        SALVOR_ASSIGN(auto expression, CalendarExpression::parse(text));
        request.schedules.push_back(std::move(expression));
    }
    if (policy.revision > 0 && policy.retention) {
        const RetentionRules& rules = *policy.retention;
        RetentionQuery query;
        query.repository = policy.repositoryId;
        query.policy = policy.uuid;
        query.overrides = {rules.keepLast, rules.keepWithin, rules.hourly, rules.daily,
                           rules.weekly,   rules.monthly,    rules.yearly, rules.timeZone};
        SALVOR_ASSIGN(auto preview, core.previewRetention(query, cancel));
        for (const auto& row : preview.rows) {
            if (!row.hasRules)
                continue;
            RetentionBackup backup = retentionBackupOf(row.record);
            backup.anomalous = row.unusualSize;
            backup.verifyFailed = row.damaged;
            request.backups.push_back(
                {std::move(backup), row.record.storedBytes, row.record.newStoredBytes, false});
        }
        endReplaced(request.backups, preview);
        outlook.preview = std::make_shared<const RetentionPreview>(std::move(preview));
    }
    SALVOR_ASSIGN(auto forecast, forecastRetention(request, cancel));
    outlook.forecast = std::make_shared<const Forecast>(std::move(forecast));
    return outlook;
}

} // namespace

PolicyEditor::PolicyEditor(const WindowContext& context, const Policy& policy, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_before(policy)
    , m_base(policy) {
    setObjectName(QStringLiteral("policyEditor"));
    setWindowTitle(policy.revision == 0 ? tr("New policy") : tr("Policy “%1”").arg(toQt(policy.title)));
    // One thread each for what is quick, for a server, and for a store, so that neither waits for another.
    QWidget* owner = parent != nullptr ? parent->window() : this;
    m_save = new BackgroundCall(lookupsOf(*owner, "policySaveLookups"), this);
    m_ask = new BackgroundCall(lookupsOf(*owner, "policyServerLookups"), this);
    m_outlook = new BackgroundCall(lookupsOf(*owner, "policyStoreLookups"), this);
    build();
    show(policy);
    resize(940, 640);
}

PolicyEditor::~PolicyEditor() = default;

void PolicyEditor::build() {
    auto* inner = new QWidget(this);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(16, 12, 16, 12);
    column->setSpacing(10);
    column->addLayout(makeHead());
    makeParts(column);
    column->addStretch(1);
    auto* scroll = new QScrollArea(this);
    scroll->setObjectName(QStringLiteral("policyScroll"));
    scroll->setAccessibleName(tr("Parts of the policy"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(inner);
    scroll->setMinimumWidth(inner->minimumSizeHint().width() + 24);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(scroll, 1);
    layout->addWidget(makeFoot());
}

QVBoxLayout* PolicyEditor::makeHead() {
    m_why = new QLabel(this);
    m_why->setObjectName(QStringLiteral("policyWhy"));
    m_why->setTextFormat(Qt::PlainText);
    m_why->setWordWrap(true);
    m_why->hide();
    m_title = new QLineEdit(this);
    m_title->setObjectName(QStringLiteral("policyTitle"));
    m_title->setAccessibleName(tr("Name of the policy"));
    connect(m_title, &QLineEdit::textEdited, this, &PolicyEditor::touched);
    const auto combo = [this](const char* name, const QString& text) {
        auto* made = new QComboBox(this);
        made->setObjectName(QLatin1String(name));
        made->setAccessibleName(text);
        made->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        made->setMinimumContentsLength(24);
        made->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
        return made;
    };
    m_server = combo("policyServer", tr("Server"));
    m_repository = combo("policyRepository", tr("Repository"));
    m_preset = combo("policyPreset", tr("Preset"));
    if (const auto snapshot = m_context.feed.snapshot()) {
        for (const auto& profile : snapshot->profiles)
            m_server->addItem(tr("%1 (%2)").arg(toQt(profile.title), toQt(profile.host)), toQt(profile.uuid));
        for (const auto& pin : snapshot->repositories)
            m_repository->addItem(toQt(pin.title), toQt(pin.id));
    }
    for (const PolicyPreset preset : policyPresets())
        m_preset->addItem(PolicyTexts::preset(preset), static_cast<int>(preset));
    m_preset->addItem(tr("None of these: as the parts below say"), -1);
    connect(m_server, &QComboBox::currentIndexChanged, this, [this] {
        followEngine();
        touched();
        showDatabases();
    });
    connect(m_repository, &QComboBox::currentIndexChanged, this, &PolicyEditor::touched);
    connect(m_preset, &QComboBox::activated, this, &PolicyEditor::choosePreset);
    auto* form = new QFormLayout;
    form->setHorizontalSpacing(18);
    form->addRow(tr("&Name"), m_title);
    form->addRow(tr("&Server"), m_server);
    form->addRow(tr("&Repository"), m_repository);
    form->addRow(tr("&Preset"), m_preset);
    auto* column = new QVBoxLayout;
    column->addWidget(m_why);
    column->addLayout(form);
    return column;
}

void PolicyEditor::addPart(QVBoxLayout* column, const char* name, const QString& title,
                           PolicySection* section) {
    auto* fold = new FoldSection(name, title, section, this);
    connect(section, &PolicySection::changed, this, &PolicyEditor::touched);
    m_parts.push_back({fold, section});
    column->addWidget(fold);
}

void PolicyEditor::makeParts(QVBoxLayout* column) {
    m_what = new SelectionSection(this);
    m_when = new WhenSection(this);
    m_keep = new RetentionSection(this);
    m_when->setNow(m_context.clock.now());
    connect(m_what, &SelectionSection::serverAsked, this, &PolicyEditor::askServer);
    connect(m_keep, &RetentionSection::outlookWanted, this, &PolicyEditor::lookAhead);
    addPart(column, "partWhat", tr("What"), m_what);
    addPart(column, "partWhen", tr("When"), m_when);
    addPart(column, "partKeep", tr("How long"), m_keep);
    const auto snapshot = m_context.feed.snapshot();
    addPart(column, "partChecks", tr("Checks"),
            new ChecksSection(snapshot ? snapshot->profiles : std::vector<Profile>(), m_base, this));
    addPart(column, "partQueries", tr("Queries of a test restore"), new DrillQueriesSection(this));
    m_limits = new LimitsSection(this);
    addPart(column, "partLimits", tr("Limits"), m_limits);
    addPart(column, "partHooks", tr("Commands around a run"), new HooksSection(this));
    auto* notifications = new NotificationsSection(this);
    addPart(column, "partNotifications", tr("Notifications"), notifications);
    const auto ask = [this, notifications] {
        m_context.lookups.run<std::vector<Channel>>(
            notifications, [&core = m_context.core](const CancelToken&) { return core.channels(); },
            [notifications](Result<std::vector<Channel>> channels) {
                if (channels)
                    notifications->setChannels(std::move(*channels));
            });
    };
    ask();
    connect(notifications, &NotificationsSection::channelsWanted, this, [this, ask] {
        // A test may take its time: nothing else is to wait for it.
        auto* dialog = new ChannelsDialog(m_context.core, lookupsOf(*window(), "channelLookups"), this);
        connect(dialog, &ChannelsDialog::changed, this, ask);
        dialog->open();
    });
}

QWidget* PolicyEditor::makeFoot() {
    auto* foot = new QWidget(this);
    m_error = new ErrorPanel(foot);
    m_note = new QLabel(foot);
    m_note->setObjectName(QStringLiteral("policyNote"));
    m_note->setTextFormat(Qt::PlainText);
    m_note->setWordWrap(true);
    m_command = new QLineEdit(foot);
    m_command->setObjectName(QStringLiteral("policyCommand"));
    m_command->setAccessibleName(tr("The salvorctl call that does the same"));
    m_command->setReadOnly(true);
    m_command->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_copy = new QPushButton(Icons::of(Icons::Copy), tr("&Copy"), foot);
    m_copy->setObjectName(QStringLiteral("policyCopy"));
    m_copy->setAccessibleName(tr("Copy the salvorctl call"));
    m_copy->setAutoDefault(false);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QString text = m_command->text();
        const auto document = toCanonicalJson(toJson(policy()));
        if (m_command->property("needsDocument").toBool() && document)
            text += QStringLiteral(" <<'POLICY'\n%1\nPOLICY\n").arg(toQt(*document));
        QApplication::clipboard()->setText(text);
    });
    m_saveButton = new QPushButton(tr("Sa&ve"), foot);
    m_saveButton->setObjectName(QStringLiteral("policySave"));
    m_saveButton->setAccessibleName(tr("Save"));
    m_saveButton->setDefault(true);
    m_cancel = new QPushButton(tr("Cancel"), foot);
    m_cancel->setObjectName(QStringLiteral("policyCancel"));
    m_cancel->setAccessibleName(tr("Cancel"));
    m_cancel->setAutoDefault(false);
    connect(m_saveButton, &QPushButton::clicked, this, &PolicyEditor::save);
    connect(m_cancel, &QPushButton::clicked, this, &PolicyEditor::reject);
    auto* call = new QHBoxLayout;
    auto* label = new QLabel(tr("The same as a call:"), foot);
    call->addWidget(label);
    call->addWidget(m_command, 1);
    call->addWidget(m_copy);
    auto* buttons = new QHBoxLayout;
    buttons->addWidget(m_note, 1);
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_saveButton);
    auto* column = new QVBoxLayout(foot);
    column->setContentsMargins(16, 8, 16, 12);
    column->addWidget(m_error);
    column->addLayout(call);
    column->addLayout(buttons);
    return foot;
}

void PolicyEditor::show(const Policy& policy) {
    m_quiet = true;
    m_title->setText(toQt(policy.title));
    m_server->setCurrentIndex(m_server->findData(toQt(policy.profileUuid)));
    m_repository->setCurrentIndex(m_repository->findData(toQt(policy.repositoryId)));
    for (const auto& part : m_parts)
        part.section->setPolicy(policy);
    followEngine(); // the first server is the current one before anything is chosen
    m_quiet = false;
    showDatabases();
    update();
}

Policy PolicyEditor::policy() const {
    Policy policy = m_base;
    policy.title = m_title->text().trimmed().toStdString();
    policy.profileUuid = m_server->currentData().toString().toStdString();
    policy.repositoryId = m_repository->currentData().toString().toStdString();
    for (const auto& part : m_parts)
        part.section->applyTo(policy);
    return policy;
}

void PolicyEditor::choosePreset() {
    const int chosen = m_preset->currentData().toInt();
    if (chosen < 0) {
        update();
        return;
    }
    Policy wanted = policy();
    const std::string zone = wanted.retention
                                 ? wanted.retention->timeZone
                                 : QString::fromLatin1(QTimeZone::systemTimeZoneId()).toStdString();
    applyPreset(wanted, static_cast<PolicyPreset>(chosen), zone);
    m_when->setPolicy(wanted);
    m_keep->setPolicy(wanted);
    touched();
}

void PolicyEditor::touched() {
    if (m_quiet)
        return;
    m_error->clear();
    if (sender() == m_when) // what will be left depends on it as well
        m_keep->askAgain();
    update();
}

QString PolicyEditor::problem() const {
    if (m_title->text().trimmed().isEmpty())
        return tr("The policy needs a name.");
    if (m_server->currentIndex() < 0)
        return tr("Choose a server.");
    if (m_repository->currentIndex() < 0)
        return tr("Choose a repository.");
    for (const auto& part : m_parts) {
        if (const QString problem = part.section->problem(); !problem.isEmpty())
            return problem;
    }
    return {};
}

void PolicyEditor::update() {
    if (m_quiet)
        return;
    for (const auto& part : m_parts) {
        part.fold->setSummary(part.section->summary());
        part.fold->setProblem(part.section->problem());
    }
    const Policy now = policy();
    const auto preset = presetOf(now);
    m_preset->setCurrentIndex(m_preset->findData(preset ? static_cast<int>(*preset) : -1));
    const QString trouble = problem();
    const auto command =
        policyCommand(m_before.revision == 0 ? nullptr : &m_before, now,
                      m_server->currentText().section(QStringLiteral(" ("), 0, 0).toStdString(),
                      m_repository->currentText().toStdString());
    const bool unchanged = command.line.empty();
    m_command->setText(trouble.isEmpty() ? toQt(command.line) : QString());
    m_command->setPlaceholderText(trouble.isEmpty() ? tr("Nothing was changed yet.") : QString());
    m_command->setCursorPosition(0);
    m_command->setToolTip(m_command->text());
    m_command->setProperty("needsDocument", command.needsDocument);
    m_copy->setEnabled(trouble.isEmpty() && !unchanged);
    m_note->setText(m_save->isRunning() ? tr("Saving…") : trouble);
    m_saveButton->setEnabled(trouble.isEmpty() && !unchanged && !m_save->isRunning());
}

/// What a policy says of how it backs up fits one engine only.
void PolicyEditor::followEngine() {
    const auto snapshot = m_context.feed.snapshot();
    const Profile* server =
        snapshot ? snapshot->profile(m_server->currentData().toString().toStdString()) : nullptr;
    if (server == nullptr || server->engine == m_engine)
        return;
    const bool isAnother = !m_quiet && !m_engine.empty();
    m_engine = server->engine;
    m_limits->setEngine(m_engine);
    const EngineDescription* engine = engineById(engineDescriptions(), m_engine);
    if (!isAnother || engine == nullptr)
        return;
    Policy now = policy();
    takeDefaultsOf(*engine, now);
    m_base.method = now.method;
    m_base.kinds = now.kinds;
    m_base.options = now.options;
    m_when->setPolicy(now);
    m_limits->setPolicy(now);
}

void PolicyEditor::showDatabases() {
    const auto snapshot = m_context.feed.snapshot();
    const std::string profile = m_server->currentData().toString().toStdString();
    QStringList names;
    if (snapshot != nullptr) {
        for (const auto& source : snapshot->sources) {
            if (source.profileUuid == profile && source.state != "gone")
                names << toQt(source.database);
        }
    }
    m_what->setDatabases(names, names.isEmpty() ? tr("No database of this server is known yet: ask it.")
                                                : tr("Databases that were backed up before:"));
}

void PolicyEditor::askServer() {
    const auto snapshot = m_context.feed.snapshot();
    const Profile* profile =
        snapshot ? snapshot->profile(m_server->currentData().toString().toStdString()) : nullptr;
    if (profile == nullptr)
        return;
    m_what->setAsking(true);
    m_ask->run<ConnectionReport>(
        [&core = m_context.core, asked = *profile](const CancelToken& cancel) {
            return core.testConnection(asked, nullptr, cancel);
        },
        [this](Result<ConnectionReport> report) {
            m_what->setAsking(false);
            if (!report) {
                m_error->showError(report.error(), tr("The policy can be edited and saved nevertheless."));
                return;
            }
            m_error->clear();
            QStringList names;
            QMap<QString, QString> copies;
            for (const auto& source : report->sources) {
                names << toQt(source.name);
                if (const auto original = copyOf(source))
                    copies.insert(names.last(), toQt(*original));
            }
            m_what->setDatabases(names, tr("Databases of the server, just asked:"), copies);
        });
}

void PolicyEditor::lookAhead() {
    const Policy wanted = policy();
    m_keep->setOutlookPending(tr("Working out what stays…"));
    m_outlook->run<RetentionOutlook>(
        [&core = m_context.core, wanted, now = m_context.clock.now()](const CancelToken& cancel) {
            return outlookOf(core, wanted, now, cancel);
        },
        [this](Result<RetentionOutlook> outlook) {
            if (outlook)
                m_keep->setOutlook(*outlook);
            else if (!outlook.error().isCancelled())
                m_keep->setOutlookError(outlook.error());
        });
}

void PolicyEditor::open(Section section, const QString& why) {
    m_why->setText(why);
    m_why->setVisible(!why.isEmpty());
    const PolicySection* wanted = section == Section::What   ? static_cast<PolicySection*>(m_what)
                                  : section == Section::When ? static_cast<PolicySection*>(m_when)
                                  : section == Section::Keep ? static_cast<PolicySection*>(m_keep)
                                                             : nullptr;
    for (const auto& part : m_parts) {
        if (part.section == wanted)
            part.fold->setOpen(true);
    }
    QDialog::open();
}

void PolicyEditor::save() {
    const Policy wanted = policy();
    m_save->run<Policy>(
        [&core = m_context.core, wanted](const CancelToken&) { return core.savePolicy(wanted); },
        [this](Result<Policy> result) {
            update();
            if (!result) {
                saveFailed(result.error());
                return;
            }
            emit saved(toQt(result->uuid));
            accept();
        });
    update();
}

void PolicyEditor::saveFailed(const Error& error) {
    const auto document = TheirsLabel::documentIn(error);
    const auto other = document ? policyFromJson(*document) : Result<Policy>(failure(document.error()));
    if (!other) {
        m_error->showError(error, tr("Nothing was saved."));
        return;
    }
    auto* dialog = new ConflictDialog(m_before, policy(), *other, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ConflictDialog::chosen, this, [this, theirsNow = *other](const Policy& merged) {
        m_before = theirsNow;
        m_base = merged;
        show(merged);
        if (problem().isEmpty()) // else that is what stands there
            m_note->setText(m_saveButton->isEnabled()
                                ? tr("Look it over, then save.")
                                : tr("Everything is as the others saved it: there is nothing left to save."));
    });
    dialog->askAuthor(m_context.core, m_context.lookups);
    dialog->open();
}

void PolicyEditor::reject() {
    if (m_save->isRunning())
        return;
    if (!m_saveButton->isEnabled() && problem().isEmpty()) {
        QDialog::reject();
        return;
    }
    auto* box = new QMessageBox(QMessageBox::Question, tr("Not saved"),
                                tr("Leave without saving the changes?"), QMessageBox::NoButton, this);
    box->setObjectName(QStringLiteral("policyLeave"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    auto* leave = box->addButton(tr("&Leave"), QMessageBox::DestructiveRole);
    leave->setObjectName(QStringLiteral("policyLeaveConfirm"));
    auto* stay = box->addButton(tr("&Stay here"), QMessageBox::RejectRole);
    stay->setObjectName(QStringLiteral("policyStay"));
    box->setDefaultButton(stay);
    box->setEscapeButton(stay);
    connect(leave, &QPushButton::clicked, this, [this] { QDialog::reject(); });
    box->open();
}

} // namespace salvor
