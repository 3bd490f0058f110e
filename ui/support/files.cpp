// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/files.h"

#include "models/base/json.h"

#include <QFile>
#include <QSaveFile>

namespace salvor {

Result<> saveFile(const QString& path, const QByteArray& bytes) {
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size() || !file.commit())
        return failure(ErrorCode::IoError, "writing " + fromQt(path) + ": " + fromQt(file.errorString()),
                       "choose another folder, or make room", {{"path", fromQt(path)}});
    return {};
}

Result<QByteArray> loadFile(const QString& path, qint64 most) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(ErrorCode::IoError, "reading " + fromQt(path) + ": " + fromQt(file.errorString()),
                       "choose another file", {{"path", fromQt(path)}});
    QByteArray bytes = file.read(most + 1);
    if (file.error() != QFileDevice::NoError)
        return failure(ErrorCode::IoError, "reading " + fromQt(path) + ": " + fromQt(file.errorString()),
                       "choose another file", {{"path", fromQt(path)}});
    if (bytes.size() > most)
        return failure(ErrorCode::InvalidInput, fromQt(path) + " is far too large to be what was asked for",
                       "choose another file", {{"path", fromQt(path)}});
    return bytes;
}

} // namespace salvor
