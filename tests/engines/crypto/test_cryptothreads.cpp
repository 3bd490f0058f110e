// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What is said to be thread safe, from several threads at once. A plain program without Qt Test, whose
// watchdog thread the thread sanitizer reports.
#include "engines/crypto/age.h"
#include "engines/crypto/ed25519.h"
#include "engines/crypto/hash.h"
#include "support/streams.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <functional>
#include <thread>

using namespace salvor;
using namespace salvor::test;

namespace {

constexpr std::size_t kThreads = 6;
constexpr int kRounds = 10;

/// Runs `work` in several threads at once; the number of threads in which a round was not as it should be.
int failuresOf(const char* name, const std::function<bool(std::size_t)>& work) {
    std::array<bool, kThreads> good{};
    {
        std::array<std::jthread, kThreads> threads;
        for (std::size_t i = 0; i < kThreads; ++i) {
            threads[i] = std::jthread([&, i] {
                good[i] = true;
                for (int round = 0; round < kRounds; ++round)
                    good[i] = work(i) && good[i];
            });
        }
    }
    const auto failures = static_cast<int>(std::count(good.begin(), good.end(), false));
    std::printf("%s  : %s, %d of %zu threads failed\n", failures ? "FAIL!" : "PASS ", name, failures,
                kThreads);
    return failures;
}

} // namespace

int main() {
    const Bytes shared = makeBytes(300000);
    const std::string text = "a document";
    const AgeIdentity identity = AgeIdentity::generate().value();
    const std::array recipients{identity.recipient()};
    const SigningKey key = SigningKey::generate().value();
    const Bytes encrypted = ageEncrypt(shared, recipients).value();

    int failures = failuresOf("hmac_severalThreads_giveTheSame", [&](std::size_t) {
        return hmacSha256(asBytes(text), shared) == hmacSha256(asBytes(text), Bytes(shared));
    });
    failures += failuresOf("sha256_severalThreads_giveTheSame", [&](std::size_t) {
        Sha256 hash;
        hash.update(shared);
        return hash.finish() == sha256(shared);
    });
    failures += failuresOf("seal_severalThreads_eachComesBack", [&](std::size_t i) {
        const Bytes plain = makeBytes(150000, i);
        const auto sealed = ageSeal(plain, recipients);
        if (!sealed || !ageVerifyOwn(sealed->bytes, plain, sealed->keys, recipients))
            return false;
        const auto back = ageDecrypt(sealed->bytes, identity);
        return back && *back == plain;
    });
    failures += failuresOf("decrypt_oneIdentityInSeveralThreads_opens", [&](std::size_t) {
        const auto back = ageDecrypt(encrypted, identity);
        return back && *back == shared;
    });
    failures += failuresOf("sign_oneKeyInSeveralThreads_verifies", [&](std::size_t) {
        const auto signature = key.sign(asBytes(text));
        return signature && key.publicKey().verify(asBytes(text), *signature);
    });
    failures += failuresOf("random_severalThreads_differ", [&](std::size_t) {
        const auto a = randomBytes(32);
        const auto b = randomBytes(32);
        return a && b && *a != *b;
    });
    return failures ? 1 : 0;
}
