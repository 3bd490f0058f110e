// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Each engine of this program is described whole, and policies and profiles by its description are good ones.
#include "models/policy/effectivepolicy.h"
#include "models/policy/enginedefaults.h"
#include "models/profilefields.h"
#include "support/check.h"
#include "workers/engines.h"

#include <QTest>

#include <algorithm>
#include <set>

using namespace salvor;

class TestEngines : public QObject {
    Q_OBJECT

private:
    static void rows() {
        QTest::addColumn<QString>("id");
        for (const auto& engine : engineDescriptions())
            QTest::newRow(engine.id.c_str()) << QString::fromStdString(engine.id);
    }
    static const EngineDescription& one() {
        QFETCH_GLOBAL(QString, id);
        return *engineById(engineDescriptions(), id.toStdString());
    }

private slots:
    void initTestCase_data() { rows(); }

    void names_ofEngines_areEachOnes() {
        std::set<std::string> seen;
        for (const auto& engine : engineDescriptions()) {
            QVERIFY(!engine.label.empty());
            QVERIFY2(seen.insert(engine.id).second, engine.id.c_str());
            for (const auto& scheme : engine.uriSchemes)
                QVERIFY2(seen.insert(scheme + "://").second, scheme.c_str());
        }
    }

    void fields_haveLabelsAndDefaultsThatCanBeChosen() {
        std::set<std::string> keys;
        QString letters;
        for (const auto& field : one().fields) {
            QVERIFY2(keys.insert(field.key).second, field.key.c_str());
            const QString label = QString::fromStdString(field.label);
            const QString letter = label.mid(label.indexOf(QLatin1Char('&')) + 1, 1).toLower();
            QVERIFY2(label.contains(QLatin1Char('&')) && !letters.contains(letter), qPrintable(label));
            letters += letter;
            const bool isChoice = field.kind == ProfileField::Kind::Choice;
            QCOMPARE(!field.choices.empty(), isChoice);
            QVERIFY(!isChoice ||
                    std::ranges::count(field.choices, field.defaultValue, &FieldChoice::value) == 1);
        }
    }

    void freshProfile_filledIn_isOne() {
        Profile profile = freshProfile(one());
        profile.uuid = makeUuid();
        profile.title = "new";
        QCOMPARE(profile.engine, one().id);
        for (const auto& field : one().fields) {
            if (!field.required || !fieldValue(profile, field.key).empty())
                continue;
            const auto missing = validateFor(profile, one());
            CHECK_FAILS(missing, ErrorCode::InvalidInput);
            QCOMPARE(missing.error().context.at("field"), field.key);
            CHECK_OK(setFieldValue(profile, field.key, "something"));
        }
        CHECK_OK(validateFor(profile, one()));
    }

    void defaultPolicy_isOneOfTheEngine() {
        Policy policy = makeDefaultPolicy("5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10", "nightly", "0123abcd");
        takeDefaultsOf(one(), policy);
        CHECK_OK(validateFor(policy, one()));
        const auto effective = effectivePolicy(policy, nullptr, {}, &one());
        CHECK_OK(effective);
        CHECK_OK(validateFor(effective->policy, one()));
        for (const auto& option : one().methods.front().options) {
            QVERIFY2(!option.label.empty(), option.key.c_str());
            QCOMPARE(option.choiceLabels.size(), option.choices.size());
            if (!option.choices.empty())
                QCOMPARE(effective->policy.options.value(QString::fromStdString(option.key)).toString(),
                         QString::fromStdString(option.choices.front()));
        }
    }
};

QTEST_APPLESS_MAIN(TestEngines)
#include "test_engines.moc"
