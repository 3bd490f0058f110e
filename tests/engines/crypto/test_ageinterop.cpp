// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// With the stock age and age-keygen, both ways. They ask for a passphrase on a terminal only, so they get
// one.
#include "engines/crypto/age.h"
#include "engines/crypto/passphrase.h"
#include "support/check.h"
#include "support/pty.h"
#include "support/streams.h"

#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr int kLimitMs = 60000;

struct Ran {
    int exitCode = -1;
    QByteArray output;
    QByteArray errors;
};

Ran run(const QString& program, const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!process.waitForFinished(kLimitMs)) {
        process.kill();
        process.waitForFinished(kLimitMs);
        return {};
    }
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

QByteArray asArray(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), static_cast<qsizetype>(bytes.size())};
}
QByteArray asArray(const std::string& text) { return QByteArray::fromStdString(text); }

} // namespace

class TestAgeInterop : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;
    std::unique_ptr<AgeIdentity> m_identity; ///< made by age-keygen
    QString m_identityFile;

    QString write(const QString& name, const QByteArray& bytes) {
        QFile file(m_folder.filePath(name));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(bytes) != bytes.size())
            qFatal("cannot write a temporary file");
        return file.fileName();
    }
    static QByteArray read(const QString& path) {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    static QStringList armorOption(AgeFormat format) {
        return format == AgeFormat::Armored ? QStringList{QStringLiteral("-a")} : QStringList{};
    }

    static void addCases() {
        QTest::addColumn<qulonglong>("size");
        QTest::addColumn<bool>("armored");
        for (const unsigned size : {0U, 1U, 65535U, 65536U, 65537U, 200000U}) {
            for (const bool armored : {false, true})
                QTest::addRow("%u %s", size, armored ? "armored" : "binary") << qulonglong(size) << armored;
        }
    }

private slots:
    void initTestCase() {
        for (const char* program : {"age", "age-keygen"}) {
            if (!QStandardPaths::findExecutable(QLatin1String(program)).isEmpty())
                continue;
            if (qEnvironmentVariable("SALVOR_REQUIRE_SERVERS") == QLatin1String("1"))
                QFAIL("the stock age is not installed, and this run must not skip it");
            QSKIP("the stock age is not installed");
        }
        m_identityFile = m_folder.filePath(QStringLiteral("identity"));
        QCOMPARE(run(QStringLiteral("age-keygen"), {QStringLiteral("-o"), m_identityFile}).exitCode, 0);
        auto identities = parseIdentityFile(read(m_identityFile).toStdString());
        CHECK_OK(identities);
        m_identity = std::make_unique<AgeIdentity>(std::move(identities->at(0)));
    }

    void keys_ofEitherProgram_areTheSame() {
        const Ran theirs = run(QStringLiteral("age-keygen"), {QStringLiteral("-y"), m_identityFile});
        QCOMPARE(theirs.output.trimmed(), asArray(m_identity->recipient().toString()));
        for (int round = 0; round < 5; ++round) {
            const auto own = AgeIdentity::generate();
            const QString path = write(QStringLiteral("own"), asArray(toIdentityFile(*own).bytes()));
            const Ran derived = run(QStringLiteral("age-keygen"), {QStringLiteral("-y"), path});
            QCOMPARE(derived.output.trimmed(), asArray(own->recipient().toString()));
        }
    }

    void ours_opensWithStockAge_data() { addCases(); }
    void ours_opensWithStockAge() {
        QFETCH(qulonglong, size);
        QFETCH(bool, armored);
        const Bytes plain = makeBytes(size);
        const Person other;
        const std::array recipients{other.identity.recipient(), m_identity->recipient()};
        CollectingSink out;
        const auto encryptor =
            AgeEncryptor::toRecipients(out, recipients, armored ? AgeFormat::Armored : AgeFormat::Binary);
        CHECK_OK(encryptor);
        CHECK_OK((*encryptor)->write(plain));
        CHECK_OK((*encryptor)->finish());
        const Ran opened =
            run(QStringLiteral("age"), {QStringLiteral("-d"), QStringLiteral("-i"), m_identityFile},
                asArray(out.text()));
        QVERIFY2(opened.exitCode == 0, opened.errors.constData());
        QVERIFY(opened.output == asArray(plain));
        if (armored)
            return;
        const Ran whole =
            run(QStringLiteral("age"), {QStringLiteral("-d"), QStringLiteral("-i"), m_identityFile},
                asArray(ageEncrypt(plain, recipients).value()));
        QVERIFY2(whole.exitCode == 0, whole.errors.constData());
        QVERIFY(whole.output == asArray(plain));
    }

    void stockAges_opensHere_data() { addCases(); }
    void stockAges_opensHere() {
        QFETCH(qulonglong, size);
        QFETCH(bool, armored);
        const Bytes plain = makeBytes(size);
        const Person other;
        QStringList arguments{
            QStringLiteral("-r"), QString::fromStdString(m_identity->recipient().toString()),
            QStringLiteral("-r"), QString::fromStdString(other.identity.recipient().toString())};
        arguments += armorOption(armored ? AgeFormat::Armored : AgeFormat::Binary);
        const Ran made = run(QStringLiteral("age"), arguments, asArray(plain));
        QVERIFY2(made.exitCode == 0, made.errors.constData());
        const std::string file = made.output.toStdString();
        QVERIFY(ageDecrypt(asBytes(file), *m_identity).value() == plain);
        QVERIFY(ageDecrypt(asBytes(file), other.identity).value() == plain);
        TextSource source(file);
        CollectingSink out;
        CHECK_OK(ageDecryptStream(source, out, {std::span(m_identity.get(), 1), nullptr}));
        QVERIFY(out.text() == asText(plain));
    }

    void oursCutShort_isRefusedByStockAgeToo() {
        const std::array recipients{m_identity->recipient()};
        const Bytes encrypted = ageEncrypt(makeBytes(131072), recipients).value();
        const Ran cut =
            run(QStringLiteral("age"), {QStringLiteral("-d"), QStringLiteral("-i"), m_identityFile},
                asArray(ByteView(encrypted).first(encrypted.size() - 65552)));
        QVERIFY(cut.exitCode != 0);
    }

    void passphraseOurs_opensWithStockAge_data() { addFormats(); }
    void passphraseOurs_opensWithStockAge() {
        QFETCH(bool, armored);
        const Secret passphrase = generatePassphrase().value();
        const Bytes plain = makeBytes(70000);
        CollectingSink out;
        const auto encryptor =
            AgeEncryptor::toPassphrase(out, passphrase, armored ? AgeFormat::Armored : AgeFormat::Binary);
        CHECK_OK(encryptor);
        CHECK_OK((*encryptor)->write(plain));
        CHECK_OK((*encryptor)->finish());
        const QString in = write(QStringLiteral("recovery.age"), asArray(out.text()));
        const QString opened = m_folder.filePath(QStringLiteral("opened"));
        const auto ran = runOnPty({"age", "-d", "-o", opened.toStdString(), in.toStdString()},
                                  {{"passphrase", std::string(passphrase.text())}});
        QVERIFY2(ran.finished && ran.exitCode == 0, ran.output.c_str());
        QVERIFY(read(opened) == asArray(plain));

        const auto wrong = runOnPty({"age", "-d", "-o", opened.toStdString(), in.toStdString()},
                                    {{"passphrase", "0000-0000-0000-0000-0000-0000"}});
        QVERIFY2(wrong.finished && wrong.exitCode != 0, wrong.output.c_str());
    }

    void passphraseOfStockAge_opensHere_data() { addFormats(); }
    void passphraseOfStockAge_opensHere() {
        QFETCH(bool, armored);
        const Secret passphrase = generatePassphrase().value();
        const std::string typed(passphrase.text());
        const Bytes plain = makeBytes(70000, 7);
        const QString in = write(QStringLiteral("plain"), asArray(plain));
        const QString made =
            m_folder.filePath(armored ? QStringLiteral("made.pem") : QStringLiteral("made.age"));
        std::vector<std::string> command{"age", "-p", "-o", made.toStdString()};
        if (armored)
            command.emplace_back("-a");
        command.push_back(in.toStdString());
        const auto ran = runOnPty(command, {{"passphrase", typed}, {"assphrase", typed}});
        QVERIFY2(ran.finished && ran.exitCode == 0, ran.output.c_str());
        const std::string file = read(made).toStdString();
        const AgeOpeners openers{{}, &passphrase};
        QVERIFY(ageDecrypt(asBytes(file), openers).value() == plain);
        const Secret wrong("0000-0000-0000-0000-0000-0000");
        CHECK_FAILS(ageDecrypt(asBytes(file), {{}, &wrong}), ErrorCode::WrongIdentity);
    }

private:
    struct Person {
        AgeIdentity identity = AgeIdentity::generate().value();
    };

    static void addFormats() {
        QTest::addColumn<bool>("armored");
        QTest::newRow("binary") << false;
        QTest::newRow("armored") << true;
    }
};

QTEST_GUILESS_MAIN(TestAgeInterop)
#include "test_ageinterop.moc"
