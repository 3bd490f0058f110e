// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whose the units, job files and credentials of a computer are. All users' timers share its folders and the
// names in them, and UUIDs can be read by everybody: a plan must not get at what another user has installed.
#pragma once

#include "engines/timers/installedtimers.h"

#include <map>
#include <string>

namespace salvor {

/// What is installed for everybody but one user: by the records, which only root writes, and by the units
/// themselves, also where a record was lost or is damaged. A value; nobody owns anything in the layout of a
/// user's own manager.
class TimerOwners {
public:
    /// Of all but `user`. IoError: a record cannot be read, so nobody knows. One that only root may read is
    /// left out for others: what they plan root judges again.
    static Result<TimerOwners> load(const HostFiles& files, const TimersLayout& layout,
                                    const std::string& user);

    /// The other user who has it; empty: nobody.
    std::string ofPath(const std::string& path) const { return find(m_paths, path); }
    std::string ofCredential(const std::string& name) const { return find(m_credentials, name); }
    /// Units are named after the first eight characters: another policy with the same ones is as good.
    std::string ofPolicy(const std::string& uuid) const { return find(m_stems, uuid.substr(0, 8)); }

    /// The record without what another user has as well: that is not this user's to remove.
    TimersRecord without(TimersRecord record, const TimersLayout& layout) const;

private:
    using Owned = std::map<std::string, std::string>;
    static std::string find(const Owned& owned, const std::string& key);
    void add(const TimersRecord& record, const std::string& user);
    void add(const FoundUnit& unit);

    Owned m_paths;
    Owned m_credentials;
    Owned m_stems;
};

/// AlreadyExists, with who has it in its message and context ("owner").
tl::unexpected<Error> belongsToAnother(const std::string& what, const std::string& owner,
                                       const std::string& user, const std::string& hint);

} // namespace salvor
