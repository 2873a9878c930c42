"""How a search for drift looks at many things: side by side, and one that cannot be looked at hinders no other."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from psfbot.plugin.looking import Drift, Survey
from psfbot.plugin.world import Response, Unreachable

Thing = TypeVar("Thing")
OK = 200
LARGEST = 1_000_000
"""Bytes of a list that are believed: longer bodies are cut somewhere, and what was cut off would seem to be gone."""
TOO_LARGE = "{} is longer than any such list."


async def each(
    survey: Survey, things: Iterable[tuple[str, Thing]], look: Callable[[Thing], Awaitable[Iterable[Drift]]]
) -> list[Drift]:
    """The drift of all these things; a thing that cannot be looked at becomes a trouble of its own name.

    Where not one of several could be looked at, the search itself is blind: `Unreachable` says so once.
    """
    named = list(things)
    found = await asyncio.gather(*(quietly(look, thing) for _, thing in named))
    blind = [(name, str(seen)) for (name, _), seen in zip(named, found, strict=True) if isinstance(seen, Unreachable)]
    if len(blind) == len(named) > 1:
        raise Unreachable(blind[0][1])
    survey.troubles.update(blind)
    return [drift for seen in found if not isinstance(seen, Unreachable) for drift in seen]


async def quietly(look: Callable[[Thing], Awaitable[Iterable[Drift]]], thing: Thing) -> Iterable[Drift] | Unreachable:
    """What a look found, or why it could not."""
    try:
        return await look(thing)
    except Unreachable as error:
        return error


async def text_at(survey: Survey, url: str) -> str:
    """A text file of the web; `Unreachable` where it does not come, since nothing is known then."""
    found: Response = await survey.world.http.request("GET", url, follow=True)
    if found.status != OK:
        raise Unreachable(f"{url} answered {found.status}.")
    if len(found.body) > LARGEST:
        raise Unreachable(TOO_LARGE.format(url))
    return found.text
