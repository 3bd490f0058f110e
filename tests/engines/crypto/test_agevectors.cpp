// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The published vectors of the age format: what must open, what must be refused, and what may be released
// before.
#include "engines/crypto/age.h"
#include "engines/crypto/hash.h"
#include "support/check.h"
#include "support/streams.h"

#include <QDir>
#include <QFile>
#include <QTest>
#include <QtEndian>

using namespace salvor;
using namespace salvor::test;

namespace {

struct Vector {
    std::string expect;
    std::string payloadHash;
    std::vector<AgeIdentity> identities;
    std::vector<Secret> passphrases;
    Bytes file;
};

QByteArray inflated(const QByteArray& zlib) {
    QByteArray sized(4, '\0');
    qToBigEndian<quint32>(8U << 20U, sized.data()); // a hint only: grown when too small
    return qUncompress(sized + zlib);
}

Vector readVector(const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        qFatal("cannot open %s", qPrintable(path));
    const QByteArray all = file.readAll();
    const auto headerEnd = all.indexOf("\n\n");
    Vector out;
    bool compressed = false;
    for (const QByteArray& line : all.left(headerEnd).split('\n')) {
        const auto colon = line.indexOf(": ");
        const QByteArray key = line.left(colon);
        const std::string value = line.mid(colon + 2).toStdString();
        if (key == "expect")
            out.expect = value;
        else if (key == "payload")
            out.payloadHash = value;
        else if (key == "identity")
            out.identities.push_back(AgeIdentity::parse(value).value());
        else if (key == "passphrase")
            out.passphrases.emplace_back(std::string_view(value));
        else if (key == "compressed")
            compressed = true;
    }
    const QByteArray body = all.mid(headerEnd + 2);
    out.file = toBytes((compressed ? inflated(body) : body).toStdString());
    return out;
}

/// The expectations of the vectors, as this library tells them: a code and how the message begins.
bool fits(const std::string& expect, const Error& error) {
    const auto begins = [&](const char* text) { return error.message.rfind(text, 0) == 0; };
    if (expect == "no match")
        return error.code == ErrorCode::WrongIdentity;
    if (error.code != ErrorCode::Corrupt)
        return false;
    if (expect == "header failure")
        return begins("age header:") || begins("an X25519 share is a point of low order") ||
               begins("age payload: its nonce is missing");
    if (expect == "HMAC failure")
        return begins("age header: its MAC");
    if (expect == "armor failure")
        return begins("age armor:") ||
               begins("age header: the file does not begin"); // no armor was recognised
    return expect == "payload failure" && begins("age payload:");
}

} // namespace

class TestAgeVectors : public QObject {
    Q_OBJECT
private slots:
    void decrypt_vector_data() {
        QTest::addColumn<QString>("path");
        const QDir folder(QStringLiteral(SALVOR_AGE_VECTORS));
        const auto names = folder.entryList(QDir::Files);
        for (const QString& name : names) {
            if (name != QLatin1String("README.md"))
                QTest::newRow(qPrintable(name)) << folder.filePath(name);
        }
        QVERIFY(names.size() > 120);
    }

    void decrypt_vector() {
        QFETCH(QString, path);
        const Vector vector = readVector(path);
        const AgeOpeners openers{vector.identities,
                                 vector.passphrases.empty() ? nullptr : &vector.passphrases[0]};

        MemoryInPieces source(vector.file);
        CollectingSink released;
        const auto streamed = ageDecryptStream(source, released, openers);
        const auto whole = ageDecrypt(vector.file, openers);

        if (!vector.payloadHash.empty())
            QCOMPARE(toHex(sha256(asBytes(released.text()))), vector.payloadHash);
        if (vector.expect == "success") {
            CHECK_OK(streamed);
            CHECK_OK(whole);
            QCOMPARE(*streamed, std::uint64_t(released.text().size()));
            QCOMPARE(toHex(sha256(*whole)), vector.payloadHash);
            return;
        }
        QVERIFY(!streamed);
        QVERIFY(!whole);
        QVERIFY2(fits(vector.expect, streamed.error()), qPrintable(describe(streamed)));
        QVERIFY2(fits(vector.expect, whole.error()), qPrintable(describe(whole)));
        if (vector.expect != "payload failure" && vector.expect != "armor failure")
            QVERIFY(released.text().empty());
    }

private:
    /// Gives odd pieces, as a pipe does.
    class MemoryInPieces final : public ByteSource {
    public:
        explicit MemoryInPieces(ByteView bytes)
            : m_left(bytes) {}
        Result<std::size_t> read(std::span<std::byte> buffer) override {
            const std::size_t count = std::min({buffer.size(), m_left.size(), std::size_t{1021}});
            std::copy_n(m_left.begin(), count, buffer.begin());
            m_left = m_left.subspan(count);
            return count;
        }

    private:
        ByteView m_left;
    };
};

QTEST_GUILESS_MAIN(TestAgeVectors)
#include "test_agevectors.moc"
