// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/enginetexts.h"

#include <QCoreApplication>
#include <QStringList>

namespace salvor {

QString engineText(const std::string& text) {
    return text.empty() ? QString() : QCoreApplication::translate("EngineDescription", text.c_str());
}

QString engineName(const std::string& text) { return engineText(text).remove(QLatin1Char('&')); }

QString engineControl(const char* prefix, const std::string& key) {
    static const QStringList kForms{QStringLiteral("file"), QStringLiteral("mode"), QStringLiteral("command"),
                                    QStringLiteral("bytes"), QStringLiteral("seconds")};
    QStringList words = QString::fromStdString(key).split(QLatin1Char('_'), Qt::SkipEmptyParts);
    if (words.size() > 1 && kForms.contains(words.last()))
        words.removeLast();
    QString name = QLatin1String(prefix);
    for (const QString& word : words)
        name += word.left(1).toUpper() + word.mid(1);
    return name;
}

} // namespace salvor
