// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pseudolocale.h"

#include <QRegularExpression>

#include <cmath>

namespace salvor::test {

namespace {

constexpr double kLonger = 0.4;

QChar accented(QChar letter) {
    static const QString plain = QStringLiteral("AEIOUYCNSZaeiouycnsz");
    static const QString accents = QStringLiteral("ÅÉÎÖÛÝÇÑŠŽåéîöûýçñšž");
    const auto at = plain.indexOf(letter);
    return at < 0 ? letter : accents.at(at);
}

/// Words, so that a text that may be broken into lines still can be.
QString padding(qsizetype length) {
    QString words;
    while (words.size() < length)
        words += QStringLiteral(" łóñgér");
    return words.left(length);
}

} // namespace

PseudoLocale::PseudoLocale(QObject* parent)
    : QTranslator(parent) {
    if (!m_english.load(QStringLiteral(":/i18n/salvor_en.qm")))
        qFatal("the English texts are missing");
}

QString PseudoLocale::translate(const char* context, const char* source, const char* disambiguation,
                                int n) const {
    const QString english = m_english.translate(context, source, disambiguation, n);
    const QString text = english.isEmpty() ? QString::fromUtf8(source) : english;
    static const QRegularExpression format(QStringLiteral("\\b(date|time) format$"));
    if (format.match(QString::fromUtf8(disambiguation)).hasMatch())
        return text;
    return pseudo(text);
}

QString PseudoLocale::pseudo(const QString& text) {
    if (text.trimmed().isEmpty())
        return text;
    static const QRegularExpression kept(QStringLiteral("%L?\\d+|%n|<[^>]*>|&\\w+;|&."));
    QString result;
    qsizetype from = 0;
    const auto change = [&](qsizetype to) {
        for (; from < to; ++from)
            result += accented(text.at(from));
    };
    for (auto marks = kept.globalMatch(text); marks.hasNext();) {
        const auto mark = marks.next();
        change(mark.capturedStart());
        result += mark.captured();
        from = mark.capturedEnd();
    }
    change(text.size());
    const auto longer = static_cast<qsizetype>(std::ceil(static_cast<double>(text.size()) * kLonger));
    return QLatin1Char('[') + result + padding(longer) + QLatin1Char(']');
}

} // namespace salvor::test
