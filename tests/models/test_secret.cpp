// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/secret.h"

#include <QTest>

#include <type_traits>

using namespace salvor;

class TestSecret : public QObject {
    Q_OBJECT
private slots:
    void secret_holdsTextAndBytes() {
        const Secret empty;
        QVERIFY(empty.empty());
        QVERIFY(empty.text().empty());
        const Secret text(std::string_view("pass\0word", 9));
        QCOMPARE(text.bytes().size(), std::size_t{9});
        QCOMPARE(text.text(), std::string_view("pass\0word", 9));
        const Secret bytes(text.bytes());
        QCOMPARE(bytes.text(), text.text());
    }

    void secret_isCopiedOnlyByName() {
        static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
        static_assert(!std::is_convertible_v<std::string_view, Secret>);
        const Secret secret("abc");
        const Secret copy = secret.clone();
        QCOMPARE(copy.text(), secret.text());
        QVERIFY(copy.bytes().data() != secret.bytes().data());
    }

    void move_emptiesWhatWasMovedFrom() {
        Secret from("abc");
        const std::byte* const memory = from.bytes().data();
        Secret to(std::move(from));
        QVERIFY(from.empty()); // NOLINT(bugprone-use-after-move): this is what is tried
        QCOMPARE(to.text(), std::string_view("abc"));
        QVERIFY(to.bytes().data() == memory); // no second copy was left behind
        Secret assigned("something else");
        assigned = std::move(to);
        QCOMPARE(assigned.text(), std::string_view("abc"));
        QVERIFY(to.empty()); // NOLINT(bugprone-use-after-move)
        Secret& self = assigned;
        assigned = std::move(self);
        QCOMPARE(assigned.text(), std::string_view("abc"));
    }
};

QTEST_GUILESS_MAIN(TestSecret)
#include "test_secret.moc"
