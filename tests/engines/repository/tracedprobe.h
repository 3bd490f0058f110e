// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Runs the repository probe in a process of its own, also under strace.
#pragma once

#include "engines/process/process.h"
#include "engines/repository/fixture.h"
#include "models/base/json.h"
#include "support/streams.h"

#include <QFile>

namespace salvor::test {

/// Writes the keys for the probe; where to. Empty when that failed.
inline std::string writeProbeKeys(const Fixture& fixture) {
    const std::string path = fixture.statePath("probe").string() + ".keys";
    const QJsonObject keys{
        {QStringLiteral("pin"), toJson(fixture.outcome.pin)},
        {QStringLiteral("id_key"), toQt(toHex(fixture.outcome.keys.idKey.bytes()))},
        {QStringLiteral("signing_key"), toQt(toHex(fixture.outcome.keys.signingKey.bytes()))},
    };
    QFile file(QString::fromStdString(path));
    if (!file.open(QIODevice::WriteOnly) || file.write(toCanonicalJson(keys).value().c_str()) < 0)
        return {};
    return path;
}

/// The first line that a command prints, or why it could not be run.
inline std::string firstLine(std::vector<std::string> command) {
    ProcessRequest request;
    request.command = std::move(command);
    request.timeout = std::chrono::seconds(60);
    request.environment["ASAN_OPTIONS"] = "detect_leaks=0"; // it cannot look for leaks while it is traced
    CollectingSink sink;
    request.output = &sink;
    const auto report = SystemProcessRunner().run(request, {});
    if (!report)
        return "not run: " + report.error().message;
    const std::string text = sink.text();
    return text.substr(0, text.find('\n'));
}

/// What the probe prints for `action`: "ok", the code of its error, or nothing when it was killed.
inline std::string probe(const Fixture& fixture, const std::string& action) {
    return firstLine({SALVOR_REPOSITORYPROBE, fixture.root(), fixture.statePath("alice").string(),
                      writeProbeKeys(fixture), action});
}

/// The same under strace with these options.
inline std::string traced(const Fixture& fixture, const std::string& options, const std::string& action) {
    std::vector<std::string> command{"strace", "-f", "-qq", "-o",
                                     fixture.statePath("probe").string() + ".log"};
    const QString text = QString::fromStdString(options);
    for (const QString& word : text.split(QLatin1Char(' ')))
        command.push_back(word.toStdString());
    command.insert(command.end(), {SALVOR_REPOSITORYPROBE, fixture.root(),
                                   fixture.statePath("alice").string(), writeProbeKeys(fixture), action});
    return firstLine(std::move(command));
}

} // namespace salvor::test
