// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/repository/recoverypages.h"

#include "models/base/json.h"
#include "ui/repository/recoverysheet.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/icons.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QDir>
#include <QFontDatabase>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMessageBox>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

namespace {

QLabel* heading(const QString& text, QWidget* parent) {
    auto* label = new QLabel(text, parent);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    label->setWordWrap(true);
    return label;
}

void paintTone(QLabel* label, Tone tone) {
    QPalette coloured = QApplication::palette();
    coloured.setColor(QPalette::WindowText, Theme::tone(tone, coloured));
    label->setPalette(coloured);
}

} // namespace

FreshRepository shownOf(const DrawnRepository& drawn) {
    return drawn ? FreshRepository(drawn, &drawn->result()) : FreshRepository();
}

RecoveryPage::RecoveryPage(const FlowContext& context, QWidget* parent)
    : FlowPage(tr("Recovery file"), tr("For the day this computer is gone"),
               tr("The backups are encrypted. With the recovery file and this passphrase they can be opened "
                  "anywhere; without them, by nobody, us included. The passphrase is shown only now."),
               parent)
    , m_context(context) {
    setObjectName(QStringLiteral("recoveryPage"));
    m_call = new BackgroundCall(context.lookups, this);
    m_passphrase = new QLabel(this);
    m_passphrase->setObjectName(QStringLiteral("recoveryPassphrase"));
    QFont large = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    large.setPointSizeF(large.pointSizeF() * 1.75);
    large.setBold(true);
    m_passphrase->setFont(large);
    m_passphrase->setAlignment(Qt::AlignCenter);
    m_passphrase->setFrameShape(QFrame::StyledPanel);
    m_passphrase->setAutoFillBackground(true);
    m_passphrase->setBackgroundRole(QPalette::Base);
    m_passphrase->setMargin(14);
    m_passphrase->setTextFormat(Qt::PlainText);
    m_passphrase->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    auto* print = new QPushButton(tr("&Print the recovery sheet…"), this);
    print->setObjectName(QStringLiteral("recoveryPrint"));
    print->setAutoDefault(false);
    connect(print, &QPushButton::clicked, this, [this] {
        if (m_repository)
            RecoverySheet::print(this, m_repository->pin, m_repository->passphrase);
    });
    m_path = new PathField(PathField::Kind::SaveFile, "recoveryCopyPath",
                           tr("Second copy of the recovery file"), this);
    m_save = new QPushButton(tr("&Save the copy"), this);
    m_save->setObjectName(QStringLiteral("recoveryCopySave"));
    m_save->setAutoDefault(false);
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("recoveryCopyState"));
    m_state->setWordWrap(true);
    m_state->setTextFormat(Qt::PlainText);
    m_error = new ErrorPanel(this);
    connect(m_save, &QPushButton::clicked, this, &RecoveryPage::save);
    connect(m_path, &PathField::changed, this, &FlowPage::changed);

    body()->addWidget(heading(tr("1. Write the passphrase down, or print it"), this));
    body()->addWidget(m_passphrase);
    body()->addWidget(print, 0, Qt::AlignLeft);
    body()->addSpacing(10);
    body()->addWidget(heading(tr("2. Save a second copy of the recovery file outside the store"), this));
    auto* where = new QLabel(tr("On a memory stick or another computer. It is worth nothing without the "
                                "passphrase; keep the two apart."),
                             this);
    where->setWordWrap(true);
    body()->addWidget(where);
    auto* row = new QHBoxLayout;
    row->addWidget(m_path, 1);
    row->addWidget(m_save);
    body()->addLayout(row);
    body()->addWidget(m_state);
    body()->addWidget(m_error);
    body()->addStretch(1);
}

void RecoveryPage::setDrawn(DrawnRepository drawn) {
    m_drawn = std::move(drawn);
    setRepository(shownOf(m_drawn));
}

void RecoveryPage::setRepository(FreshRepository repository) {
    m_repository = std::move(repository);
    m_saved = false;
    m_state->clear();
    m_passphrase->setText(m_repository ? toQt(m_repository->passphrase.text()) : QString());
    if (m_repository) {
        QString name = toQt(m_repository->pin.title).toLower();
        for (QChar& c : name)
            c = c.isLetterOrNumber() ? c : QLatin1Char('-');
        m_path->setPath(QDir::homePath() + QStringLiteral("/salvor-recovery-") + name +
                        QStringLiteral(".age"));
    }
    emit changed();
}

QString RecoveryPage::problem() const { return m_saved ? QString() : tr("Save the second copy first."); }

void RecoveryPage::save() {
    m_error->clear();
    if (!m_drawn || m_call->isRunning())
        return;
    const QString path = m_path->path();
    const QString store = shownUrl(m_repository->pin.url);
    if (path.isEmpty() || !m_path->problem().isEmpty() || path.startsWith(store + QLatin1Char('/'))) {
        m_error->showError(Error{ErrorCode::InvalidInput,
                                 path.startsWith(store + QLatin1Char('/'))
                                     ? "that is inside the repository, which has a copy already"
                                     : "the copy needs a whole path, beginning with /",
                                 "choose a place that survives when the store does not",
                                 false,
                                 {}});
        return;
    }
    m_saved = false; // of another path from now on
    m_state->clear();
    emit changed();
    m_call->run<void>([drawn = m_drawn,
                       target = path.toStdString()](const CancelToken&) { return drawn->saveCopy(target); },
                      [this, path, ofDrawn = std::weak_ptr(m_drawn)](Result<> done) {
                          // What was drawn up meanwhile has a copy of its own to be saved.
                          if (ofDrawn.lock() != m_drawn || !m_drawn)
                              return;
                          if (done)
                              copyWritten(path);
                          else
                              m_error->showError(done.error(),
                                                 tr("No copy was saved, and no repository is made yet."));
                      });
}

void RecoveryPage::copyWritten(const QString& path) {
    m_saved = true;
    m_state->setText(tr("✓ Saved as %1").arg(path));
    paintTone(m_state, Tone::Good);
    emit changed();
}

TypeBackPage::TypeBackPage(QWidget* parent)
    : FlowPage(tr("Type it back"), tr("Type the passphrase from your note"),
               tr("Once, so that a slip of the pen shows today and not in a year. Go back to see it again."),
               parent) {
    setObjectName(QStringLiteral("typeBackPage"));
    setNextText(tr("&Make the repository"));
    m_typed = new QLineEdit(this);
    m_typed->setObjectName(QStringLiteral("typeBackPassphrase"));
    m_typed->setAccessibleName(tr("Recovery passphrase"));
    m_typed->setPlaceholderText(QStringLiteral("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"));
    QFont fixed = QFontDatabase::systemFont(QFontDatabase::FixedFont);
    fixed.setPointSizeF(fixed.pointSizeF() * 1.5);
    m_typed->setFont(fixed);
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("typeBackState"));
    m_state->setWordWrap(true);
    auto* help =
        new QLabel(tr("Capitals, spaces and dashes do not matter. I and L count as 1, O counts as 0."), this);
    help->setWordWrap(true);
    help->setForegroundRole(QPalette::PlaceholderText);
    connect(m_typed, &QLineEdit::textChanged, this, &TypeBackPage::showState);
    body()->addWidget(m_typed);
    body()->addWidget(m_state);
    body()->addWidget(help);
    body()->addStretch(1);
}

void TypeBackPage::setRepository(FreshRepository repository) {
    m_repository = std::move(repository);
    m_typed->clear();
    showState();
}

void TypeBackPage::enter() { m_typed->setFocus(); }

bool TypeBackPage::isRight() const {
    return m_repository && isSamePassphrase(m_typed->text(), m_repository->passphrase);
}

void TypeBackPage::showState() {
    const bool right = isRight();
    QString letters = m_typed->text();
    letters.remove(QLatin1Char('-')).remove(QLatin1Char(' '));
    const int group =
        m_repository && letters.size() >= 24 ? differingGroup(letters, m_repository->passphrase) : 0;
    m_state->setText(right       ? tr("✓ That is it.")
                     : group > 0 ? tr("✗ That is not the passphrase: group %1 is another. Compare it with "
                                      "your note, letter by letter.")
                                       .arg(group)
                                 : QString());
    paintTone(m_state, right ? Tone::Good : Tone::Bad);
    emit changed();
}

QString TypeBackPage::problem() const { return isRight() ? QString() : tr("Type the passphrase to go on."); }

void askToLeave(QDialog& flow, const RepositoryPin& pin, std::function<void()> left) {
    auto* box = new QMessageBox(QMessageBox::Warning, RecoveryPage::tr("No repository is made yet"),
                                RecoveryPage::tr("Leave without having typed the passphrase back?"),
                                QMessageBox::NoButton, &flow);
    box->setObjectName(QStringLiteral("leaveQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    box->setInformativeText(
        RecoveryPage::tr("Then nothing is made in %1. The passphrase shown here opens nothing, and saved "
                         "copies of the recovery file are removed again.")
            .arg(shownUrl(pin.url)));
    auto* leave = box->addButton(RecoveryPage::tr("&Leave"), QMessageBox::DestructiveRole);
    leave->setObjectName(QStringLiteral("leaveConfirm"));
    auto* stay = box->addButton(RecoveryPage::tr("&Stay here"), QMessageBox::RejectRole);
    stay->setObjectName(QStringLiteral("leaveStay"));
    box->setDefaultButton(stay);
    box->setEscapeButton(stay);
    QObject::connect(leave, &QPushButton::clicked, &flow, std::move(left));
    box->open();
}

} // namespace salvor
