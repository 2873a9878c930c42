"""The long reliability runs: kills, faults and outages with a seed; what they find becomes a table of the docs.

`make bench-reliability` runs all of them, which takes about an hour; `ARGS=--short` runs the small form that every
`make test` runs too, and `ARGS='--only kill'` those whose name holds a word.
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


@dataclass(frozen=True)
class Run:
    """One file of tests, and how much of everything its long form has."""

    name: str
    file: str
    long: dict[str, int] = field(default_factory=dict)


RUNS = (
    Run("kills during ingest", "tests/test_reliability_kill.py", {"KILLS": 200, "LETTERS": 10_000}),
    Run("kills while telling", "tests/test_reliability_delivery.py", {"KILLS": 50, "NOTICES": 2_000}),
    Run("disk full, database locked", "tests/test_reliability_storage.py", {"LOCKED": 30}),
    Run("kills and outages on IRC", "tests/test_reliability_irc.py", {"KILLS": 200, "ALERTS": 2_000, "OUTAGE": 20}),
    Run("a flood on IRC", "tests/test_irc_flood.py", {"FLOOD": 60}),
    Run("kills on Slack", "tests/test_slack_kill.py", {"KILLS": 200, "NOTICES": 2_000, "QUESTIONS": 40}),
)


def perform(run: Run, seed: int, *, short: bool) -> tuple[bool, float, list[dict[str, object]]]:
    """Did all of its tests pass, after how many seconds, and what did they find?"""
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "figures.jsonl"
        amounts = {} if short else {f"PSFBOT_TEST_{name}": str(much) for name, much in run.long.items()}
        env = os.environ | amounts | {"PSFBOT_TEST_SEED": str(seed), "PSFBOT_TEST_FIGURES": str(found)}
        began = time.perf_counter()
        command = [sys.executable, "-m", "pytest", "-q", "--no-header", "-p", "no:cacheprovider", run.file]
        passed = subprocess.run(command, cwd=ROOT, env=env, check=False).returncode == 0
        told = found.read_text("utf-8").splitlines() if found.exists() else []
        return passed, time.perf_counter() - began, [json.loads(line) for line in told]


def said(value: object) -> str:
    """A figure as words."""
    if isinstance(value, dict):
        return ", ".join(f"{name}: {number}" for name, number in value.items()) or "none"
    return str(value)


def rows(run: Run, outcome: tuple[bool, float, list[dict[str, object]]]) -> list[str]:
    """One row for each test that told figures."""
    passed, took, found = outcome
    verdict = "passed" if passed else "**failed**"
    lines = []
    for one in found:
        figures = "; ".join(
            f"{name.replace('_', ' ')} {said(v)}" for name, v in one.items() if name not in {"test", "seed"}
        )
        lines.append(f"| {run.name} | {one['test']} | {figures} | {verdict}, {took:.0f} s in all |\n")
    return lines or [f"| {run.name} | `{run.file}` | no figures | {verdict}, {took:.0f} s |\n"]


def head(seed: int, *, short: bool) -> str:
    """When, where and how."""
    form = "short form" if short else "long form"
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {form}, seed {seed}, {os.cpu_count()} cores of {platform.machine()} "
        f"(load {os.getloadavg()[0]:.1f} before), Python {platform.python_version()}.\n\n"
        "| Run | Test | Found | Outcome |\n| --- | --- | --- | --- |\n"
    )


def write(text: str) -> None:
    """Put the table where the page has its place for it."""
    page = PAGE.read_text("utf-8")
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}", "utf-8")


def main() -> None:
    """Run, print, and write the page; the exit code is 1 when a test failed."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--short", action="store_true", help="small amounts, as in every test run")
    options.add_argument("--only", default="", metavar="WORD", help="runs whose name holds this")
    options.add_argument("--seed", type=int, default=20261120)
    options.add_argument("--print", action="store_true", help="leave the page as it is")
    given = options.parse_args()
    text, failed = head(given.seed, short=given.short), False
    for run in RUNS:
        if given.only in run.name:
            outcome = perform(run, given.seed, short=given.short)
            failed |= not outcome[0]
            text += "".join(rows(run, outcome))
    print(text)
    if not given.print:
        write(text)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
