// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/crypto/age.h"
#include "engines/crypto/ed25519.h"
#include "engines/crypto/passphrase.h"
#include "engines/repository/format.h"
#include "engines/repository/repositoryfile.h"
#include "engines/repository/storeaccess.h"
#include "engines/repository/storerecovery.h"
#include "models/base/json.h"

#include <algorithm>

namespace salvor {

namespace {

constexpr std::string_view kArmorBegin = "-----BEGIN AGE ENCRYPTED FILE-----";
constexpr std::string_view kIdComment = "# repository: ";
constexpr std::string_view kSigningComment = "# signing key: ";
constexpr std::string_view kPublicComment = "# public key: ";
constexpr std::string_view kEncryptionComment = "# encryption: ";

class TextSink final : public ByteSink {
public:
    explicit TextSink(std::string& text)
        : m_text(text) {}
    Result<> write(ByteView bytes) override {
        m_text += asText(bytes);
        return {};
    }

private:
    std::string& m_text;
};

/// The value of a comment line; empty when there is none.
std::string commentValue(std::string_view text, std::string_view comment) {
    std::size_t begin = text.starts_with(comment) ? 0 : text.find("\n" + std::string(comment));
    if (begin == std::string_view::npos)
        return {};
    begin += comment.size() + (text[begin] == '\n' ? 1 : 0);
    const std::size_t end = text.find_first_of("\r\n", begin);
    return std::string(text.substr(begin, end == std::string_view::npos ? end : end - begin));
}

Result<RecoveryContent> parseRecovery(std::string_view text) {
    SALVOR_ASSIGN(auto identities, parseIdentityFile(text));
    RecoveryContent content{commentValue(text, kIdComment), commentValue(text, kSigningComment),
                            commentValue(text, kEncryptionComment) != "off", std::move(identities.front())};
    if (content.repositoryId.empty() || content.signingPublicKey.empty())
        return failure(ErrorCode::InvalidInput,
                       "the recovery file holds a key, but does not say of which repository",
                       "use the recovery file that was saved when the repository was made");
    return content;
}

Secret secretOfBase64(const QJsonObject& object, const char* key) {
    const auto bytes = fromBase64(fromQt(object.value(QLatin1String(key)).toString()));
    return bytes ? Secret(*bytes) : Secret();
}

} // namespace

Result<std::string> sealRecovery(const RecoveryContent& content, const Secret& passphrase,
                                 unsigned workFactor) {
    const Secret identity = content.identity.toText();
    const std::string header = std::string(kIdComment) + content.repositoryId + "\n" +
                               std::string(kPublicComment) + content.identity.recipient().toString() + "\n" +
                               std::string(kSigningComment) + content.signingPublicKey + "\n" +
                               std::string(kEncryptionComment) + (content.encrypted ? "on" : "off") + "\n";
    std::string armored;
    TextSink sink(armored);
    SALVOR_ASSIGN(auto encryptor,
                  AgeEncryptor::toPassphrase(sink, passphrase, AgeFormat::Armored, {}, workFactor));
    SALVOR_TRY(encryptor->write(asBytes(header)));
    SALVOR_TRY(encryptor->write(identity.bytes()));
    SALVOR_TRY(encryptor->write(asBytes("\n")));
    SALVOR_TRY(encryptor->finish());
    return armored;
}

std::string recoveryCopy(std::string_view armored, const RecoveryContent& content, std::string_view title) {
    std::string name(title);
    for (char& c : name) {
        if (c == '\n' || c == '\r')
            c = ' ';
    }
    return "# Salvor recovery file of \"" + name +
           "\". With the passphrase it opens every backup: keep both apart.\n" + std::string(kIdComment) +
           content.repositoryId + "\n" + std::string(kPublicComment) +
           content.identity.recipient().toString() + "\n" + std::string(armored);
}

Result<> checkRecoveryFile(std::string_view file) {
    if (file.find(kArmorBegin) != std::string_view::npos)
        return {};
    return failure(ErrorCode::InvalidInput,
                   "this is not a recovery file: it has no line \"" + std::string(kArmorBegin) + "\"",
                   "use the recovery file that was saved when the repository was made, or keys/recovery.age");
}

Result<RecoveryContent> openRecovery(std::string_view file, const Secret& passphrase) {
    SALVOR_TRY(checkRecoveryFile(file));
    const std::size_t begin = file.find(kArmorBegin);
    // A generated passphrase may be typed in any case, with or without dashes; one of somebody's own is taken
    // as it is.
    const auto normal = normalisePassphrase(passphrase.text());
    AgeOpeners openers;
    openers.passphrase = normal ? &*normal : &passphrase;
    auto text = ageDecrypt(asBytes(file.substr(begin)), openers);
    if (!text && text.error().code == ErrorCode::WrongIdentity && !normal)
        return failure(ErrorCode::WrongIdentity,
                       "the recovery file does not open with this passphrase: " + normal.error().message,
                       normal.error().hint);
    if (!text && text.error().code == ErrorCode::WrongIdentity)
        return failure(ErrorCode::WrongIdentity,
                       "the recovery file does not open with this passphrase, which has no typing error",
                       "it belongs to another recovery file: compare the repository's id on the sheet with "
                       "the one in the file's first lines");
    if (!text)
        return failure(text.error().code, "cannot open the recovery file: " + text.error().message,
                       "use another copy of it; one is in the repository as keys/recovery.age");
    const Secret plain{ByteView(*text)};
    std::fill(text->begin(), text->end(), std::byte{0});
    return parseRecovery(plain.text());
}

Result<Bytes> sealWriterKeys(const WriterKeys& keys, const std::string& repositoryId,
                             const std::vector<std::string>& recipients) {
    const QJsonObject object{{QStringLiteral("document"), QStringLiteral("writer-keys")},
                             {QStringLiteral("id_key"), toQt(toBase64(keys.idKey.bytes()))},
                             {QStringLiteral("repository"), toQt(repositoryId)},
                             {QStringLiteral("signing_key"), toQt(toBase64(keys.signingKey.bytes()))}};
    SALVOR_ASSIGN(std::string text, toCanonicalJson(object));
    const Secret plain{std::string_view(text)};
    std::fill(text.begin(), text.end(), '\0');
    SALVOR_ASSIGN(const auto parsed, parseRecipients(recipients));
    SALVOR_ASSIGN(AgeSealed sealed, ageSeal(plain.bytes(), parsed));
    SALVOR_TRY(ageVerifyOwn(sealed.bytes, plain.bytes(), sealed.keys, parsed));
    return std::move(sealed.bytes);
}

Result<WriterKeys> openWriterKeys(ByteView file, const AgeIdentity& identity, const std::string& repositoryId,
                                  const std::string& signingPublicKey) {
    auto text = ageDecrypt(file, identity);
    if (!text) {
        Error error = std::move(text).error();
        error.message = "cannot open keys/writer.age: " + error.message;
        error.context["key"] = "keys/writer.age";
        return failure(std::move(error));
    }
    const Secret plain{ByteView(*text)};
    std::fill(text->begin(), text->end(), std::byte{0});
    SALVOR_ASSIGN(const QJsonObject object, parseJsonObject(plain.text(), "keys/writer.age"));
    WriterKeys keys{secretOfBase64(object, "id_key"), secretOfBase64(object, "signing_key")};
    const auto signer = SigningKey::fromSeed(keys.signingKey);
    if (!signer || keys.idKey.bytes().size() != 32 ||
        fromQt(object.value(QLatin1String("repository")).toString()) != repositoryId ||
        toHex(signer->publicKey().raw()) != signingPublicKey)
        return failure(ErrorCode::Corrupt,
                       "keys/writer.age does not hold the keys of this repository's writer",
                       "restore this file from a copy of the repository", {{"key", "keys/writer.age"}});
    return keys;
}

Result<bool> isStoresOwnRecovery(Store& store, std::string_view file, const CancelToken& cancel) {
    const auto own = getText(store, format::kRecoveryKey, cancel);
    if (own || own.error().code == ErrorCode::NotFound)
        return own && *own == file;
    return failure(own.error());
}

Result<std::string> repositoryIdAt(Store& store, const CancelToken& cancel) {
    const auto file = loadRepositoryFile(store, cancel);
    if (file)
        return file->id;
    SALVOR_TRY(requireCatalogs(store, file.error(), cancel));
    return std::string();
}

} // namespace salvor
