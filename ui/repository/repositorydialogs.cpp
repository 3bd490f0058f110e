// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/repository/repositorydialogs.h"

#include "models/base/json.h"
#include "ui/repository/recoverypages.h"
#include "ui/repository/repositoryform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/format.h"
#include "ui/support/theme.h"
#include "workers/recoverycopy.h"

#include <QApplication>
#include <QDialogButtonBox>
#include <QFileInfo>
#include <QFontDatabase>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

namespace salvor {

namespace {

QLabel* makeTitle(QWidget* parent) {
    auto* label = new QLabel(parent);
    QFont large = label->font();
    large.setPointSizeF(large.pointSizeF() * 1.3);
    large.setBold(true);
    label->setFont(large);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    return label;
}

QString secretPlace(const std::string& kind) {
    if (kind == "keychain")
        return RepositoryDialog::tr("Keychain of this desktop");
    if (kind == "file")
        return RepositoryDialog::tr("File that only you can read");
    if (kind == "credentials")
        return RepositoryDialog::tr("Credentials of the system service");
    return RepositoryDialog::tr("Nowhere");
}

void colour(QLabel* label, Tone tone) {
    QPalette coloured = QApplication::palette();
    if (tone != Tone::Neutral)
        coloured.setColor(QPalette::WindowText, Theme::tone(tone, coloured));
    label->setPalette(coloured);
}

} // namespace

RepositoryDialog::RepositoryDialog(const FlowContext& context, const QString& repository, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_repository(repository) {
    setObjectName(QStringLiteral("repositoryDialog"));
    setWindowTitle(tr("Repository"));
    m_call = new BackgroundCall(context.lookups, this);
    m_title = makeTitle(this);
    m_title->setObjectName(QStringLiteral("repositoryDialogTitle"));
    m_state = new QLabel(tr("Asking the store…"), this);
    m_state->setObjectName(QStringLiteral("repositoryState"));
    m_state->setWordWrap(true);
    m_error = new ErrorPanel(this);
    m_facts = new QFormLayout;
    m_facts->setHorizontalSpacing(18);
    m_facts->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    m_rehearse = buttons->addButton(tr("&Rehearse the recovery…"), QDialogButtonBox::ActionRole);
    m_rehearse->setObjectName(QStringLiteral("repositoryRehearse"));
    m_rehearse->setEnabled(false);
    connect(m_rehearse, &QPushButton::clicked, this, [this] {
        emit rehearsalWanted(m_repository);
        accept();
    });
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(m_title);
    layout->addWidget(m_state);
    layout->addWidget(m_error);
    layout->addLayout(m_facts);
    layout->addStretch(1);
    layout->addWidget(buttons);
    resize(680, 420);
    load();
}

void RepositoryDialog::load() {
    m_call->run<RepositoryInfo>([&core = m_context.core, name = m_repository.toStdString()](
                                    const CancelToken& cancel) { return core.repositoryInfo(name, cancel); },
                                [this](Result<RepositoryInfo> info) {
                                    if (info) {
                                        showInfo(*info);
                                    } else {
                                        m_state->hide();
                                        m_error->showError(info.error());
                                    }
                                });
}

void RepositoryDialog::addFact(const QString& label, const QString& value, const char* name, bool fixed) {
    auto* field = new QLabel(value, this);
    field->setObjectName(QLatin1String(name));
    field->setTextFormat(Qt::PlainText);
    field->setWordWrap(true);
    field->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    if (fixed)
        field->setFont(QFontDatabase::systemFont(QFontDatabase::FixedFont));
    m_facts->addRow(label, field);
}

void RepositoryDialog::showInfo(const RepositoryInfo& info) {
    const RepositoryPin& pin = info.pin;
    m_repository = toQt(pin.id);
    m_title->setText(toQt(pin.title));
    if (info.problem) {
        m_state->hide();
        m_error->showError(*info.problem);
    } else if (info.catalogOlderThanSeen) {
        m_state->setText(tr("▲ The store shows an older state than this computer has seen. Somebody may have "
                            "put an old copy back."));
        colour(m_state, Tone::Bad);
    } else if (!pin.rehearsed) {
        m_state->setText(tr("▲ Recovery has not been rehearsed: nobody knows yet whether the recovery file "
                            "and its passphrase open these backups."));
        colour(m_state, Tone::Bad);
    } else {
        m_state->setText(tr("✓ Ready. Recovery file and passphrase have opened a backup."));
        colour(m_state, Tone::Good);
    }
    addFact(tr("Where"), shownUrl(pin.url), "factUrl", true);
    addFact(tr("Backups"),
            info.answered
                ? tr("%1, %2 stored").arg(Format::count(info.backups), Format::size(info.storedBytes))
                : tr("Not known: the store does not answer"),
            "factBackups");
    if (info.totalBytes > 0)
        addFact(tr("Space"),
                tr("%1 free of %2").arg(Format::size(info.freeBytes), Format::size(info.totalBytes)),
                "factSpace");
    addFact(tr("Encryption"),
            pin.encrypted ? tr("On, for %n recipient(s)", nullptr, static_cast<int>(pin.recipients.size()))
                          : tr("OFF: whoever reads the store reads the data"),
            "factEncryption");
    addFact(tr("Written by"),
            pin.isWriter && info.problem && info.problem->code == ErrorCode::ForeignWriter
                ? tr("Another computer, which took it over; here it can be read")
            : pin.isWriter ? tr("This computer, as %1").arg(toQt(pin.writerUser))
                           : tr("Another computer, as %1; here it can be read").arg(toQt(pin.writerUser)),
            "factWriter");
    addFact(tr("Keys kept in"), secretPlace(pin.secretKind), "factSecrets");
    addFact(tr("Recovery file"),
            pin.recoveryFile.empty() ? tr("No second copy known") : toQt(pin.recoveryFile), "factRecovery",
            !pin.recoveryFile.empty());
    addFact(tr("State"),
            info.answered ? tr("%1 (format %2)").arg(info.catalogNumber).arg(pin.formatVersion)
                          : tr("Not known (format %1)").arg(pin.formatVersion),
            "factCatalog");
    addFact(tr("ID"), toQt(pin.id), "factId", true);
    m_rehearse->setEnabled(!info.problem);
}

RehearsalDialog::RehearsalDialog(const FlowContext& context, const QString& repository, QWidget* parent)
    : QDialog(parent)
    , m_context(context)
    , m_repository(repository) {
    setObjectName(QStringLiteral("rehearsalDialog"));
    setWindowTitle(tr("Rehearse the recovery"));
    m_call = new BackgroundCall(context.lookups, this);
    m_question = makeTitle(this);
    m_question->setText(tr("Would you get your data back?"));
    auto* what = new QLabel(tr("Salvor opens the newest backup with the copy of the recovery file and the "
                               "passphrase from your sheet, and with nothing that is kept on this computer. "
                               "Fetch both from where they are kept: that is part of the rehearsal."),
                            this);
    what->setWordWrap(true);
    m_file = new PathField(PathField::Kind::OpenFile, "rehearsalFile", tr("Recovery file"), this);
    m_passphrase = new QLineEdit(this);
    m_passphrase->setObjectName(QStringLiteral("rehearsalPassphrase"));
    m_passphrase->setAccessibleName(tr("Recovery passphrase"));
    m_passphrase->setPlaceholderText(QStringLiteral("XXXX-XXXX-XXXX-XXXX-XXXX-XXXX"));
    m_state = new QLabel(this);
    m_state->setObjectName(QStringLiteral("rehearsalState"));
    m_state->setWordWrap(true);
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(this);
    m_start = buttons->addButton(tr("&Open the newest backup"), QDialogButtonBox::AcceptRole);
    m_start->setObjectName(QStringLiteral("rehearsalStart"));
    m_start->setDefault(true);
    m_close = buttons->addButton(QDialogButtonBox::Cancel);
    m_close->setObjectName(QStringLiteral("rehearsalClose"));
    // Not accepted(): the dialog stays for the answer.
    connect(m_start, &QPushButton::clicked, this, &RehearsalDialog::rehearse);
    connect(m_close, &QPushButton::clicked, this, &RehearsalDialog::reject);
    connect(m_file, &PathField::changed, this, &RehearsalDialog::updateButtons);
    connect(m_passphrase, &QLineEdit::textChanged, this, &RehearsalDialog::updateButtons);
    connect(m_call, &BackgroundCall::runningChanged, this, &RehearsalDialog::updateButtons);
    auto* form = new QFormLayout;
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    form->addRow(m_file->makeLabel(tr("&Recovery file")), m_file);
    form->addRow(tr("&Passphrase"), m_passphrase);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(m_question);
    layout->addWidget(what);
    layout->addLayout(form);
    layout->addWidget(m_error);
    layout->addWidget(m_state);
    layout->addStretch(1);
    layout->addWidget(buttons);
    resize(600, 320);
    updateButtons();
    load();
}

void RehearsalDialog::load() {
    m_call->run<std::vector<RepositoryPin>>(
        [&core = m_context.core](const CancelToken&) { return core.repositories(); },
        [this](Result<std::vector<RepositoryPin>> pins) {
            if (!pins) {
                m_error->showError(pins.error());
                return;
            }
            for (const auto& pin : *pins) {
                if (toQt(pin.id) != m_repository && toQt(pin.title) != m_repository)
                    continue;
                setWindowTitle(tr("Rehearse the recovery of %1").arg(toQt(pin.title)));
                if (m_file->path().isEmpty())
                    m_file->setPath(toQt(pin.recoveryFile));
            }
        });
}

void RehearsalDialog::updateButtons() {
    const bool busy = m_call->isRunning();
    m_start->setEnabled(!busy && !m_done && !m_file->path().isEmpty() && m_file->problem().isEmpty() &&
                        !m_passphrase->text().trimmed().isEmpty());
    m_file->setEnabled(!busy);
    m_passphrase->setEnabled(!busy);
}

void RehearsalDialog::rehearse() {
    m_error->clear();
    m_state->setText(tr("Opening…"));
    colour(m_state, Tone::Neutral);
    const QByteArray typed = m_passphrase->text().toUtf8();
    auto passphrase =
        std::make_shared<Secret>(std::string_view(typed.constData(), static_cast<std::size_t>(typed.size())));
    m_call->run<void>(
        [&core = m_context.core, name = m_repository.toStdString(), file = m_file->path().toStdString(),
         passphrase](const CancelToken& cancel) -> Result<> {
            SALVOR_ASSIGN(const RecoveryCopy copy, readSecondCopy(core, name, file));
            return core.rehearseRecovery(name, copy, *passphrase, cancel);
        },
        [this](Result<> done) {
            if (!done) {
                m_state->clear();
                m_error->showError(done.error(), tr("Nothing was changed. The rehearsal does not count."));
                layout()->activate();
                if (const int wanted = layout()->totalHeightForWidth(width()); wanted > height())
                    resize(width(), wanted); // all of the error's lines
                // To what is to be mended; and Enter is not to close it.
                const auto path = done.error().context.find("path"); // the store's errors have one, too
                if (path != done.error().context.end() && QFileInfo(toQt(path->second)).absoluteFilePath() ==
                                                              QFileInfo(m_file->path()).absoluteFilePath()) {
                    m_file->selectAll();
                    return;
                }
                m_passphrase->setFocus();
                m_passphrase->selectAll();
                return;
            }
            m_done = true;
            m_passphrase->clear();
            m_state->setText(tr("✓ Yes. This file and this passphrase open the newest backup."));
            colour(m_state, Tone::Good);
            m_close->setText(tr("Close"));
            updateButtons();
            m_close->setFocus();
            emit rehearsed(m_repository);
        });
}

void RehearsalDialog::reject() {
    if (m_call->isRunning())
        m_call->cancel();
    else
        QDialog::reject();
}

} // namespace salvor
