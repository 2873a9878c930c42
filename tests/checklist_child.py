"""A bot that works through checklists as fast as it can, until somebody kills it: `test_checklist_crash` starts it.

It says `tick 3.4` once that tick was answered. What its checks saw is written to `seen.txt` before anybody is told.
"""

import asyncio
import sys
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from uuid import uuid4

from checklist_kit import Page, Works, template, works
from stage import NOON, OWNER, sample

from psfbot.plugin import Evidence, Verdict

STEPS = 30
HEAD = 'name: long\ntitle: Long\nabout: For tests.\napplies_to: "id:docs.python.org"\nsteps:\n'
STEP = '  - {{id: s{0}, text: Step {0}., check: {{name: page, url: "https://x/"}}, recheck: 6h}}\n'
LONG = HEAD + "".join(STEP.format(number) for number in range(1, STEPS + 1))


def main(folder: Path) -> None:
    """Go on for ever."""
    book = sample(people={"coffee": {"irc": "coffee"}})
    with works(folder, template(LONG, {"page": Page}), book=book) as bot, (folder / "seen.txt").open("a") as seen:

        async def look(arguments, sight):
            word = uuid4().hex
            seen.write(f"{word}\n")
            seen.flush()
            return Evidence(Verdict.PASSED, word)

        bot.sights.look = look
        bot.now = last(bot)
        say("ready")
        for _ in count():
            work(bot)


def last(bot: Works) -> datetime:
    """When anything was last done: the clock goes on from there."""
    newest = bot.lists.kept
    runs = asyncio.run(newest.read(lambda runs: runs.runs(open_only=False, limit=1)))
    if not runs:
        return NOON
    deeds = asyncio.run(newest.read(lambda kept: kept.deeds(runs[0].number)))
    return deeds[-1].at + timedelta(hours=1)


def work(bot: Works) -> None:
    """One step of the open run, or a new run."""
    bot.now += timedelta(hours=1)
    bot.ask("checklist start long docs.python.org", OWNER)
    number = int(bot.ask("checklists", OWNER).answer.items[0].name.split()[0])
    run = bot.run(number)
    following = run.next[0]
    spot = run.spot(following.id)
    if not run.mark(following.id).whom:
        bot.ask(f"assign {spot} coffee", OWNER)
    if run.template.number(following.id) % 5 == 0:
        bot.wait(timedelta(hours=25))
    if bot.says(f"done {spot}", OWNER).startswith(f"{spot} is done:"):
        say(f"tick {spot}")


def say(line: str) -> None:
    """Tell whoever started this, before anything else happens."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
