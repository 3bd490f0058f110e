#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks what no compiler checks: who includes whom, licence headers, file sizes, what salvorctl links.

  check_tree.py tree ROOT [QT_HEADERS]   every rule about source files below ROOT
  check_tree.py links PROGRAM            PROGRAM and what it loads has no Gui, no Widgets, no DBus
  check_tree.py self-test                each rule finds what it is made to find

The build already refuses an include that a library does not name under USES; this says which names it may use.
"""
import re
import subprocess
import sys
import tempfile
from pathlib import Path

LAYERS = ("models", "engines", "workers", "ui", "app")
MAY_INCLUDE = {  # docs: architecture, "who may include whom"; nothing is inherited
    "models": {"models"},
    "engines": {"models", "engines"},
    "workers": {"workers", "engines", "models"},
    "ui": {"ui", "workers", "models"},
    "app": set(LAYERS),
}
ENGINE_PARTS = {  # which other folder of engines/ each folder may know, itself aside
    "base": set(),
    "crypto": set(),
    "process": set(),
    "secrets": {"process", "crypto"},
    "storage": {"process"},
    "repository": {"storage", "crypto"},
    "timers": {"process"},
    "notify": {"crypto"},
}
DATABASE_ENGINE = {"base", "process"}  # every other folder of engines/: neither store, repository nor another engine
QT_MODULES = {
    "models": {"QtCore", "QtSql"},
    "engines": {"QtCore", "QtNetwork"},
    "workers": {"QtCore", "QtSql"},
}
# The core blocks and is driven by std::jthread; an event loop or a widget in it is in the wrong room.
ENGINES_NEVER = {"QThread", "QThreadPool", "QEventLoop", "QTimer", "QCoreApplication", "QtConcurrent"}
# A plug-in, loaded at run time: QtKeychain needs DBus and an event loop of its own.
KEYCHAIN = ("engines", "secrets", "keychain")
UNWANTED_LIBRARIES = ("libQt6Gui", "libQt6Widgets", "libQt6DBus", "libQt6Charts")
MOST_LINES = 800
SKIPPED = {"build", ".git", ".cache", "__pycache__"}
CODE = {".cpp", ".h", ".py", ".cmake", ".sh", ".sql"}
# A phase that is written as text where it is told has words in neither program.
PHASE_TEXT = re.compile(r'\bphase = "\w|\bphase\.name = "\w|\bprogressed\(\{"|\bPhase( \w+)?\{"')
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]', re.M)


def files(root: Path):
    """Source files: what git would not ignore, told by name or by the #! line."""
    for path in sorted(root.rglob("*")):
        parts = path.relative_to(root).parts
        if any(part in SKIPPED or part.startswith("build") for part in parts[:-1]) or not path.is_file():
            continue
        if path.suffix in CODE or path.name == "CMakeLists.txt" or (not path.suffix and _is_script(path)):
            yield path


def _is_script(path: Path) -> bool:
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def qt_modules(headers: Path) -> dict:
    """Which module a Qt header belongs to, by the folders the headers lie in."""
    return {header.name: module.name for module in headers.glob("Qt*") for header in module.iterdir() if header.is_file()}


def check(root: Path, modules: dict) -> list:
    found = []
    for path in files(root):
        name = path.relative_to(root)
        text = path.read_text(encoding="utf-8", errors="replace")
        if "SPDX-License-Identifier: GPL-3.0-or-later" not in text[:600] or "SPDX-FileCopyrightText:" not in text[:600]:
            found.append(f"{name}: no SPDX header")
        lines = text.count("\n")
        if lines > MOST_LINES:
            found.append(f"{name}: {lines} lines, more than {MOST_LINES}")
        if name.parts[0] in LAYERS and path.suffix in {".cpp", ".h"}:
            found += [f"{name}: {problem}" for problem in _includes(name, text, modules)]
            if PHASE_TEXT.search(text):
                found.append(f"{name}: a phase's id as text, not of models/jobphase.h")
    return found


def _includes(name: Path, text: str, modules: dict):
    layer = name.parts[0]
    for kind, target in INCLUDE.findall(text):
        first = target.split("/")[0]
        if kind == '"' and (first in LAYERS or first == "tests"):
            if first not in MAY_INCLUDE[layer]:
                yield f'"{target}": {layer} may not include from {first}'
            elif layer == "engines" and first == "engines":
                yield from _engine_include(name.parts[1], target)
        if kind == "<" and name.parts[:3] != KEYCHAIN:
            yield from _qt_include(layer, target, modules)


def _engine_include(part: str, target: str):
    other = target.split("/")[1]
    if other != part and other not in ENGINE_PARTS.get(part, DATABASE_ENGINE):
        yield f'"{target}": engines/{part} may not know engines/{other}'


def _qt_include(layer: str, target: str, modules: dict):
    header = target.split("/")[-1]
    module = target.split("/")[0] if target.startswith("Qt") and "/" in target else modules.get(header)
    if module and module not in QT_MODULES.get(layer, {module}):
        yield f"<{target}>: {layer} may not use {module}"
    if layer == "engines" and header in ENGINES_NEVER:
        yield f"<{target}>: the core has no event loop and no QThread"


def check_links(program: str) -> list:
    # What the program names itself, and what those bring along.
    needed = subprocess.run(["readelf", "--dynamic", program], capture_output=True, text=True, check=True).stdout
    loaded = subprocess.run(["ldd", program], capture_output=True, text=True, check=True).stdout
    return [f"{program} links {library}" for library in UNWANTED_LIBRARIES if library in needed + loaded]


def self_test() -> list:
    head = "// SPDX-FileCopyrightText: x\n// SPDX-License-Identifier: GPL-3.0-or-later\n"
    cases = {  # file: (text, what must be said; None: nothing)
        "models/a.cpp": (head + '#include "engines/x/y.h"\n', "models may not include from engines"),
        "models/b.h": (head + "#include <QWidget>\n", "models may not use QtWidgets"),
        "models/c.h": (head + "#include <QtGui/QColor>\n", "models may not use QtGui"),
        "engines/storage/a.cpp": (head + '#include "engines/repository/r.h"\n', "storage may not know engines/repository"),
        "engines/postgresql/a.cpp": (head + '#include "engines/redis/r.h"\n', "postgresql may not know engines/redis"),
        "engines/postgresql/b.cpp": (head + '#include "engines/storage/s.h"\n', "postgresql may not know engines/storage"),
        "engines/redis/a.cpp": (head + "  #  include <QThread>\n", "no QThread"),
        "engines/secrets/a.cpp": (head + "#include <QDBusMessage>\n", "engines may not use QtDBus"),
        "engines/secrets/keychain/a.cpp": (head + "#include <QDBusMessage>\n#include <QThread>\n", None),
        "engines/secrets/keychain/b.cpp": (head + '#include "ui/u.h"\n', "engines may not include from ui"),
        "workers/a.cpp": (head + '#include "ui/u.h"\n', "workers may not include from ui"),
        "ui/a.cpp": (head + '#include "engines/base/engine.h"\n', "ui may not include from engines"),
        "engines/redis/b.cpp": (head + 'progress.progressed({"reading", x});\n', "a phase's id as text"),
        "engines/redis/c.cpp": (head + 'Phase data{"data", true, {}};\n', "a phase's id as text"),
        "workers/b.cpp": (head + 'picture.phase = "reading";\n', "a phase's id as text"),
        "ui/b.cpp": ("int x;\n", "no SPDX header"),
        "app/long.cpp": (head + "\n" * 800, "more than 800"),
        "packaging/script": ("#!/bin/sh\n", "no SPDX header"),
        "engines/repository/a.cpp": (head + '#include "engines/storage/s.h"\n#include <QtNetwork/QSslSocket>\n', None),
        "ui/c.cpp": (head + '#include "workers/w.h"\n#include <QWidget>\n', None),
        "app/main.cpp": (head + '#include "ui/u.h"\n#include "engines/x/x.h"\n', None),
        "build/dev/x.cpp": ("no header", None),
    }
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (text, _) in cases.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_text(text, encoding="utf-8")
        found = check(Path(folder), {"QWidget": "QtWidgets", "QColor": "QtGui", "QThread": "QtCore", "QDBusMessage": "QtDBus"})
    for name, (_, expected) in cases.items():
        said = [line for line in found if line.startswith(f"{name}: ")]
        if (expected is None and said) or (expected and not any(expected in line for line in said)):
            wrong.append(f"{name}: expected {expected!r}, got {said}")
    return wrong


def main() -> int:
    verb = sys.argv[1] if len(sys.argv) > 1 else ""
    if verb == "tree" and len(sys.argv) in (3, 4):
        modules = qt_modules(Path(sys.argv[3])) if len(sys.argv) == 4 else {}
        if len(sys.argv) == 4 and not modules:
            problems = [f"no Qt headers in {sys.argv[3]}"]
        else:
            problems = check(Path(sys.argv[2]), modules)
    elif verb == "links" and len(sys.argv) == 3:
        problems = check_links(sys.argv[2])
    elif verb == "self-test":
        problems = self_test()
    else:
        print(__doc__)
        return 2
    for problem in problems:
        print(problem)
    print(f"{verb}: {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
