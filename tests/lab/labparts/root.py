# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Debian roots: made once from Debian's packages, kept outside the checkout, never changed afterwards."""
import dataclasses
import os
import shutil
import sys
import tempfile
from pathlib import Path

from . import state

COMMON = ("systemd", "systemd-sysv", "dbus", "openssh-server", "ca-certificates")
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MAKE_SECONDS = 1500


@dataclasses.dataclass(frozen=True)
class Release:
    """A Debian release, as a root of it is made."""
    suite: str
    name: str        # of the root in the cache; counts up when what is in it changes
    label: str
    postgresql: int
    timescaledb: bool

    @property
    def packages(self) -> list:
        postgresql = f"postgresql-{self.postgresql}"
        return [*COMMON, postgresql] + ([f"{postgresql}-timescaledb"] if self.timescaledb else [])


DEBIAN13 = Release("trixie", "trixie-1", "Debian 13", 17, True)
DEBIAN12 = Release("bookworm", "bookworm-1", "Debian 12", 15, False)


def provide(release: Release = DEBIAN13) -> Path:
    """The root's folder; made first where there is none yet, which needs root (debootstrap) or apt, and a mirror."""
    cache = state.cache_folder()
    ready = cache / release.name
    if ready.is_dir():
        return ready
    with state.locked(cache, MAKE_SECONDS):
        if ready.is_dir():
            return ready
        building = Path(tempfile.mkdtemp(prefix=f"{release.name}.building.", dir=cache))
        building.chmod(0o755)
        try:
            if os.getuid() == 0:
                _debootstrap(building, release)
            else:
                _unpack(building, release)
            building.rename(ready)  # only a whole root ever gets the name
        except (state.LabError, OSError):
            shutil.rmtree(building, ignore_errors=True)
            raise
    return ready


def _debootstrap(target: Path, release: Release) -> None:
    if shutil.which("debootstrap", path=_path()) is None:
        raise state.LabError("debootstrap is not installed (packaging/install-dependencies --tests)")
    print(f"making a {release.label} root in {target} …", file=sys.stderr, flush=True)
    state.run(["debootstrap", "--variant=minbase", f"--include={','.join(release.packages)}", release.suite, target],
              MAKE_SECONDS, env={**os.environ, "PATH": _path(), "DEBIAN_FRONTEND": "noninteractive"})
    # The package's own cluster is not ours: each lab makes a fresh one in its own layer.
    for part in (f"{top}/postgresql/{release.postgresql}/main" for top in ("etc", "var/lib")):
        shutil.rmtree(target / part, ignore_errors=True)
    for deb in (target / "var/cache/apt/archives").glob("*.deb"):
        deb.unlink()


def _unpack(target: Path, release: Release) -> None:
    """Without root: apt downloads what PostgreSQL needs into a folder of ours, and dpkg-deb unpacks it. Does not boot."""
    print(f"unpacking {release.label}'s PostgreSQL in {target} …", file=sys.stderr, flush=True)
    apt = target / ".apt"
    for part in ("lists/partial", "cache/archives/partial", "etc/preferences.d", "etc/apt.conf.d"):
        (apt / part).mkdir(parents=True)
    (apt / "status").touch()
    (apt / "etc/sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {release.suite} main\n", encoding="utf-8")
    options = [f"-oDir::State={apt}", f"-oDir::State::status={apt}/status", f"-oDir::Cache={apt}/cache",
               f"-oDir::Etc={apt}/etc", f"-oDir::State::lists={apt}/lists", "-oAPT::Install-Recommends=false",
               "-oDebug::NoLocking=true", "-oAPT::Sandbox::User="]
    state.run(["apt-get", *options, "update"], 300)
    state.run(["apt-get", *options, "-y", "--download-only", "install",
               *(name for name in release.packages if name not in COMMON)], 900)
    _use_merged_usr(target)
    for package in sorted((apt / "cache/archives").glob("*.deb")):
        state.run(["dpkg-deb", "--extract", package, target], 120)
    shutil.rmtree(apt)


def mirror() -> str:
    """Where this machine's own apt takes Debian from: the archive itself, not its security or updates part."""
    targets = state.run(["apt-get", "indextargets", "--format", "$(CODENAME) $(SITE)", "Created-By: Packages",
                         "Origin: Debian"])
    for target in targets.splitlines():
        suite, _, site = target.partition(" ")
        if site and suite.isalpha():
            return site
    raise state.LabError("apt's sources on this machine name no Debian archive to take packages from; name one, and run "
                         "apt-get update")


def _use_merged_usr(target: Path) -> None:
    for name in ("bin", "sbin", "lib", "lib64"):
        (target / "usr" / name).mkdir(parents=True)
        (target / name).symlink_to(f"usr/{name}")


def _path() -> str:
    return os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"
