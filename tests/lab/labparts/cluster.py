# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A PostgreSQL cluster of our own: data, socket and password in one folder, on a loopback port that was free."""
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
from pathlib import Path

from . import binaries, state, tls

USER = "salvor_admin"
START_SECONDS = 60
MAX_SOCKET_FOLDER = 85  # sun_path holds 107 bytes, ".s.PGSQL.65535.lock" takes 20


def start(folder: Path, programs: binaries.Binaries, name: str, preload: str = "", with_tls: bool = True,
          settings=(), standby: bool = False, follows: Path = None) -> dict:
    """Makes and starts the cluster; returns its entry for lab.json. What is in the way is an error, not reused.
    `follows`: the folder of another one, whose standby it will be."""
    owner = binaries.server_user()
    state.make_own(folder)
    if owner and not binaries.reachable_by_others(folder):
        raise state.LabError(f"the server's user cannot enter {folder}; choose a folder below /tmp")
    password_file = folder / "password"
    password = (follows / "password").read_text(encoding="utf-8") if follows else secrets.token_hex(16)
    state.write(password_file, password, 0o600)
    data, sockets = _owned_folder(folder / "data", owner, 0o700), _socket_folder(folder, owner)
    if follows:
        _copy(programs, json.loads((follows / "server.json").read_text()), password, data, owner)
    else:
        _initdb(programs, data, password_file, owner)
    if with_tls:
        tls.server_certificate(folder, data, ["127.0.0.1"], owner)
    _write_settings(data, sockets, preload, with_tls, settings)
    if standby:  # of nobody: it reads what initdb made, for ever
        (data / "standby.signal").touch()
    port, pid = _launch(programs, folder, data, owner)
    entry = {
        "name": name, "available": True, "how": programs.how, "host": "127.0.0.1", "port": port,
        "socket_dir": str(sockets), "user": USER, "password_file": str(password_file),
        "ca_file": str(folder / "ca.crt") if with_tls else "", "version": programs.version,
        "tools_command": programs.tools_command, "bin_dir": str(programs.real_bin_dir), "server_pid": pid,
        "server_born": state.born(pid), "data_dir": str(data), "timescaledb": preload == "timescaledb",
    }
    state.write(folder / "server.json", json.dumps(entry, indent=2, sort_keys=True) + "\n")
    return entry


def stop(folder: Path, remove: bool) -> None:
    """Stops the folder's server within a bound. A folder without one is left as it is (or removed)."""
    record = folder / "server.json"
    entry = json.loads(record.read_text()) if record.exists() else {}
    pid = _postmaster(folder / "data") or entry.get("server_pid", 0)
    if pid and _is_ours(pid, folder / "data"):
        # SIGINT: fast shutdown. SIGQUIT: at once. A stopped (SIGSTOP) server has to be woken to hear either.
        os.kill(pid, signal.SIGCONT)
        if not state.stop_process(pid, [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL]):
            raise state.LabError(f"the server with process id {pid} does not stop")
    if remove and record.exists():
        if entry and not str(entry["socket_dir"]).startswith(str(folder)):
            shutil.rmtree(entry["socket_dir"], ignore_errors=True)
        shutil.rmtree(folder)


def is_alive(entry: dict) -> bool:
    return bool(entry["server_pid"]) and state.born(entry["server_pid"]) == entry["server_born"]


def _owned_folder(path: Path, owner, mode: int) -> Path:
    path.mkdir(mode=mode)
    path.chmod(mode)
    if owner:
        os.chown(path, *owner)
    return path


def _socket_folder(folder: Path, owner) -> Path:
    path = folder / "socket"
    if len(str(path)) > MAX_SOCKET_FOLDER:
        path = Path(tempfile.mkdtemp(prefix="salvor-socket-", dir="/tmp"))
        path.rmdir()
    return _owned_folder(path, owner, 0o755)


def as_user(owner) -> dict:
    return {"user": owner[0], "group": owner[1], "extra_groups": []} if owner else {}


def _environment(programs: binaries.Binaries) -> dict:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))}
    return {**kept, "LC_ALL": "C.UTF-8", "TZ": "UTC", **programs.environment}


def _initdb(programs: binaries.Binaries, data: Path, password_file: Path, owner) -> None:
    # initdb runs as the server's user, who cannot read our file: for that moment it gets one of its own.
    own_copy = data.with_name("password.initdb")
    state.write(own_copy, password_file.read_text(encoding="utf-8") + "\n", 0o600)
    if owner:
        os.chown(own_copy, *owner)
    try:
        state.run([programs.program("initdb"), "-D", data, "-U", USER, f"--pwfile={own_copy}", "-E", "UTF8",
                   "--locale=C.UTF-8", "--auth=scram-sha-256", "--no-sync", "--data-checksums"], 120, cwd=data,
                  env=_environment(programs), **as_user(owner))
    finally:
        own_copy.unlink()


def _copy(programs: binaries.Binaries, primary: dict, password: str, data: Path, owner) -> None:
    # -R: it goes on to follow the server that it is a copy of.
    words = f"host={primary['host']} port={primary['port']} user={primary['user']}"
    state.run([programs.program("pg_basebackup"), "-D", data, "-d", words, "-R", "--checkpoint=fast", "--no-sync"], 120,
              cwd=data, env={**_environment(programs), "PGPASSWORD": password}, **as_user(owner))


def _write_settings(data: Path, sockets: Path, preload: str, with_tls: bool, settings) -> None:
    lines = {
        "listen_addresses": "127.0.0.1", "unix_socket_directories": str(sockets), "max_connections": "100",
        "shared_preload_libraries": preload, "max_worker_processes": "32", "ssl": "on" if with_tls else "off",
        "password_encryption": "scram-sha-256", "log_min_messages": "warning", "log_line_prefix": "%m [%p] %u@%d ",
        # The machine's crash is not tested, only the server's: no need to wait for the disk.
        "fsync": "off", "jit": "off", "timezone": "UTC",
    }
    if preload == "timescaledb":
        lines["timescaledb.telemetry_level"] = "off"
    lines.update(setting.split("=", 1) for setting in settings)
    with open(data / "postgresql.conf", "a", encoding="utf-8") as file:
        for name, value in lines.items():
            file.write("{} = '{}'\n".format(name, value.replace("'", "''")))


def _launch(programs: binaries.Binaries, folder: Path, data: Path, owner):
    """Starts the server on a free port; when somebody took the port in between, tries another."""
    for _ in range(5):
        port = _free_port()
        with open(folder / "server.log", "a", encoding="utf-8") as log:
            process = subprocess.Popen([programs.program("postgres"), "-D", str(data), "-p", str(port)],
                                       stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=data,
                                       env=_environment(programs), start_new_session=True, **as_user(owner))
        state.wait_until(lambda: process.poll() is not None or _is_ready(data), START_SECONDS,
                         f"PostgreSQL in {folder} does not get ready, see server.log")
        if process.poll() is None:
            return port, process.pid
        said = (folder / "server.log").read_text(encoding="utf-8")
        if "Address already in use" not in said:
            raise state.LabError(f"PostgreSQL in {folder} ended at once: {said[-800:].strip()}")
    raise state.LabError("no free port found in five attempts")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _pid_lines(data: Path) -> list:
    try:
        return (data / "postmaster.pid").read_text(encoding="utf-8").split("\n")
    except OSError:
        return []


def _is_ready(data: Path) -> bool:
    lines = _pid_lines(data)
    return len(lines) > 7 and lines[7].strip() in ("ready", "standby")


def _postmaster(data: Path) -> int:
    lines = _pid_lines(data)
    return int(lines[0]) if lines and lines[0].isdigit() else 0


def _is_ours(pid: int, data: Path) -> bool:
    """A process id may have been given to somebody else since: only a process that works in our folder is ours."""
    try:
        return bool(state.born(pid)) and os.path.samefile(f"/proc/{pid}/cwd", data)
    except OSError:
        return False
