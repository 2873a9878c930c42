"""The long reliability runs: kills, faults, outages and a storm, with a seed; what they find is a table of the docs.

`make bench-reliability` runs all of them, which takes about an hour, and writes the table into docs/reliability.md;
`ARGS='--only storm'` runs those whose name holds a word, and renews their rows alone. `ARGS=--short` runs the small
form that every `make test` runs too, and prints what it found.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
BEGIN, END = "<!-- runs: written by make bench-reliability -->\n", "<!-- end of runs -->\n"
HEAD = "| Run | Test | Found | Outcome | When |\n| --- | --- | --- | --- | --- |\n"
SEED = 20261120
FAILED = "**failed**"


@dataclass(frozen=True)
class Run:
    """One file of tests, and how much of everything its long form has."""

    name: str
    file: str
    long: dict[str, int] = field(default_factory=dict)


RUNS = (
    Run("kills during ingest", "tests/test_reliability_kill.py", {"KILLS": 200, "LETTERS": 10_000}),
    Run("a storm", "tests/test_reliability_storm.py", {"STORM": 10_000}),
    Run("kills while telling", "tests/test_reliability_delivery.py", {"KILLS": 50, "NOTICES": 2_000}),
    Run("disk full, database locked", "tests/test_reliability_storage.py", {"LOCKED": 30}),
    Run("kills and outages on IRC", "tests/test_reliability_irc.py", {"KILLS": 200, "ALERTS": 2_000, "OUTAGE": 20}),
    Run("both chats gone", "tests/test_stories_outage.py", {"SILENCES": 50}),
    Run("a flood on IRC", "tests/test_irc_flood.py", {"FLOOD": 60}),
    Run("kills on Slack", "tests/test_slack_kill.py", {"KILLS": 200, "NOTICES": 2_000, "QUESTIONS": 40}),
)


def perform(run: Run, seed: int, *, short: bool) -> list[str]:
    """Run its tests; a row of the table for each that told figures, and whether all of them passed."""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "figures.jsonl"
        amounts = {} if short else {f"PSFBOT_TEST_{name}": str(much) for name, much in run.long.items()}
        env = os.environ | amounts | {"PSFBOT_TEST_SEED": str(seed), "PSFBOT_TEST_FIGURES": str(found)}
        began, load = time.perf_counter(), os.getloadavg()[0]
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", run.file]
        passed = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0
        took = time.perf_counter() - began
        told = [json.loads(line) for line in found.read_text("utf-8").splitlines()] if found.exists() else []
    outcome = f"{'passed' if passed else FAILED} in {took:.0f} s"
    when = f"{datetime.now(UTC):%Y-%m-%d}, seed {seed}, load {load:.1f} before"
    figures = [(str(one["test"]), figures_of(one)) for one in told] or [(f"`{run.file}`", "it told no figures")]
    return [f"| {run.name} | {test} | {words} | {outcome} | {when} |\n" for test, words in figures]


def figures_of(one: dict[str, object]) -> str:
    """What a test found, in words."""
    told = ((name.replace("_", " "), value) for name, value in one.items() if name not in {"test", "seed"})
    return "; ".join(f"{name} {said(value)}" for name, value in told)


def said(value: object) -> str:
    """A figure as words."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {number}" for name, number in value.items()) or "none"
    return str(value)


def machine() -> str:
    """On what this runs."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    system = f"{platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}"
    return f"{os.cpu_count()} cores of {platform.machine()}, {memory:.0f} GB, {system}"


def write(new: dict[str, list[str]]) -> None:
    """Put the rows where the page has its place for them; those of other runs stay."""
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    old, _, after = rest.partition(END)
    lines = old.splitlines(keepends=True)
    rows = {run.name: [line for line in lines if line.startswith(f"| {run.name} |")] for run in RUNS} | new
    table = HEAD + "".join(row for run in RUNS for row in rows[run.name])
    PAGE.write_text(f"{before}{BEGIN}\nThe last of these ran on {machine()}.\n\n{table}\n{END}{after}", "utf-8")


def main() -> None:
    """Run, print, and write each row as soon as it is known; the exit code is 1 when a test failed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--short", action="store_true", help="small amounts, as in every test run; the page stays")
    options.add_argument("--only", default="", metavar="WORD", help="runs whose name holds this")
    options.add_argument("--seed", type=int, default=SEED)
    options.add_argument("--print", action="store_true", help="leave the page as it is")
    given = options.parse_args()
    chosen = [run for run in RUNS if given.only in run.name]
    if not chosen:
        options.error(f"no run is called so; there are: {', '.join(run.name for run in RUNS)}")
    found: list[str] = []
    for run in chosen:
        rows = perform(run, given.seed, short=given.short)
        found += rows
        if not (given.short or given.print):
            write({run.name: rows})
    print(f"On {machine()}:\n\n{HEAD}{''.join(found)}")
    sys.exit(any(FAILED in row for row in found))


if __name__ == "__main__":
    main()
