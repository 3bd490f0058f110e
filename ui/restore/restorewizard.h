// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Restoring a backup into a new database: what and when, where, scope, checks, review, restore, proof.
#pragma once

#include "ui/restore/restoreflow.h"
#include "ui/restore/whatpage.h"
#include "ui/restore/wherepage.h"

#include <optional>

namespace salvor {

/// Lives in the window's thread. Until the review nothing is changed.
class RestoreWizard : public RestoreFlow {
    Q_OBJECT

public:
    RestoreWizard(const FlowContext& context, const QString& repository, const QString& backup,
                  QWidget* parent = nullptr);

private:
    struct Loaded {
        BackupRecord backup;
        std::vector<BackupRecord> siblings; ///< of the same source in the same repository, it included
        std::vector<Profile> profiles;
        std::vector<std::string> taken; ///< names that restores were given
        bool isGone = false;            ///< the original is not on its server any more
        std::map<std::string, Damage> damage;
        EngineDescription engine;
    };
    static Result<Loaded> fetch(Core& core, const std::string& backup);
    void load(const std::string& backup);
    void take(Loaded loaded);
    void addServer();
    void check();
    void checkFailed(const Error& error);
    void start();
    void updateBanner();
    RestoreJob job() const;
    ProofFacts factsFrom(const JobReport& report) override;
    std::pair<QString, QString> made() const override;
    void jobFailed() override;
    void nextFrom(FlowPage* page) override;
    FlowPage* pageBefore(FlowPage* page) const override;

    QString m_repository; ///< of the backup that was asked for first
    WhatPage* m_what = nullptr;
    WherePage* m_where = nullptr;
    ScopePage* m_scope = nullptr;
    PreflightPage* m_preflightPage = nullptr;
    ReviewPage* m_review = nullptr;
    std::vector<Profile> m_profiles;
    EngineDescription m_engine;
    Preflight m_preflight;
    std::optional<Profile> m_target;         ///< of the job that runs or ran
    std::optional<BackupRecord> m_restoring; ///< the same
    QString m_made;                          ///< how the restored database is called
};

} // namespace salvor
