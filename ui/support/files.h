// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Files that somebody chose in a dialog. Both calls block: not for the window's thread.
#pragma once

#include "models/base/result.h"

#include <QByteArray>
#include <QString>

namespace salvor {

/// All of it or nothing; what was there before is replaced, as the dialog has asked. IoError.
Result<> saveFile(const QString& path, const QByteArray& bytes);
/// IoError; InvalidInput when it is larger than `most` bytes.
Result<QByteArray> loadFile(const QString& path, qint64 most);

} // namespace salvor
