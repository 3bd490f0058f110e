// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A core of its own in a temporary folder, with what dialogs and flows need.
#pragma once

#include "models/base/clock.h"
#include "models/places.h"
#include "ui/jobs/jobcontroller.h"
#include "ui/support/flowcontext.h"

#include <QDir>
#include <QTemporaryDir>

#include <stdexcept>

namespace salvor::test {

class FlowBench {
public:
    FlowBench()
        : m_core(config())
        , m_jobs(m_core)
        , m_context{m_core, m_lookups, m_jobs} {}

    const FlowContext& context() const { return m_context; }
    Core& core() { return m_core; }
    JobController& jobs() { return m_jobs; }
    QString folder(const QString& name) const { return m_folder.filePath(name); }

    /// Of a repository whose keys are in private files.
    RepositoryInitSpec specOf(const QString& name) const {
        RepositoryInitSpec spec;
        spec.url = "file://" + folder(name).toStdString();
        spec.title = name.toStdString();
        spec.secretKind = "file";
        return spec;
    }
    RepositoryInitResult makeRepository(const QString& name) {
        auto made = m_core.initRepository(specOf(name), {});
        if (!made)
            throw std::runtime_error(made.error().toText());
        return std::move(*made);
    }

private:
    CoreConfig config() {
        auto places = findPlaces(PlacesKind::User, [this](const char* name) -> std::optional<std::string> {
            return std::string_view(name) == "SALVOR_HOME"
                       ? std::optional(m_folder.filePath(QStringLiteral("home")).toStdString())
                       : std::nullopt;
        });
        if (!places || !createFolders(*places))
            throw std::runtime_error("no places below " + m_folder.path().toStdString());
        CoreConfig config;
        config.places = *places;
        config.clock = &m_clock;
        config.machineId = "0123456789abcdef0123456789abcdef";
        config.userName = "anna";
        return config;
    }

    QTemporaryDir m_folder;
    SystemClock m_clock;
    Core m_core;
    Lookups m_lookups;
    JobController m_jobs;
    FlowContext m_context;
};

} // namespace salvor::test
