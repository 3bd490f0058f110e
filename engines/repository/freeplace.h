// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Whether a repository can be made somewhere, before anybody is asked for a password for its keys.
#pragma once

#include "engines/storage/store.h"

namespace salvor {

/// Looks only. AlreadyExists where there is a repository, InvalidInput where there is anything else but the
/// leavings of an init that did not end. What Repository::init() says itself.
Result<> checkFreePlace(Store& store, const CancelToken& cancel);

} // namespace salvor
