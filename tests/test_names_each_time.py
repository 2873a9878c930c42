"""What is offered for a name that nobody knows is the same each time, whatever the order of a set is today."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
ASKED = [
    "status forum serch",
    "hg mirror consol",
    "balancer mirror jythn",
    "balancer serch wikki",
    "jythn mirror stats",
]
PROGRAM = """
import json, sys
from psfbot.app import start
names = start({"PSFBOT_CATALOG": sys.argv[1]}).book.names
print(json.dumps([[hit.id for hit in names.nearest(said)] for said in json.loads(sys.argv[2])]))
"""


def offered(seed):
    """The nearest names in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(ROOT / "catalog.yaml"), json.dumps(ASKED)]
    env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=env, capture_output=True, check=True)  # noqa: S603 - our own words
    return json.loads(done.stdout)


def test_the_nearest_names_do_not_change_with_the_process():
    first = offered("0")

    assert len(first) == len(ASKED)
    assert all(first)
    assert [offered(seed) for seed in ("1", "2", "3")] == [first] * 3
