// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What the rest of the program must know of an engine, as data: the fields of a profile, its URIs, what a
// policy can say of its backups, what it can do beside backup and restore. Texts for people are English
// source texts, marked with QT_TRANSLATE_NOOP("EngineDescription", …); ui translates them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace salvor {

/// A value that is chosen from a list, and what it is called.
struct FieldChoice {
    std::string value;
    std::string label;
};

/// A value that URIs of the engine may have, and that is not taken.
struct RefusedValue {
    std::string value;
    std::string why; ///< behind the value: "would fall back to no encryption in silence"
};

/// One line of the form of a profile. Those that are required cannot stay empty.
struct ProfileField {
    enum class Kind { Text, Number, Password, File, Choice, Words };
    /// "host", "port", "user", "password", "database", "tls_mode", "tls_ca_file", "tools_command" are the
    /// Profile's own; any other one is a key of Profile::options. "port" is the only Number.
    std::string key;
    Kind kind = Kind::Text;
    std::string label; ///< "&Host": with a letter that no other field of the form has
    std::string name;  ///< read to who cannot see the form; empty: the label
    std::string help;  ///< one sentence, shown as a tool tip
    std::string defaultValue;
    bool required = false;
    std::string placeholder = {};              ///< shown in the field while it is empty
    std::vector<FieldChoice> choices = {};     ///< of a Choice
    std::string uriParameter = {};             ///< its name in URIs of the engine; empty: it has none there
    std::vector<RefusedValue> uriRefuses = {}; ///< of a Choice
};

/// A key of Policy::options that prepareBackup() knows, and what it may hold.
struct MethodOption {
    std::string key;
    std::vector<std::string> choices; ///< of a text, the usual one first; empty: a whole number
    std::uint64_t least = 0;          ///< of a number
    std::uint64_t most = 0;
    std::string label = {};                     ///< "Rows are copied as"
    std::vector<std::string> choiceLabels = {}; ///< what the choices are called
    std::string unit = {};                      ///< of a number as it is shown: "MiB", "s"
    std::uint64_t factor = 1;                   ///< so many of the option's units are one of those shown
};

struct BackupMethod {
    std::string id;                 ///< "logical"
    std::vector<std::string> kinds; ///< "full", "differential", "incremental"; the first is the usual one
    std::vector<MethodOption> options;
    bool selectsRelations = false; ///< a backup of some tables can be restored and proved
};

struct EngineDescription {
    std::string id;                                ///< "postgresql"
    std::string label;                             ///< "PostgreSQL and TimescaleDB"
    std::vector<std::string> uriSchemes;           ///< without "://", the usual one first; empty: no URIs
    std::vector<std::string> ignoredUriParameters; ///< say nothing of where the server is or who logs in
    std::vector<ProfileField> fields;              ///< in the order of the form
    std::vector<BackupMethod> methods;             ///< never empty; the first is the usual one
    std::string restoreScope;                      ///< what a restore brings back: "The whole database"
    std::size_t longestDatabaseName = 0;           ///< bytes of UTF-8; 0: no limit
    bool swapsRestored = false;    ///< planSwap() and swap(): a restored database can take a live one's name
    bool throwawayServers = false; ///< startThrowaway(): a private server for one drill
    bool checkQueries = false;     ///< runChecks(): queries of the user's own on a restored database
};

/// Null: there is none.
inline const ProfileField* fieldOf(const EngineDescription& engine, const std::string& key) {
    for (const auto& field : engine.fields) {
        if (field.key == key)
            return &field;
    }
    return nullptr;
}

/// Null: there is none.
inline const EngineDescription* engineById(const std::vector<EngineDescription>& engines,
                                           const std::string& id) {
    for (const auto& engine : engines) {
        if (engine.id == id)
            return &engine;
    }
    return nullptr;
}

} // namespace salvor
