// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The shell script of docs/recovery-without-salvor.md, taken out of that page and run with the stock
// programs.
#include "engines/repository/fixture.h"
#include "engines/repository/recipe.h"
#include "support/need.h"

#include <QFile>

using namespace salvor;
using namespace salvor::test;

namespace {

std::string readFile(const std::string& path) {
    QFile file(QString::fromStdString(path));
    return file.open(QIODevice::ReadOnly) ? file.readAll().toStdString() : std::string("no such file");
}

} // namespace

class TestRecipe : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() {
        m_missing = recipeProgramsMissing();
        QVERIFY(recipeBlock(QStringLiteral("recipe-files")).contains(QStringLiteral("fetch()")));
        QVERIFY(recipeBlock(QStringLiteral("recipe-postgresql")).contains(QStringLiteral("pg_restore")));
    }

    void recipe_encrypted_givesBackEveryItem() { givesBackEveryItem(true, false); }
    void recipe_plain_givesBackEveryItem() { givesBackEveryItem(false, false); }
    void recipe_withTheSavedCopy_givesBackEveryItem() { givesBackEveryItem(true, true); }

    void recipe_wrongPassphrase_stops() {
        SALVOR_NEED(m_missing == 0, "age, zstd, jq, openssl or basenc is not installed");
        make(true);
        m_fixture->outcome.passphrase = Secret(std::string_view("WRONG"));
        QVERIFY(run("").exitCode != 0);
    }

    void recipe_damagedObject_stopsAtThatItemOnly() {
        SALVOR_NEED(m_missing == 0, "age, zstd, jq, openssl or basenc is not installed");
        make(true);
        std::uintmax_t largest = 0;
        std::string victim;
        for (const auto& key : m_fixture->keys("objects/")) {
            if (m_fixture->readRaw(key).size() > largest) {
                largest = m_fixture->readRaw(key).size();
                victim = key;
            }
        }
        std::string bytes = m_fixture->readRaw(victim);
        bytes[1000] = static_cast<char>(bytes[1000] ^ 4);
        m_fixture->writeRaw(victim, bytes); // of chunk_1, item 0
        QVERIFY(run("fetch 0\n").exitCode != 0);
        const PtyResult other = run("fetch 1\n");
        QVERIFY2(other.exitCode == 0, other.output.c_str());
    }

    void recipe_forgedCatalog_stops() {
        SALVOR_NEED(m_missing == 0, "age, zstd, jq, openssl or basenc is not installed");
        make(true);
        std::string catalog = m_fixture->readRaw("catalog/3.json");
        catalog.replace(catalog.find("\"app\""), 5, "\"App\"");
        m_fixture->writeRaw("catalog/3.json", catalog);
        QVERIFY(run("").exitCode != 0);
    }

    void recipe_olderBackupByItsBeginning_isTaken() {
        SALVOR_NEED(m_missing == 0, "age, zstd, jq, openssl or basenc is not installed");
        make(true);
        const PtyResult ran = run("fetch 1\n", "BACKUP=" + backupId(1));
        QVERIFY2(ran.exitCode == 0, ran.output.c_str());
        const Bytes expected = sampleContent(1)["hyper"]["chunk_2"];
        QVERIFY(readFile(work() + "/item") == asText(expected));
    }

private:
    std::string work() const { return m_fixture->statePath("work").string(); }

    void make(bool encrypted) {
        m_fixture = std::make_unique<Fixture>(encrypted);
        CHECK_OK(m_fixture->init());
        const auto writer = m_fixture->openWriter();
        CHECK_OK(backUp(**writer, backupId(1), sampleContent(1)));
        CHECK_OK(backUp(**writer, backupId(2), sampleContent(2)));
    }

    PtyResult run(const std::string& more, const std::string& variable = "BACKUP=") {
        std::filesystem::remove_all(work());
        const std::string script = m_fixture->statePath("script").string();
        QFile file(QString::fromStdString(script));
        if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate))
            return {};
        file.write(recipeBlock(QStringLiteral("recipe-files")).toUtf8() + QByteArray::fromStdString(more));
        file.close();
        return runOnPty({"env", "REPO=" + m_fixture->root(), "WORK=" + work(), variable, "sh", script},
                        {{"passphrase", std::string(m_fixture->outcome.passphrase.text())}});
    }

    void givesBackEveryItem(bool encrypted, bool savedCopy) {
        SALVOR_NEED(m_missing == 0, "age, zstd, jq, openssl or basenc is not installed");
        make(encrypted);
        std::string variable = "BACKUP=";
        if (savedCopy) {
            const std::string copy = m_fixture->statePath("recovery.txt").string();
            QFile file(QString::fromStdString(copy));
            QVERIFY(file.open(QIODevice::WriteOnly));
            file.write(m_fixture->outcome.recoveryFile.c_str());
            m_fixture->removeRaw("keys/recovery.age");
            variable = "RECOVERY=" + copy;
        }
        const PtyResult ran =
            run("for n in 0 1 2 3 4 5; do fetch $n; mv \"$WORK/item\" \"$WORK/item-$n\"; done\n", variable);
        QVERIFY2(ran.finished && ran.exitCode == 0, ran.output.c_str());
        const Manifest manifest = (*m_fixture->openReader())->manifest(backupId(2), {}).value();
        QCOMPARE(manifest.items.size(), std::size_t{6});
        Content content = sampleContent(2);
        for (std::size_t i = 0; i < manifest.items.size(); ++i) {
            const Bytes& expected = content[manifest.items[i].group][manifest.items[i].name];
            QVERIFY2(readFile(work() + "/item-" + std::to_string(i)) == asText(expected),
                     manifest.items[i].name.c_str());
        }
        QVERIFY(ran.output.find("public.small") != std::string::npos);
    }

    std::unique_ptr<Fixture> m_fixture;
    int m_missing = 0;
};

QTEST_GUILESS_MAIN(TestRecipe)
#include "test_recipe.moc"
