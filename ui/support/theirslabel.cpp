// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/theirslabel.h"

#include "models/base/json.h"

namespace salvor {

TheirsLabel::TheirsLabel(const char* objectName, QWidget* parent)
    : QLabel(parent) {
    setObjectName(QLatin1String(objectName));
    setTextFormat(Qt::PlainText);
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse);
    hide();
}

void TheirsLabel::showLines(const QStringList& lines) {
    setText(lines.join(QLatin1Char('\n')));
    setVisible(!lines.isEmpty());
}

void TheirsLabel::compare(QStringList& lines, const QString& name, const QString& yours,
                          const QString& theirs) {
    if (yours != theirs)
        lines << tr("%1: yours is “%2”, theirs “%3”").arg(name, yours, theirs);
}

Result<QJsonObject> TheirsLabel::documentIn(const Error& conflict) {
    const auto found = conflict.context.find("theirs");
    if (conflict.code != ErrorCode::Conflict || found == conflict.context.end())
        return failure(ErrorCode::InvalidInput, "the error names no other version");
    return parseJsonObject(found->second, "the other version");
}

} // namespace salvor
