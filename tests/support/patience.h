// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// How long a test waits for what must come.
#pragma once

namespace salvor::test {

/// Milliseconds. Far more than a loaded machine under the sanitizers needs: a wait that is met costs nothing,
/// and one that is not met fails the test either way.
inline constexpr int kPatience = 120'000;

} // namespace salvor::test
