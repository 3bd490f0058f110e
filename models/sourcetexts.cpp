// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/sourcetexts.h"

#include "models/connectionreport.h"

#include <QStringList>

namespace salvor {

std::string extensionsText(const SourceInfo& source) {
    const QJsonObject extensions = source.details[QStringLiteral("extensions")].toObject();
    QStringList texts;
    for (auto one = extensions.begin(); one != extensions.end(); ++one) {
        const QString version = QLatin1Char(' ') + one.value().toString();
        if (one.key() == QStringLiteral("timescaledb"))
            texts.prepend(QStringLiteral("TimescaleDB") + version); // what most matters here comes first
        else
            texts << one.key() + version;
    }
    return texts.join(QStringLiteral(", ")).toStdString();
}

std::optional<SourceRefusal> refusalOf(const SourceInfo& source) {
    const QString why = source.details[QStringLiteral("refused")].toString();
    if (why.isEmpty())
        return std::nullopt;
    return SourceRefusal{why.toStdString(),
                         source.details[QStringLiteral("refused_sql")].toString().toStdString(),
                         source.details[QStringLiteral("refused_right")].toBool()};
}

} // namespace salvor
