// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Looks one secret up in the keychain and prints the outcome: keychainprobe PLUGINS NAME MILLISECONDS
#include "engines/secrets/opensecretstore.h"
#include "engines/secrets/secretname.h"

#include <QCoreApplication>

#include <cstdio>
#include <string>

int main(int argc, char** argv) {
    const QCoreApplication application(argc, argv);
    auto store = salvor::loadKeychain(argv[1], std::chrono::milliseconds(std::stol(argv[3])));
    std::string outcome = store ? "" : std::string(salvor::secretState(store.error()));
    if (store) {
        const auto secret = (*store)->get(argv[2], {});
        outcome = secret ? "ok" : std::string(salvor::secretState(secret.error()));
    }
    std::printf("%s\n", outcome.c_str());
    return 0;
}
