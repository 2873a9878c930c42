"""How soon is a Slack slash command acknowledged while PagerDuty hangs? The whole bot, with the tests' Slack.

python bench/slack.py [--commands 1000]
"""

import argparse
import asyncio
import os
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parents[1] / "tests"
BOUND = 50.0
"""Milliseconds within which 99 of 100 commands should be acknowledged."""


def main() -> None:
    """Measure, print, and fail where it is too slow."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commands", type=int, default=1000)
    given = parser.parse_args()
    sys.path.append(str(TESTS))
    from slack_hang import acknowledged, p  # noqa: PLC0415 - the tests' own Slack and PagerDuty

    for hangs in (False, True):
        with tempfile.TemporaryDirectory(prefix="psfbot-bench-") as folder:
            seconds = asyncio.run(acknowledged(Path(folder), given.commands, hangs=hangs))
        found = {"p50": p(seconds, 50), "p95": p(seconds, 95), "p99": p(seconds, 99), "max": max(seconds) * 1000}
        told = ", ".join(f"{name} {value:.1f} ms" for name, value in found.items())
        print(f"{len(seconds)} slash commands, PagerDuty {'hangs' if hangs else 'answers'}: acknowledged after {told}")
    print(f"99 of 100 should be acknowledged within {BOUND:.0f} ms; load of this machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
