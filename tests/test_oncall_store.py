"""What is kept of on-call duty, on both databases."""

import asyncio
from datetime import timedelta

import pytest
from stores import NOON, SECOND

from psfbot.oncall.page import Asked, Page
from psfbot.oncall.shift import Override, Shift, Watch
from psfbot.store.duties import KEPT, SqlDuties

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio
HOUR = timedelta(hours=1)


def watch(person="anna", rota="main", **more):
    shift = Shift(person=person, since=NOON, until=NOON + HOUR, source="pagerduty")
    return Watch(rota=rota, source="pagerduty", shifts=(shift,), known_at=NOON, **more)


def over(**more):
    values = {"rota": "main", "person": "anna", "since": NOON, "until": NOON + HOUR, "author": "ben", "made_at": NOON}
    return Override(**values | more)


def page(key="k1", place="irc\n#room\nned", asked_at=NOON, **more):
    return Page(key=key, place=place, rota="main", about="pypi", text="502", author="ned", asked_at=asked_at, **more)


async def test_what_a_source_said_last_is_known(db):
    duties = SqlDuties(db)
    await duties.keep(watch("anna"))
    await duties.keep(watch("ben"))
    await duties.keep(watch("chloe", rota="other"))

    assert await duties.watches() == {"main": watch("ben"), "other": watch("chloe", rota="other")}


async def test_a_source_that_fails_leaves_what_it_said_before(db):
    duties = SqlDuties(db)
    await duties.keep(watch())
    await duties.fail(["main", "never"], "pagerduty", "it is down")

    found = await duties.watches()
    assert found["main"] == watch(trouble="it is down")
    assert (found["never"].known_at, found["never"].trouble) == (None, "it is down")
    await duties.keep(watch())
    assert (await duties.watches())["main"].trouble == ""


async def test_overrides_are_kept_in_the_order_in_which_they_were_made(db):
    duties = SqlDuties(db)
    await duties.add_overrides([over(person="anna"), over(person="ben")])
    await duties.add_overrides([over(person="chloe", made_at=NOON - HOUR, kind="swap", reason="holiday")])

    found = await duties.overrides(NOON)
    assert [one.person for one in found] == ["chloe", "anna", "ben"]
    assert len({one.id for one in found}) == 3
    assert found[0] == over(id=found[0].id, person="chloe", made_at=NOON - HOUR, kind="swap", reason="holiday")
    assert await duties.overrides(NOON + 2 * KEPT) == []


async def test_several_overrides_are_kept_all_or_none(db):
    duties = SqlDuties(db)
    bad = over().model_copy(update={"since": NOON.replace(tzinfo=None)})

    with pytest.raises(Exception, match="time zone"):
        await duties.add_overrides([over(), bad])
    assert await duties.overrides(NOON) == []


async def test_a_page_is_confirmed_once_and_only_in_its_place(db):
    duties = SqlDuties(db)
    await duties.ask_page(page())

    assert await duties.confirm_page("irc\n#room\nsomebody", NOON) is None
    both = await asyncio.gather(*(duties.confirm_page(page().place, NOON) for _ in range(5)))
    assert [one for one in both if one] == [page()]
    assert await duties.confirm_page(page().place, NOON) is None


async def test_a_page_that_waited_too_long_is_not_confirmed(db):
    duties = SqlDuties(db)
    await duties.ask_page(page())

    assert await duties.confirm_page(page().place, NOON + SECOND) is None


async def test_of_two_pages_asked_for_in_one_place_the_later_counts(db):
    duties = SqlDuties(db)
    await duties.ask_page(page("k1"))
    await duties.ask_page(page("k2"))
    await duties.ask_page(page("k2"))

    assert (await duties.confirm_page(page().place, NOON)).key == "k2"
    assert await duties.confirm_page(page().place, NOON) is None


async def test_a_page_that_was_being_sent_is_known_after_a_restart(db):
    duties = SqlDuties(db)
    await duties.ask_page(page())
    await duties.confirm_page(page().place, NOON)

    assert await duties.unfinished(NOON) == [page()]
    assert await duties.unfinished(NOON + SECOND) == []
    await duties.end_page("k1", Asked.SENT, "done")
    assert await duties.unfinished(NOON) == []


async def test_what_is_long_over_is_forgotten(db):
    duties = SqlDuties(db)
    await duties.ask_page(page())
    await duties.add_overrides([over(), over(until=NOON + 10 * HOUR)])

    assert await duties.forget(NOON + KEPT + 2 * HOUR) == 2
    assert await duties.confirm_page(page().place, NOON) is None
