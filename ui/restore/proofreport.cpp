// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/proofreport.h"

#include "models/base/json.h"
#include "ui/support/format.h"

#include <QBuffer>
#include <QJsonArray>
#include <QPageLayout>
#include <QPdfWriter>
#include <QSaveFile>
#include <QTextDocument>

#include <algorithm>

namespace salvor {

namespace {

QStringList textsOf(const std::vector<std::string>& texts) {
    QStringList list;
    for (const auto& text : texts)
        list << Format::told(text);
    return list;
}

QStringList textsIn(const QJsonObject& details, const char* key) {
    QStringList list;
    for (const auto& value : details.value(QLatin1String(key)).toArray())
        list << value.toString();
    return list;
}

bool allPassed(const std::vector<DrillCheckResult>& checks) {
    return std::all_of(checks.begin(), checks.end(), [](const auto& one) { return one.passed; });
}

QString escaped(const QString& text) { return text.toHtmlEscaped(); }

QString htmlRow(const QStringList& cells, const char* tag = "td") {
    QString row = QStringLiteral("<tr>");
    for (const auto& cell : cells)
        row += QStringLiteral("<%1>%2</%1>").arg(QLatin1String(tag), escaped(cell));
    return row + QStringLiteral("</tr>\n");
}

QString htmlList(const QString& heading, const QStringList& texts) {
    if (texts.isEmpty())
        return {};
    QString html = QStringLiteral("<h2>%1</h2>\n<ul>\n").arg(escaped(heading));
    for (const auto& text : texts)
        html += QStringLiteral("<li>%1</li>\n").arg(escaped(text));
    return html + QStringLiteral("</ul>\n");
}

QString htmlChecks(const ProofFacts& facts) {
    if (facts.checks.empty())
        return {};
    QString html = QStringLiteral("<h2>%1</h2>\n<table>\n").arg(escaped(ProofReport::tr("Check queries")));
    html += htmlRow({ProofReport::tr("Check"), ProofReport::tr("Result"), ProofReport::tr("Expected"),
                     ProofReport::tr("Found")},
                    "th");
    for (const auto& check : facts.checks)
        html +=
            htmlRow({toQt(check.name), check.passed ? ProofReport::tr("passed") : ProofReport::tr("FAILED"),
                     toQt(check.expected), toQt(check.found)});
    return html + QStringLiteral("</table>\n");
}

QString htmlDifferences(const ProofFacts& facts) {
    if (facts.differences.empty())
        return {};
    QString html = QStringLiteral("<h2>%1</h2>\n<table>\n").arg(escaped(ProofReport::tr("Differences")));
    html += htmlRow({ProofReport::tr("Item"), ProofReport::tr("Expected"), ProofReport::tr("Found")}, "th");
    for (const auto& difference : facts.differences)
        html += htmlRow({toQt(difference.item), toQt(difference.expected), toQt(difference.found)});
    return html + QStringLiteral("</table>\n");
}

} // namespace

bool ProofFacts::good() const { return proved && differences.empty() && allPassed(checks); }

int ProofFacts::leftOut() const {
    return static_cast<int>(run.details.value(QLatin1String("left_out")).toArray().size());
}

bool ProofFacts::provedInPart() const {
    return differences.empty() && run.details.value(QLatin1String("proved_in_part")).toBool();
}

ProofFacts factsOf(const BackupRecord& backup, const Profile& target, const RestoreOutcome& outcome) {
    ProofFacts facts;
    facts.backup = backup;
    facts.target =
        ProofReport::tr("%1 on %2 (%3)").arg(toQt(outcome.database), toQt(target.title), toQt(target.host));
    facts.run = outcome.run;
    facts.proved = outcome.proved;
    facts.items = outcome.items;
    facts.rows = outcome.rows;
    facts.bytes = outcome.bytes;
    facts.restoreSeconds = outcome.restoreSeconds;
    facts.proofSeconds = outcome.proofSeconds;
    facts.differences = outcome.differences;
    facts.leftOff = outcome.leftOff;
    return facts;
}

ProofFacts factsOf(const BackupRecord& backup, const DrillOutcome& outcome) {
    ProofFacts facts;
    facts.drill = true;
    facts.backup = backup;
    facts.target = outcome.target == kThrowawayTarget
                       ? ProofReport::tr("a private server on this computer, removed again")
                       : ProofReport::tr("a database on %1, dropped again").arg(toQt(outcome.target));
    facts.run = outcome.run;
    facts.proved = outcome.proved;
    facts.items = outcome.items;
    facts.rows = outcome.rows;
    facts.bytes = outcome.bytes;
    facts.restoreSeconds = outcome.restoreSeconds;
    facts.proofSeconds = outcome.proofSeconds;
    facts.totalSeconds = outcome.totalSeconds;
    facts.differences = outcome.differences;
    facts.checks = outcome.checks;
    for (const auto& off : textsIn(outcome.run.details, "left_off"))
        facts.leftOff.push_back(fromQt(off));
    facts.leftBehind = outcome.leftBehind;
    return facts;
}

QString ProofReport::title(const ProofFacts& facts) {
    return facts.drill ? tr("Report of a test restore") : tr("Restore report");
}

QString ProofReport::verdict(const ProofFacts& facts) {
    if (!facts.differences.empty())
        return tr("NOT equal to the backup: %n difference(s).", nullptr,
                  static_cast<int>(facts.differences.size()));
    if (facts.provedInPart())
        return tr(
            "Proved but for what was left out: every table was read back, and counts and contents are "
            "those of the backup. Not as in the backup, and named below: %n of its constraints, indexes, "
            "generated columns, rights and extensions.",
            nullptr, facts.leftOut());
    if (!facts.proved)
        return tr("Restored, but not proved: nobody has compared it with the backup.");
    for (const auto& check : facts.checks) {
        if (!check.passed)
            return tr("Equal to the backup, but the check “%1” failed: no proof was signed.")
                .arg(toQt(check.name));
    }
    return tr("Proved equal: %1 with %2 were read back from the restored database, and counts and "
              "hashes are those of the backup.")
        .arg(Format::items(facts.items), Format::rows(facts.rows));
}

QList<ProofReport::Fact> ProofReport::facts(const ProofFacts& facts) {
    const BackupRecord& backup = facts.backup;
    QList<Fact> list{
        {facts.drill ? tr("Restored into") : tr("Database"), facts.target},
        {tr("From"),
         tr("%1 on %2, as of %3")
             .arg(toQt(backup.database), toQt(backup.profileTitle), Format::timeExact(backup.started))},
        {tr("Backup"), toQt(backup.id)},
        {tr("Restored"), tr("%1, %2, %3, in %4")
                             .arg(Format::items(facts.items), Format::rows(facts.rows),
                                  Format::size(facts.bytes), Format::duration(facts.restoreSeconds))}};
    if (facts.proofSeconds > 0)
        list << Fact{tr("Compared in"), Format::duration(facts.proofSeconds)};
    if (facts.totalSeconds > 0)
        list << Fact{tr("In all"), Format::duration(facts.totalSeconds)};
    if (facts.run.ended)
        list << Fact{tr("Finished"), Format::timeExact(*facts.run.ended)};
    if (!facts.run.id.empty())
        list << Fact{tr("Run"), facts.run.host.empty()
                                    ? toQt(facts.run.id)
                                    : tr("%1 on %2").arg(toQt(facts.run.id), toQt(facts.run.host))};
    const bool isInPart = facts.provedInPart() && textsIn(facts.run.details, "record_problems").isEmpty();
    const bool doesNotCount = facts.good() && facts.isForeign;
    list << Fact{tr("Signed proof"), facts.isSigned ? tr("recorded in the repository for this backup")
                                     : isInPart     ? tr("recorded in the repository, as one in part")
                                     : doesNotCount ? tr("none that counts: another computer writes the "
                                                         "repository, and does not know this one's proofs. "
                                                         "“Take it over…” on the page Stores makes this "
                                                         "computer the one that writes it.")
                                                    : tr("none was recorded")};
    return list;
}

QStringList ProofReport::scope(const ProofFacts& facts) {
    const QJsonObject& details = facts.run.details;
    const auto schema = details.value(QLatin1String("schema_compared"));
    QStringList lines;
    const bool names = details.value(QLatin1String("schema_names_compared")).toBool();
    if (schema.isBool())
        lines << (schema.toBool() ? tr("The schema was compared with the one in the backup.")
                  : names         ? tr("The schema's text was NOT compared. What there is was, by kind and "
                                               "name, and the data was.")
                                  : tr("The schema was NOT compared; the data was."));
    else if (facts.proved)
        lines << tr("Whether the schema was compared was not recorded.");
    for (const auto& text : textsIn(details, "not_compared"))
        lines << tr("Not compared: %1").arg(text);
    return lines;
}

QString ProofReport::asText(const ProofFacts& facts) {
    QStringList lines{title(facts), verdict(facts), QString()};
    for (const Fact& fact : ProofReport::facts(facts))
        lines << tr("%1: %2", "a fact: its value").arg(fact.label, fact.value);
    lines << scope(facts);
    for (const auto& difference : facts.differences)
        lines << tr("DIFFERENT: %1: expected %2, found %3")
                     .arg(toQt(difference.item), toQt(difference.expected), toQt(difference.found));
    for (const auto& check : facts.checks)
        lines << (check.passed ? tr("Check passed: %1").arg(toQt(check.name))
                               : tr("CHECK FAILED: %1: expected %2, found %3")
                                     .arg(toQt(check.name), toQt(check.expected), toQt(check.found)));
    for (const auto& off : facts.leftOff)
        lines << tr("Left off: %1").arg(Format::told(off));
    for (const auto& left : facts.leftBehind)
        lines << tr("Left behind: %1").arg(Format::told(left));
    for (const auto& problem : textsIn(facts.run.details, "record_problems"))
        lines << tr("Could not be recorded: %1").arg(problem);
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

QString ProofReport::asHtml(const ProofFacts& facts) {
    QString html =
        QStringLiteral("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%1</title><style>"
                       "body{font-family:sans-serif;max-width:50em;margin:2em auto;padding:0 1em;"
                       "color:#1d2430;background:#fff}.good{color:#15723f}.bad{color:#b3261e}"
                       "th{text-align:left;vertical-align:top;padding:.3em 1.5em .3em 0}"
                       "td{padding:.3em 1em .3em 0}</style></head><body>\n")
            .arg(escaped(title(facts)));
    html += QStringLiteral("<h1>%1</h1>\n<p class=\"%2\"><strong>%3</strong></p>\n<table>\n")
                .arg(escaped(title(facts)), facts.good() ? QStringLiteral("good") : QStringLiteral("bad"),
                     escaped(verdict(facts)));
    for (const Fact& fact : ProofReport::facts(facts))
        html +=
            QStringLiteral("<tr><th>%1</th><td>%2</td></tr>\n").arg(escaped(fact.label), escaped(fact.value));
    html += QStringLiteral("</table>\n");
    html += htmlList(tr("What was compared"), scope(facts));
    html += htmlDifferences(facts);
    html += htmlChecks(facts);
    html += htmlList(tr("Left off"), textsOf(facts.leftOff));
    html += htmlList(tr("Left behind"), textsOf(facts.leftBehind));
    html += htmlList(tr("Could not be recorded"), textsIn(facts.run.details, "record_problems"));
    return html + QStringLiteral("</body></html>\n");
}

QByteArray ProofReport::asPdf(const ProofFacts& facts) {
    QBuffer buffer;
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setTitle(title(facts));
        writer.setCreator(QStringLiteral("Salvor"));
        writer.setPageSize(QPageSize(QPageSize::A4));
        writer.setPageMargins(QMarginsF(18, 18, 18, 18), QPageLayout::Millimeter);
        QTextDocument document;
        document.setHtml(asHtml(facts));
        document.print(&writer);
    } // its end writes the end of the file
    return buffer.data();
}

Result<> ProofReport::save(const ProofFacts& facts, const QString& path) {
    const bool pdf = path.endsWith(QStringLiteral(".pdf"), Qt::CaseInsensitive);
    const QByteArray bytes = pdf ? asPdf(facts) : asHtml(facts).toUtf8();
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return failure(ErrorCode::IoError,
                       "cannot save " + path.toStdString() + ": " + file.errorString().toStdString(),
                       "choose another folder");
    return {};
}

} // namespace salvor
