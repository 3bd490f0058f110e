// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Core: what is amiss with a repository that can be read all the same, said each time one is opened.
#include "workers/core/coreprivate.h"
#include "workers/repositoryedit.h"

#include <set>

namespace salvor {

std::optional<Error> Core::Private::takenOver(const OpenedRepository& opened) const {
    const Catalog& catalog = opened.catalog;
    const Principal writer{catalog.writerMachine, catalog.writerUser};
    if (!opened.pin.isWriter || writer == principal())
        return std::nullopt;
    // Nobody took it over: the settings came here with a home, or the machine has a new id.
    if (writer == Principal{opened.pin.writerMachine, opened.pin.writerUser})
        return Error{ErrorCode::ForeignWriter,
                     "its settings come from user " + writer.user + " of machine " + writer.machine +
                         ", which writes the repository; here is user " + principal().user + " of machine " +
                         principal().machine,
                     "reading and restoring work. To go on writing from here, where that one is gone: "
                     "salvorctl repository take-over",
                     false,
                     {{"repository", opened.pin.id},
                      {"machine", writer.machine},
                      {"user", writer.user},
                      {"epoch", std::to_string(catalog.epoch)}}};
    return Error{
        ErrorCode::ForeignWriter,
        "user " + writer.user + " of machine " + writer.machine +
            " took the repository over, which this computer wrote",
        "backups from here are refused. If that was not meant to be, find out who it was (that machine's "
        "/etc/machine-id holds the number), then take it over again: salvorctl repository take-over",
        false,
        {{"repository", opened.pin.id},
         {"machine", writer.machine},
         {"user", writer.user},
         {"epoch", std::to_string(catalog.epoch)}}};
}

Result<std::vector<BackupRecord>> Core::Private::missingFrom(const OpenedRepository& opened) const {
    BackupFilter filter;
    filter.repositoryId = opened.pin.id;
    filter.limit = 10'000'000;
    SALVOR_ASSIGN(const auto database, catalog());
    SALVOR_ASSIGN(const auto known, database->backups(filter));
    std::set<std::string> there;
    for (const auto& entry : opened.catalog.entries)
        there.insert(entry.backupId);
    std::vector<BackupRecord> missing;
    for (const auto& record : *known.rows) {
        if (!there.contains(record.id))
            missing.push_back(record);
    }
    return missing;
}

/// The opening that made it known could not list its backups: an empty list would say that there are none.
Result<> Core::Private::listNeverListed(const OpenedRepository& opened, const CancelToken& cancel) const {
    BackupFilter filter;
    filter.repositoryId = opened.pin.id;
    filter.limit = 1;
    SALVOR_ASSIGN(const auto database, catalog());
    SALVOR_ASSIGN(const auto known, database->backups(filter));
    if (known.rows->empty())
        followOrTell(opened, *database, false, cancel);
    return checkCancelled(cancel);
}

void Core::Private::tell(const OpenedRepository& opened) const {
    if (config.warnings == nullptr)
        return;
    for (const Error& error : opened.catalog.warnings) {
        // An older catalog is used: the one that is not may name backups that are not listed.
        RepositoryWarning warning{opened.pin.id, opened.pin.title, error, {}, true};
        if (&error == &opened.catalog.warnings.back()) {
            if (auto missing = missingFrom(opened)) // else the list of them is what is not known
                warning.missing = std::move(*missing);
        }
        config.warnings->warned(warning);
    }
    for (const Error& error : opened.writtenOnce)
        tell(opened.pin, error);
    if (const auto error = takenOver(opened))
        tell(opened.pin, *error);
}

void Core::Private::tell(const RepositoryPin& pin, const Error& error, bool notListed) const {
    if (config.warnings != nullptr)
        config.warnings->warned({pin.id, pin.title, error, {}, notListed});
}

Result<> Core::checkRepositories(const std::string& name, const CancelToken& cancel) {
    std::vector<RepositoryPin> pins;
    if (name.empty()) {
        SALVOR_ASSIGN(const auto workspace, m_private->workspace());
        SALVOR_ASSIGN(pins, workspace->repositories());
    } else {
        SALVOR_ASSIGN(auto pin, m_private->pinOf(name));
        pins.push_back(std::move(pin));
    }
    for (const auto& pin : pins) {
        const auto opened = m_private->openWithoutKeys(pin, cancel);
        SALVOR_TRY(checkCancelled(cancel));
        if (opened) {
            SALVOR_TRY(m_private->listNeverListed(*opened, cancel));
            m_private->tell(*opened);
        } else {
            m_private->tell(pin, withWayOut(opened.error(), pin), true);
        }
    }
    return {};
}

} // namespace salvor
