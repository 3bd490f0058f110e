#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a screen reader gets over the accessibility bus: salvor on a virtual screen, with a message bus and a registry of
its own, is walked as AT-SPI shows it. Every page is reached by an action alone, whatever takes the focus has a name and a
role, and a box that is ticked says so.

  test_atspi.py SALVOR SALVORCTL
"""
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SECONDS = int(os.environ.get("ATSPI_SECONDS", "180"))
REQUIRED = bool(os.environ.get("SALVOR_REQUIRE_SERVERS"))
LAUNCHER = "/usr/libexec/at-spi-bus-launcher"


def give_up(reason: str):
    print(reason)
    sys.exit(1 if REQUIRED else 77)


def wait_for(what: str, condition):
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.1)  # between two looks; there is no event to wait for before the program is on the bus
    raise AssertionError(f"{what} did not come in {SECONDS} s")


def children(node):
    for i in range(node.get_child_count()):
        child = node.get_child_at_index(i)
        if child is not None:
            yield child


def walk(node, depth=0):
    yield node
    if depth < 40:
        for child in children(node):
            yield from walk(child, depth + 1)


def shown(node, atspi) -> bool:
    return node.get_state_set().contains(atspi.StateType.SHOWING)


def problems(window, atspi, page: str):
    """What takes the focus and does not say what it is."""
    found, looked = [], 0
    for node in walk(window):
        states = node.get_state_set()
        if not states.contains(atspi.StateType.SHOWING) or not states.contains(atspi.StateType.FOCUSABLE):
            continue
        looked += 1
        role = node.get_role_name()
        if not (node.get_name() or "").strip() and role not in ("table cell", "tree item", "list item"):
            found.append(f"{page}: a {role} has no name (in {node.get_parent().get_name()!r})")
        if role in ("unknown", "invalid", ""):
            found.append(f"{page}: {node.get_name()!r} has no role")
    if looked < 3:
        found.append(f"{page}: only {looked} things take the focus")
    return found


def find(window, role: str, name: str, atspi):
    for node in walk(window):
        if node.get_role_name() == role and name in (node.get_name() or "") and shown(node, atspi):
            return node
    return None


def act(node):
    """Does what the node offers first (press, toggle …), as a screen reader does."""
    assert node.get_n_actions() > 0, f"{node.get_name()!r} offers no action"
    node.do_action(0)


def main_window(atspi):
    desktop = atspi.get_desktop(0)
    for program in children(desktop):
        if program.get_name().lower() == "salvor":
            program.set_cache_mask(atspi.Cache.NONE)  # nothing here waits for the events that would refresh it
            for window in children(program):
                if shown(window, atspi) and window.get_child_count() > 0:
                    return window
    return None


def run(salvor: str, salvorctl: str) -> int:
    import gi
    gi.require_version("Atspi", "2.0")
    from gi.repository import Atspi as atspi

    found = []
    with tempfile.TemporaryDirectory(prefix="salvor-atspi-") as folder:
        env = dict(os.environ, SALVOR_HOME=folder + "/home", QT_QPA_PLATFORM="xcb", QT_LINUX_ACCESSIBILITY_ALWAYS_ON="1",
                   LANG="C.UTF-8")
        first = subprocess.Popen([salvor], env=env)
        try:
            window = wait_for("the window", lambda: main_window(atspi))
            wait_for("the first door", lambda: find(window, "button", "Protect a database", atspi) or
                     find(window, "push button", "Protect a database", atspi))
            found += problems(window, atspi, "first run")
        finally:
            end(first)
        passphrase = subprocess.run([salvorctl, "repository", "passphrase"], env=env, check=True, capture_output=True)
        subprocess.run([salvorctl, "repository", "init", folder + "/store", "--title", "nas", "--secrets", "file",
                        "--recovery-out", folder + "/recovery.age", "--passphrase-fd", "0"],
                       env=env, check=True, input=passphrase.stdout, stdout=subprocess.DEVNULL)
        subprocess.run([salvorctl, "profile", "add", "postgresql://backup@127.0.0.1:1/postgres", "--title", "lab"],
                       env=env, check=True, stdout=subprocess.DEVNULL)
        second = subprocess.Popen([salvor], env=env)
        try:
            window = wait_for("the window", lambda: main_window(atspi))
            for name in ("Overview", "Backups", "Charts", "Stores", "Calendar", "Policies", "Activity"):
                tab = wait_for(f"the tab {name}", lambda: find(window, "page tab", name, atspi))
                act(tab)
                wait_for(f"the page {name}", lambda: any(
                    node.get_name() == name and not node.get_role_name().startswith("page tab") and shown(node, atspi)
                    for node in walk(window)))
                found += problems(window, atspi, name)
            box = find(window, "check box", "Only what failed", atspi)
            act(box)
            wait_for("the tick", lambda: box.get_state_set().contains(atspi.StateType.CHECKED))
        finally:
            end(second)
    for problem in found:
        print(problem)
    print(f"{len(found)} problems")
    return 1 if found else 0


def end(process):
    process.terminate()
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


def main() -> int:
    if len(sys.argv) == 4 and sys.argv[3] == "--inside":
        launcher = subprocess.Popen([LAUNCHER, "--launch-immediately"], stdout=subprocess.DEVNULL)
        try:
            return run(sys.argv[1], sys.argv[2])
        finally:
            end(launcher)
    for program in ("xvfb-run", "dbus-run-session", LAUNCHER):
        if shutil.which(program) is None:
            give_up(f"{program} is not installed: the accessibility bus was not tried")
    try:
        import gi
        gi.require_version("Atspi", "2.0")
    except (ImportError, ValueError):
        give_up("gir1.2-atspi-2.0 or python3-gi is not installed: the accessibility bus was not tried")
    with tempfile.TemporaryDirectory(prefix="salvor-runtime-") as runtime:
        os.chmod(runtime, 0o700)
        env = dict(os.environ, XDG_RUNTIME_DIR=runtime, NO_AT_BRIDGE="0")
        return subprocess.run(["xvfb-run", "-a", "-s", "-screen 0 1366x768x24", "dbus-run-session", "--", sys.executable,
                               str(Path(__file__).resolve()), sys.argv[1], sys.argv[2], "--inside"],
                              env=env, timeout=4 * SECONDS, check=False).returncode


sys.exit(main())
