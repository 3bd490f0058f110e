// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What a dialog shows where somebody else saved the same record meanwhile: both versions, field by field.
#pragma once

#include "models/base/result.h"

#include <QJsonObject>
#include <QLabel>
#include <QStringList>

namespace salvor {

/// Hidden while it has nothing to tell. It stays when the other version is loaded: what was typed is to be
/// read still. Lives in the window's thread.
class TheirsLabel : public QLabel {
    Q_OBJECT

public:
    explicit TheirsLabel(const char* objectName, QWidget* parent = nullptr);
    void showLines(const QStringList& lines);
    /// Adds "Name: yours is “a”, theirs “b”" where the two differ; `name` is the control's accessible one.
    static void compare(QStringList& lines, const QString& name, const QString& yours, const QString& theirs);
    /// The document that is saved now, out of the Conflict; InvalidInput where it has none.
    static Result<QJsonObject> documentIn(const Error& conflict);
};

} // namespace salvor
