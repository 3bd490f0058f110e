// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgreadahead.h"

#include <libpq-fe.h>
#include <openssl/ssl.h>

namespace salvor {

namespace {

constexpr std::size_t kReadAheadBytes = 64 * 1024;

} // namespace

PgReadAhead PgReadAhead::begin(pg_conn* connection) {
    // What libpq means by "OpenSSL" is its SSL*.
    auto* tls = static_cast<SSL*>(PQsslStruct(connection, "OpenSSL"));
    if (tls == nullptr)
        return {};
    // The buffer of the handshake has room for one large record. It is made anew in the size asked for; where
    // that is refused, as there is something in it, it has room for two of the server's.
    SSL_set_default_read_buffer_len(tls, kReadAheadBytes);
    SSL_free_buffers(tls);
    SSL_set_read_ahead(tls, 1);
    return PgReadAhead(tls);
}

bool PgReadAhead::holdsInput() const {
    // A part of a record counts as pending too. OpenSSL wants to read when it was asked and had no more than
    // that.
    return m_tls != nullptr && SSL_has_pending(m_tls) == 1 && SSL_want_read(m_tls) == 0;
}

} // namespace salvor
