// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Encrypting and decrypting against oneself: sizes, streams, damage, cancelling, and the check before an
// upload.
#include "engines/crypto/age.h"
#include "engines/crypto/ageheader.h"
#include "engines/crypto/agepayload.h"
#include "support/check.h"
#include "support/streams.h"

#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::array<std::size_t, 8> kSizes = {0, 1, 65535, 65536, 65537, 131072, 200000, 5000000};

void addSizes() {
    QTest::addColumn<qulonglong>("size");
    for (const std::size_t size : kSizes)
        QTest::newRow(std::to_string(size).c_str()) << qulonglong(size);
}

struct Person {
    AgeIdentity identity = AgeIdentity::generate().value();
    AgeRecipient recipient() const { return identity.recipient(); }
};

/// Fails when it has taken `limit` bytes.
class FullSink final : public ByteSink {
public:
    explicit FullSink(std::size_t limit)
        : m_left(limit) {}
    Result<> write(ByteView bytes) override {
        if (bytes.size() > m_left)
            return failure(ErrorCode::NoSpace, "writing: no space is left");
        m_left -= bytes.size();
        return {};
    }

private:
    std::size_t m_left;
};

Result<std::string> encryptedInPieces(ByteView plain, const AgeRecipient& recipient, AgeFormat format,
                                      std::size_t piece) {
    CollectingSink out;
    SALVOR_ASSIGN(const auto encryptor, AgeEncryptor::toRecipients(out, std::span(&recipient, 1), format));
    for (std::size_t i = 0; i < plain.size(); i += piece)
        SALVOR_TRY(encryptor->write(plain.subspan(i, std::min(piece, plain.size() - i))));
    SALVOR_TRY(encryptor->finish());
    return out.text();
}

bool isPrefixOf(std::string_view released, ByteView plain) { return asText(plain).starts_with(released); }

std::size_t headerSize(ByteView encrypted) { return asText(encrypted).find("\n--- ") + 49; }

} // namespace

class TestAge : public QObject {
    Q_OBJECT
private slots:
    void encrypt_anySize_comesBack_data() { addSizes(); }
    void encrypt_anySize_comesBack() {
        QFETCH(qulonglong, size);
        const Person person;
        const Bytes plain = makeBytes(size);
        const std::array recipients{person.recipient()};
        const auto encrypted = ageEncrypt(plain, recipients);
        CHECK_OK(encrypted);
        QCOMPARE(encrypted->size(), headerSize(*encrypted) + kAgePayloadNonce + ageChunksSize(plain.size()));
        const auto back = ageDecrypt(*encrypted, person.identity);
        CHECK_OK(back);
        QVERIFY(*back == plain);
    }

    void stream_anySizeAndFormat_comesBack_data() { addSizes(); }
    void stream_anySizeAndFormat_comesBack() {
        QFETCH(qulonglong, size);
        const Person person;
        const Bytes plain = makeBytes(size);
        for (const AgeFormat format : {AgeFormat::Binary, AgeFormat::Armored}) {
            for (const std::size_t piece : {std::size_t{1000}, std::size_t{65536}, std::size_t{3000000}}) {
                const auto encrypted = encryptedInPieces(plain, person.recipient(), format, piece);
                CHECK_OK(encrypted);
                QCOMPARE(encrypted->starts_with("-----BEGIN AGE"), format == AgeFormat::Armored);
                TextSource source(*encrypted);
                CollectingSink out;
                const auto count = ageDecryptStream(source, out, {std::span(&person.identity, 1), nullptr});
                CHECK_OK(count);
                QCOMPARE(*count, std::uint64_t(size));
                QVERIFY(out.text() == asText(plain));
                QVERIFY(ageDecrypt(asBytes(*encrypted), person.identity).value() == plain);
            }
        }
    }

    void encrypt_severalRecipients_eachOpens() {
        const std::array<Person, 3> people;
        const std::array recipients{people[0].recipient(), people[1].recipient(), people[2].recipient()};
        const Bytes plain = makeBytes(100);
        const auto encrypted = ageEncrypt(plain, recipients);
        CHECK_OK(encrypted);
        for (const Person& person : people)
            QVERIFY(ageDecrypt(*encrypted, person.identity).value() == plain);
        const Person stranger;
        const auto refused = ageDecrypt(*encrypted, stranger.identity);
        CHECK_FAILS(refused, ErrorCode::WrongIdentity);
        QCOMPARE(refused.error().context.at("stanzas"), std::string("X25519 (3)"));
    }

    void encrypt_noRecipient_isRefused() {
        CHECK_FAILS(ageEncrypt(makeBytes(10), {}), ErrorCode::InvalidInput);
        CollectingSink out;
        CHECK_FAILS(AgeEncryptor::toRecipients(out, {}), ErrorCode::InvalidInput);
        CHECK_FAILS(AgeEncryptor::toPassphrase(out, Secret()), ErrorCode::InvalidInput);
        CHECK_FAILS(AgeEncryptor::toPassphrase(out, Secret("x"), AgeFormat::Binary, {}, 23),
                    ErrorCode::InvalidInput);
        const std::array zero{AgeRecipient::fromRaw(Bytes(32)).value()};
        CHECK_FAILS(ageEncrypt(makeBytes(10), zero), ErrorCode::Corrupt);
        QVERIFY(out.text().empty());
    }

    void encrypt_sameTwice_differs() {
        const Person person;
        const std::array recipients{person.recipient()};
        const Bytes plain = makeBytes(1000);
        QVERIFY(ageEncrypt(plain, recipients).value() != ageEncrypt(plain, recipients).value());
    }

    void passphrase_opensOnlyWithItself() {
        const Secret passphrase("0000-0000-0000-0000-0000-0000");
        const Secret wrong("0000-0000-0000-0000-0000-0001");
        CollectingSink out;
        const auto encryptor = AgeEncryptor::toPassphrase(out, passphrase, AgeFormat::Armored, {}, 10);
        CHECK_OK(encryptor);
        CHECK_OK((*encryptor)->write(asBytes("AGE-SECRET-KEY-1")));
        CHECK_OK((*encryptor)->finish());
        const ByteView file = asBytes(out.text());
        QCOMPARE(std::string(asText(ageDecrypt(file, {{}, &passphrase}).value())),
                 std::string("AGE-SECRET-KEY-1"));
        const auto refused = ageDecrypt(file, {{}, &wrong});
        CHECK_FAILS(refused, ErrorCode::WrongIdentity);
        QVERIFY(refused.error().message.find("passphrase is not the one") != std::string::npos);
        const Person person;
        const auto noPassphrase = ageDecrypt(file, person.identity);
        CHECK_FAILS(noPassphrase, ErrorCode::WrongIdentity);
        QVERIFY(noPassphrase.error().message.find("none was given") != std::string::npos);
        CHECK_FAILS(ageDecrypt(file, {{}, &passphrase, 9}), ErrorCode::Corrupt);
    }

    void encryptor_afterItsEndOrAnError_refuses() {
        const Person person;
        const std::array recipients{person.recipient()};
        CollectingSink out;
        const auto encryptor = AgeEncryptor::toRecipients(out, recipients).value();
        CHECK_OK(encryptor->finish());
        CHECK_FAILS(encryptor->finish(), ErrorCode::Internal);
        CHECK_FAILS(encryptor->write(makeBytes(1)), ErrorCode::Internal);

        FullSink full(70000);
        const auto other = AgeEncryptor::toRecipients(full, recipients).value();
        CHECK_FAILS(other->write(makeBytes(300000)), ErrorCode::NoSpace);
        CHECK_FAILS(other->finish(), ErrorCode::Internal);
        FullSink none(0);
        CHECK_FAILS(AgeEncryptor::toRecipients(none, recipients), ErrorCode::NoSpace);
    }

    void encryptor_notFinished_isATruncatedFile() {
        const Person person;
        const std::array recipients{person.recipient()};
        CollectingSink out;
        {
            const auto encryptor = AgeEncryptor::toRecipients(out, recipients).value();
            CHECK_OK(encryptor->write(makeBytes(200000)));
        }
        CHECK_FAILS(ageDecrypt(asBytes(out.text()), person.identity), ErrorCode::Corrupt);
    }

    void stream_errorOfAnEnd_isPassedOn() {
        const Person person;
        const AgeOpeners openers{std::span(&person.identity, 1), nullptr};
        const auto encrypted =
            encryptedInPieces(makeBytes(200000), person.recipient(), AgeFormat::Binary, 65536);
        TextSource source(*encrypted);
        FullSink full(70000);
        CHECK_FAILS(ageDecryptStream(source, full, openers), ErrorCode::NoSpace);
        SequenceSource broken(0);
        broken.failAtEnd(Error{ErrorCode::ConnectionLost, "the store hung up", {}, true, {}});
        NullSink nowhere;
        const auto lost = ageDecryptStream(broken, nowhere, openers);
        CHECK_FAILS(lost, ErrorCode::ConnectionLost);
        QVERIFY(lost.error().retryable);
    }

    void stream_cancelled_endsWithinAChunk() {
        const Person person;
        const std::array recipients{person.recipient()};
        const Bytes plain = makeBytes(1000000);
        std::stop_source stop;
        CollectingSink out;
        const auto encryptor =
            AgeEncryptor::toRecipients(out, recipients, AgeFormat::Binary, stop.get_token()).value();
        out.onWrite([&](const std::string& all) {
            if (all.size() > 100000)
                stop.request_stop();
        });
        CHECK_FAILS(encryptor->write(plain), ErrorCode::Cancelled);
        QVERIFY(out.text().size() < 100000 + 2 * kAgeSealedChunk);

        const Bytes encrypted = ageEncrypt(plain, recipients).value();
        TextSource source(asText(encrypted));
        std::stop_source again;
        CollectingSink released;
        released.onWrite([&](const std::string&) { again.request_stop(); });
        CHECK_FAILS(
            ageDecryptStream(source, released, {std::span(&person.identity, 1), nullptr}, again.get_token()),
            ErrorCode::Cancelled);
        QCOMPARE(released.text().size(), kAgeChunk);
    }

    void decrypt_truncatedAnywhere_releasesAPrefixAndFails() {
        const Person person;
        const Bytes plain = makeBytes(200000);
        const std::array recipients{person.recipient()};
        const Bytes encrypted = ageEncrypt(plain, recipients).value();
        const std::size_t payload = headerSize(encrypted) + kAgePayloadNonce;
        std::vector<std::size_t> lengths;
        for (std::size_t length = 0; length <= payload + 40; ++length)
            lengths.push_back(length);
        for (std::size_t chunk = 1; chunk <= 3; ++chunk) {
            for (const int around : {-17, -16, -1, 0, 1, 5, 15, 16, 17})
                lengths.push_back(static_cast<std::size_t>(
                    static_cast<std::ptrdiff_t>(payload + chunk * kAgeSealedChunk) + around));
        }
        lengths.push_back(encrypted.size() - 1);
        lengths.push_back(encrypted.size() - 17);
        for (const std::size_t length : lengths) {
            const ByteView cut = ByteView(encrypted).first(length);
            TextSource source(asText(cut));
            CollectingSink released;
            CHECK_FAILS(ageDecryptStream(source, released, {std::span(&person.identity, 1), nullptr}),
                        ErrorCode::Corrupt);
            QVERIFY(isPrefixOf(released.text(), plain));
            QCOMPARE(released.text().size(),
                     length < payload ? 0 : (length - payload) / kAgeSealedChunk * kAgeChunk);
            CHECK_FAILS(ageDecrypt(cut, person.identity), ErrorCode::Corrupt);
        }
    }

    void decrypt_bitFlipped_inEachArea_fails() {
        const Person person;
        const Bytes plain = makeBytes(140000);
        const std::array recipients{person.recipient()};
        const Bytes encrypted = ageEncrypt(plain, recipients).value();
        const std::size_t payload = headerSize(encrypted) + kAgePayloadNonce;
        std::vector<std::size_t> places;
        for (std::size_t i = 0; i < payload; ++i)
            places.push_back(i);
        for (std::size_t i = payload; i < encrypted.size(); i += 9973)
            places.push_back(i);
        for (std::size_t chunk = 1; chunk <= 2; ++chunk) {
            for (std::size_t i = 0; i < evp::Aead::kTag; ++i)
                places.push_back(payload + chunk * kAgeSealedChunk - 1 - i);
        }
        places.push_back(encrypted.size() - 1);
        for (const std::size_t place : places) {
            for (const unsigned bit : {0U, 5U}) { // 5 changes the case of a letter
                Bytes bad = encrypted;
                bad[place] ^= static_cast<std::byte>(1U << bit);
                TextSource source(asText(bad));
                CollectingSink released;
                const auto result =
                    ageDecryptStream(source, released, {std::span(&person.identity, 1), nullptr});
                QVERIFY2(failsWith(result, ErrorCode::Corrupt) ||
                             (place < payload && failsWith(result, ErrorCode::WrongIdentity)),
                         qPrintable(describe(result)));
                QCOMPARE(released.text().size(),
                         place < payload ? 0 : (place - payload) / kAgeSealedChunk * kAgeChunk);
                QVERIFY(isPrefixOf(released.text(), plain));
                QVERIFY(!ageDecrypt(bad, person.identity));
            }
        }
    }

    void decrypt_armorBitFlipped_fails() {
        const Person person;
        const auto encrypted = encryptedInPieces(makeBytes(300), person.recipient(), AgeFormat::Armored, 300);
        CHECK_OK(ageDecrypt(asBytes(*encrypted), person.identity));
        for (std::size_t place = 0; place < encrypted->size(); ++place) {
            for (const unsigned bit : {0U, 1U, 5U}) {
                std::string bad = *encrypted;
                bad[place] = static_cast<char>(static_cast<unsigned char>(bad[place]) ^ (1U << bit));
                QVERIFY2(!ageDecrypt(asBytes(bad), person.identity), qPrintable(QString::number(place)));
            }
        }
    }

    void decrypt_chunksSwappedOrRepeated_isCorrupt() {
        const Person person;
        const std::array recipients{person.recipient()};
        const Bytes encrypted = ageEncrypt(makeBytes(4 * kAgeChunk), recipients).value();
        const auto payload =
            encrypted.begin() + static_cast<std::ptrdiff_t>(headerSize(encrypted) + kAgePayloadNonce);
        const auto chunk = static_cast<std::ptrdiff_t>(kAgeSealedChunk);
        Bytes swapped = encrypted;
        const auto at = swapped.begin() + (payload - encrypted.begin());
        std::swap_ranges(at, at + chunk, at + chunk);
        CHECK_FAILS(ageDecrypt(swapped, person.identity), ErrorCode::Corrupt);
        Bytes repeated = encrypted;
        repeated.insert(repeated.end() - chunk, payload + 2 * chunk, payload + 3 * chunk);
        CHECK_FAILS(ageDecrypt(repeated, person.identity), ErrorCode::Corrupt);
        Bytes dropped(encrypted.begin(), payload);
        dropped.insert(dropped.end(), payload + chunk, encrypted.end());
        CHECK_FAILS(ageDecrypt(dropped, person.identity), ErrorCode::Corrupt);
    }

    void verifyOwn_ownWork_isAccepted_data() { addSizes(); }
    void verifyOwn_ownWork_isAccepted() {
        QFETCH(qulonglong, size);
        const Person a;
        const Person b;
        const std::array recipients{a.recipient(), b.recipient()};
        const Bytes plain = makeBytes(size);
        const auto sealed = ageSeal(plain, recipients);
        CHECK_OK(sealed);
        CHECK_OK(ageVerifyOwn(sealed->bytes, plain, sealed->keys, recipients));
        QVERIFY(ageDecrypt(sealed->bytes, b.identity).value() == plain);
    }

    void verifyOwn_anyByteWrong_isCorrupt() {
        const Person person;
        const std::array recipients{person.recipient()};
        const Bytes plain = makeBytes(70000);
        const AgeSealed sealed = ageSeal(plain, recipients).value();
        const std::size_t payload = headerSize(sealed.bytes) + kAgePayloadNonce;
        for (std::size_t i = 0; i < sealed.bytes.size(); i += i < payload + 20 ? 1 : 997) {
            Bytes bad = sealed.bytes;
            bad[i] ^= std::byte{8};
            CHECK_FAILS(ageVerifyOwn(bad, plain, sealed.keys, recipients), ErrorCode::Corrupt);
        }
        for (std::size_t i = 0; i < plain.size(); i += 997) {
            Bytes bad = plain;
            bad[i] ^= std::byte{1};
            CHECK_FAILS(ageVerifyOwn(sealed.bytes, bad, sealed.keys, recipients), ErrorCode::Corrupt);
        }
        Bytes longer = sealed.bytes;
        longer.push_back({});
        CHECK_FAILS(ageVerifyOwn(longer, plain, sealed.keys, recipients), ErrorCode::Corrupt);
        CHECK_FAILS(ageVerifyOwn(ByteView(sealed.bytes).first(sealed.bytes.size() - 1), plain, sealed.keys,
                                 recipients),
                    ErrorCode::Corrupt);
        CHECK_FAILS(ageVerifyOwn({}, plain, sealed.keys, recipients), ErrorCode::Corrupt);
        CHECK_FAILS(ageVerifyOwn(sealed.bytes, ByteView(plain).first(69999), sealed.keys, recipients),
                    ErrorCode::Corrupt);
    }

    void verifyOwn_stanzaForAnother_isCorrupt() {
        const Person person;
        const Person stranger;
        const std::array own{person.recipient()};
        const std::array foreign{stranger.recipient()};
        const std::array both{person.recipient(), stranger.recipient()};
        const std::array swapped{stranger.recipient(), person.recipient()};
        const Bytes plain = makeBytes(1000);
        const AgeSealed sealed = ageSeal(plain, own).value();
        CHECK_FAILS(ageVerifyOwn(sealed.bytes, plain, sealed.keys, foreign), ErrorCode::Corrupt);
        CHECK_FAILS(ageVerifyOwn(sealed.bytes, plain, sealed.keys, both), ErrorCode::Corrupt);
        CHECK_FAILS(ageVerifyOwn(sealed.bytes, plain, FileKeyAndEphemeral{}, own), ErrorCode::Corrupt);
        const AgeSealed two = ageSeal(plain, both).value();
        CHECK_OK(ageVerifyOwn(two.bytes, plain, two.keys, both));
        CHECK_FAILS(ageVerifyOwn(two.bytes, plain, two.keys, swapped), ErrorCode::Corrupt);
        AgeSealed other = ageSeal(plain, own).value();
        CHECK_FAILS(ageVerifyOwn(sealed.bytes, plain, other.keys, own), ErrorCode::Corrupt);
    }
};

QTEST_GUILESS_MAIN(TestAge)
#include "test_age.moc"
