// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// age: encrypt and decrypt any age v1 file, standard input to standard output. Needs no workspace.
#include "app/salvorctl/command.h"

#include "app/salvorctl/secretinput.h"
#include "engines/crypto/age.h"
#include "engines/crypto/agekeys.h"
#include "engines/crypto/passphrase.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <poll.h>
#include <unistd.h>

namespace salvor::ctl {

namespace {

class StandardInput final : public ByteSource {
public:
    explicit StandardInput(CancelToken cancel)
        : m_cancel(std::move(cancel)) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        while (true) {
            SALVOR_TRY(checkCancelled(m_cancel));
            pollfd wait{STDIN_FILENO, POLLIN, 0};
            if (poll(&wait, 1, 200) == 0)
                continue;
            const ssize_t got = ::read(STDIN_FILENO, buffer.data(), buffer.size());
            if (got >= 0)
                return static_cast<std::size_t>(got);
            if (errno != EINTR && errno != EAGAIN)
                return failure(ErrorCode::IoError,
                               std::string("reading standard input: ") + std::strerror(errno));
        }
    }

private:
    CancelToken m_cancel;
};

/// Leaves out the comment lines that a saved recovery file begins with; no age file begins with one.
class WithoutComments final : public ByteSource {
public:
    explicit WithoutComments(ByteSource& in)
        : m_in(in) {}
    Result<std::size_t> read(std::span<std::byte> buffer) override {
        for (;;) {
            SALVOR_ASSIGN(const std::size_t got, m_in.read(buffer));
            std::size_t kept = 0;
            for (std::size_t i = 0; i < got; ++i) {
                const auto c = static_cast<char>(buffer[i]);
                if (m_where == Where::LineStart)
                    m_where = c == '#' ? Where::Comment : Where::File;
                if (m_where == Where::File)
                    buffer[kept++] = buffer[i];
                else if (c == '\n')
                    m_where = Where::LineStart;
            }
            if (kept > 0 || got == 0)
                return kept;
        }
    }

private:
    enum class Where { LineStart, Comment, File };
    ByteSource& m_in;
    Where m_where = Where::LineStart;
};

class StandardOutput final : public ByteSink {
public:
    Result<> write(ByteView bytes) override {
        while (!bytes.empty()) {
            const ssize_t put = ::write(STDOUT_FILENO, bytes.data(), bytes.size());
            if (put < 0 && errno == EINTR)
                continue;
            if (put < 0)
                return failure(errno == ENOSPC ? ErrorCode::NoSpace : ErrorCode::IoError,
                               std::string("writing standard output: ") + std::strerror(errno));
            bytes = bytes.subspan(static_cast<std::size_t>(put));
        }
        return {};
    }
};

struct EncryptOptions {
    std::vector<std::string> recipients;
    bool armor = false;
    bool passphrase = false;
    int passphraseFd = -1;
};

Result<std::uint64_t> pump(ByteSource& in, AgeEncryptor& out) {
    Bytes buffer(std::size_t{1} << 18U);
    std::uint64_t total = 0;
    while (true) {
        SALVOR_ASSIGN(const std::size_t got, in.read(buffer));
        if (got == 0)
            break;
        total += got;
        SALVOR_TRY(out.write(ByteView(buffer).first(got)));
    }
    SALVOR_TRY(out.finish());
    return total;
}

Result<Exit> encrypt(Context& context, const EncryptOptions& options) {
    const bool byPassphrase = options.passphrase || options.passphraseFd >= 0;
    if (byPassphrase != options.recipients.empty())
        return failure(ErrorCode::InvalidInput, "age encrypt takes either recipients or a passphrase",
                       "use -r age1… (may be repeated), or --passphrase, or --passphrase-fd N");
    if (!options.armor && isatty(STDOUT_FILENO) != 0)
        return failure(ErrorCode::InvalidInput, "refusing to write binary data to a terminal",
                       "redirect standard output to a file, or use --armor");
    const AgeFormat format = options.armor ? AgeFormat::Armored : AgeFormat::Binary;
    StandardInput in(context.cancel());
    StandardOutput out;
    std::unique_ptr<AgeEncryptor> encryptor;
    if (byPassphrase) {
        SALVOR_ASSIGN(const Secret passphrase,
                      obtainSecret(options.passphraseFd, text(Text::tr("Passphrase:")), context.cancel()));
        SALVOR_ASSIGN(encryptor, AgeEncryptor::toPassphrase(out, passphrase, format, context.cancel()));
    } else {
        std::vector<AgeRecipient> recipients;
        for (const auto& recipient : options.recipients) {
            SALVOR_ASSIGN(auto parsed, AgeRecipient::parse(recipient));
            recipients.push_back(parsed);
        }
        SALVOR_ASSIGN(encryptor, AgeEncryptor::toRecipients(out, recipients, format, context.cancel()));
    }
    SALVOR_TRY(pump(in, *encryptor));
    return Exit::Ok;
}

Result<std::vector<AgeIdentity>> readIdentities(const std::vector<std::string>& files) {
    std::vector<AgeIdentity> identities;
    for (const auto& file : files) {
        std::ifstream stream(file, std::ios::binary);
        Bytes content(std::size_t{1} << 20U); // sized once: no copies of the secret are left behind
        if (stream)
            stream.read(reinterpret_cast<char*>(content.data()),
                        static_cast<std::streamsize>(content.size()));
        if (stream.bad() || (!stream.eof() && !stream))
            return failure(ErrorCode::NotFound, "the identity file cannot be read: " + file,
                           "check the path and its permissions");
        auto parsed =
            parseIdentityFile(asText(ByteView(content).first(static_cast<std::size_t>(stream.gcount()))));
        explicit_bzero(content.data(), content.size());
        if (!parsed) {
            parsed.error().message += ": " + file;
            return failure(parsed.error());
        }
        for (auto& identity : *parsed)
            identities.push_back(std::move(identity));
    }
    return identities;
}

struct DecryptOptions {
    std::vector<std::string> identityFiles;
    bool passphrase = false;
    int passphraseFd = -1;
};

Result<Exit> decrypt(Context& context, const DecryptOptions& options) {
    const bool byPassphrase = options.passphrase || options.passphraseFd >= 0;
    if (!byPassphrase && options.identityFiles.empty())
        return failure(ErrorCode::InvalidInput, "age decrypt needs an identity or a passphrase",
                       "use -i FILE (may be repeated), or --passphrase, or --passphrase-fd N");
    SALVOR_ASSIGN(const auto identities, readIdentities(options.identityFiles));
    Secret passphrase;
    std::optional<Error> typingError;
    if (byPassphrase) {
        SALVOR_ASSIGN(passphrase,
                      obtainSecret(options.passphraseFd, text(Text::tr("Passphrase:")), context.cancel()));
        // A recovery passphrase is forgiven its case and spaces; anything else is used as it stands.
        if (auto normal = normalisePassphrase(passphrase.text()))
            passphrase = std::move(*normal);
        else if (looksLikePassphrase(passphrase.text()))
            typingError = std::move(normal).error();
    }
    StandardInput standardInput(context.cancel());
    WithoutComments in(standardInput);
    StandardOutput out;
    AgeOpeners openers;
    openers.identities = identities;
    openers.passphrase = byPassphrase ? &passphrase : nullptr;
    auto opened = ageDecryptStream(in, out, openers, context.cancel());
    if (!opened && opened.error().code == ErrorCode::WrongIdentity && typingError) {
        opened.error().message += "; if it is a recovery passphrase: " + typingError->message;
        opened.error().hint = typingError->hint;
    }
    SALVOR_TRY(opened);
    return Exit::Ok;
}

} // namespace

void addAgeCommands(Commands& commands) {
    CLI::App* noun = commands.app().add_subcommand(
        "age", text(Text::tr("Encrypt or decrypt any age file, standard input to standard output")));
    noun->require_subcommand(1);

    CLI::App* encryptVerb =
        noun->add_subcommand("encrypt", text(Text::tr("Encrypt to recipients or a passphrase")));
    auto in = std::make_shared<EncryptOptions>();
    encryptVerb->add_option("-r,--recipient", in->recipients,
                            text(Text::tr("Recipient: age1…; may be repeated")));
    encryptVerb->add_flag("-a,--armor", in->armor, text(Text::tr("Write text (PEM) instead of binary")));
    encryptVerb->add_flag("-p,--passphrase", in->passphrase,
                          text(Text::tr("Ask for a passphrase on the terminal")));
    encryptVerb->add_option("--passphrase-fd", in->passphraseFd,
                            text(Text::tr("Read the passphrase from this descriptor")));
    commands.onChosen(
        encryptVerb, "age.encrypt", [in](Context& context) { return encrypt(context, *in); }, false);

    CLI::App* decryptVerb =
        noun->add_subcommand("decrypt", text(Text::tr("Decrypt; ends with an error at the first fault")));
    auto out = std::make_shared<DecryptOptions>();
    decryptVerb->add_option("-i,--identity", out->identityFiles,
                            text(Text::tr("Identity file; may be repeated")));
    decryptVerb->add_flag("-p,--passphrase", out->passphrase,
                          text(Text::tr("Ask for the passphrase on the terminal")));
    decryptVerb->add_option("--passphrase-fd", out->passphraseFd,
                            text(Text::tr("Read the passphrase from this descriptor")));
    commands.onChosen(
        decryptVerb, "age.decrypt", [out](Context& context) { return decrypt(context, *out); }, false);
}

} // namespace salvor::ctl
