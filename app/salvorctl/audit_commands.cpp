// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/command.h"

namespace salvor::ctl {

namespace {

/// The fields that an edit changed; its revision goes without saying.
std::string changedFields(const AuditRecord& record) {
    if (record.before.isEmpty() || record.after.isEmpty())
        return {};
    std::string names;
    for (const QString& key : record.after.keys() + record.before.keys()) {
        const std::string name = key.toStdString();
        if (key == QStringLiteral("revision") || record.before.value(key) == record.after.value(key) ||
            (", " + names + ",").find(", " + name + ",") != std::string::npos)
            continue;
        names += (names.empty() ? "" : ", ") + name;
    }
    return names;
}

/// Of what is written down before it is done, too.
std::string stateText(const AuditRecord& record) {
    const QString state = record.after.value(QStringLiteral("state")).toString();
    if (state == QStringLiteral("started"))
        return text(Text::tr("begun"));
    if (state == QStringLiteral("failed"))
        return text(Text::tr("failed"));
    if (state == QStringLiteral("unfinished"))
        return text(Text::tr("BEGUN, and cut short: what became of it is not recorded"));
    return {};
}

/// The title that the thing has or had; else what it is called by.
std::string subjectOf(const AuditRecord& record) {
    for (const auto& document : {record.after, record.before}) {
        const QString title = document.value(QStringLiteral("title")).toString();
        if (!title.isEmpty())
            return title.toStdString();
    }
    return record.subject;
}

Result<Exit> list(Context& context, const AuditFilter& filter) {
    SALVOR_ASSIGN(const auto trail, context.core().auditTrail(filter));
    QJsonArray array;
    std::vector<std::vector<std::string>> rows;
    for (const AuditRecord& record : trail) {
        array.append(toJson(record));
        rows.push_back({localTime(record.at), record.who, record.action, subjectOf(record),
                        changedFields(record) + stateText(record)});
    }
    if (rows.empty())
        context.out().line(text(Text::tr("Nothing was changed yet, or nothing that fits.")));
    else
        context.out().table({text(Text::tr("WHEN")), text(Text::tr("WHO")), text(Text::tr("WHAT")),
                             text(Text::tr("OF")), text(Text::tr("FIELDS"))},
                            rows);
    context.out().data(array);
    return Exit::Ok;
}

} // namespace

void addAuditCommands(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand("audit", text(Text::tr("Who changed what, and when")));
    noun->require_subcommand(1);
    CLI::App* verb =
        noun->add_subcommand("list", text(Text::tr("Changes, newest first; with --json from what to what")));
    auto filter = std::make_shared<AuditFilter>();
    auto since = std::make_shared<std::string>();
    auto until = std::make_shared<std::string>();
    verb->add_option("--limit", filter->limit, text(Text::tr("At most this many")))
        ->check(CLI::Range(1, 1000000));
    verb->add_option("--action", filter->action,
                     text(Text::tr("Only this: policy.edit, or everything about policies: policy")));
    verb->add_option("--subject", filter->subject, text(Text::tr("Only of this UUID or id")));
    verb->add_option("--since", *since, text(Text::tr("Only from this time on (2026-11-21T00:00:00Z)")));
    verb->add_option("--until", *until, text(Text::tr("Only up to this time")));
    commands.onChosen(verb, "audit.list", [filter, since, until](Context& context) -> Result<Exit> {
        if (!since->empty()) {
            SALVOR_ASSIGN(filter->since, fromRfc3339(*since));
        }
        if (!until->empty()) {
            SALVOR_ASSIGN(filter->until, fromRfc3339(*until));
        }
        return list(context, *filter);
    });
}

} // namespace salvor::ctl
