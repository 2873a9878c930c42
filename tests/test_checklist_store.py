"""What is kept of checklists, on both databases: deeds are only added, and nobody overwrites anybody."""

import asyncio
from datetime import timedelta

import pytest
from checklist_kit import template
from stores import NOON

from psfbot.checklists.campaign import Campaign, Exemption
from psfbot.checklists.ports import Overtaken
from psfbot.checklists.run import Course, Deed, Kind, Run, Seen, Who, after_all
from psfbot.store.checklists import SqlChecklists
from psfbot.store.db import Database

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio

ANN = Who(name="Ann 🔥", key="ann", place="on irc", person="ann")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def kept(db):
    return SqlChecklists(db)


def fresh(service="docs", **more) -> Run:
    values = {"started_at": NOON, "started_by": ANN, "changed_at": NOON, "rooms": ("irc #x",)}
    return Run(number=0, template=template(), service=service, **{**values, **more})


def deed(kind=Kind.DONE, step="prepare", at=NOON, **more) -> Deed:
    return Deed(kind=kind, at=at, by=ANN, step=step, **more)


STARTED = deed(Kind.STARTED, "")


async def start(kept, run=None):
    return await kept.write(lambda runs, _: runs.start(run or fresh(), STARTED))


async def test_a_run_comes_back_as_it_was_kept_with_its_deeds(kept):
    run = await start(kept)
    seen = Seen(verdict="passed", text="fine \0 ☃", at=NOON)
    more = (deed(text="x"), deed(Kind.LOOKED, "look", seen=seen), deed(Kind.TOLD, "", values={"target": "y"}))
    then = await kept.write(lambda runs, _: runs.add(run, more))

    assert run.number == 1
    assert then == after_all(run, more)
    assert await kept.read(lambda runs: runs.run(1)) == then
    assert await kept.read(lambda runs: runs.deeds(1)) == [STARTED, *more]
    assert await kept.read(lambda runs: [runs.run(2), runs.run(0), runs.run(10**30)]) == [None, None, None]


async def test_whoever_decided_on_an_older_reading_is_overtaken_and_nothing_of_theirs_is_kept(kept):
    run = await start(kept)
    await kept.write(lambda runs, _: runs.add(run, (deed(),)))

    with pytest.raises(Overtaken):
        await kept.write(lambda runs, _: runs.add(run, (deed(Kind.SKIPPED), deed(Kind.FINISHED, ""))))
    assert [one.kind for one in await kept.read(lambda runs: runs.deeds(1))] == ["started", "done"]


async def test_one_template_has_one_open_run_for_a_service(kept):
    run = await start(kept)

    with pytest.raises(Overtaken):
        await start(kept)
    await kept.write(lambda runs, _: runs.add(run, (deed(Kind.ABORTED, "", text="x"),)))
    again = await start(kept)
    assert (await kept.read(lambda runs: runs.of_service("docs", "move"))).number == again.number


async def test_runs_are_listed_newest_first(kept):
    for service in ("a", "b", "c"):
        await start(kept, fresh(service))
    run = await kept.read(lambda runs: runs.run(1 + 1))
    await kept.write(lambda runs, _: runs.add(run, (deed(Kind.ABORTED, "", text="x"),)))
    look = await kept.read(
        lambda runs: [
            [one.service for one in found]
            for found in (runs.runs(), runs.runs(open_only=False), runs.runs(limit=1), runs.of_template("move"))
        ]
    )

    assert look == [["c", "a"], ["c", "b", "a"], ["c"], ["c", "b", "a"]]
    assert (await kept.read(lambda runs: runs.run(2))).course is Course.ABORTED
    assert await kept.read(lambda runs: runs.of_template("other")) == []


async def test_of_many_who_change_a_run_at_once_through_two_connections_each_is_counted_once(url, kept):
    run = await start(kept)
    with Database.open(url) as other:
        doors = (kept, SqlChecklists(other))

        async def note(number):
            for _ in range(200):
                try:
                    return await doors[number % 2].write(
                        lambda runs, _: runs.add(runs.run(run.number), (deed(Kind.NOTED, "", text=str(number)),))
                    )
                except Overtaken:
                    continue
            raise AssertionError(number)

        await asyncio.gather(*(note(number) for number in range(20)))
    deeds = await kept.read(lambda runs: runs.deeds(1))

    assert sorted(one.text for one in deeds[1:]) == sorted(map(str, range(20)))
    assert (await kept.read(lambda runs: runs.run(1))).version == 21


async def test_a_campaign_is_kept_and_changed_by_one_at_a_time(kept):
    free = Exemption(service="docs", by=ANN, reason="x", until=NOON.date())
    campaign = Campaign(number=0, template=template(), query="id:*", started_at=NOON, started_by=ANN)
    first = await kept.write(lambda runs, _: runs.start_campaign(campaign))
    changed = first.model_copy(update={"exempt": {"docs": free}})
    await kept.write(lambda runs, _: runs.keep_campaign(changed, first))

    assert await kept.read(lambda runs: runs.campaign(first.number)) == changed
    with pytest.raises(Overtaken):
        await kept.write(lambda runs, _: runs.keep_campaign(first, first))
    assert await kept.read(lambda runs: [runs.campaign(9), len(runs.campaigns())]) == [None, 1]


async def test_a_run_of_a_campaign_names_it(kept):
    campaign = Campaign(number=0, template=template(), query="id:*", started_at=NOON, started_by=ANN)
    first = await kept.write(lambda runs, _: runs.start_campaign(campaign))
    run = await start(kept, fresh(campaign=first.number, target=NOON.date()))

    assert (await kept.read(lambda runs: runs.run(run.number))).target == NOON.date()
