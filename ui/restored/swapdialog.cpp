// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restored/swapdialog.h"

#include "models/base/json.h"
#include "ui/restore/pageparts.h"
#include "ui/restored/restoredtexts.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/busybar.h"
#include "ui/support/dialogkeys.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"

#include <QCheckBox>
#include <QDialogButtonBox>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QPlainTextEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

/// Comments carry the time of the plan, and what was counted.
std::vector<std::string> withoutComments(std::vector<std::string> statements) {
    std::erase_if(statements, [](const std::string& one) { return one.starts_with("COMMENT ON"); });
    return statements;
}

QPlainTextEdit* textBox(QWidget* parent, const char* name, const QString& accessibleName) {
    auto* text = new QPlainTextEdit(parent);
    text->setObjectName(QLatin1String(name));
    text->setAccessibleName(accessibleName);
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    return text;
}

bool anyPrepared(const DatabaseSwap& plan) {
    return std::ranges::any_of(plan.clients, [](const DatabaseClient& one) { return one.processId == 0; });
}

/// Or not whole: a swap wants to be told that it is meant.
bool isUnproven(const DatabaseSwap& plan) {
    return plan.state == "unproven" || plan.state == "proved_in_part";
}

} // namespace

bool samePlan(const DatabaseSwap& one, const DatabaseSwap& other) {
    return one.undo == other.undo && one.liveName == other.liveName && one.restored == other.restored &&
           one.replaced == other.replaced && one.state == other.state && one.backupId == other.backupId &&
           one.since == other.since && withoutComments(one.statements) == withoutComments(other.statements);
}

Result<SwapAttempt> swapAsShown(Core& core, SwapRequest request, const DatabaseSwap& shown,
                                const CancelToken& cancel) {
    SwapRequest look = request;
    look.dryRun = true;
    look.evenUnproven = true;
    SwapAttempt attempt;
    SALVOR_ASSIGN(attempt.swap, core.swapRestored(look, cancel));
    if (!samePlan(attempt.swap, shown))
        return attempt;
    auto done = core.swapRestored(request, cancel);
    if (!done && done.error().code == ErrorCode::Busy) { // somebody came after the plan was shown
        SALVOR_ASSIGN(attempt.swap, core.swapRestored(look, cancel));
        attempt.refused = std::move(done).error();
        return attempt;
    }
    SALVOR_ASSIGN(attempt.swap, std::move(done));
    attempt.done = true;
    return attempt;
}

SwapDialog::SwapDialog(const FlowContext& context, const Profile& profile, RestoredDatabase database,
                       bool undo, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_profile(profile)
    , m_database(std::move(database))
    , m_undo(undo) {
    setObjectName(QStringLiteral("swapDialog"));
    setWindowTitle(undo ? tr("Take the swap back") : tr("Swap databases"));
    setAccessibleName(windowTitle());
    m_call = new BackgroundCall(context.lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &SwapDialog::updateButtons);
    build();
    plan();
}

QWidget* SwapDialog::makeTabs() {
    m_tabs = new QTabWidget(this);
    m_tabs->setObjectName(QStringLiteral("swapTabs"));
    m_tabs->setAccessibleName(tr("The plan"));
    m_stays = textBox(m_tabs, "swapStaysBehind", tr("What stays behind"));
    m_clients = textBox(m_tabs, "swapClients", tr("Connected clients"));
    m_statements = textBox(m_tabs, "swapStatements", tr("Statements"));
    m_statements->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_tabs->addTab(m_stays, tr("What &stays behind"));
    m_tabs->addTab(m_clients, tr("Connected &clients"));
    m_tabs->addTab(m_statements, tr("S&tatements"));
    return m_tabs;
}

void SwapDialog::build() {
    m_summary = bolded(plainLabel(QString(), this, "swapSummary"));
    m_written = plainLabel(QString(), this, "swapWritten");
    m_liveBox = new QWidget(this);
    m_live = new QLineEdit(m_liveBox);
    m_live->setObjectName(QStringLiteral("swapLive"));
    m_live->setAccessibleName(tr("The name that it takes over"));
    m_live->setPlaceholderText(tr("the database that its backup is of"));
    auto* live = new QHBoxLayout(m_liveBox);
    live->setContentsMargins(0, 0, 0, 0);
    auto* liveLabel = new QLabel(tr("Takes over the &name"), m_liveBox);
    liveLabel->setBuddy(m_live);
    live->addWidget(liveLabel);
    live->addWidget(m_live, 1);
    m_liveBox->setVisible(!m_undo);
    connect(m_live, &QLineEdit::textEdited, this, [this] {
        m_plan.reset(); // it is of another name
        updateButtons();
    });
    m_terminate = new QCheckBox(this);
    m_terminate->setObjectName(QStringLiteral("swapTerminate"));
    m_unproven = new QCheckBox(tr("Swap it although it is n&ot proved equal to its backup"), this);
    m_unproven->setObjectName(QStringLiteral("swapUnproven"));
    m_typeLabel = new QLabel(this);
    m_typeLabel->setObjectName(QStringLiteral("swapTypeLabel"));
    m_typed = new QLineEdit(this);
    m_typed->setObjectName(QStringLiteral("swapTyped"));
    m_typed->setAccessibleName(tr("The name that clients use, typed"));
    m_typeLabel->setBuddy(m_typed);
    m_note = plainLabel(QString(), this, "swapNote");
    m_bar = makeBusyBar(this, "swapBusy");
    m_error = new ErrorPanel(this);
    for (QCheckBox* box : {m_terminate, m_unproven})
        connect(box, &QCheckBox::toggled, this, &SwapDialog::updateButtons);
    connect(m_typed, &QLineEdit::textChanged, this, &SwapDialog::updateButtons);

    auto* buttons = new QDialogButtonBox(this);
    m_again = buttons->addButton(tr("&Look again"), QDialogButtonBox::ActionRole);
    m_again->setObjectName(QStringLiteral("swapAgain"));
    m_again->setAutoDefault(false);
    m_swap = buttons->addButton(m_undo ? tr("Ta&ke it back") : tr("S&wap"), QDialogButtonBox::ActionRole);
    m_swap->setObjectName(QStringLiteral("swapStart"));
    m_swap->setAutoDefault(false);
    m_close = buttons->addButton(QDialogButtonBox::Cancel);
    m_close->setObjectName(QStringLiteral("swapClose"));
    m_close->setAutoDefault(false); // who has typed the name and presses Enter does not mean it
    connect(m_again, &QPushButton::clicked, this, &SwapDialog::plan);
    connect(m_swap, &QPushButton::clicked, this, &SwapDialog::swap);
    connect(buttons, &QDialogButtonBox::rejected, this, &SwapDialog::reject);

    auto* typing = new QHBoxLayout;
    typing->addWidget(m_typeLabel);
    typing->addWidget(m_typed, 1);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(9);
    layout->addWidget(m_summary);
    layout->addWidget(m_written);
    layout->addWidget(m_liveBox);
    layout->addWidget(makeTabs(), 1);
    layout->addWidget(m_terminate);
    layout->addWidget(m_unproven);
    layout->addLayout(typing);
    for (QWidget* one : std::initializer_list<QWidget*>{m_error, m_note, m_bar, buttons})
        layout->addWidget(one);
    resize(720, 520);
}

SwapRequest SwapDialog::request() const {
    SwapRequest request;
    request.profile = m_profile.uuid;
    request.database = m_database.name;
    request.liveName = m_live->text().toStdString();
    request.undo = m_undo;
    request.namesFrom = m_namesFrom;
    return request;
}

void SwapDialog::plan() {
    m_error->clear();
    m_summary->setText(tr("Looking at both databases…"));
    m_namesFrom = m_context.core.config().clock->now();
    SwapRequest look = request();
    look.dryRun = true;
    look.evenUnproven = true; // asked below, once it is seen
    m_call->run<DatabaseSwap>(
        [&core = m_context.core, look](const CancelToken& cancel) -> Result<DatabaseSwap> {
            return core.swapRestored(look, cancel);
        },
        [this](Result<DatabaseSwap> planned) {
            if (planned) {
                showPlan(*planned);
                return;
            }
            m_plan.reset();
            m_summary->setText(toQt(m_database.name));
            m_error->showError(planned.error(), tr("Nothing was changed."));
            updateButtons();
        });
}

void SwapDialog::showPlan(const DatabaseSwap& plan) {
    m_plan = plan;
    m_summary->setText(SwapTexts::planned(plan));
    m_written->setText(SwapTexts::written(plan));
    if (!m_undo)
        m_live->setText(toQt(plan.liveName));
    const auto joined = [](const std::vector<std::string>& texts, const QString& between) {
        QStringList lines;
        for (const auto& text : texts)
            lines << toQt(text);
        return lines.join(between);
    };
    QStringList stays;
    for (const auto& text : plan.staysBehind)
        stays << Format::told(text);
    m_stays->setPlainText(stays.join(QStringLiteral("\n\n")));
    m_statements->setPlainText(joined(plan.statements, QStringLiteral(";\n")) + QLatin1Char(';'));
    QStringList clients;
    for (const auto& client : plan.clients)
        clients << SwapTexts::client(client);
    m_clients->setPlainText(clients.isEmpty() ? tr("Nobody is connected to either database.")
                                              : clients.join(QLatin1Char('\n')));
    m_tabs->setTabText(1, tr("Connected &clients (%1)").arg(plan.clients.size()));
    m_tabs->setTabText(2, tr("S&tatements (%1)").arg(plan.statements.size()));
    m_terminate->setChecked(false);
    m_terminate->setText(tr("&End %n session(s); what they have not committed is lost", nullptr,
                            static_cast<int>(plan.clients.size())));
    m_typeLabel->setText(tr("T&ype the name that clients use, %1:")
                             .arg(toQt(plan.liveName).replace(QLatin1Char('&'), QStringLiteral("&&"))));
    m_typed->clear();
    updateButtons();
    m_typed->setFocus();
}

QString SwapDialog::problem() const {
    if (!m_plan)
        return m_error->isVisibleTo(this) ? QString() : tr("“Look again” shows what would happen.");
    if (anyPrepared(*m_plan))
        return tr("A prepared transaction is open; it has to be settled first: see the connected clients.");
    if (isUnproven(*m_plan) && !m_undo && !m_unproven->isChecked())
        return tr("It is not proved: restore it again with its proof, or tick that you mean it.");
    if (!m_plan->clients.empty() && !m_terminate->isChecked())
        return tr(
            "Clients are connected: let them end and look again, or tick that their sessions are ended.");
    if (m_typed->text() != toQt(m_plan->liveName))
        return tr("Type the name to say that you mean it.");
    return {};
}

void SwapDialog::updateButtons() {
    const bool busy = m_call->isRunning();
    const bool there = m_plan.has_value() && !m_done;
    m_bar->setVisible(busy);
    m_written->setVisible(m_plan && m_undo);
    m_tabs->setVisible(m_plan.has_value());
    m_terminate->setVisible(there && !m_plan->clients.empty() && !anyPrepared(*m_plan));
    m_unproven->setVisible(there && !m_undo && isUnproven(*m_plan));
    m_typeLabel->setVisible(there);
    m_typed->setVisible(there);
    m_liveBox->setVisible(!m_undo && !m_done);
    for (QWidget* one : std::initializer_list<QWidget*>{m_live, m_terminate, m_unproven, m_typed})
        one->setEnabled(!busy);
    const QString why = busy || m_done ? QString() : problem();
    m_note->setText(why);
    m_note->setVisible(!why.isEmpty());
    m_swap->setVisible(!m_done);
    m_swap->setEnabled(!busy && there && why.isEmpty());
    m_swap->setDefault(m_swap->isEnabled());
    m_close->setDefault(m_done);
    m_swap->setAccessibleDescription(why);
    m_again->setVisible(!m_done);
    m_again->setEnabled(!busy);
    m_close->setText(m_done ? tr("Close") : tr("Cancel"));
    m_close->setEnabled(!m_swapping);
}

void SwapDialog::swap() {
    m_error->clear();
    SwapRequest wanted = request();
    wanted.liveName = m_undo ? std::string() : m_plan->liveName;
    wanted.confirm = m_typed->text().toStdString();
    wanted.terminateClients = m_terminate->isVisible() && m_terminate->isChecked();
    wanted.evenUnproven = m_unproven->isVisible() && m_unproven->isChecked();
    m_swapping = true;
    m_call->run<SwapAttempt>(
        [&core = m_context.core, wanted, shown = *m_plan](const CancelToken& cancel) {
            return swapAsShown(core, wanted, shown, cancel);
        },
        [this](Result<SwapAttempt> attempt) {
            m_swapping = false;
            if (!attempt) {
                m_error->showError(
                    attempt.error(),
                    tr("Nothing was changed: both names are as they were. “Look again” shows how "
                       "it is now."));
                updateButtons();
            } else if (attempt->done) {
                showDone(attempt->swap);
            } else if (attempt->refused) {
                showPlan(attempt->swap);
                m_tabs->setCurrentIndex(1); // who it is
                m_error->showError(*attempt->refused,
                                   tr("Nothing was changed: both names are as they were."));
                updateButtons();
            } else {
                showPlan(attempt->swap);
                m_error->showError(
                    {ErrorCode::Conflict,
                     "the plan that was shown is not what would happen now; here is the new one",
                     "look at it, and type the name again",
                     true,
                     {}},
                    tr("Nothing was changed."));
                updateButtons();
            }
        });
}

void SwapDialog::showDone(const DatabaseSwap& done) {
    m_done = true;
    showPlan(done);
    const QString sentence = SwapTexts::done(done);
    m_summary->setText(sentence);
    m_tabs->setCurrentIndex(0);
    updateButtons();
    m_close->setFocus();
    emit swapped(sentence);
}

void SwapDialog::keyPressEvent(QKeyEvent* event) {
    if (!pressedByEnter(*this, *event))
        QDialog::keyPressEvent(event);
}

/// A swap is one transaction of seconds: it is waited for, its answer is not given up.
void SwapDialog::reject() {
    if (m_swapping)
        return;
    m_call->cancel();
    QDialog::reject();
}

} // namespace salvor
