"""Whenever the bot dies: no tick is lost, no check's result invented, no reminder sent twice.

The first half dies on paper, at each moment of a transaction, on a clock of its own; the second half is killed for
real, as often as PSFBOT_TEST_KILLS says (100 in the long form).
"""

import asyncio
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from checklist_kit import Works, works
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stage import ADMIN, NOON, OWNER, sample

from psfbot.checklists.run import Course, Run, after_all
from psfbot.plugin import Evidence, Verdict
from psfbot.relay.notice import Notice
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database

KILLS = int(os.environ.get("PSFBOT_TEST_KILLS", "8"))
SEED = int(os.environ.get("PSFBOT_TEST_SEED", "20261120"))
CHILD = Path(__file__).parent / "checklist_child.py"
BOOK = sample(people={"coffee": {"irc": "coffee"}, "mdk": {"irc": "mdk"}})


class Died(Exception):
    """The process ended here."""


class Mortal:
    """A store that dies before a transaction, in it, or behind it, before anybody is told that it is kept."""

    def __init__(self, store: SqlChecklists) -> None:
        self.store, self.death = store, ""

    async def read(self, work):
        return await self.store.read(work)

    async def write(self, work):
        death, self.death = self.death, ""

        def dying(runs, ledger):
            done = work(runs, ledger)
            if death == "in":
                raise Died
            return done

        if death == "before":
            raise Died
        done = await self.store.write(dying)
        if death == "behind":
            raise Died
        return done


class Witness:
    """What was really seen: every look has a number of its own."""

    def __init__(self) -> None:
        self.seen: list[str] = []

    async def look(self, arguments, sight):
        assert arguments.url
        assert sight.service.id
        self.seen.append(f"look {len(self.seen)}")
        verdict = Verdict.FAILED if len(self.seen) % 3 == 0 else Verdict.PASSED
        return Evidence(verdict, self.seen[-1])


def kept(bot: Works) -> tuple[Run, list, list[Notice]]:
    """A run, its deeds, and everything that was put in the outbox."""
    run = bot.run()
    deeds = asyncio.run(bot.lists.read(lambda runs: runs.deeds(1)))
    notices = asyncio.run(bot.store.read(lambda ledger: [one.notice for one in ledger.posted(0)]))
    return run, deeds, notices


SAID = [
    "done 1.1", "done 1.2 https://example.org/1", "done 1.3", "done 1.4 gone", "confirm 1.4", "undo 1.2", "undo 1.3",
    "skip 1.5 because x", "undo 1.5", "assign 1.1 coffee", "assign 1.3 coffee", "check 1.3", "block 1.5 because x",
    "pause 1", "resume 1", "note 1.1 x",
]  # fmt: skip
MOVES = st.one_of(
    st.tuples(st.sampled_from(SAID), st.sampled_from(["owner", "admin"])),
    st.tuples(st.just("wait"), st.sampled_from(["7", "30", "400"])),
)
DEATHS = st.sampled_from(["", "", "", "before", "in", "behind"])


@pytest.fixture(scope="session")
def empty():
    """A folder with a database that has all its tables and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        with works(Path(folder), book=BOOK) as bot:
            bot.ask("checklist start move docs.python.org", OWNER)
        yield Path(folder)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(moves=st.lists(st.tuples(MOVES, DEATHS), max_size=18))
def test_whenever_it_dies_what_was_answered_is_kept_once_and_nothing_else_is(empty, moves):
    witness, answered, now = Witness(), [], NOON
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(empty / "bot.sqlite3", folder)
        for (said, how), death in moves:
            now += timedelta(minutes=1)
            with works(Path(folder), book=BOOK, at=now) as bot, suppress(Died):
                bot.sights.look = witness.look
                object.__setattr__(bot.lists, "kept", Mortal(bot.lists.kept))
                bot.lists.kept.death = death
                if said == "wait":
                    now += timedelta(hours=int(how))
                    bot.now = now
                    bot.wait(timedelta())
                    continue
                bot.desk.bug = None
                line = bot.says(said, OWNER if how == "owner" else ADMIN)
                answered += [said.split()[1]] * (" is done" in line and "already" not in line)
        with works(Path(folder), book=BOOK, at=now) as bot:
            run, deeds, notices = kept(bot)

    fresh = {"marks": {}, "version": 1, "changed_at": run.started_at, "course": Course.RUNNING, "because": ""}
    began = run.model_copy(update={**fresh, "stale": False, "ended_at": None})
    done = Counter(f"1.{run.template.number(deed.step)}" for deed in deeds if deed.kind == "done")
    assert after_all(began, deeds[1:]).model_dump() == run.model_dump()
    assert all(done[spot] >= count for spot, count in Counter(answered).items())
    assert {deed.seen.text for deed in deeds if deed.seen} <= set(witness.seen)
    assert max(Counter(deed.seen.text for deed in deeds if deed.seen).values(), default=1) == 1
    reminded = sum(deed.kind == "reminded" for deed in deeds)
    assert sum("is yours since" in one.text for one in notices) == reminded
    assert sum("Nobody did" in one.text for one in notices) == sum(deed.kind == "stale" for deed in deeds)
    assert reminded <= sum(deed.kind == "assigned" for deed in deeds)


class Life:
    """One life of the child process, and what it said before it was killed."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(  # noqa: S603 - ours
            [sys.executable, str(CHILD), str(folder)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout
        first = self.process.stdout.readline()
        assert first == "ready\n", self.process.stderr.read()

    def kill(self, after: float) -> list[str]:
        """Let it go on for so long, kill it, and return what it said."""
        time.sleep(after)
        self.process.kill()
        out, err = self.process.communicate()
        assert "Traceback" not in err, err
        return [line for line in out.splitlines(keepends=True) if line.endswith("\n")]


def test_nothing_that_was_answered_is_lost_or_doubled_by_a_kill(tmp_path):
    draw = random.Random(SEED)  # noqa: S311 - moments, not secrets
    said: list[str] = []
    for _ in range(KILLS):
        said += Life(tmp_path).kill(draw.uniform(0.0, 0.6))
    with Database.open(f"sqlite:///{tmp_path / 'bot.sqlite3'}") as db:
        runs, deeds = asyncio.run(
            SqlChecklists(db).read(
                lambda runs: (
                    runs.runs(open_only=False, limit=1000),
                    {run.number: runs.deeds(run.number) for run in runs.runs(open_only=False, limit=1000)},
                )
            )
        )
        with works(tmp_path) as bot:
            notices = asyncio.run(bot.store.read(lambda ledger: [one.notice for one in ledger.posted(0)]))
    ticks = Counter(line.split()[1] for line in said if line.startswith("tick "))
    done = Counter(f"{run}.{deed.step[1:]}" for run, all_ in deeds.items() for deed in all_ if deed.kind == "done")
    looks = Counter(deed.seen.text for all_ in deeds.values() for deed in all_ if deed.seen)
    reminded = Counter((run, deed.step) for run, all_ in deeds.items() for deed in all_ if deed.kind == "reminded")
    told = Counter(one.text.partition(" is yours")[0].rpartition(" ")[2] for one in notices if " is yours" in one.text)

    assert ticks
    assert set(ticks) <= set(done), "an answered tick is lost"
    assert max(done.values()) == 1
    assert set(looks) <= set((tmp_path / "seen.txt").read_text().split("\n")), "a look that nobody made"
    assert max(looks.values(), default=1) == 1
    assert max(reminded.values(), default=1) == 1
    wanted = Counter({f"{run}.{step[1:]}": count for (run, step), count in reminded.items()})
    assert wanted == told
    for run in runs:
        kinds = Counter(deed.kind for deed in deeds[run.number])
        assert run.over == kinds["done"]
        assert run.version == len(deeds[run.number])


def test_what_these_tests_wait_for_does_come(tmp_path):
    """The child ticks, looks and reminds at all: else nothing above could fail."""
    life = Life(tmp_path)
    said = [life.process.stdout.readline() for _ in range(40)]
    life.kill(0)

    assert sum(line.startswith("tick ") for line in said) >= 35
    assert (tmp_path / "seen.txt").read_text().count("\n") >= 35
