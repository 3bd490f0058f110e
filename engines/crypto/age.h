// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// age v1 files: encrypt and decrypt, in memory and as streams. What is written here opens with the stock
// `age`. Source: age-encryption.org/v1 as in C2SP "age"; X25519 and scrypt stanzas; binary and armored (PEM)
// files.
//
// Reading refuses with Corrupt: a malformed header or MAC, `=` in the header, base64 that is not canonical, a
// stanza with a body of a wrong length, an all-zero shared secret, a scrypt stanza beside others, a work
// factor with a leading zero or above the limit, an empty last chunk after others, truncation, and data after
// the last chunk.
#pragma once

#include "engines/crypto/agekeys.h"
#include "models/base/bytes.h"
#include "models/base/canceltoken.h"
#include "models/base/secret.h"

#include <memory>
#include <span>
#include <vector>

namespace salvor {

enum class AgeFormat { Binary, Armored };

/// What may open a file. Views: identities and passphrase must outlive the call. Both may be given.
struct AgeOpeners {
    std::span<const AgeIdentity> identities;
    const Secret* passphrase = nullptr; ///< exactly as it was shown; see normalisePassphrase()
    unsigned maxLogN = 22;              ///< scrypt takes 2^logN KiB: 22 needs 4 GiB and some 15 s
};

/// Encrypts a stream into another. One thread. Not finished = a truncated file, which every reader refuses.
/// Buffers one chunk (64 KiB). `out` is borrowed and must outlive the encryptor; its errors are passed on.
/// After any error the stream is void. Cancelled within one chunk.
class AgeEncryptor final : public ByteSink {
public:
    /// Writes the header. InvalidInput without a recipient, Corrupt for a recipient that is no usable point.
    static Result<std::unique_ptr<AgeEncryptor>> toRecipients(ByteSink& out,
                                                              std::span<const AgeRecipient> recipients,
                                                              AgeFormat format = AgeFormat::Binary,
                                                              CancelToken cancel = {});
    /// Writes the header. Blocks for scrypt (logN 18: 256 MiB, about a second), which cannot be interrupted.
    /// InvalidInput for an empty passphrase or logN outside 1 to 22.
    static Result<std::unique_ptr<AgeEncryptor>> toPassphrase(ByteSink& out, const Secret& passphrase,
                                                              AgeFormat format = AgeFormat::Binary,
                                                              CancelToken cancel = {}, unsigned logN = 18);
    ~AgeEncryptor() override;

    Result<> write(ByteView bytes) override;
    /// Writes the last chunk (and the armor's end). Call once; a later call or write is Internal.
    Result<> finish();

private:
    struct State;
    explicit AgeEncryptor(std::unique_ptr<State> state);
    std::unique_ptr<State> m_state;
};

/// The secrets of one encryption, from which the writer can check its own work without an identity.
struct FileKeyAndEphemeral {
    Secret fileKey;                 ///< 16 bytes
    std::vector<Secret> ephemerals; ///< 32 bytes each, in the order of the recipients
};

struct AgeSealed {
    Bytes bytes;
    FileKeyAndEphemeral keys;
};

/// Whole objects in memory (meant for 1 to 16 MiB; one allocation for the result). Thread safe. Binary
/// format.
Result<Bytes> ageEncrypt(ByteView plain, std::span<const AgeRecipient> recipients);
/// The same, also giving what ageVerifyOwn() needs.
Result<AgeSealed> ageSeal(ByteView plain, std::span<const AgeRecipient> recipients);
/// Checks before an upload that `encrypted` will open for each of `recipients` (pass the pinned list, not a
/// copy that travelled with the object) and gives `plain`: recomputes each stanza from its ephemeral secret,
/// the header's MAC, and decrypts the payload from the encrypted bytes. Corrupt, with what differs, when a
/// memory error or a bug spoiled it. Thread safe; no identity needed.
Result<> ageVerifyOwn(ByteView encrypted, ByteView plain, const FileKeyAndEphemeral& keys,
                      std::span<const AgeRecipient> recipients);

/// Opens a whole object, binary or armored. WrongIdentity when nothing in `openers` fits (names the kinds of
/// stanzas in the file), Corrupt for a broken file. Thread safe.
Result<Bytes> ageDecrypt(ByteView encrypted, const AgeOpeners& openers);
Result<Bytes> ageDecrypt(ByteView encrypted, const AgeIdentity& identity);

/// Opens a stream, binary or armored. Only authenticated plaintext reaches `out`, chunk by chunk (64 KiB); on
/// an error what was released is a true prefix of the plaintext, and must not be used as a whole. Returns the
/// number of plaintext bytes. Errors as ageDecrypt(), those of `in` and `out`, Cancelled within one chunk.
Result<std::uint64_t> ageDecryptStream(ByteSource& in, ByteSink& out, const AgeOpeners& openers,
                                       const CancelToken& cancel = {});

} // namespace salvor
