// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/storefolder.h"

#include "support/check.h"

#include <QTest>

using namespace salvor;

class TestStoreFolder : public QObject {
    Q_OBJECT
private slots:
    void address_ofAFolder_isThatFolder_data() {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<QByteArray>("folder");
        const auto row = [](const char* name, const char* url, const char* folder) {
            QTest::newRow(name) << QByteArray(url) << QByteArray(folder);
        };
        row("path", "/srv/backups", "/srv/backups");
        row("path is no URL", "/srv/a%20b?c#d", "/srv/a%20b?c#d");
        row("file", "file:///srv/backups", "/srv/backups");
        row("another case, this computer", "FILE://localhost/srv/x", "/srv/x");
        row("encoded", "file:///srv/a%20b%3Fc", "/srv/a b?c");
        row("no query, no fragment", "file:///srv/a?b#c", "/srv/a?b#c");
        row("no UTF-8", "file:///srv/%FF", "/srv/\xff");
    }
    void address_ofAFolder_isThatFolder() {
        QFETCH(const QByteArray, url);
        QFETCH(const QByteArray, folder);
        const auto found = storeFolder(url.toStdString());
        CHECK_OK(found);
        QCOMPARE(QByteArray::fromStdString(*found), folder);
    }

    void address_withoutAFolder_isRefused_data() {
        QTest::addColumn<QByteArray>("url");
        QTest::addColumn<int>("code");
        const auto row = [](const char* name, const char* url, ErrorCode code) {
            QTest::newRow(name) << QByteArray(url) << static_cast<int>(code);
        };
        row("sftp", "sftp://me:s3cret@host/path", ErrorCode::Unsupported);
        row("s3", "s3:bucket/s3cret", ErrorCode::Unsupported);
        row("azure", "AZURE://account/s3cret", ErrorCode::Unsupported);
        row("a host", "file://s3cret/share", ErrorCode::InvalidInput);
        row("relative", "s3cret", ErrorCode::InvalidInput);
        row("relative file", "file:s3cret", ErrorCode::InvalidInput);
        row("wrong encoding", "file:///s3cret%2", ErrorCode::InvalidInput);
        row("NUL", "file:///s3cret%00", ErrorCode::InvalidInput);
        row("another kind", "gopher://me:s3cret@host/", ErrorCode::InvalidInput);
        row("nothing", "", ErrorCode::InvalidInput);
    }
    void address_withoutAFolder_isRefused() {
        QFETCH(const QByteArray, url);
        QFETCH(const int, code);
        const auto found = storeFolder(url.toStdString());
        CHECK_FAILS(found, static_cast<ErrorCode>(code));
        QVERIFY(found.error().toText().find("s3cret") == std::string::npos);
    }
};

QTEST_GUILESS_MAIN(TestStoreFolder)
#include "test_storefolder.moc"
