// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// The folder of a throwaway server: who may enter, whose it is, and how it goes, also when its process died.
//
//   salvor-drill-XXXXXX/      ours; the server's user may pass through
//     mark.json               which process made it
//     pg_hba.conf, pg_ident.conf
//     tree/                   scripts for programs that a loader runs
//     server/                 the server's user's: data/, socket/
#pragma once

#include "models/base/result.h"

#include <sys/types.h>

#include <chrono>
#include <string>
#include <vector>

namespace salvor {

/// Whom the server runs as.
struct PgServerUser {
    uid_t uid = 0;
    gid_t gid = 0;
    std::string name;
    bool isOther = false; ///< not this process's user: this one is root and changes to it
};
/// `wanted`: a name, where this process is root; else empty. InvalidInput: there is no such user, or it is
/// root, which PostgreSQL refuses; or this process is not root and cannot become another.
Result<PgServerUser> pgServerUser(const std::string& wanted);
/// Name of this process's user. InvalidInput when it has none: peer logins need one.
Result<std::string> pgOwnUserName();

class PgThrowawayFolder {
public:
    /// Below `parent`. NoSpace, PermissionDenied, IoError, and InvalidInput for a path too long for a socket.
    static Result<PgThrowawayFolder> make(const std::string& parent, const PgServerUser& user);
    PgThrowawayFolder(PgThrowawayFolder&& other) noexcept;
    PgThrowawayFolder& operator=(PgThrowawayFolder&&) = delete;
    ~PgThrowawayFolder(); ///< removes it; the server has to be stopped by then

    const std::string& path() const { return m_path; }
    std::string data() const { return m_path + "/server/data"; }
    std::string sockets() const { return m_path + "/server/socket"; }
    std::string server() const { return m_path + "/server"; }
    /// A file of ours that the server may read.
    Result<> write(const std::string& name, const std::string& text, mode_t mode) const;

private:
    explicit PgThrowawayFolder(std::string path)
        : m_path(std::move(path)) {}
    std::string m_path;
};

/// The server whose data folder this is: SIGQUIT, which ends all its sessions at once, then SIGKILL. Bounded
/// by `limit` twice. Nothing when none runs there.
void pgStopServerOf(const std::string& dataFolder, std::chrono::milliseconds limit);
/// Of this user's earlier drills below `parent` whose process is surely dead: stopped and removed. Their
/// paths.
std::vector<std::string> pgRemoveLeftovers(const std::string& parent);
/// Words that a loader ("/…/ld-linux-x86-64.so.2 --library-path …") needs cannot be put before the programs
/// that initdb starts itself. So `folder` gets a tree with a small script for each program beside the root's
/// libraries and data. Gives the tree's folder of programs.
Result<std::string> pgWrapLoader(const PgThrowawayFolder& folder, const std::vector<std::string>& words,
                                 const std::string& programs);

} // namespace salvor
