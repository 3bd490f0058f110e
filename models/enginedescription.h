// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the window must know of an engine, as data: fields of a profile, methods, rights, restore scopes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

struct ProfileField {
    enum class Kind { Text, Number, Password, File, Choice, Words };
    std::string key; ///< key in Profile::options, or "host", "port", "user", "database", "password"
    Kind kind = Kind::Text;
    std::string label; ///< English source text; ui translates it
    std::string help;
    std::vector<std::string> choices;
    std::string defaultValue;
};

/// A key of Policy::options that prepareBackup() knows, and what it may hold.
struct MethodOption {
    std::string key;
    std::vector<std::string> choices; ///< of a text; empty: a whole number
    std::uint64_t least = 0;          ///< of a number
    std::uint64_t most = 0;
};

struct BackupMethod {
    std::string id; ///< "logical"
    std::string label;
    std::string guarantees;         ///< what is and is not consistent, one sentence
    std::vector<std::string> kinds; ///< "full", "differential", "incremental"
    std::vector<MethodOption> options;
    bool selectsRelations = false; ///< a backup of some tables can be restored and proved
};

struct RestoreScope {
    std::string id; ///< "whole_backup"
    std::string label;
};

struct EngineDescription {
    std::string id;                      ///< "postgresql"
    std::string label;                   ///< "PostgreSQL and TimescaleDB"
    std::vector<std::string> uriSchemes; ///< "postgresql", "postgres"
    int defaultPort = 0;
    std::vector<ProfileField> fields;
    std::vector<BackupMethod> methods;
    std::vector<RestoreScope> restoreScopes;
    bool swapsRestored = false;    ///< planSwap() and swap(): a restored database can take a live one's name
    bool throwawayServers = false; ///< startThrowaway(): a private server for one drill
    bool checkQueries = false;     ///< runChecks(): queries of the user's own on a restored database
};

} // namespace salvor
