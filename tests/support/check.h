// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Checks of Result values that print the error.
#pragma once

#include "models/base/result.h"

#include <QTest>

namespace salvor::test {

template <typename T>
QString describe(const Result<T>& result) {
    if (result)
        return QStringLiteral("success");
    const auto name = toString(result.error().code);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())) + QStringLiteral(": ") +
           QString::fromStdString(result.error().toText());
}

template <typename T>
bool failsWith(const Result<T>& result, ErrorCode code) {
    return !result && result.error().code == code;
}

} // namespace salvor::test

/// The result is a success; else the test fails with the error's text.
#define CHECK_OK(expression)                                                                                 \
    do {                                                                                                     \
        const auto& checkResult_ = (expression);                                                             \
        QVERIFY2(checkResult_, qPrintable(::salvor::test::describe(checkResult_)));                          \
    } while (false)

/// The result is a failure with this code; else the test fails and says what it was.
#define CHECK_FAILS(expression, expectedCode)                                                                \
    do {                                                                                                     \
        const auto& checkResult_ = (expression);                                                             \
        QVERIFY2(::salvor::test::failsWith(checkResult_, expectedCode),                                      \
                 qPrintable(::salvor::test::describe(checkResult_)));                                        \
    } while (false)
