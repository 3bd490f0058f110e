// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/passphrase.h"
#include "support/check.h"

#include <QTest>

#include <set>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

std::string newText() { return std::string(generatePassphrase().value().text()); }

bool isTypingError(const Result<Secret>& result) {
    return failsWith(result, ErrorCode::InvalidInput) &&
           result.error().message.find("typing error") != std::string::npos;
}

} // namespace

class TestPassphrase : public QObject {
    Q_OBJECT
private slots:
    void generate_hasSixGroupsOfTheAlphabet() {
        std::set<std::string> seen;
        for (int round = 0; round < 200; ++round) {
            const std::string text = newText();
            QCOMPARE(text.size(), std::size_t{29});
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (i % 5 == 4)
                    QCOMPARE(text[i], '-');
                else
                    QVERIFY(kAlphabet.find(text[i]) != std::string_view::npos);
            }
            seen.insert(text);
        }
        QCOMPARE(seen.size(), std::size_t{200});
    }

    void generate_everyCharacterOccurs() {
        std::array<int, 32> counts{};
        constexpr int kRounds = 1000;
        for (int round = 0; round < kRounds; ++round) {
            for (const char c : newText()) {
                if (c != '-')
                    ++counts[kAlphabet.find(c)];
            }
        }
        // 24,000 characters, 750 of each expected, standard deviation 27: ten of those either way.
        for (const int count : counts)
            QVERIFY2(count > 480 && count < 1020, qPrintable(QString::number(count)));
    }

    void normalise_whatPeopleType_isForgiven() {
        // The passphrase of all zeros is a word of the code, and so is one that has I, L and O in it when
        // misread.
        CHECK_OK(normalisePassphrase("0000-0000-0000-0000-0000-0000"));
        QCOMPARE(std::string(normalisePassphrase("oOoO 0000 0000oooo-----0000\t0000\n").value().text()),
                 std::string("0000-0000-0000-0000-0000-0000"));
        for (int round = 0; round < 100; ++round) {
            const std::string text = newText();
            std::string typed = "  ";
            for (const char c : text) {
                if (c == '-')
                    typed += round % 2 ? " " : "";
                else if (c == '1')
                    typed += "iIlL"[round % 4];
                else if (c == '0')
                    typed += "oO"[round % 2];
                else
                    typed += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
            }
            const auto back = normalisePassphrase(typed + "\r\n");
            CHECK_OK(back);
            QCOMPARE(std::string(back->text()), text);
        }
    }

    void normalise_anyOneWrongCharacter_isATypingError() {
        const std::string text = newText();
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] == '-')
                continue;
            for (const char c : kAlphabet) {
                if (c == text[i])
                    continue;
                std::string bad = text;
                bad[i] = c;
                QVERIFY2(isTypingError(normalisePassphrase(bad)), "a wrong character went unnoticed");
            }
        }
    }

    void normalise_oneSlip_namesItsGroup() {
        int named = 0;
        for (int round = 0; round < 20; ++round) {
            const std::string text = newText();
            for (std::size_t i = 0; i < text.size(); ++i) {
                if (text[i] == '-')
                    continue;
                std::string bad = text;
                bad[i] = kAlphabet[(kAlphabet.find(bad[i]) + 1 + static_cast<std::size_t>(round)) % 32];
                const auto wrong = normalisePassphrase(bad);
                QVERIFY(isTypingError(wrong));
                // A swap of neighbours elsewhere may explain it as well; then both are named.
                const auto& said = wrong.error().message;
                const std::string group = "group " + std::to_string(i / 5 + 1);
                QVERIFY2(said.find(group) != std::string::npos, said.c_str());
                named += said.find(group) != std::string::npos ? 1 : 0;
            }
            std::string swapped = text;
            std::swap(swapped[10], swapped[11]);
            const auto found = normalisePassphrase(swapped);
            if (text[10] != text[11]) {
                QVERIFY(isTypingError(found));
                named += found.error().message.find("group 3") != std::string::npos ? 1 : 0;
            }
        }
        QVERIFY2(named >= 480, qPrintable(QString::number(named))); // of 500
    }

    void looksLike_ours_isToldFromSentences() {
        const std::string text = newText();
        QVERIFY(looksLikePassphrase(text));
        QVERIFY(looksLikePassphrase(text.substr(0, text.size() - 1)));
        std::string foreign = text;
        foreign[6] = 'U';
        QVERIFY(looksLikePassphrase(foreign));
        for (const char* other : {"", "correct horse battery staple", "correcthorsebatterystaple",
                                  "a b c d e f", "this is not one of your own made"})
            QVERIFY2(!looksLikePassphrase(other), other);
    }

    void normalise_anyTwoSwapped_isATypingError() {
        const std::string text = newText();
        for (std::size_t i = 0; i < text.size(); ++i) {
            for (std::size_t k = i + 1; k < text.size(); ++k) {
                std::string bad = text;
                std::swap(bad[i], bad[k]);
                if (text[i] == '-' || text[k] == '-' || text[i] == text[k])
                    continue;
                QVERIFY2(isTypingError(normalisePassphrase(bad)), "a swap went unnoticed");
            }
        }
    }

    void normalise_anyTwoWrongCharacters_isATypingError() {
        const std::string text = newText();
        std::string bad = text;
        for (const char a : kAlphabet) {
            for (const char b : kAlphabet) {
                if (a == text[3] && b == text[21])
                    continue;
                bad[3] = a;
                bad[21] = b;
                QVERIFY2(isTypingError(normalisePassphrase(bad)), "two wrong characters went unnoticed");
            }
        }
    }

    void normalise_wrongLengthOrCharacter_saysSoWithoutRepeatingIt() {
        const std::string text = newText();
        const auto cut = normalisePassphrase(text.substr(0, text.size() - 1));
        QVERIFY(isTypingError(cut));
        QVERIFY(cut.error().message.find("23 characters") != std::string::npos);
        QVERIFY(isTypingError(normalisePassphrase(text + "A")));
        QVERIFY(isTypingError(normalisePassphrase("")));
        std::string foreign = text;
        foreign[6] = 'U';
        const auto named = normalisePassphrase(foreign);
        QVERIFY(isTypingError(named));
        QVERIFY(named.error().message.find("group 2") != std::string::npos);
        QVERIFY(named.error().toText().find(text.substr(0, 4)) == std::string::npos);
        QVERIFY(isTypingError(normalisePassphrase(text + "\xc3\xa4")));
    }
};

QTEST_GUILESS_MAIN(TestPassphrase)
#include "test_passphrase.moc"
