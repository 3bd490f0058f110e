// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A language that nobody speaks: every text in brackets, with accents, and 40 % longer. What stands without
// brackets in a window was not given to tr(); what does not fit will not fit in German either.
#pragma once

#include <QTranslator>

namespace salvor::test {

/// Install it after setUpApplication(). Formats of dates, marks (%1, %n), mnemonics and tags stay as they
/// are.
class PseudoLocale : public QTranslator {
public:
    explicit PseudoLocale(QObject* parent = nullptr);
    QString translate(const char* context, const char* source, const char* disambiguation,
                      int n) const override;
    bool isEmpty() const override { return false; }

    static QString pseudo(const QString& text);

private:
    QTranslator m_english; ///< for its singulars and plurals
};

} // namespace salvor::test
