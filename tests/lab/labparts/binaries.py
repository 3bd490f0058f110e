# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which PostgreSQL programs there are: the distribution's own, or a Debian 13 root's, run by that root's loader."""
import dataclasses
import os
import re
import stat
from pathlib import Path

from . import state


@dataclasses.dataclass
class Binaries:
    bin_dir: Path          # programs that can be started as they are
    version: str           # "17.6"
    has_timescale: bool
    how: str
    tools_command: list    # what goes before a program of real_bin_dir
    real_bin_dir: Path
    environment: dict

    @property
    def major(self) -> int:
        return int(self.version.split(".")[0])

    def program(self, name: str) -> str:
        return str(self.bin_dir / name)


def installed() -> Binaries:
    """The newest PostgreSQL server that the distribution's packages installed."""
    majors = [int(p.parent.parent.name) for p in Path("/usr/lib/postgresql").glob("*/bin/postgres")
              if p.parent.parent.name.isdigit()]
    if not majors:
        raise state.LabError("no PostgreSQL server below /usr/lib/postgresql (packaging/install-dependencies --tests)")
    bin_dir = Path(f"/usr/lib/postgresql/{max(majors)}/bin")
    return Binaries(bin_dir, _version(bin_dir / "postgres"), _has_timescale(bin_dir), "the distribution's packages",
                    [], bin_dir, {})


def of_root(root: Path, wrappers: Path, major: int = 17) -> Binaries:
    """PostgreSQL inside a Debian root, reached from an older Debian by the root's own loader.

    initdb and pg_ctl look for their sister programs beside themselves and start them directly, which the host's
    older C library refuses. So `wrappers` gets a tree with one small script for each program, and links to the
    root's libraries and data at the places where PostgreSQL looks for them relative to its own folder.
    """
    real_bin = root / f"usr/lib/postgresql/{major}/bin"
    loader = next((p for p in (root / "lib64/ld-linux-x86-64.so.2", root / "lib/ld-linux-aarch64.so.1") if p.exists()),
                  None)
    libraries = next((root / "usr/lib").glob("*-linux-gnu"), None)
    if loader is None or libraries is None or not real_bin.is_dir():
        raise state.LabError(f"{root} is not a Debian root with PostgreSQL {major}")
    command = [str(loader), "--library-path", str(libraries)]
    bin_dir = wrappers / f"usr/lib/postgresql/{major}/bin"
    bin_dir.mkdir(parents=True, exist_ok=True)
    _link(bin_dir.parent / "lib", real_bin.parent / "lib")
    _link(wrappers / "usr/share", root / "usr/share")
    for program in real_bin.iterdir():
        script = bin_dir / program.name
        words = " ".join(f"'{word}'" for word in [*command, "--argv0", script, program])
        state.write(script, f"#!/bin/sh\nexec {words} \"$@\"\n", 0o755)
    environment = {"LOCPATH": str(root / "usr/lib/locale")}
    return Binaries(bin_dir, _version(bin_dir / "postgres"), _has_timescale(real_bin), "a Debian root's own loader",
                    command, real_bin, environment)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)


def _version(postgres: Path) -> str:
    said = state.run([postgres, "--version"], 20)
    return re.search(r"\(PostgreSQL\) ([0-9.]+)", said).group(1)


def _has_timescale(bin_dir: Path) -> bool:
    return (bin_dir.parent / "lib/timescaledb.so").exists()


def server_user():
    """(uid, gid) that servers run as: PostgreSQL refuses root. None means: as whoever asks."""
    if os.getuid() != 0:
        return None
    import pwd
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
            return entry.pw_uid, entry.pw_gid
        except KeyError:
            continue
    raise state.LabError("neither a user postgres nor nobody to run a server as")


def reachable_by_others(path: Path) -> bool:
    """True when a user other than the owner can enter every folder above path."""
    return all(parent.stat().st_mode & stat.S_IXOTH for parent in [path, *path.parents])
