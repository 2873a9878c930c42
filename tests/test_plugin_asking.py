"""How a poll asks for a page: whatever the other side answers, it is known, or known to be unknown."""

import asyncio
from datetime import timedelta

import pytest
from fake_world import NOON, FakeWorld, page
from stage import sample

from psfbot.plugin import Round, Unreachable, fetch

URL = "https://status.example/api.json?token=secret"
MANY = "9" * 5000


def ask(world, memory=None, after=timedelta()):
    return asyncio.run(
        fetch(Round(None, sample(), world, NOON + after, None, memory if memory is not None else {}), URL)
    )


def test_what_is_the_same_as_nothing_is_no_answer():
    with pytest.raises(Unreachable) as caught:
        ask(FakeWorld(pages={URL: page(304)}))

    assert str(caught.value) == "https://status.example/api.json answered 304."


def test_what_has_not_changed_is_what_it_was():
    memory, world = {}, FakeWorld(pages={URL: [page(200, "[1]", etag="a"), page(304)]})

    assert (ask(world, memory), ask(world, memory)) == ([1], [1])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ({"retry_after": "600"}, 600), ({"retry_after": MANY}, 3600), ({"x_ratelimit_reset": MANY}, 3600),
        ({"retry_after": "soon"}, 60), ({"retry_after": "Fri, 20 Nov 2026 12:10:00 GMT"}, 600),
    ],
)  # fmt: skip
def test_who_wants_to_be_left_alone_is_for_a_while(header, seconds):
    memory, world = {}, FakeWorld(pages={URL: [page(429, x_ratelimit_remaining="0", **header), page(200, "[1]")]})
    with pytest.raises(Unreachable):
        ask(world, memory)
    with pytest.raises(Unreachable) as caught:
        ask(world, memory, timedelta(seconds=seconds - 1))

    assert "wants to be left alone until" in str(caught.value)
    assert "secret" not in str(caught.value)
    assert ask(world, memory, timedelta(seconds=seconds)) == [1]


def test_what_an_address_asks_for_is_told_nobody():
    with pytest.raises(Unreachable) as caught:
        ask(FakeWorld(pages={URL: page(200, "<html>")}))

    assert str(caught.value) == "https://status.example/api.json did not answer with JSON."
