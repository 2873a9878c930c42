"""The drift that was found last is known after a restart, on both databases, and each survey replaces all of it."""

import pytest
from stores import NOON

from psfbot.relay.drifted import Drifted
from psfbot.store.drifts import MOST, SqlDrifts

pytest_plugins = "stores"
pytestmark = pytest.mark.anyio


def drifted(number: int) -> Drifted:
    return Drifted(
        kind="link-gone", section="services", id=f"s{number}", path="links/0/url", message="a page is gone",
        ignored_until=NOON.date(), first_seen_at=NOON, seen_at=NOON,
    )  # fmt: skip


async def test_what_a_survey_leaves_is_there_in_its_order(db):
    first = await SqlDrifts(db).change(lambda _: [drifted(2), drifted(1)])
    more = await SqlDrifts(db).change(lambda known: [*known, drifted(3)])

    assert [one.id for one in first] == ["s2", "s1"]
    assert list(await SqlDrifts(db).all()) == list(more) == [drifted(2), drifted(1), drifted(3)]
    assert list(await SqlDrifts(db).change(lambda _: [])) == []
    assert list(await SqlDrifts(db).all()) == []


async def test_no_more_is_kept_than_anybody_could_read(db):
    kept = await SqlDrifts(db).change(lambda _: [drifted(number) for number in range(MOST + 5)])

    assert len(kept) == len(await SqlDrifts(db).all()) == MOST


async def test_a_survey_that_fails_changes_nothing(db):
    await SqlDrifts(db).change(lambda _: [drifted(1)])

    def fails(_):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await SqlDrifts(db).change(fails)
    assert list(await SqlDrifts(db).all()) == [drifted(1)]
