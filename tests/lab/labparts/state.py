# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state folder: its lock, who uses the lab (leases), and small helpers for files and processes."""
import contextlib
import fcntl
import json
import os
import re
import select
import signal
import subprocess
import time
from pathlib import Path


class LabError(Exception):
    """Something that ends the command with a sentence instead of a traceback."""


def default_folder() -> Path:
    return Path(os.environ.get("TMPDIR") or "/tmp") / f"salvor-lab-{os.getuid()}"


def cache_folder() -> Path:
    """Where downloaded roots are kept: outside the checkout, shared by all of them."""
    if given := os.environ.get("SALVOR_LAB_CACHE"):
        return Path(given)
    if os.getuid() == 0:
        return Path("/var/cache/salvor-lab")
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "salvor-lab"


def make_own(folder: Path) -> None:
    """Creates the folder; refuses one that somebody else left at a predictable name."""
    folder.mkdir(mode=0o755, parents=True, exist_ok=True)
    found = folder.lstat()
    if folder.is_symlink() or found.st_uid != os.getuid():
        raise LabError(f"{folder} belongs to user {found.st_uid} or is a link; give another --state")
    folder.chmod(0o755)


@contextlib.contextmanager
def locked(folder: Path, seconds: float = 600):
    """One lab command at a time for each state folder; the wait is bounded."""
    make_own(folder)
    with open(folder / "lock", "w") as lock:
        wait_until(lambda: _try_lock(lock), seconds, f"another lab command holds {folder}/lock", pause=0.2)
        yield


def _try_lock(lock) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def wait_until(condition, seconds: float, what: str, pause: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise LabError(f"waited {seconds:.0f} s: {what}")
        time.sleep(pause)


# -- leases ------------------------------------------------------------------------------------------------

def add_lease(folder: Path, name: str, pid: int) -> None:
    # By hand the asking process is a shell that may go away; that lease lasts until it is given back.
    owner = {"name": name} if name == "manual" else {"name": name, "pid": pid, "born": born(pid)}
    write(_lease_file(folder, name), json.dumps(owner))


def drop_lease(folder: Path, name: str) -> None:
    _lease_file(folder, name).unlink(missing_ok=True)


def live_leases(folder: Path) -> list:
    live = []
    for file in sorted((folder / "leases").glob("*.json")):
        lease = json.loads(file.read_text())
        if "pid" in lease and born(lease["pid"]) != lease["born"]:
            file.unlink()
        else:
            live.append(lease["name"])
    return live


def _lease_file(folder: Path, name: str) -> Path:
    (folder / "leases").mkdir(exist_ok=True)
    return folder / "leases" / (re.sub(r"[^A-Za-z0-9.-]", "_", name)[-120:] + ".json")


# -- files and processes -----------------------------------------------------------------------------------

def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Replaces the file in one step; readers never see half of it."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w") as file:
        file.write(text)
    temporary.chmod(mode)
    temporary.rename(path)


def born(pid: int) -> str:
    """The start time of a process as the kernel counts it; empty when it is gone or a zombie. pid alone is reused."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return "" if fields[0] in "ZX" else fields[19]
    except OSError:
        return ""


def stop_process(pid: int, signals, seconds: float = 15) -> bool:
    """Sends the signals one after the other, each with a bounded wait, until the process is gone."""
    start = born(pid)
    for number in signals:
        if not start or born(pid) != start:
            return True
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return True
        try:
            signal.pidfd_send_signal(handle, number)
            readable, _, _ = select.select([handle], [], [], seconds)
        except ProcessLookupError:
            return True
        finally:
            os.close(handle)
        if readable:
            return True
    return born(pid) != start


def run(words, seconds: float = 60, **options) -> str:
    """Runs a command within a bound; its output is in the error when it fails."""
    words = [str(word) for word in words]
    options.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=seconds,
                              **options)
    except subprocess.TimeoutExpired:
        raise LabError(f"{words[0]} did not end within {seconds:.0f} s") from None
    except OSError as error:
        raise LabError(f"{words[0]} could not be started: {error.strerror}") from None
    if done.returncode != 0:
        raise LabError(f"{' '.join(words[:3])} failed ({done.returncode}): {done.stdout[-1500:].strip()}")
    return done.stdout
