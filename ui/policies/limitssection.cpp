// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/policies/limitssection.h"

#include "models/base/json.h"
#include "ui/support/enginetexts.h"
#include "ui/support/statemark.h"
#include "workers/drilljobs.h"
#include "workers/engines.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace salvor {

namespace {

constexpr std::uint64_t kMostShown = 999'999'999; ///< of a number without a limit worth the name

} // namespace

FieldsSection::FieldsSection(QWidget* parent)
    : PolicySection(parent) {
    m_form = new QFormLayout(this);
    m_form->setContentsMargins(0, 0, 0, 4);
    m_form->setHorizontalSpacing(18);
    m_form->setFieldGrowthPolicy(QFormLayout::FieldsStayAtSizeHint);
}

void FieldsSection::addRow(QWidget* field, const char* name, const QString& label) {
    field->setObjectName(QLatin1String(name));
    field->setAccessibleName(label);
    m_form->addRow(label, field);
}

void FieldsSection::addWidget(QWidget* widget) { m_form->addRow(widget); }

void FieldsSection::addNumber(const Number& number) {
    auto* spin = new QSpinBox(this);
    const int least = number.zeroIsUnset ? 0 : -1;
    spin->setRange(least, number.most);
    spin->setSpecialValueText(number.unset);
    spin->setSuffix(number.suffix.isEmpty() ? QString() : QLatin1Char(' ') + number.suffix);
    spin->setMinimumWidth(spin->fontMetrics().averageCharWidth() * 24);
    addRow(spin, number.name, number.label);
    connect(spin, &QSpinBox::valueChanged, this, &PolicySection::changed);
    Field field;
    field.show = [=](const Policy& policy) {
        const auto value = policy.*number.member;
        const bool unset = !value || (number.zeroIsUnset && *value == 0);
        spin->setValue(unset ? least : static_cast<int>((*value + number.factor / 2) / number.factor));
    };
    field.apply = [=, this](Policy& policy) {
        const auto before = m_before.*number.member;
        const bool wasUnset = !before || (number.zeroIsUnset && *before == 0);
        const int was = wasUnset ? least : static_cast<int>((*before + number.factor / 2) / number.factor);
        if (spin->value() == was) // also what the control can only show rounded
            policy.*number.member = before;
        else if (spin->value() == least)
            policy.*number.member = std::nullopt;
        else
            policy.*number.member = static_cast<std::uint64_t>(spin->value()) * number.factor;
    };
    field.problem = [] { return QString(); };
    field.summary = [=] {
        return spin->value() == least ? QString()
                                      : tr("%1 %2", "field, value").arg(number.label, spin->text());
    };
    m_fields.push_back(std::move(field));
}

QLineEdit* FieldsSection::addLine(const char* name, const QString& label) {
    auto* line = new QLineEdit(this);
    line->setMinimumWidth(line->fontMetrics().averageCharWidth() * 30);
    addRow(line, name, label);
    connect(line, &QLineEdit::textEdited, this, &PolicySection::changed);
    return line;
}

void FieldsSection::addSpan(const char* name, const QString& label,
                            std::optional<std::uint64_t> Policy::* member) {
    QLineEdit* line = addLine(name, label);
    line->setPlaceholderText(tr("not said; for example 36h, 7d"));
    const QFontMetrics metrics = line->fontMetrics();
    line->setMinimumWidth(std::max(line->minimumWidth(), metrics.horizontalAdvance(line->placeholderText()) +
                                                             3 * metrics.averageCharWidth()));
    const auto read = [line]() -> Result<std::uint64_t> {
        SALVOR_ASSIGN(const auto span, parseRetentionSpan(line->text().trimmed().toStdString()));
        return static_cast<std::uint64_t>(span.count());
    };
    Field field;
    field.show = [=](const Policy& policy) {
        const auto value = (policy.*member).value_or(0);
        line->setText(value == 0
                          ? QString()
                          : toQt(toRetentionSpan(std::chrono::seconds(static_cast<std::int64_t>(value)))));
    };
    field.apply = [=](Policy& policy) {
        const auto value = read();
        policy.*member = value ? std::optional(*value) : std::nullopt;
    };
    field.problem = [=] {
        const bool empty = line->text().trimmed().isEmpty();
        const auto value = empty ? Result<std::uint64_t>(0) : read();
        return value ? QString() : toQt(value.error().message);
    };
    field.summary = [=] {
        return line->text().trimmed().isEmpty() ? QString()
                                                : tr("%1 %2", "field, value").arg(label, line->text());
    };
    m_fields.push_back(std::move(field));
}

void FieldsSection::addChoice(const char* name, const QString& label,
                              const std::vector<std::pair<std::string, QString>>& choices,
                              const std::function<std::string(const Policy&)>& get,
                              const std::function<void(Policy&, const std::string&)>& set) {
    auto* combo = new QComboBox(this);
    for (const auto& [value, text] : choices)
        combo->addItem(text, toQt(value));
    addRow(combo, name, label);
    connect(combo, &QComboBox::currentIndexChanged, this, &PolicySection::changed);
    Field field;
    field.show = [=](const Policy& policy) {
        const int found = combo->findData(toQt(get(policy)));
        combo->setCurrentIndex(found < 0 ? 0 : found);
    };
    field.apply = [=](Policy& policy) { set(policy, combo->currentData().toString().toStdString()); };
    field.problem = [] { return QString(); };
    field.summary = [=] { return combo->currentIndex() == 0 ? QString() : combo->currentText(); };
    m_fields.push_back(std::move(field));
}

void FieldsSection::addNames(const char* name, const QString& label,
                             std::vector<std::string> Policy::* member) {
    QLineEdit* line = addLine(name, label);
    Field field;
    field.show = [=](const Policy& policy) {
        QStringList names;
        for (const auto& one : policy.*member)
            names << toQt(one);
        line->setText(names.join(QStringLiteral(", ")));
    };
    field.apply = [=](Policy& policy) {
        (policy.*member).clear();
        for (const QString& one : line->text().split(QLatin1Char(','), Qt::SkipEmptyParts)) {
            if (!one.trimmed().isEmpty())
                (policy.*member).push_back(one.trimmed().toStdString());
        }
    };
    field.problem = [] { return QString(); };
    field.summary = [=] {
        return line->text().trimmed().isEmpty() ? QString()
                                                : tr("%1 %2", "field, value").arg(label, line->text());
    };
    m_fields.push_back(std::move(field));
}

void FieldsSection::addText(const char* name, const QString& label,
                            std::optional<std::string> Policy::* member) {
    QLineEdit* line = addLine(name, label);
    Field field;
    field.show = [=](const Policy& policy) { line->setText(toQt((policy.*member).value_or(std::string()))); };
    field.apply = [=](Policy& policy) {
        const std::string text = line->text().trimmed().toStdString();
        policy.*member = text.empty() ? std::nullopt : std::optional(text);
    };
    field.problem = [] { return QString(); };
    field.summary = [=] {
        return line->text().trimmed().isEmpty() ? QString()
                                                : tr("%1 %2", "field, value").arg(label, line->text());
    };
    m_fields.push_back(std::move(field));
}

void FieldsSection::addOption(const std::string& engine, const MethodOption& option) {
    const QByteArray name = engineControl("policy", option.key).toUtf8();
    const QString label = engineText(option.label);
    if (option.choices.empty()) {
        addNumberOption(option, name, label);
    } else {
        std::vector<std::pair<std::string, QString>> choices;
        for (std::size_t i = 0; i < option.choices.size(); ++i) {
            const bool isNamed = i < option.choiceLabels.size();
            choices.emplace_back(option.choices[i],
                                 isNamed ? engineText(option.choiceLabels[i]) : toQt(option.choices[i]));
        }
        const QString key = toQt(option.key);
        const QString usual = toQt(option.choices.front());
        addChoice(
            name.constData(), label, choices,
            [key, usual](const Policy& policy) {
                return policy.options.value(key).toString(usual).toStdString();
            },
            [key, usual](Policy& policy, const std::string& value) {
                if (toQt(value) != policy.options.value(key).toString(usual))
                    policy.options.insert(key, toQt(value));
            });
    }
    m_fields.back().engine = engine;
    m_fields.back().control = findChild<QWidget*>(QString::fromUtf8(name), Qt::FindDirectChildrenOnly);
}

void FieldsSection::addNumberOption(const MethodOption& option, const QByteArray& name,
                                    const QString& label) {
    auto* spin = new QSpinBox(this);
    const auto factor = static_cast<qint64>(option.factor);
    // Where 0 is a value of the engine's, what no value means stands below it.
    const qint64 unset = option.least == 0 ? -1 : 0;
    spin->setRange(static_cast<int>(unset),
                   static_cast<int>(std::min<std::uint64_t>(option.most / option.factor, kMostShown)));
    spin->setSpecialValueText(tr("usual"));
    spin->setSuffix(option.unit.empty() ? QString() : QLatin1Char(' ') + engineText(option.unit));
    spin->setMinimumWidth(spin->fontMetrics().averageCharWidth() * 24);
    addRow(spin, name.constData(), label);
    connect(spin, &QSpinBox::valueChanged, this, &PolicySection::changed);
    const QString key = toQt(option.key);
    const auto shown = [key, factor, unset](const Policy& policy) {
        const qint64 value = policy.options.value(key).toInteger(unset);
        return value <= 0 ? std::max(value, unset) : std::max<qint64>(1, (value + factor / 2) / factor);
    };
    Field field;
    field.show = [=](const Policy& policy) { spin->setValue(static_cast<int>(shown(policy))); };
    field.apply = [=, this](Policy& policy) {
        if (spin->value() == shown(m_before)) // also what the control can only show rounded
            return;
        if (spin->value() == unset)
            policy.options.remove(key);
        else
            policy.options.insert(key, spin->value() * factor);
    };
    field.problem = [] { return QString(); };
    field.summary = [=] {
        return spin->value() == unset ? QString() : tr("%1 %2", "field, value").arg(label, spin->text());
    };
    m_fields.push_back(std::move(field));
}

void FieldsSection::showEngine(const std::string& engine) {
    m_engine = engine;
    for (const auto& field : m_fields) {
        if (field.control != nullptr)
            m_form->setRowVisible(field.control, isThere(field));
    }
}

void FieldsSection::addOutcomes(const char* name, const QString& label,
                                std::vector<RunOutcome> Policy::* member,
                                const std::vector<RunOutcome>& unset) {
    auto* box = new QWidget(this);
    auto* row = new QHBoxLayout(box);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(14);
    std::vector<std::pair<RunOutcome, QCheckBox*>> checks;
    for (const RunOutcome outcome : {RunOutcome::Ok, RunOutcome::Partial, RunOutcome::Failed,
                                     RunOutcome::Cancelled, RunOutcome::Skipped}) {
        const QString text = StateMark::text(outcome);
        auto* check = new QCheckBox(text, box);
        check->setObjectName(QLatin1String(name) + QString::number(checks.size()));
        check->setAccessibleName(tr("%1: %2", "field, value").arg(label, text));
        connect(check, &QCheckBox::toggled, this, &PolicySection::changed);
        row->addWidget(check);
        checks.emplace_back(outcome, check);
    }
    row->addStretch(1);
    addRow(box, name, label);
    const auto ticked = [checks] {
        std::vector<RunOutcome> outcomes;
        for (const auto& [outcome, check] : checks) {
            if (check->isChecked())
                outcomes.push_back(outcome);
        }
        return outcomes;
    };
    const auto meant = [member, unset](const Policy& policy) {
        auto outcomes = (policy.*member).empty() ? unset : policy.*member;
        std::ranges::sort(outcomes);
        return outcomes;
    };
    Field field;
    field.show = [=](const Policy& policy) {
        const auto outcomes = meant(policy);
        for (const auto& [outcome, check] : checks)
            check->setChecked(std::ranges::count(outcomes, outcome) > 0);
    };
    field.apply = [=, this](Policy& policy) {
        auto outcomes = ticked();
        std::ranges::sort(outcomes);
        if (outcomes != meant(m_before)) // what is not changed stays as it was written
            policy.*member = ticked();
    };
    field.problem = [=] {
        return ticked().empty() ? tr("Choose at least one outcome for “%1”.").arg(label) : QString();
    };
    field.summary = [=] {
        auto outcomes = ticked();
        std::ranges::sort(outcomes);
        auto usual = unset;
        std::ranges::sort(usual);
        QStringList names;
        for (const RunOutcome outcome : ticked())
            names << StateMark::text(outcome);
        return outcomes == usual
                   ? QString()
                   : tr("%1 %2", "field, value").arg(label, names.join(tr(", ", "between items of a list")));
    };
    m_fields.push_back(std::move(field));
}

void FieldsSection::setPolicy(const Policy& policy) {
    const QSignalBlocker quiet(this);
    m_before = policy;
    for (const auto& field : m_fields)
        field.show(policy);
}

void FieldsSection::applyTo(Policy& policy) const {
    for (const auto& field : m_fields) {
        if (isThere(field))
            field.apply(policy);
    }
}

QString FieldsSection::problem() const {
    for (const auto& field : m_fields) {
        if (const QString problem = isThere(field) ? field.problem() : QString(); !problem.isEmpty())
            return problem;
    }
    return {};
}

QString FieldsSection::summary() const {
    QStringList parts;
    for (const auto& field : m_fields) {
        if (const QString part = isThere(field) ? field.summary() : QString(); !part.isEmpty())
            parts << part;
    }
    return parts.isEmpty() ? tr("As usual") : parts.join(tr("; ", "between settings"));
}

ChecksSection::ChecksSection(const std::vector<Profile>& servers, const Policy& asIs, QWidget* parent)
    : FieldsSection(parent) {
    addChoice(
        "policyVerifyAfter", tr("After each run, check the new backups"),
        {{"none", tr("Not at all")},
         {"quick", tr("Sizes of their files")},
         {"stored", tr("Every stored byte")}},
        [](const Policy& policy) { return policy.verifyAfter.value_or("none"); },
        [](Policy& policy, const std::string& value) {
            if (value != policy.verifyAfter.value_or("none"))
                policy.verifyAfter = value;
        });
    Policy probe;
    probe.proofWithinSeconds = 3600;
    if (isActedOn(probe, "checks.proof_within_seconds"))
        addSpan("policyProofWithin", tr("A restore has to prove a backup every"),
                &Policy::proofWithinSeconds);
    std::vector<std::pair<std::string, QString>> targets{{"", tr("A throw-away server on this computer")}};
    for (const auto& server : servers)
        targets.emplace_back(server.uuid, tr("%1 (%2)").arg(toQt(server.title), toQt(server.host)));
    const auto meant = [](const Policy& one) {
        return one.drillTarget.value_or(kThrowawayTarget) == kThrowawayTarget ? std::string()
                                                                              : *one.drillTarget;
    };
    const std::string now = meant(asIs);
    if (std::ranges::find(targets, now, &std::pair<std::string, QString>::first) == targets.end())
        targets.emplace_back(now, tr("A server that is not known here any longer"));
    addChoice("policyDrillTarget", tr("A test restore goes to"), targets, meant,
              [meant](Policy& one, const std::string& value) {
                  if (value != meant(one)) // what is not changed stays as it was written
                      one.drillTarget = value.empty() ? std::nullopt : std::optional(value);
              });
}

LimitsSection::LimitsSection(QWidget* parent)
    : LimitsSection(engineDescriptions(), parent) {}

LimitsSection::LimitsSection(const std::vector<EngineDescription>& engines, QWidget* parent)
    : FieldsSection(parent) {
    addNumber({"policyBandwidth", tr("To and from the store"), tr("MB/s"), tr("no limit"),
               &Policy::bandwidthBytesPerSecond, 1'000'000, 1'000'000});
    addNumber({"policyThreads",
               tr("Threads that compress and store"),
               {},
               tr("one a processor"),
               &Policy::threads,
               1,
               256});
    addNumber(
        {"policySessions", tr("Connections that read at once"), {}, tr("two"), &Policy::sessions, 1, 64});
    addNumber({"policyLevel", tr("Compression level"), {}, tr("usual"), &Policy::compressionLevel, 1, 19});
    addNumber({"policyLockWait", tr("A timer waits for a repository in use"), tr("s"), tr("ten minutes"),
               &Policy::lockWaitSeconds, 1, 86'400, false});
    for (const auto& engine : engines) {
        for (const auto& method : engine.methods) {
            for (const auto& option : method.options)
                addOption(engine.id, option);
        }
    }
    setEngine(engines.front().id);
    Policy probe;
    probe.memoryBytes = 1;
    probe.cpuPercent = 1;
    if (isActedOn(probe, "limits.memory_bytes"))
        addNumber({"policyMemory", tr("Memory of a timer's run"), tr("MiB"), tr("no limit"),
                   &Policy::memoryBytes, std::uint64_t(1) << 20U, 1'000'000});
    if (isActedOn(probe, "limits.cpu_percent"))
        addNumber({"policyCpu", tr("Processors of a timer's run (100 is one)"), tr("%"), tr("no limit"),
                   &Policy::cpuPercent, 1, 25'600});
}

} // namespace salvor
