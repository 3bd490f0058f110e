// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// A round trip through the user's editor.
#pragma once

#include "models/base/result.h"

#include <string>

namespace salvor::ctl {

struct EditedText {
    std::string text;
    std::string path; ///< the file, in a private folder of its own; discardEdited() removes both
};

/// Starts $VISUAL or $EDITOR on the terminal and waits for its end. InvalidInput: there is no terminal, or no
/// editor is set; ToolFailed: the editor failed, the text is as it left it.
Result<EditedText> editText(const std::string& text, const std::string& fileName);
void discardEdited(const EditedText& edited);

} // namespace salvor::ctl
