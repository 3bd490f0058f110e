# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Debian 13 root: made once from Debian's packages, kept outside the checkout, never changed afterwards."""
import os
import shutil
import tempfile
from pathlib import Path

from . import state

PACKAGES = ["systemd", "systemd-sysv", "dbus", "openssh-server", "postgresql-17", "postgresql-17-timescaledb",
            "ca-certificates"]
MIRROR = "http://deb.debian.org/debian"
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
NAME = "trixie-1"  # counts up when what is in it changes
MAKE_SECONDS = 1500


def provide() -> Path:
    """The root's folder; made first where there is none yet, which needs root (debootstrap) or apt, and a mirror."""
    cache = state.cache_folder()
    ready = cache / NAME
    if ready.is_dir():
        return ready
    with state.locked(cache, MAKE_SECONDS):
        if ready.is_dir():
            return ready
        building = Path(tempfile.mkdtemp(prefix=f"{NAME}.building.", dir=cache))
        building.chmod(0o755)
        try:
            if os.getuid() == 0:
                _debootstrap(building)
            else:
                _unpack(building)
            building.rename(ready)  # only a whole root ever gets the name
        except (state.LabError, OSError):
            shutil.rmtree(building, ignore_errors=True)
            raise
    return ready


def _debootstrap(target: Path) -> None:
    if shutil.which("debootstrap", path=_path()) is None:
        raise state.LabError("debootstrap is not installed (packaging/install-dependencies --tests)")
    print(f"making a Debian 13 root in {target} …", flush=True)
    state.run(["debootstrap", "--variant=minbase", f"--include={','.join(PACKAGES)}", "trixie", target, MIRROR],
              MAKE_SECONDS, env={**os.environ, "PATH": _path(), "DEBIAN_FRONTEND": "noninteractive"})
    # The package's own cluster is not ours: each lab makes a fresh one in its own layer.
    for part in ("etc/postgresql/17/main", "var/lib/postgresql/17/main"):
        shutil.rmtree(target / part, ignore_errors=True)
    for deb in (target / "var/cache/apt/archives").glob("*.deb"):
        deb.unlink()


def _unpack(target: Path) -> None:
    """Without root: apt downloads what PostgreSQL needs into a folder of ours, and dpkg-deb unpacks it. Does not boot."""
    print(f"unpacking Debian 13's PostgreSQL in {target} …", flush=True)
    apt = target / ".apt"
    for part in ("lists/partial", "cache/archives/partial", "etc/preferences.d", "etc/apt.conf.d"):
        (apt / part).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {MIRROR} trixie main\n", encoding="utf-8")
    options = [f"-oDir::State={apt}", f"-oDir::State::status={apt}/status", f"-oDir::Cache={apt}/cache",
               f"-oDir::Etc={apt}/etc", f"-oDir::State::lists={apt}/lists", "-oAPT::Install-Recommends=false",
               "-oDebug::NoLocking=true", "-oAPT::Sandbox::User="]
    state.run(["apt-get", *options, "update"], 300)
    state.run(["apt-get", *options, "-y", "--download-only", "install", "postgresql-17", "postgresql-17-timescaledb"],
              900)
    _use_merged_usr(target)
    for package in sorted((apt / "cache/archives").glob("*.deb")):
        state.run(["dpkg-deb", "--extract", package, target], 120)
    shutil.rmtree(apt)


def _use_merged_usr(target: Path) -> None:
    for name in ("bin", "sbin", "lib", "lib64"):
        (target / "usr" / name).mkdir(parents=True)
        (target / name).symlink_to(f"usr/{name}")


def _path() -> str:
    return os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
