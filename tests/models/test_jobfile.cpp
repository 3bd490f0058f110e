// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/policy/jobfile.h"

#include "databasefixture.h"
#include "support/check.h"

#include <QTest>

#include <algorithm>

using namespace salvor;
using namespace salvor::test;

namespace {

JobFile sample() {
    JobFile job;
    job.profile = makeProfile("billing");
    job.profile.uuid = "5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10";
    job.profile.secretKind = "keychain";
    job.repository = makePin("0123456789abcdef0123456789abcdef", "nas");
    job.policy = makeDefaultPolicy(job.profile.uuid, "nightly", job.repository.id);
    job.policy.revision = 4;
    job.version = 4;
    job.secretKind = "credentials";
    job.stateFolder = "/var/lib/salvor";
    return job;
}

} // namespace

class TestJobFile : public QObject {
    Q_OBJECT
private slots:
    void file_writtenAndRead_isTheSame() {
        const JobFile job = sample();
        const auto bytes = writeJobFile(job);
        CHECK_OK(bytes);
        QCOMPARE(std::count(bytes->begin(), bytes->end(), '\n'), std::ptrdiff_t(2));
        const auto read = readJobFile(*bytes);
        CHECK_OK(read);
        QCOMPARE(read->version, std::int64_t(4));
        QCOMPARE(policyHash(read->policy), policyHash(job.policy));
        QCOMPARE(read->profile.host, job.profile.host);
        QCOMPARE(read->repository.recipients, job.repository.recipients);
        QCOMPARE(read->stateFolder, job.stateFolder);
        QCOMPARE(read->sha256.size(), std::size_t(64));
        QVERIFY(bytes->find(read->sha256) != std::string::npos);
    }

    void file_ofWhatChangesByItself_isTheSameBytes() {
        const JobFile job = sample();
        JobFile later = job;
        later.repository.highestCatalogSeen = 17;
        later.repository.highestCatalogHash = "other";
        later.repository.rehearsed = true;
        later.repository.revision = 9;
        later.profile.revision = 3;
        later.policy.paused = true;
        QCOMPARE(*writeJobFile(later), *writeJobFile(job));
        later.policy.threads = 1;
        QVERIFY(*writeJobFile(later) != *writeJobFile(job));
    }

    void channels_ofThePolicy_areKeptAndTheirSecretsAskedFor() {
        JobFile job = sample();
        QVERIFY(writeJobFile(job)->find("channels") == std::string::npos); // none: the bytes are as they were
        Channel channel;
        channel.uuid = "7c1b1d7a-4b0b-4e8e-9f3b-0d6f3f0d7b02";
        channel.title = "chat";
        channel.kind = "webhook";
        channel.url = "https://chat.example.org/hook";
        channel.secretKind = "file";
        job.channels = {channel};
        const auto bytes = writeJobFile(job);
        CHECK_OK(bytes);
        const auto read = readJobFile(*bytes);
        CHECK_OK(read);
        QCOMPARE(read->channels.size(), std::size_t(1));
        const auto names = secretNames(*read);
        QCOMPARE(names.back(), channel.secretName());
        QCOMPARE(secretKindOf(*read, names.back()), std::string("file"));
        QCOMPARE(secretKindOf(*read, job.profile.passwordSecretName()), std::string("keychain"));
        QCOMPARE(secretKindOf(*read, job.repository.idKeySecretName()), job.repository.secretKind);
    }

    void file_editedByHand_isRefusedWithWhatToDo() {
        const auto bytes = writeJobFile(sample());
        CHECK_OK(bytes);
        std::string edited = *bytes;
        edited.replace(edited.find("db.example.org"), 14, "db.example.com");
        const auto read = readJobFile(edited);
        CHECK_FAILS(read, ErrorCode::Corrupt);
        QVERIFY(read.error().message.find("changed after it was made") != std::string::npos);
        QVERIFY(read.error().hint.find("policy edit") != std::string::npos);
        QVERIFY(read.error().context.at("expected") != read.error().context.at("found"));
        // Every single byte of the payload counts.
        for (std::size_t at = 0; at < bytes->find('\n'); at += 97) {
            std::string flipped = *bytes;
            flipped[at] = static_cast<char>(flipped[at] ^ 1);
            QVERIFY(!readJobFile(flipped));
        }
    }

    void file_thatIsNone_isSaidToBeNone_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::newRow("empty") << QByteArray();
        QTest::newRow("one line") << QByteArray("{}");
        QTest::newRow("a policy") << QByteArray("{\"title\":\"x\"}\n");
        QTest::newRow("no hash") << QByteArray("{}\n{}\n");
        QTest::newRow("another document") << QByteArray(
            "{}\n{\"sha256\":\"44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a\"}\n");
    }
    void file_thatIsNone_isSaidToBeNone() {
        QFETCH(const QByteArray, bytes);
        CHECK_FAILS(readJobFile({bytes.constData(), static_cast<std::size_t>(bytes.size())}),
                    ErrorCode::Corrupt);
    }

    void write_whatAJobCannotReach_isRefused() {
        JobFile job = sample();
        job.secretKind = "keychain";
        CHECK_FAILS(writeJobFile(job), ErrorCode::InvalidInput);
        job.secretKind = "file";
        CHECK_FAILS(writeJobFile(job), ErrorCode::InvalidInput); // no folder
        job.secretsFolder = "/home/anna/secrets";
        CHECK_OK(writeJobFile(job));
        job.stateFolder = "state";
        CHECK_FAILS(writeJobFile(job), ErrorCode::InvalidInput);
        job = sample();
        job.policy.profileUuid = "another";
        CHECK_FAILS(writeJobFile(job), ErrorCode::InvalidInput);
    }

    void secrets_areNamedAndNeverInTheFile() {
        JobFile job = sample();
        const auto names = secretNames(job);
        QCOMPARE(names.size(), std::size_t(3));
        QCOMPARE(names[2], "profile-" + job.profile.uuid + "-password");
        job.profile.secretKind.clear();
        QCOMPARE(secretNames(job).size(), std::size_t(2));
    }
};

QTEST_GUILESS_MAIN(TestJobFile)
#include "test_jobfile.moc"
