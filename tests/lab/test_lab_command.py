#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's command line: called again, with a dead server, with several users, and what it leaves behind."""
import json
import os
import select
import signal
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path
from unittest import mock

sys.dont_write_bytecode = True  # not into the checkout
from labparts import root, state as labstate

LAB = Path(__file__).resolve().with_name("lab")
SECONDS = 1500  # the first one may have to make the Debian 13 root


def lab(state, *words, **environment):
    return subprocess.run([LAB, *words, "--state", state], capture_output=True, text=True, timeout=SECONDS, check=False,
                          env={**os.environ, "SALVOR_REQUIRE_SERVERS": "0", **environment})


def servers(state) -> dict:
    found = json.loads(lab(state, "status").stdout)["servers"]
    return {name: server for name, server in found.items() if server["available"]}


def ends(pid, seconds):
    """Whether the process is gone, or goes within so many seconds: on a busy machine the kernel takes its time."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], seconds)[0])
    finally:
        os.close(handle)


class LabCommand(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory(prefix="salvor-labtest-")
        os.chmod(self.folder.name, 0o755)
        self.state = Path(self.folder.name) / "state"

    def tearDown(self):
        lab(self.state, "down", "--force")
        self.folder.cleanup()

    def up(self, *words, only=("pg-plain",)):
        done = lab(self.state, "up", *words, *(word for name in only for word in ("--only", name)))
        self.assertEqual(done.returncode, 0, done.stderr)
        found = servers(self.state)
        self.assertIn("pg-plain", found, done.stdout)
        return found

    def test_up_twice_keeps_the_servers(self):
        before, after = self.up(), self.up()
        self.assertEqual({n: s["server_pid"] for n, s in before.items()}, {n: s["server_pid"] for n, s in after.items()})
        self.assertTrue(all(s["alive"] for s in after.values()))

    def test_up_after_a_server_died_makes_that_one_anew(self):
        before = self.up(only=("pg-plain", "pg17"))
        server = os.pidfd_open(before["pg-plain"]["server_pid"])
        signal.pidfd_send_signal(server, signal.SIGKILL)
        self.assertTrue(select.select([server], [], [], 60)[0])  # it ends a moment later
        os.close(server)
        after = self.up(only=("pg-plain", "pg17"))
        self.assertNotEqual(before["pg-plain"]["server_pid"], after["pg-plain"]["server_pid"])
        self.assertTrue(after["pg-plain"]["alive"])
        if "pg17" in before and before["pg17"]["port"] != before["pg-plain"]["port"]:
            self.assertEqual(before["pg17"]["server_pid"], after["pg17"]["server_pid"])

    def test_down_with_another_lease_stays_up_until_its_process_ends(self):
        with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as other:
            self.up("--lease", "mine", "--lease-pid", str(os.getpid()))
            self.up("--lease", "other", "--lease-pid", str(other.pid))
            self.assertIn("in use by other", lab(self.state, "down", "--lease", "mine").stdout)
            self.assertTrue(servers(self.state)["pg-plain"]["alive"])
            other.stdin.close()
            other.wait()
        self.assertIn("the lab is down", lab(self.state, "down", "--lease", "mine").stdout)
        self.assertEqual(servers(self.state), {})

    def test_down_leaves_no_process_no_network_and_no_secret(self):
        found = self.up(only=())
        pids = [server["server_pid"] for server in found.values()]
        done = lab(self.state, "down")
        self.assertEqual(done.returncode, 0, f"{done.stdout}{done.stderr}")
        self.assertEqual([pid for pid in set(pids) if not ends(pid, 20)], [])
        if "debian13" in found:
            self.assertFalse((Path("/sys/class/net") / found["debian13"]["machine"]["link"]).exists())
            self.assertFalse((Path("/run/netns") / found["debian13"]["machine"]["netns"]).exists())
        self.assertEqual(sorted(path.name for path in self.state.rglob("*") if path.is_file()), ["lock"])

    def test_passwords_are_readable_by_the_owner_only(self):
        for server in self.up().values():
            self.assertEqual(os.stat(server["password_file"]).st_mode & 0o777, 0o600)

    def test_state_that_is_a_link_is_refused(self):
        target = Path(self.folder.name) / "elsewhere"
        target.mkdir()
        self.state.symlink_to(target)
        done = lab(self.state, "up")
        self.assertEqual(done.returncode, 1)
        self.assertIn("is a link", done.stderr)
        self.state.unlink()

    def test_missing_server_is_a_failure_only_when_servers_are_required(self):
        # A cache in which no root can be made: everything that needs Debian 13 is then missing (on Debian 12).
        nowhere = Path(self.folder.name) / "file"
        nowhere.touch()
        allowed = lab(self.state, "up", "--only", "pg17", "--only", "pg-plain", SALVOR_LAB_CACHE=str(nowhere))
        missing = [line for line in allowed.stdout.splitlines() if "not available" in line]
        self.assertEqual(allowed.returncode, 0, allowed.stderr)
        required = lab(self.state, "up", "--only", "pg17", "--only", "pg-plain", SALVOR_LAB_CACHE=str(nowhere), SALVOR_REQUIRE_SERVERS="1")
        self.assertEqual(required.returncode, 1 if missing else 0)
        for line in missing:
            self.assertIn(line.split(":")[0], required.stderr)


class Mirror(unittest.TestCase):
    def mirror_for(self, targets):
        with mock.patch.object(labstate, "run", return_value=targets):
            return root.mirror()

    def test_is_the_archive_that_apt_itself_uses(self):
        said = "bookworm-security http://a.invalid/security\nbookworm http://b.invalid/debian\n"
        self.assertEqual(self.mirror_for(said), "http://b.invalid/debian")

    def test_without_one_it_is_said(self):
        for said in ("", "W: no lists were read\n", "bookworm-updates http://a.invalid/debian\n"):
            with self.assertRaisesRegex(labstate.LabError, "name no Debian archive"):
                self.mirror_for(said)


if __name__ == "__main__":
    unittest.main()
