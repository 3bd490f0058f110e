// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "workers/core/passwordchange.h"

#include "engines/repository/statefolder.h"
#include "models/backuprecord.h"

namespace salvor {

namespace {

constexpr const char* kFolder = "password-changes";

std::string fileOf(const std::string& profileUuid) { return std::string(kFolder) + "/" + profileUuid; }

} // namespace

Result<std::string> passwordChangeOf(const std::string& stateFolder, const std::string& profileUuid) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_ASSIGN(const auto text, folder.read(fileOf(profileUuid)));
    return text.value_or(std::string());
}

Result<> notePasswordChange(const std::string& stateFolder, const std::string& profileUuid, Instant now) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    SALVOR_TRY(folder.makeFolder(kFolder));
    return folder.write(fileOf(profileUuid), asBytes(makeRecordId(now)));
}

Result<> takeBackPasswordChange(const std::string& stateFolder, const std::string& profileUuid,
                                const std::string& before) {
    if (before.empty())
        return forgetPasswordChange(stateFolder, profileUuid);
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    return folder.write(fileOf(profileUuid), asBytes(before));
}

Result<> forgetPasswordChange(const std::string& stateFolder, const std::string& profileUuid) {
    SALVOR_ASSIGN(const auto folder, StateFolder::open(stateFolder));
    return folder.remove(fileOf(profileUuid));
}

} // namespace salvor
