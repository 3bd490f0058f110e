#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The Salvor authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds docs/policy.schema.json against Salvor's own reader: thousands of documents, each made from a good one by one or
two changes, must be good to both or to neither.

  test_policy_schema.py SCHEMA PEER     PEER is salvor_policy_peer
"""
import copy
import json
import random
import subprocess
import sys

try:
    import jsonschema
except ImportError:
    print("python3-jsonschema is not installed: the schema was not tried")
    sys.exit(77)

SMALL = {
    "schema_version": 1,
    "uuid": "0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a11",
    "title": "nightly",
    "profile_uuid": "5b0f1c7e-53d1-4b1c-a2f7-1c8e0a4b9d10",
    "repository_id": "0123456789abcdef0123456789abcdef",
    "what": {"databases": [{"include": True, "glob": "*"}]},
    "method": "logical",
    "kinds": ["full"],
}
LARGE = dict(SMALL, **{
    "title": "Größe, every night",
    "revision": 7,
    "what": {
        "databases": [{"include": True, "glob": "*"}, {"include": False, "glob": "tmp\n?"}],
        "relations": [{"include": False, "glob": "public.log_*"}],
    },
    "kinds": ["full", "incremental"],
    "options": {"format": "binary", "lock_budget": 4, "quick": True},
    "compression_level": 9,
    "when": {"expressions": {"full": "Sat 02:00", "incremental": "*-*-* 0/4:00:00 Europe/Berlin"}, "random_delay_seconds": 300},
    "retention": {"keep_last": 3, "keep_within_seconds": 86400, "daily": 7, "weekly": 4, "monthly": 12, "yearly": 1,
                  "hourly": 0, "time_zone": "Europe/Berlin"},
    "checks": {"verify_after": "stored", "proof_within_seconds": 2592000, "drill_target": "throwaway",
               "queries": [{"name": "orders are there", "sql": "SELECT 1\nFROM orders", "expect": "rows"},
                           {"name": "books balance", "sql": "SELECT 0", "value": "0"}]},
    "limits": {"bandwidth_bytes_per_second": 10000000, "threads": 2, "sessions": 1, "memory_bytes": 1073741824,
               "cpu_percent": 50, "lock_wait_seconds": 60},
    "hooks": {
        "before": [{"command": ["/usr/local/bin/freeze", "--all", ""], "timeout_seconds": 30, "failure_means": "partial",
                    "paths": ["/srv/app", "/var/lib/app"]}],
        "after": [{"command": ["/usr/local/bin/thaw"], "run_on": ["ok", "cancelled"]}],
    },
    "notifications": {"mail": ["ops", "night.shift"], "webhook": ["chat"], "heartbeat": "hc-1", "on": ["ok", "failed", "skipped"]},
    "recovery_point_objective_seconds": 90000,
    "executor": "this_computer",
    "paused": False,
})
VALUES = [
    None, True, False, 0, 1, 3, 19, 20, -1, 1.5, 3.0, 64, 65, 86400, 86401, 100000, 100001, 316224000, 316224001,
    3155760000, 3155760001, 2**53 - 1, 2**53, "", "x", "full", "Full", "9x", "a b", "line\n", "\n", "tab\there",
    "nul\0", "pay\u202egnp", "a\u2066b", "a\u2028b", "א", "ä", "/bin/true", "bin/true", "none", "quick", "full_", "ok", "skipped", "host:", "host:db1", "host:db1\n", "host:a b",
    "0F6F9C1E-8A53-4E0E-9A68-3E1B7F6B2A11", "0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a11", "0f6f9c1e-8a53-4e0e-9a68-3e1b7f6b2a11\n",
    "rows", "no_rows", "ö" * 50, "ö" * 51, "s" * 10000, "s" * 10001,
    "t" * 40, "t" * 41, "t" * 100, "t" * 101, "ö" * 200, "ö" * 201, "g" * 1000, "g" * 1001,
    [], ["full"], ["skipped"], ["full", "full"], ["ops", 1], [None], ["/bin/true", "a"], ["a", "/bin/true"], [[]], [{}], ["x"] * 21,
    {}, {"include": True}, {"include": True, "glob": "*"}, {"full": "daily"}, {"Full": "daily"}, {"keep_last": 0},
    {"daily": 1}, {"x": {}}, {"x": 1},
]
KEYS = ["unknown", "title", "full", "daily", "glob", "command", "run_on", "Other", "a b", "", "expressions", "threads", "heartbeat",
        "expect", "value", "sql", "paths"]


def places(node, path=()):
    """Every place in the document, containers included."""
    yield path
    children = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, child in children:
        yield from places(child, path + (key,))


def changed(document, chance):
    document = copy.deepcopy(document)
    path = chance.choice([p for p in places(document) if p])
    parent = document
    for key in path[:-1]:
        parent = parent[key]
    act = chance.random()
    if act < 0.15:
        del parent[path[-1]]
    elif act < 0.35 and isinstance(parent, dict):
        parent[chance.choice(KEYS)] = chance.choice(VALUES)
    elif act < 0.45 and isinstance(parent, list):
        parent.append(chance.choice(VALUES))
    else:
        parent[path[-1]] = chance.choice(VALUES)
    return document


def every_single_change():
    """Each place by each value: nothing is left to chance for a single fault."""
    for document in (SMALL, LARGE):
        for path in places(document):
            for value in VALUES if path else ():
                other = copy.deepcopy(document)
                parent = other
                for key in path[:-1]:
                    parent = parent[key]
                parent[path[-1]] = value
                yield other


def documents():
    yield SMALL
    yield LARGE
    yield from every_single_change()
    chance = random.Random(20261124)
    for _ in range(4000):
        one = changed(chance.choice([SMALL, LARGE]), chance)
        yield changed(one, chance) if chance.random() < 0.5 else one


def known_to_schema_only(document):
    """Zones are looked up by the reader; the schema cannot."""
    retention = document.get("retention")
    zone = retention.get("time_zone") if isinstance(retention, dict) else None
    return isinstance(zone, str) and zone != "Europe/Berlin"


def main(schema_file, peer):
    with open(schema_file, encoding="utf-8") as file:
        schema = json.load(file)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    tried = [one for one in documents() if not known_to_schema_only(one)]
    answers = subprocess.run([peer], input="".join(json.dumps(one) + "\n" for one in tried), capture_output=True, text=True,
                             check=True).stdout.splitlines()
    assert len(answers) == len(tried), f"{len(answers)} answers for {len(tried)} documents"
    wrong = good = 0
    for document, answer in zip(tried, answers):
        valid = validator.is_valid(document)
        good += valid
        newer = answer.startswith("newer_format")  # the reader says more of what the schema only refuses
        if valid != (answer == "ok") or (newer and valid):
            wrong += 1
            if wrong <= 10:
                fault = jsonschema.exceptions.best_match(validator.iter_errors(document))
                print(f"schema: {'good' if valid else fault.json_path + ' ' + fault.message[:80]}; reader: {answer}")
    print(f"{len(tried)} documents, {good} good, {wrong} judged differently")
    assert tried and answers[0] == answers[1] == "ok", "the documents that all are made from must be good"
    assert good > 100 and len(tried) - good > 1000, "the documents are too one-sided to say anything"
    return 1 if wrong else 0


sys.exit(main(*sys.argv[1:]))
