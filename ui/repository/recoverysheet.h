// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The sheet of paper that opens the backups when nothing else is left.
#pragma once

#include "models/base/secret.h"
#include "models/repositorypin.h"

#include <QCoreApplication>
#include <QString>

class QPainter;
class QRectF;
class QWidget;

namespace salvor {

/// Whether what was typed is that passphrase: any case, spaces and dashes anywhere, I and L for 1, O for 0.
bool isSamePassphrase(const QString& typed, const Secret& passphrase);
/// The first group, from 1, in which what was typed so far is another; 0 when there is none.
int differingGroup(const QString& typed, const Secret& passphrase);

class RecoverySheet {
    Q_DECLARE_TR_FUNCTIONS(RecoverySheet)

public:
    /// `page` in the painter's units, which are those of `dotsPerInch`.
    static void paint(QPainter& painter, const QRectF& page, double dotsPerInch, const RepositoryPin& pin,
                      const Secret& passphrase);
    /// Opens the print dialog over `parent`; a copy of the passphrase lives as long as that dialog.
    static void print(QWidget* parent, const RepositoryPin& pin, const Secret& passphrase);
};

} // namespace salvor
