// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Reading TLS in large pieces. The server sends a record of TLS for each 8 KiB, and OpenSSL would ask the
// system twice for each of them: for its five bytes of header, then for the rest.
#pragma once

struct pg_conn;
struct ssl_st;

namespace salvor {

/// Belongs to a connection and its thread. Without TLS, or with a libpq that uses another library for it, it
/// does nothing.
class PgReadAhead {
public:
    PgReadAhead() = default;
    /// For a connection that is made.
    static PgReadAhead begin(pg_conn* connection);
    /// There may be input that the socket no longer has: it must be asked for with PQconsumeInput before the
    /// socket is waited for. False once that found no whole record.
    bool holdsInput() const;

private:
    explicit PgReadAhead(ssl_st* tls)
        : m_tls(tls) {}
    ssl_st* m_tls = nullptr; ///< libpq's
};

} // namespace salvor
