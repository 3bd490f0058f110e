// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// One click on a row of the Overview: one sheet, then the restore, then the proof.
#pragma once

#include "ui/restore/quickpage.h"
#include "ui/restore/restoreflow.h"

namespace salvor {

/// Looks at the target by itself; nothing is changed before Start. Lives in the window's thread.
class QuickRestore : public RestoreFlow {
    Q_OBJECT

public:
    QuickRestore(const FlowContext& context, QuickKind kind, const QString& repository, const QString& backup,
                 QWidget* parent = nullptr);

private:
    void load(const std::string& backup);
    void check();
    void take(Result<Preflight> preflight);
    void start();
    void updateBanner();
    RestoreJob restoreJob() const;
    DrillJob drillJob() const;
    ProofFacts factsFrom(const JobReport& report) override;
    std::pair<QString, QString> made() const override;
    void jobFailed() override;
    void nextFrom(FlowPage* page) override;

    QuickKind m_kind;
    std::string m_repository;
    QuickPage* m_page = nullptr;
    std::optional<BackupRecord> m_backup;
    QString m_made; ///< how the restored database is called
};

} // namespace salvor
