// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace salvor {

/// Takes libpq's variables (PGOPTIONS, PGTZ, PGHOSTADDR, PGSERVICE …) out of this process's environment. What
/// a connection needs comes from the profile: with PGHOSTADDR it would lead to another server, with PGTZ the
/// settings of whoever starts a backup would be saved as the source's. Words of a connection cannot undo
/// them, as an empty one is none, and of PGTZ, PGDATESTYLE and PGGEQO there are no words. Child processes
/// have none of them anyway. For the beginning of a program, before other threads; where there are none it
/// only looks.
void pgForgetEnvironment();

} // namespace salvor
