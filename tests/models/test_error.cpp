// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/canceltoken.h"
#include "models/base/error.h"
#include "models/base/result.h"
#include "support/check.h"

#include <QTest>

#include <memory>
#include <set>

using namespace salvor;

namespace {

Result<int> halved(int number) {
    if (number % 2)
        return failure(ErrorCode::InvalidInput, "halving an odd number", "give an even one",
                       {{"number", std::to_string(number)}});
    return number / 2;
}

Result<int> quartered(int number) {
    SALVOR_ASSIGN(const int half, halved(number));
    SALVOR_ASSIGN(const int quarter, halved(half));
    return quarter;
}

Result<> checked(int number, int& reached) {
    SALVOR_TRY(halved(number));
    reached = number;
    return {};
}

Result<std::unique_ptr<int>> moved() {
    SALVOR_ASSIGN(auto pointer, Result<std::unique_ptr<int>>(std::make_unique<int>(7)));
    return pointer;
}

} // namespace

class TestError : public QObject {
    Q_OBJECT
private slots:
    void names_everyCode_comesBack() {
        std::set<std::string_view> names;
        for (int i = 0; i <= static_cast<int>(ErrorCode::Internal); ++i) {
            const auto code = static_cast<ErrorCode>(i);
            const std::string_view name = toString(code);
            QVERIFY(names.insert(name).second);
            QVERIFY(errorCodeFromString(name) == code);
            QVERIFY(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        }
        QCOMPARE(toString(ErrorCode::WrongIdentity), std::string_view("wrong_identity"));
        QCOMPARE(toString(ErrorCode::NewerFormat), std::string_view("newer_format"));
    }

    void names_unknown_isInternal() {
        QVERIFY(errorCodeFromString("of_a_newer_version") == ErrorCode::Internal);
        QVERIFY(errorCodeFromString("") == ErrorCode::Internal);
    }

    void toText_hint_standsInBrackets() {
        QCOMPARE(halved(3).error().toText(), std::string("halving an odd number (give an even one)"));
        QCOMPARE((Error{ErrorCode::Busy, "busy", {}, true, {}}.toText()), std::string("busy"));
    }

    void macros_leaveWithTheWholeError() {
        QCOMPARE(quartered(8).value(), 2);
        const auto failed = quartered(6);
        CHECK_FAILS(failed, ErrorCode::InvalidInput);
        QCOMPARE(failed.error().context.at("number"), std::string("3"));
        QCOMPARE(failed.error().hint, std::string("give an even one"));
        int reached = 0;
        CHECK_FAILS(checked(1, reached), ErrorCode::InvalidInput);
        QCOMPARE(reached, 0);
        CHECK_OK(checked(2, reached));
        QCOMPARE(reached, 2);
        QCOMPARE(*moved().value(), 7);
    }

    void cancelToken_stopped_isACodeOfItsOwn() {
        std::stop_source source;
        const CancelToken token = source.get_token();
        CHECK_OK(checkCancelled(token));
        CHECK_OK(checkCancelled({}));
        source.request_stop();
        const auto stopped = checkCancelled(token);
        CHECK_FAILS(stopped, ErrorCode::Cancelled);
        QVERIFY(stopped.error().isCancelled());
        QVERIFY(!halved(1).error().isCancelled());
    }
};

QTEST_GUILESS_MAIN(TestError)
#include "test_error.moc"
