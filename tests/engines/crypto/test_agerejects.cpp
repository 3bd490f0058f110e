// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Files made by hand, each broken in one way, with a MAC and tags that fit: only the rule itself can refuse
// them.
#include "engines/crypto/age.h"
#include "engines/crypto/agearmor.h"
#include "engines/crypto/ageheader.h"
#include "engines/crypto/agepayload.h"
#include "support/check.h"
#include "support/streams.h"

#include <QTest>

#include <functional>

using namespace salvor;
using namespace salvor::test;

namespace {

const Secret& fileKey() {
    static const Secret key("0123456789abcdef");
    return key;
}

const AgeIdentity& identity() {
    static const AgeIdentity one = AgeIdentity::generate().value();
    return one;
}

AgeStanza goodStanza() {
    return wrapX25519(fileKey(), identity().recipient(), Secret(ByteView(makeBytes(32)))).value();
}

AgeStanza scryptStanza(const char* logN = nullptr) {
    AgeStanza stanza = wrapScrypt(fileKey(), Secret("passphrase"), 4).value();
    if (logN)
        stanza.arguments[1] = logN;
    return stanza;
}

/// A header with a MAC that fits, then the payload "hello".
std::string fileOf(const std::vector<AgeStanza>& stanzas, std::string_view plain = "hello") {
    const Bytes nonce = makeBytes(kAgePayloadNonce);
    Bytes chunks(ageChunksSize(plain.size()));
    auto sealer = AgeChunkSealer::create(fileKey(), nonce).value();
    if (!sealer.sealAll(asBytes(plain), chunks))
        qFatal("cannot seal");
    return writeAgeHeader(stanzas, fileKey()).value() + std::string(asText(nonce)) +
           std::string(asText(chunks));
}

/// The good header, with a payload of the given chunks.
std::string payloadOf(const std::vector<std::pair<std::size_t, bool>>& chunks) {
    const Bytes nonce = makeBytes(kAgePayloadNonce);
    auto sealer = AgeChunkSealer::create(fileKey(), nonce).value();
    std::string out =
        writeAgeHeader(std::vector{goodStanza()}, fileKey()).value() + std::string(asText(nonce));
    for (const auto& [size, last] : chunks) {
        const Bytes plain(size, std::byte{'x'});
        Bytes sealed(size + evp::Aead::kTag);
        if (!sealer.seal(plain, last, sealed))
            qFatal("cannot seal");
        out += asText(sealed);
    }
    return out;
}

Result<Bytes> opened(const std::string& file) {
    static const Secret passphrase("passphrase");
    return ageDecrypt(asBytes(file), {std::span(&identity(), 1), &passphrase});
}

/// Header bytes changed after the fact, the MAC made to fit again.
std::string withHeader(const std::function<void(std::string&)>& change) {
    const std::string file = fileOf({goodStanza()});
    const std::size_t mac = file.find("\n--- ") + 5;
    std::string header = file.substr(0, mac - 1);
    change(header);
    const Secret key = evp::hkdf(fileKey().bytes(), {}, "header", 32).value();
    return header + " " + toHeaderBase64(hmacSha256(key.bytes(), asBytes(header))) + file.substr(mac + 43);
}

void replace(std::string& text, std::string_view from, std::string_view to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos)
        qFatal("the header has no such text");
    text.replace(at, from.size(), to);
}

} // namespace

class TestAgeRejects : public QObject {
    Q_OBJECT

    static void refuses(const std::string& file, const char* because) {
        const auto result = opened(file);
        CHECK_FAILS(result, ErrorCode::Corrupt);
        QVERIFY2(result.error().message.find(because) != std::string::npos, qPrintable(describe(result)));
    }

private slots:
    void theGoodFiles_open() {
        QCOMPARE(std::string(asText(opened(fileOf({goodStanza()})).value())), std::string("hello"));
        QCOMPARE(std::string(asText(opened(fileOf({scryptStanza()})).value())), std::string("hello"));
        QCOMPARE(std::string(asText(opened(withHeader([](std::string&) {})).value())), std::string("hello"));
        QCOMPARE(opened(payloadOf({{kAgeChunk, false}, {kAgeChunk, true}}))->size(), 2 * kAgeChunk);
        QVERIFY(opened(payloadOf({{0, true}}))->empty());
    }

    void header_wrongForm_isCorrupt() {
        refuses("", "does not begin");
        refuses("age-encryption.org/v2\n" + fileOf({goodStanza()}).substr(22), "does not begin");
        refuses(withHeader([](std::string& h) { replace(h, "v1\n", "v1\r\n"); }), "does not begin");
        refuses(writeAgeHeader({}, fileKey()).value() + std::string(64, 'x'), "no stanza");
        refuses(withHeader([](std::string& h) { replace(h, "-> X", "->  X"); }), "argument");
        refuses(withHeader([](std::string& h) { replace(h, "-> X", "->X"); }), "does not begin with");
        refuses(withHeader([](std::string& h) { replace(h, "-> X", "=> X"); }), "does not begin with");
        refuses(withHeader([](std::string& h) { replace(h, "X25519 ", "X25519  "); }), "argument");
        refuses(withHeader([](std::string& h) { replace(h, "X25519", "X25\t19"); }), "argument");
        refuses(withHeader([](std::string& h) {
                    replace(h, "X25519",
                            "X25\xc3\xa4"
                            "19");
                }),
                "argument");
    }

    void header_macLine_hasOneForm() {
        const std::string file = fileOf({goodStanza()});
        const auto changed = [&](std::string_view from, std::string_view to) {
            std::string bad = file;
            replace(bad, from, to);
            return bad;
        };
        refuses(changed("\n--- ", "\n---  "), "last line");
        refuses(changed("\n--- ", "\n---"), "last line");
        refuses(changed("\n--- ", "\n---- "), "last line");
        std::string padded = file;
        padded.insert(file.find("\n--- ") + 48, "=");
        refuses(padded, "last line");
        std::string spaced = file;
        spaced.insert(file.find("\n--- ") + 48, " ");
        refuses(spaced, "last line");
        std::string trailing = file; // 43 characters hold 258 bits: the last two must be zero
        char& last = trailing[file.find("\n--- ") + 47];
        constexpr std::string_view kAlphabet =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        last = kAlphabet[kAlphabet.find(last) + 1];
        refuses(trailing, "last line");
    }

    void header_withoutBound_isRefusedEarly() {
        const AgeStanza large{"grease", {}, Bytes(5U * 1024 * 1024)};
        refuses(fileOf({large, goodStanza()}), "longer than 4 MiB");
        const AgeStanza wide{"grease", {std::string(70000, 'a')}, {}};
        refuses(fileOf({wide, goodStanza()}), "longer than 65536");
        std::vector<AgeStanza> many(2000, AgeStanza{"grease", {"a", "b"}, Bytes(48)});
        many.push_back(goodStanza());
        CHECK_OK(opened(fileOf(many)));
    }

    void header_macOfAnotherKey_isCorrupt() {
        std::string file = fileOf({goodStanza()});
        const Digest other = hmacSha256(asBytes("another key"), asBytes("text"));
        file.replace(file.find("\n--- ") + 5, 43, toHeaderBase64(other));
        refuses(file, "its MAC does not fit");
    }

    void x25519_wrongForm_isCorrupt() {
        AgeStanza stanza = goodStanza();
        stanza.arguments.emplace_back("extra");
        refuses(fileOf({stanza}), "share of 32 bytes");
        stanza.arguments.clear();
        refuses(fileOf({stanza}), "share of 32 bytes");
        stanza.arguments = {toHeaderBase64(makeBytes(31))};
        refuses(fileOf({stanza}), "share of 32 bytes");
        stanza.arguments = {toBase64(makeBytes(32))};
        refuses(fileOf({stanza}), "share of 32 bytes");
        stanza.arguments = {toHeaderBase64(Bytes(32))};
        refuses(fileOf({stanza}), "all zero");
    }

    void x25519_wrongBodyLength_isCorruptAlsoBesideAGoodOne() {
        for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}, std::size_t{48}}) {
            AgeStanza stanza = goodStanza();
            stanza.body.resize(size);
            refuses(fileOf({stanza}), "wrong length");
            refuses(fileOf({goodStanza(), stanza}), "wrong length");
        }
    }

    void body_base64_isStrict() {
        const std::string body = toHeaderBase64(goodStanza().body); // 43 characters
        refuses(withHeader([&](std::string& h) { replace(h, body, body + "="); }), "canonical base64");
        refuses(withHeader([&](std::string& h) { replace(h, body, body.substr(0, 40)); }), "wrong length");
        refuses(withHeader([&](std::string& h) { replace(h, body, body.substr(0, 42) + "!"); }),
                "canonical base64");
        refuses(withHeader([&](std::string& h) { replace(h, body, body.substr(0, 41)); }),
                "canonical base64");
        refuses(withHeader([&](std::string& h) { replace(h, body + "\n", std::string(64, 'A') + "\n"); }),
                "canonical base64"); // a full line, and then "---" instead of a short one
        refuses(withHeader([&](std::string& h) { replace(h, body, std::string(68, 'A')); }),
                "longer than 64");
    }

    void scrypt_beside_others_isCorrupt() {
        refuses(fileOf({scryptStanza(), goodStanza()}), "beside others");
        refuses(fileOf({goodStanza(), scryptStanza()}), "beside others");
        refuses(fileOf({scryptStanza(), scryptStanza()}), "beside others");
        refuses(fileOf({AgeStanza{"grease", {}, {}}, scryptStanza()}), "beside others");
    }

    void scrypt_workFactor_isStrict() {
        for (const char* bad :
             {"0", "04", "+4", "-4", "4a", "0x4", "23", "30", "99", "100", "18446744073709551620"})
            refuses(fileOf({scryptStanza(bad)}), "work factor");
        CHECK_FAILS(opened(fileOf({scryptStanza("5")})),
                    ErrorCode::WrongIdentity); // allowed, but another key
    }

    void scrypt_wrongForm_isCorrupt() {
        AgeStanza stanza = scryptStanza();
        stanza.body.push_back({});
        refuses(fileOf({stanza}), "wrong length");
        stanza = scryptStanza();
        stanza.arguments.pop_back();
        refuses(fileOf({stanza}), "salt of 16");
        stanza = scryptStanza();
        stanza.arguments[0] = toHeaderBase64(makeBytes(15));
        refuses(fileOf({stanza}), "salt of 16");
        stanza = scryptStanza();
        stanza.arguments[0] = toBase64(makeBytes(16));
        refuses(fileOf({stanza}), "salt of 16");
        stanza = scryptStanza();
        stanza.arguments.emplace_back("extra");
        refuses(fileOf({stanza}), "salt of 16");
    }

    void unknownStanzas_areSkippedOrNamed() {
        const AgeStanza ssh{"ssh-ed25519", {"BjH7FA", "aaaa"}, makeBytes(32)};
        const AgeStanza grease{"Xx-grease", {"!", "~"}, makeBytes(96)}; // its body ends with an empty line
        CHECK_OK(opened(fileOf({ssh, grease, goodStanza(), grease})));
        const auto refused = opened(fileOf({ssh, grease, ssh}));
        CHECK_FAILS(refused, ErrorCode::WrongIdentity);
        QVERIFY(refused.error().message.find("Xx-grease, ssh-ed25519 (2)") != std::string::npos);
        std::vector<AgeStanza> many;
        for (int i = 0; i < 30; ++i)
            many.push_back({"kind" + std::string(200, static_cast<char>('a' + i % 26)), {}, {}});
        const auto bounded = opened(fileOf(many));
        CHECK_FAILS(bounded, ErrorCode::WrongIdentity);
        QVERIFY(bounded.error().message.size() < 600);
    }

    void payload_chunksOutOfForm_areCorrupt() {
        refuses(payloadOf({}), "missing or cut off");
        refuses(payloadOf({{kAgeChunk, false}}), "not marked as the last");
        refuses(payloadOf({{kAgeChunk, false}, {0, true}}), "empty last chunk");
        refuses(payloadOf({{100, false}}), "does not authenticate");
        refuses(payloadOf({{100, false}, {100, true}}), "does not authenticate");
        refuses(payloadOf({{kAgeChunk, true}, {100, true}}), "data follows");
        refuses(payloadOf({{kAgeChunk, true}}) + "x", "data follows");
        refuses(payloadOf({{100, true}}) + "x", "does not authenticate");
        refuses(payloadOf({{0, true}}) + "x", "does not authenticate");
        refuses(payloadOf({{kAgeChunk, false}, {kAgeChunk, true}}) + std::string(kAgeSealedChunk, 'x'),
                "data follows");
    }

    void armor_textAround_isRefused() {
        CollectingSink text;
        ArmorWriter writer(text);
        CHECK_OK(writer.write(asBytes(fileOf({goodStanza()}))));
        CHECK_OK(writer.finish());
        const std::string& armored = text.text();
        CHECK_OK(opened(armored));
        CHECK_OK(opened(" \r\n\t\n" + armored + "  \n"));
        CHECK_OK(opened(armored.substr(0, armored.size() - 1)));
        refuses("text\n" + armored, "does not begin");
        refuses(armored + "text\n", "after the end line");
        refuses(armored + armored, "after the end line");
        refuses(armored + std::string(2000, ' '), "white space");
        refuses("-----BEGIN AGE ENCRYPTED FILE-----\n", "without its end line");
        refuses(armored.substr(0, armored.find("-----END")), "without its end line");
    }

    void armor_writerInPieces_wrapsAt64() {
        const Bytes bytes = makeBytes(1000);
        for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{47}, std::size_t{48},
                                       std::size_t{96}, std::size_t{1000}}) {
            CollectingSink text;
            ArmorWriter writer(text);
            for (std::size_t i = 0; i < size; i += 7)
                CHECK_OK(writer.write(ByteView(bytes).subspan(i, std::min<std::size_t>(7, size - i))));
            CHECK_OK(writer.finish());
            MemorySource source(asBytes(text.text()));
            Lookahead in(source);
            QVERIFY(ArmorReader::isNext(in).value());
            ArmorReader reader(in);
            Bytes back(size + 10);
            QCOMPARE(reader.read(back).value(), size);
            back.resize(size);
            QVERIFY(back == Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
            for (const QByteArray& line : QByteArray::fromStdString(text.text()).split('\n'))
                QVERIFY(line.size() <= 64);
        }
    }
};

QTEST_GUILESS_MAIN(TestAgeRejects)
#include "test_agerejects.moc"
