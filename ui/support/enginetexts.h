// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What an engine's description says, as the window shows it.
#pragma once

#include <QString>

#include <string>

namespace salvor {

/// A text of a description in the user's language.
QString engineText(const std::string& text);
/// The same without the '&' of a label: for a screen reader.
QString engineName(const std::string& text);
/// objectName of the control of a field: "profile" and "tls_ca_file" give "profileTlsCa". What the last word
/// says of a value's form (…_file, …_mode, …_command, …_bytes, …_seconds) is left out.
QString engineControl(const char* prefix, const std::string& key);

} // namespace salvor
