// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The forms follow the description of an engine: one that the window knows nothing of beside its own.
#include "models/profilefields.h"
#include "ui/clicks.h"
#include "ui/policies/limitssection.h"
#include "ui/profiles/profileform.h"
#include "ui/support/enginetexts.h"
#include "ui/widgetchecks.h"
#include "workers/engines.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>

using namespace salvor;
using namespace salvor::test;

namespace {

QString s(const char* text) { return QString::fromUtf8(text); }

/// A server with a port and a mode of its own, and nothing to log in with.
EngineDescription other() {
    EngineDescription engine;
    engine.id = "other";
    engine.label = "Other Store";
    engine.uriSchemes = {"other"};
    engine.fields = {{"host", ProfileField::Kind::Text, "&Host", "", "", "", true},
                     {"port", ProfileField::Kind::Number, "P&ort", "", "", "7777", true},
                     {"data_file", ProfileField::Kind::File, "D&ata", "", "", "", true},
                     {"read_from", ProfileField::Kind::Choice, "Rea&d from", "", "", "first"}};
    engine.fields[0].uriParameter = "host";
    engine.fields[1].uriParameter = "port";
    engine.fields[3].choices = {{"first", "First"}, {"second", "Second"}};
    engine.fields[3].uriParameter = "from";
    engine.methods = {{"files", {"whole"}, {{"depth", {}, 1, 9}}, false}};
    engine.methods[0].options[0].label = "Levels";
    return engine;
}

std::vector<EngineDescription> both() { return {engineDescriptions().front(), other()}; }

} // namespace

class TestEngineForms : public QObject {
    Q_OBJECT

private slots:
    void profileForm_oneEngine_asksForNone() {
        ProfileForm form;
        form.setProfile({}, true);
        QCOMPARE(form.findChild<QComboBox*>(s("profileEngine")) == nullptr, engineDescriptions().size() == 1);
        const Profile fresh = freshProfile(engineDescriptions().front());
        QCOMPARE(form.profile().engine, fresh.engine);
        QCOMPARE(form.profile().port, fresh.port);
        QCOMPARE(form.profile().database, fresh.database);
    }

    void profileForm_uriOfAnotherEngine_showsItsFields() {
        ProfileForm form(both());
        form.setProfile({}, true);
        form.show();
        type(child<QLineEdit>(form, "profileUri"), s("other://box?from=second"));
        QVERIFY2(!child<QLabel>(form, "profileUriError")->isVisible(),
                 qPrintable(child<QLabel>(form, "profileUriError")->text()));
        QCOMPARE(child<QComboBox>(form, "profileEngine")->currentText(), s("Other Store"));
        QVERIFY(form.findChild<QLineEdit*>(s("profilePassword")) == nullptr);
        QVERIFY(form.findChild<QComboBox*>(s("profileTls")) == nullptr);
        QVERIFY(!form.password());
        QVERIFY(!form.problem().isEmpty()); // the file is not said
        type(child<QLineEdit>(form, "profileData"), s("/srv/data"));
        QCOMPARE(form.problem(), QString());
        const Profile profile = form.profile();
        QCOMPARE(profile.engine, std::string("other"));
        QCOMPARE(profile.host, std::string("box"));
        QCOMPARE(int(profile.port), 7777);
        QCOMPARE(profile.options.at("data_file"), std::string("/srv/data"));
        QCOMPARE(profile.options.at("read_from"), std::string("second"));
        QVERIFY(profile.database.empty() && profile.secretKind.empty());
        CHECK_NONE(nameProblems(form));
        CHECK_NONE(mnemonicProblems(form));
    }

    void profileForm_savedOne_keepsItsEngine() {
        ProfileForm form(both());
        Profile saved = freshProfile(other());
        saved.uuid = makeUuid();
        saved.title = "box";
        saved.host = "box";
        saved.options["data_file"] = "/srv/data";
        form.setProfile(saved, false);
        form.show();
        QVERIFY(!child<QComboBox>(form, "profileEngine")->isEnabled());
        QCOMPARE(child<QLineEdit>(form, "profileData")->text(), s("/srv/data"));
        type(child<QLineEdit>(form, "profileUri"), s("postgresql://anna@db1/app"));
        QVERIFY(child<QLabel>(form, "profileUriError")->isVisible());
        QCOMPARE(toJson(form.profile()), toJson(saved));
    }

    void limits_ofAnEngine_areItsOptionsOnly() {
        LimitsSection section(both(), nullptr);
        Policy policy = makeDefaultPolicy("p", "prod", "r");
        policy.options.insert(s("depth"), 4);
        section.setPolicy(policy);
        section.show();
        QVERIFY(child<QComboBox>(section, "policyFormat")->isVisible());
        QVERIFY(!child<QSpinBox>(section, "policyDepth")->isVisible());
        section.setEngine("other");
        QVERIFY(!child<QComboBox>(section, "policyFormat")->isVisible());
        QVERIFY(child<QSpinBox>(section, "policyDepth")->isVisible());
        QCOMPARE(child<QSpinBox>(section, "policyDepth")->value(), 4);
        child<QSpinBox>(section, "policyDepth")->setValue(5);
        child<QComboBox>(section, "policyFormat")->setCurrentIndex(1);
        section.applyTo(policy);
        QCOMPARE(policy.options.keys(), QStringList(s("depth")));
        QCOMPARE(policy.options.value(s("depth")).toInt(), 5);
    }

    void names_ofControls_leaveOutTheValuesForm() {
        QCOMPARE(engineControl("profile", "host"), s("profileHost"));
        QCOMPARE(engineControl("profile", "tls_ca_file"), s("profileTlsCa"));
        QCOMPARE(engineControl("policy", "lock_timeout_seconds"), s("policyLockTimeout"));
        QCOMPARE(engineControl("policy", "file"), s("policyFile"));
    }
};

QTEST_MAIN(TestEngineForms)
#include "test_engineforms.moc"
