# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole Debian server: its own init, its own network address, PostgreSQL (on Debian 13 with TimescaleDB) under systemd.

The cached root stays as it is: the machine writes into a layer above it, which goes away with the machine.
"""
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import zlib
from pathlib import Path

from . import cluster, root as roots, state, tls

BOOT_SECONDS = 90
UNMOUNT_SECONDS = 30


def require_possible() -> None:
    """LabError with the reason when this computer cannot boot a machine."""
    if os.getuid() != 0:
        raise state.LabError("systemd-nspawn needs root")
    for program in ("systemd-nspawn", "ip", "mount"):
        if shutil.which(program) is None:
            raise state.LabError(f"{program} is not installed (packaging/install-dependencies --tests)")
    if _in_chroot():
        raise state.LabError("this is a chroot, in which systemd-nspawn cannot boot a machine")
    if "overlay" not in Path("/proc/filesystems").read_text(encoding="utf-8"):
        raise state.LabError("the kernel has no overlay file system")


def _in_chroot() -> bool:
    try:
        return not os.path.samestat(os.stat("/proc/1/root"), os.stat("/"))
    except OSError:
        # Process 1 keeps its root to itself. A folder that was entered by chroot is not a mount point.
        mounts = Path("/proc/self/mountinfo").read_text(encoding="utf-8").splitlines()
        return not any(line.split()[4] == "/" for line in mounts)


def is_alive(entry: dict) -> bool:
    machine = entry["machine"]
    return state.born(machine["pid"]) == machine["born"] and cluster.is_alive(entry)


def start(folder: Path, root: Path, programs, release=roots.DEBIAN13) -> dict:
    state.make_own(folder)
    machine = _plan(folder)
    _record(folder, machine)  # before anything exists, so that stop() finds whatever a failure leaves
    try:
        return _start(folder, root, programs, machine, release)
    except (state.LabError, OSError):
        stop(folder)
        raise


def stop(folder: Path) -> None:
    """Shuts the machine down in order, then takes its network and its layer away. Bounded; may be called again."""
    record = folder / "machine.json"
    if not record.exists():
        return
    machine = json.loads(record.read_text(encoding="utf-8"))
    _shut_down(machine)
    merged = folder / "merged"
    if os.path.ismount(merged):
        state.wait_until(lambda: _unmounted(merged), UNMOUNT_SECONDS, f"{merged} stays busy", pause=0.2)
    _delete(Path("/run/netns") / machine["netns"], ["ip", "netns", "delete", machine["netns"]])
    _delete(Path("/sys/class/net") / machine["link"], ["ip", "link", "delete", machine["link"]])
    shutil.rmtree(folder)


def halt(folder: Path) -> None:
    """Shuts the machine down in order and keeps its disk and its network: resume() boots it again."""
    _shut_down(json.loads((folder / "machine.json").read_text(encoding="utf-8")))


def resume(folder: Path, programs, release) -> dict:
    """Boots a machine that was halted."""
    machine = json.loads((folder / "machine.json").read_text(encoding="utf-8"))
    return _boot(folder, programs, machine, release)


def _shut_down(machine: dict) -> None:
    if machine["pid"] and state.born(machine["pid"]) == machine["born"]:
        # nspawn answers the first SIGTERM with an orderly shutdown, the second one at once.
        if not state.stop_process(machine["pid"], [signal.SIGTERM, signal.SIGTERM, signal.SIGKILL], 30):
            raise state.LabError(f"the machine with process id {machine['pid']} does not stop")


def _delete(path: Path, words) -> None:
    """Runs the command while the path is there. The kernel takes a link away by itself, soon after its other end went
    with the machine or its namespace: it may go between the look and the command."""
    if not path.exists():
        return
    try:
        state.run(words)
    except state.LabError:
        if path.exists():
            raise


def _unmounted(merged: Path) -> bool:
    """The last processes of a machine that was killed may still be ending, and keep its files open."""
    done = subprocess.run(["umount", merged], capture_output=True, text=True, check=False)
    if done.returncode != 0 and "busy" not in done.stderr:
        raise state.LabError(f"umount failed: {done.stderr.strip()}")
    return done.returncode == 0


def _plan(folder: Path) -> dict:
    """Names and a small network of its own that nobody else on this kernel uses (network is shared with chroots)."""
    used = state.run(["ip", "-o", "-4", "addr", "show"]) + state.run(["ip", "-4", "route", "show", "table", "all"])
    first = zlib.crc32(str(folder).encode()) % 200
    third = next((n for n in [*range(first, 255), *range(first)] if f"10.213.{n}." not in used), None)
    if third is None:
        raise state.LabError("no free network below 10.213.0.0/16")
    return {"netns": f"salvor-lab-{third}", "link": f"salvor{third}h", "peer": f"salvor{third}m",
            "host": f"10.213.{third}.1", "address": f"10.213.{third}.2", "pid": 0, "born": ""}


def _record(folder: Path, machine: dict) -> None:
    state.write(folder / "machine.json", json.dumps(machine, indent=2, sort_keys=True) + "\n")


def _start(folder: Path, root: Path, programs, machine: dict, release) -> dict:
    merged = _layer(folder, root)
    password_file = folder / "password"
    state.write(password_file, secrets.token_hex(16), 0o600)
    _make_cluster(merged, password_file, release)
    _configure(folder, merged, machine, release)
    _make_network(machine)
    return _boot(folder, programs, machine, release)


def _boot(folder: Path, programs, machine: dict, release) -> dict:
    merged = folder / "merged"
    data = _data(merged, release)
    # Of the boot before: it would be taken for the server that is to come.
    (data / "postmaster.pid").unlink(missing_ok=True)
    with open(folder / "console.log", "a", encoding="utf-8") as log:
        process = subprocess.Popen(
            ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "-D", str(merged), "-b",
             f"--machine={machine['netns']}", f"--network-namespace-path=/run/netns/{machine['netns']}"],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True)
    machine.update(pid=process.pid, born=state.born(process.pid))
    _record(folder, machine)
    ready = [programs.program("pg_isready"), "-q", "-h", machine["address"], "-p", "5432", "-t", "2"]
    state.wait_until(lambda: process.poll() is not None or subprocess.run(ready, check=False).returncode == 0,
                     BOOT_SECONDS, f"the {release.label} machine's PostgreSQL does not answer", pause=0.1)
    if process.poll() is not None:
        said = (folder / "console.log").read_text(encoding="utf-8", errors="replace")
        raise state.LabError(f"systemd-nspawn ended at once: {said[-600:].strip()}")
    pid = _postmaster(data)
    return {
        "available": True, "how": f"a whole {release.label} under systemd-nspawn", "host": machine["address"], "port": 5432,
        "socket_dir": "", "user": cluster.USER, "password_file": str(folder / "password"), "ca_file": str(folder / "ca.crt"),
        "version": programs.version, "tools_command": programs.tools_command, "bin_dir": str(programs.real_bin_dir),
        "server_pid": pid, "server_born": state.born(pid), "data_dir": str(data), "timescaledb": release.timescaledb,
        "machine": {**machine, "root": str(merged), "leader": _leader(process.pid)},
    }


def _layer(folder: Path, root: Path) -> Path:
    upper, work, merged = (folder / name for name in ("upper", "work", "merged"))
    for path in (upper, work, merged):
        path.mkdir()
        path.chmod(0o755)
    state.run(["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={root},upperdir={upper},workdir={work}", merged])
    return merged


def _data(merged: Path, release) -> Path:
    return merged / f"var/lib/postgresql/{release.postgresql}/main"


def _settings(merged: Path, release) -> Path:
    return merged / f"etc/postgresql/{release.postgresql}/main"


def _leader(nspawn: int) -> int:
    """The machine's init, as this computer counts it: whose namespaces a test enters."""
    children = Path(f"/proc/{nspawn}/task/{nspawn}/children").read_text(encoding="utf-8").split()
    return int(children[0])


def _make_cluster(merged: Path, password_file: Path, release) -> None:
    """Debian's own way, as an admin would; the role is made before the boot, so nothing has to be waited for."""
    inside = {"env": {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}}
    state.run(["chroot", merged, "pg_createcluster", "--locale=C.UTF-8", "--port=5432", str(release.postgresql), "main",
               "--", "--no-sync", "--data-checksums"], 120, **inside)
    # Nothing but hexadecimal digits is in the password: it needs no quoting.
    statement = f"CREATE ROLE {cluster.USER} SUPERUSER LOGIN PASSWORD '{password_file.read_text(encoding='utf-8')}'\n"
    reading, writing = os.pipe()
    os.write(writing, statement.encode())
    os.close(writing)
    try:
        said = state.run(["chroot", merged, "runuser", "-u", "postgres", "--",
                          f"/usr/lib/postgresql/{release.postgresql}/bin/postgres", "--single",
                          "-D", f"/{_data(merged, release).relative_to(merged)}",
                          "-c", f"config_file=/{_settings(merged, release).relative_to(merged)}/postgresql.conf",
                          "postgres"], 60, stdin=reading, **inside)
    finally:
        os.close(reading)
    if "ERROR" in said:
        raise state.LabError(f"the lab's role could not be made: {said.strip()[-400:]}")


def _configure(folder: Path, merged: Path, machine: dict, release) -> None:
    owner = _data(merged, release).stat()
    conf = _settings(merged, release)
    tls.server_certificate(folder, conf / "tls", [machine["address"]], (owner.st_uid, owner.st_gid))
    inside = f"/{conf.relative_to(merged)}"
    settings = {
        "listen_addresses": "*", "max_worker_processes": "32", "ssl_cert_file": f"{inside}/tls/server.crt",
        "ssl_key_file": f"{inside}/tls/server.key", "fsync": "off",
    }
    if release.timescaledb:
        settings |= {"shared_preload_libraries": "timescaledb", "timescaledb.telemetry_level": "off"}
    text = "".join(f"{name} = '{value}'\n" for name, value in settings.items())
    (conf / "conf.d/salvor-lab.conf").write_text(text, encoding="utf-8")
    with open(conf / "pg_hba.conf", "a", encoding="utf-8") as hba:
        hba.write("host all all 0.0.0.0/0 scram-sha-256\n")
        hba.write("host replication all 0.0.0.0/0 scram-sha-256\n")


def _make_network(machine: dict) -> None:
    netns, link, peer = machine["netns"], machine["link"], machine["peer"]
    inside = ["ip", "-n", netns]
    for words in (
        ["ip", "netns", "add", netns],
        ["ip", "link", "add", link, "type", "veth", "peer", "name", peer, "netns", netns],
        ["ip", "addr", "add", f"{machine['host']}/30", "dev", link],
        ["ip", "link", "set", link, "up"],
        [*inside, "addr", "add", f"{machine['address']}/30", "dev", peer],
        [*inside, "link", "set", peer, "up"],
        [*inside, "link", "set", "lo", "up"],
    ):
        state.run(words)


def _postmaster(data: Path) -> int:
    """The server's process id as this computer counts it; postmaster.pid has the one inside the machine."""
    inner = (data / "postmaster.pid").read_text(encoding="utf-8").split("\n")[0]
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text(encoding="utf-8")
            if re.search(rf"^NSpid:.*\t{inner}$", text, re.M) and "\nPPid:\t0\n" not in text and os.path.samefile(
                    status.parent / "cwd", data):
                return int(status.parent.name)
        except OSError:
            continue
    raise state.LabError("the machine's PostgreSQL was not found among the processes")
