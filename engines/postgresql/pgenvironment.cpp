// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engines/postgresql/pgenvironment.h"

#include <cstdlib>

namespace salvor {

namespace {

// PostgreSQL documentation, libpq, "Environment Variables", 15 to 18, and those that older ones had.
constexpr const char* kVariables[] = {"PGHOST",
                                      "PGHOSTADDR",
                                      "PGPORT",
                                      "PGDATABASE",
                                      "PGUSER",
                                      "PGPASSWORD",
                                      "PGPASSFILE",
                                      "PGREQUIREAUTH",
                                      "PGCHANNELBINDING",
                                      "PGSERVICE",
                                      "PGSERVICEFILE",
                                      "PGOPTIONS",
                                      "PGAPPNAME",
                                      "PGSSLMODE",
                                      "PGSSLNEGOTIATION",
                                      "PGREQUIRESSL",
                                      "PGSSLCOMPRESSION",
                                      "PGSSLCERT",
                                      "PGSSLKEY",
                                      "PGSSLCERTMODE",
                                      "PGSSLROOTCERT",
                                      "PGSSLCRL",
                                      "PGSSLCRLDIR",
                                      "PGSSLSNI",
                                      "PGREQUIREPEER",
                                      "PGSSLMINPROTOCOLVERSION",
                                      "PGSSLMAXPROTOCOLVERSION",
                                      "PGSSLKEYLOGFILE",
                                      "PGGSSENCMODE",
                                      "PGKRBSRVNAME",
                                      "PGGSSLIB",
                                      "PGGSSDELEGATION",
                                      "PGCONNECT_TIMEOUT",
                                      "PGCLIENTENCODING",
                                      "PGTARGETSESSIONATTRS",
                                      "PGLOADBALANCEHOSTS",
                                      "PGMINPROTOCOLVERSION",
                                      "PGMAXPROTOCOLVERSION",
                                      "PGOAUTHDEBUG",
                                      "PGDATESTYLE",
                                      "PGTZ",
                                      "PGGEQO",
                                      "PGSYSCONFDIR",
                                      "PGLOCALEDIR"};

} // namespace

void pgForgetEnvironment() {
    for (const char* name : kVariables) {
        if (std::getenv(name) != nullptr)
            ::unsetenv(name);
    }
}

} // namespace salvor
