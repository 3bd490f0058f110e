// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Labels as every page of a restore has them.
#pragma once

#include <QLabel>

namespace salvor {

/// Wrapped plain text that can be selected.
inline QLabel* plainLabel(const QString& text, QWidget* parent, const char* name = nullptr) {
    auto* label = new QLabel(text, parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    if (name != nullptr)
        label->setObjectName(QLatin1String(name));
    return label;
}

inline QLabel* bolded(QLabel* label) {
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    return label;
}

} // namespace salvor
