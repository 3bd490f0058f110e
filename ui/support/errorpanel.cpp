// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/errorpanel.h"

#include "ui/support/format.h"
#include "ui/support/icons.h"
#include "ui/support/theme.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>

namespace salvor {

namespace {

QLabel* wrapping(QWidget* parent, const char* name) {
    auto* label = new QLabel(parent);
    label->setObjectName(QLatin1String(name));
    label->setWordWrap(true);
    label->setTextFormat(Qt::PlainText);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    return label;
}

} // namespace

ErrorPanel::ErrorPanel(QWidget* parent)
    : QFrame(parent) {
    setObjectName(QStringLiteral("errorPanel"));
    setAccessibleName(tr("Error"));
    setFrameShape(QFrame::StyledPanel);
    setAutoFillBackground(true);
    m_title = wrapping(this, "errorTitle");
    QFont bold = m_title->font();
    bold.setBold(true);
    m_title->setFont(bold);
    m_message = wrapping(this, "errorMessage");
    m_hint = wrapping(this, "errorHint");
    m_leftBehind = wrapping(this, "errorLeftBehind");
    m_copy = new QToolButton(this);
    m_copy->setObjectName(QStringLiteral("errorCopy"));
    m_copy->setText(tr("Copy"));
    m_copy->setAccessibleName(tr("Copy the full text of the error"));
    m_copy->setToolTip(m_copy->accessibleName());
    m_copy->setIcon(Icons::of(Icons::Copy));
    m_copy->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    connect(m_copy, &QToolButton::clicked, this, [this] { QApplication::clipboard()->setText(m_fullText); });

    auto* texts = new QVBoxLayout;
    texts->setSpacing(4);
    for (QLabel* label : {m_title, m_message, m_hint, m_leftBehind})
        texts->addWidget(label);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(12, 10, 12, 10);
    row->addLayout(texts, 1);
    row->addWidget(m_copy, 0, Qt::AlignTop);
    hide();
}

void ErrorPanel::showError(const Error& error, const QString& leftBehind) {
    m_cancelled = error.isCancelled();
    m_title->setText(title(error.code));
    m_message->setText(m_cancelled ? QString() : Format::told(error.message));
    m_hint->setText(error.hint.empty() ? QString() : tr("What to do: %1").arg(Format::told(error.hint)));
    m_leftBehind->setText(leftBehind);
    for (QLabel* label : {m_message, m_hint, m_leftBehind})
        label->setVisible(!label->text().isEmpty());
    const auto code = toString(error.code);
    m_fullText =
        QStringLiteral("%1 (%2)\n%3")
            .arg(m_title->text(), QString::fromUtf8(code.data(), static_cast<qsizetype>(code.size())),
                 Format::told(error.toText()));
    for (const auto& [key, value] : error.context)
        m_fullText +=
            QStringLiteral("\n%1: %2").arg(QString::fromStdString(key), QString::fromStdString(value));
    if (!leftBehind.isEmpty())
        m_fullText += QLatin1Char('\n') + leftBehind;
    m_copy->setVisible(!m_cancelled);
    recolour();
    setAccessibleDescription(m_fullText);
    show();
}

void ErrorPanel::clear() {
    hide();
    m_fullText.clear();
}

void ErrorPanel::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_title != nullptr)
        recolour();
}

void ErrorPanel::recolour() {
    const QPalette basis = QApplication::palette();
    const Tone tone = m_cancelled ? Tone::Neutral : Tone::Bad;
    QPalette mine; // all else is the window's, so that a change of theme comes through
    mine.setColor(QPalette::Window, Theme::toneBackground(tone, basis));
    setPalette(mine);
    QPalette titled;
    titled.setColor(QPalette::WindowText, Theme::tone(tone, basis));
    m_title->setPalette(titled);
}

QString ErrorPanel::title(ErrorCode code) {
    switch (code) {
    case ErrorCode::Cancelled:
        return tr("Cancelled");
    case ErrorCode::InvalidInput:
        return tr("It cannot be done like this");
    case ErrorCode::NotFound:
        return tr("Not found");
    case ErrorCode::AlreadyExists:
        return tr("There is one already");
    case ErrorCode::Conflict:
        return tr("Changed by somebody else meanwhile");
    case ErrorCode::Busy:
        return tr("In use by another process");
    case ErrorCode::PermissionDenied:
        return tr("Permission denied");
    case ErrorCode::MissingRight:
        return tr("A right is missing on the server");
    case ErrorCode::AuthenticationFailed:
        return tr("Wrong user name or password");
    case ErrorCode::ConnectionFailed:
        return tr("The server cannot be reached");
    case ErrorCode::ConnectionLost:
        return tr("The connection was lost");
    case ErrorCode::TlsFailed:
        return tr("The encrypted connection was refused");
    case ErrorCode::Timeout:
        return tr("No answer in time");
    case ErrorCode::Unsupported:
        return tr("Not supported yet");
    case ErrorCode::ToolMissing:
        return tr("A program that is needed is missing");
    case ErrorCode::ToolFailed:
        return tr("A program that is needed failed");
    case ErrorCode::VersionMismatch:
        return tr("Versions do not fit together");
    case ErrorCode::ServerError:
        return tr("The server answered with an error");
    case ErrorCode::SourceChanged:
        return tr("The database was changed during the backup");
    case ErrorCode::NoSpace:
        return tr("No space left");
    case ErrorCode::IoError:
        return tr("Reading or writing failed");
    case ErrorCode::Corrupt:
        return tr("Damaged data");
    case ErrorCode::NotARepository:
        return tr("There is no repository there");
    case ErrorCode::NewerFormat:
        return tr("Written by a newer Salvor");
    case ErrorCode::ForeignWriter:
        return tr("Another computer writes this repository");
    case ErrorCode::PinMismatch:
        return tr("This is not the repository that was known here");
    case ErrorCode::RolledBack:
        return tr("The store shows an older state than before");
    case ErrorCode::WrongIdentity:
        return tr("The key or passphrase does not open this");
    case ErrorCode::SecretUnavailable:
        return tr("A password or key cannot be reached");
    case ErrorCode::ProofFailed:
        return tr("The restored database is NOT equal to the backup");
    case ErrorCode::Interrupted:
        return tr("It ended in the middle");
    default:
        break;
    }
    return tr("Something went wrong inside Salvor");
}

} // namespace salvor
