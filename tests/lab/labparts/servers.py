# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which servers make up the lab, in which way each is started here, and lab.json that says so to the tests."""
import json
import shutil
from pathlib import Path

from . import binaries, cluster, nspawn, root, state

PRIVATE_KINDS = ("pg-plain", "pg17", "timescale")
MACHINES = {"debian12": root.DEBIAN12, "debian13": root.DEBIAN13}  # whole servers of a test's own
SCHEMA = "salvor.lab/1"


def read(folder: Path) -> dict:
    file = folder / "lab.json"
    return json.loads(file.read_text()) if file.exists() else {"schema": SCHEMA, "servers": {}}


def alive(server: dict) -> bool:
    return nspawn.is_alive(server) if server.get("machine") else cluster.is_alive(server)


def bring_up(folder: Path, only=()) -> dict:
    """Starts what does not run yet. A server that died since is made anew; a missing one is tried again."""
    before = read(folder)["servers"]
    servers = {}
    for name, start in (("pg-plain", _plain), ("pg17", _seventeen), ("debian13", _debian13),
                        ("timescale", _timescale)):
        known = before.get(name)
        if known and known["available"] and alive(known):
            servers[name] = known
            continue
        try:
            if only and name not in only:
                raise state.LabError("not asked for")
            servers[name] = {**start(folder, servers), "name": name}
        except (state.LabError, OSError) as error:
            servers[name] = {"name": name, "available": False, "reason": str(error)}
        _save(folder, {**before, **servers})
    return _save(folder, servers)


def take_down(folder: Path) -> None:
    (folder / "lab.json").unlink(missing_ok=True)
    # One that does not stop must not leave the others running; its complaint comes at the end.
    complaints = []
    for name in PRIVATE_KINDS:
        try:
            cluster.stop(folder / name, remove=True)
        except (state.LabError, OSError) as error:
            complaints.append(str(error))
    nspawn.stop(folder / "debian13")
    if complaints:
        raise state.LabError("; ".join(complaints))
    for name in ("tools17", "leases"):
        shutil.rmtree(folder / name, ignore_errors=True)


def start_machine(kind: str, folder: Path) -> dict:
    """A booted server that nobody else uses. Its root is made when the first test asks for it."""
    nspawn.require_possible()
    release = MACHINES[kind]
    return {**nspawn.start(folder, root.provide(release), _machine_programs(folder, release), release), "name": kind}


def reboot_machine(kind: str, folder: Path, between) -> dict:
    """Down in order, `between()`, up again with the same disk."""
    nspawn.halt(folder)
    between()
    release = MACHINES[kind]
    return {**nspawn.resume(folder, _machine_programs(folder, release), release), "name": kind}


def stop_machine(folder: Path) -> None:
    nspawn.stop(folder)
    shutil.rmtree(_tools(folder), ignore_errors=True)


def _tools(folder: Path) -> Path:
    return folder.with_name(folder.name + ".tools")


def _machine_programs(folder: Path, release) -> binaries.Binaries:
    return binaries.of_root(root.provide(release), _tools(folder), release.postgresql)


def start_private(kind: str, folder: Path, tls: bool, settings, standby: bool, follows: Path = None) -> dict:
    programs = _programs(kind, folder)
    preload = "timescaledb" if kind == "timescale" else ""
    return cluster.start(folder, programs, kind, preload, tls, settings, standby, follows)


def _save(folder: Path, servers: dict) -> dict:
    document = {"schema": SCHEMA, "servers": servers}
    state.write(folder / "lab.json", json.dumps(document, indent=2, sort_keys=True) + "\n")
    return document


def _programs(kind: str, folder: Path) -> binaries.Binaries:
    """The distribution's programs where they will do, else those of the Debian 13 root."""
    if kind == "pg-plain":
        return binaries.installed()
    try:
        programs = binaries.installed()
        if programs.major == 17 and (kind == "pg17" or programs.has_timescale):
            return programs
    except state.LabError:
        pass
    return binaries.of_root(root.provide(), folder / "tools17")


def _fresh(folder: Path, kind: str, preload: str = "") -> dict:
    cluster.stop(folder / kind, remove=True)
    if (folder / kind).exists():
        shutil.rmtree(folder / kind)  # left by a start that failed half-way
    return cluster.start(folder / kind, _programs(kind, folder), kind, preload)


def _plain(folder: Path, _started: dict) -> dict:
    return _fresh(folder, "pg-plain")


def _seventeen(folder: Path, started: dict) -> dict:
    plain = started["pg-plain"]
    if plain["available"] and plain["version"].startswith("17."):
        return plain
    return _fresh(folder, "pg17")


def _debian13(folder: Path, _started: dict) -> dict:
    nspawn.stop(folder / "debian13")
    nspawn.require_possible()
    return nspawn.start(folder / "debian13", root.provide(), binaries.of_root(root.provide(), folder / "tools17"))


def _timescale(folder: Path, started: dict) -> dict:
    whole = started["debian13"]
    if whole["available"]:
        return whole
    return _fresh(folder, "timescale", "timescaledb")
