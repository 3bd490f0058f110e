// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/restore/proofreport.h"

#include "models/base/json.h"
#include "ui/support/format.h"

namespace salvor {

QString ProofReport::verdict(const RestoreOutcome& outcome) {
    if (!outcome.differences.empty())
        return tr("NOT equal to the backup: %n difference(s).", nullptr,
                  static_cast<int>(outcome.differences.size()));
    if (!outcome.proved)
        return tr("Restored, but not proved: nobody has compared it with the backup.");
    return tr("Proved equal: %1 items with %2 rows were read back from the restored database, and counts and "
              "hashes are those of the backup.")
        .arg(Format::count(outcome.items), Format::count(outcome.rows));
}

QList<ProofReport::Fact> ProofReport::facts(const RestoreFacts& restore) {
    const BackupRecord& backup = restore.backup;
    const RestoreOutcome& outcome = restore.outcome;
    QList<Fact> facts{
        {tr("Database"),
         tr("%1 on %2 (%3)")
             .arg(toQt(outcome.database), toQt(restore.target.title), toQt(restore.target.host))},
        {tr("From"),
         tr("%1 on %2, as of %3")
             .arg(toQt(backup.database), toQt(backup.profileTitle), Format::timeExact(backup.started))},
        {tr("Backup"), toQt(outcome.backupId)},
        {tr("Restored"), tr("%1 items, %2 rows, %3, in %4")
                             .arg(Format::count(outcome.items), Format::count(outcome.rows),
                                  Format::size(outcome.bytes), Format::duration(outcome.restoreSeconds))}};
    if (outcome.proofSeconds > 0)
        facts << Fact{tr("Compared in"), Format::duration(outcome.proofSeconds)};
    if (outcome.run.ended)
        facts << Fact{tr("Finished"), Format::timeExact(*outcome.run.ended)};
    return facts;
}

QString ProofReport::asText(const RestoreFacts& restore) {
    QStringList lines{tr("Restore report"), verdict(restore.outcome), QString()};
    for (const Fact& fact : facts(restore))
        lines << tr("%1: %2", "a fact: its value").arg(fact.label, fact.value);
    for (const auto& difference : restore.outcome.differences)
        lines << tr("DIFFERENT: %1: expected %2, found %3")
                     .arg(toQt(difference.item), toQt(difference.expected), toQt(difference.found));
    for (const auto& off : restore.outcome.leftOff)
        lines << tr("Left off: %1").arg(toQt(off));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

QString ProofReport::asHtml(const RestoreFacts& restore) {
    const auto escaped = [](const QString& text) { return text.toHtmlEscaped(); };
    const bool good = restore.outcome.proved && restore.outcome.differences.empty();
    QString html =
        QStringLiteral("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>%1</title><style>"
                       "body{font-family:sans-serif;max-width:50em;margin:2em auto;padding:0 1em;"
                       "color:#1d2430;background:#fff}.good{color:#15723f}.bad{color:#b3261e}"
                       "th{text-align:left;vertical-align:top;padding:.3em 1.5em .3em 0}"
                       "td{padding:.3em 1em .3em 0}</style></head><body>\n")
            .arg(escaped(tr("Restore report")));
    html += QStringLiteral("<h1>%1</h1>\n<p class=\"%2\"><strong>%3</strong></p>\n<table>\n")
                .arg(escaped(tr("Restore report")), good ? QStringLiteral("good") : QStringLiteral("bad"),
                     escaped(verdict(restore.outcome)));
    for (const Fact& fact : facts(restore))
        html +=
            QStringLiteral("<tr><th>%1</th><td>%2</td></tr>\n").arg(escaped(fact.label), escaped(fact.value));
    html += QStringLiteral("</table>\n");
    if (!restore.outcome.differences.empty()) {
        html += QStringLiteral("<h2>%1</h2>\n<table>\n<tr><th>%2</th><th>%3</th><th>%4</th></tr>\n")
                    .arg(escaped(tr("Differences")), escaped(tr("Item")), escaped(tr("Expected")),
                         escaped(tr("Found")));
        for (const auto& difference : restore.outcome.differences)
            html += QStringLiteral("<tr><td>%1</td><td>%2</td><td>%3</td></tr>\n")
                        .arg(escaped(toQt(difference.item)), escaped(toQt(difference.expected)),
                             escaped(toQt(difference.found)));
        html += QStringLiteral("</table>\n");
    }
    if (!restore.outcome.leftOff.empty()) {
        html += QStringLiteral("<h2>%1</h2>\n<ul>\n").arg(escaped(tr("Left off")));
        for (const auto& off : restore.outcome.leftOff)
            html += QStringLiteral("<li>%1</li>\n").arg(escaped(toQt(off)));
        html += QStringLiteral("</ul>\n");
    }
    return html + QStringLiteral("</body></html>\n");
}

} // namespace salvor
