// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Parts of a policy that are forms; the smaller ones of them: checks and limits. Fields that nothing in this
// version acts on have no control.
#pragma once

#include "models/enginedescription.h"
#include "models/profile.h"
#include "ui/policies/policysection.h"

#include <functional>

class QFormLayout;
class QLineEdit;

namespace salvor {

/// Fields with a number, a text or a choice, in a form. Lives in the window's thread.
class FieldsSection : public PolicySection {
    Q_OBJECT

public:
    explicit FieldsSection(QWidget* parent = nullptr);
    void setPolicy(const Policy& policy) override;
    void applyTo(Policy& policy) const override;
    QString problem() const override;
    QString summary() const override;
    bool isEmpty() const { return m_fields.empty(); }

protected:
    struct Number {
        const char* name;
        QString label;
        QString suffix;
        QString unset; ///< what no value means: "no limit"
        std::optional<std::uint64_t> Policy::* member;
        std::uint64_t factor = 1; ///< the control counts in so many of the document's units
        int most = 999'999;
        bool zeroIsUnset = true; ///< else 0 is a value, and below it stands no value
    };
    void addNumber(const Number& number);
    /// Seconds, written as 36h, 7d.
    void addSpan(const char* name, const QString& label, std::optional<std::uint64_t> Policy::* member);
    /// Values of the document and what they are called; the first means no value.
    void addChoice(const char* name, const QString& label,
                   const std::vector<std::pair<std::string, QString>>& choices,
                   const std::function<std::string(const Policy&)>& get,
                   const std::function<void(Policy&, const std::string&)>& set);
    /// Names, separated by commas.
    void addNames(const char* name, const QString& label, std::vector<std::string> Policy::* member);
    void addText(const char* name, const QString& label, std::optional<std::string> Policy::* member);
    /// One of an engine's own options; none: the engine's usual value. It is there while showEngine() says
    /// so.
    void addOption(const std::string& engine, const MethodOption& option);
    /// The options of this one and of no other; "": of none.
    void showEngine(const std::string& engine);
    /// With which outcomes; none ticked is the default, which `unset` has.
    void addOutcomes(const char* name, const QString& label, std::vector<RunOutcome> Policy::* member,
                     const std::vector<RunOutcome>& unset);
    void addWidget(QWidget* widget);

private:
    struct Field {
        std::function<void(const Policy&)> show;
        std::function<void(Policy&)> apply;
        std::function<QString()> problem;
        std::function<QString()> summary; ///< empty while nothing is set
        QWidget* control = nullptr;       ///< of an option
        std::string engine = {};          ///< whose option it is; empty: it is no option
    };
    bool isThere(const Field& field) const { return field.engine.empty() || field.engine == m_engine; }
    void addNumberOption(const MethodOption& option, const QByteArray& name, const QString& label);
    void addRow(QWidget* field, const char* name, const QString& label);
    QLineEdit* addLine(const char* name, const QString& label);

    QFormLayout* m_form = nullptr;
    std::vector<Field> m_fields;
    std::string m_engine;
    Policy m_before; ///< what is not changed stays exactly as it was
};

class ChecksSection final : public FieldsSection {
    Q_OBJECT

public:
    /// `servers`: where a drill can restore to; what the policy says now can be chosen even if it is none of
    /// them any longer.
    ChecksSection(const std::vector<Profile>& servers, const Policy& asIs, QWidget* parent = nullptr);
};

class LimitsSection final : public FieldsSection {
    Q_OBJECT

public:
    /// With the options of all engines that this program has, and those of the first there.
    explicit LimitsSection(QWidget* parent = nullptr);
    LimitsSection(const std::vector<EngineDescription>& engines, QWidget* parent);
    /// Which engine the policy's server is of: only its options are there.
    void setEngine(const std::string& engine) { showEngine(engine); }
};

} // namespace salvor
