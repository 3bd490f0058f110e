// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/salvorctl/policy_edit.h"

#include "app/salvorctl/files.h"
#include "models/places.h"

#include <QProcess>
#include <QString>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include <unistd.h>

namespace salvor::ctl {

namespace {

Result<std::string> editorCommand() {
    if (isatty(STDIN_FILENO) == 0 || isatty(STDOUT_FILENO) == 0)
        return failure(ErrorCode::InvalidInput, "there is no terminal to edit on",
                       "use salvorctl policy set --file FILE");
    const auto environment = processEnvironment();
    for (const char* name : {"VISUAL", "EDITOR"}) {
        if (auto editor = environment(name); editor && !editor->empty())
            return *editor;
    }
    return failure(ErrorCode::InvalidInput, "no editor is set", "set EDITOR, for example EDITOR=nano");
}

} // namespace

Result<EditedText> editText(const std::string& text, const std::string& fileName) {
    SALVOR_ASSIGN(const std::string editor, editorCommand());
    std::string folder = std::filesystem::temp_directory_path().string() + "/salvor-edit-XXXXXX";
    if (mkdtemp(folder.data()) == nullptr)
        return failure(ErrorCode::IoError, "cannot make a folder for the text below " + folder);
    EditedText edited;
    edited.path = folder + "/" + fileName;
    SALVOR_TRY(writeNewFile(edited.path, text));
    QProcess process;
    process.setProcessChannelMode(QProcess::ForwardedChannels);
    process.setInputChannelMode(QProcess::ForwardedInputChannel);
    process.setChildProcessModifier([] {
        sigset_t none; // ours are blocked for the watch on signals
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
    });
    // As every program does: the variable may hold arguments.
    process.start(QStringLiteral("/bin/sh"),
                  {QStringLiteral("-c"), QString::fromStdString(editor) + QStringLiteral(" \"$1\""),
                   QStringLiteral("sh"), QString::fromStdString(edited.path)});
    const bool ended = process.waitForStarted(-1) && process.waitForFinished(-1);
    if (!ended || process.exitStatus() != QProcess::NormalExit || process.exitCode() != 0)
        return failure(ErrorCode::ToolFailed, "the editor failed: " + editor,
                       "nothing was changed; your text is in " + edited.path, {{"path", edited.path}});
    SALVOR_ASSIGN(edited.text, readWholeFile(edited.path));
    return edited;
}

void discardEdited(const EditedText& edited) {
    std::error_code ignored; // a left-over in /tmp, without secrets
    std::filesystem::remove_all(std::filesystem::path(edited.path).parent_path(), ignored);
}

} // namespace salvor::ctl
