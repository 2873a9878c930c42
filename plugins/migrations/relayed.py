"""Checks of what psfbot knows itself: the catalog, open incidents, silences, and when steps were done."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from psfbot.plugin import Arguments, Evidence, Sight, UserError

from .verdicts import Length, counted, failed, judged, listed, long, passed, span, unknown

MINUTE = timedelta(minutes=1)
NOBODY = "the catalog has no service {}"
"""A service that nobody knows is as calm as can be, which proves nothing."""


class Query(Arguments):
    """What the catalog should say of the service, or with `absent` should not say any more."""

    query: Annotated[str, Field(min_length=1)]
    absent: bool = False


class Calm(Arguments):
    """The service that should be calm; nothing for the one that the run is for."""

    service: str = ""


class Silenced(Arguments):
    """How long the silence should still last."""

    service: str = ""
    at_least: Length = "1h"


class Since(Arguments):
    """A step, and how long ago it should have been done."""

    step: str
    at_least: Length


async def catalog(wanted: Query, sight: Sight) -> Evidence:
    """The catalog says this of the service."""
    try:
        found = sight.book.query(wanted.query)
    except UserError as error:
        return unknown(f"the catalog cannot be asked for '{wanted.query}': {error}")
    there = any(one.id == sight.service.id for one in found)
    words = "matches" if there else "does not match"
    return judged(there is not wanted.absent, f"{sight.service.id} {words} {wanted.query} in the catalog")


async def no_incident(wanted: Calm, sight: Sight) -> Evidence:
    """The service has no open incident."""
    service = wanted.service or sight.service.id
    if service not in sight.book.catalog.services:
        return unknown(NOBODY.format(service))
    found = await sight.relaying.open_incidents(service)
    if not found:
        return passed(f"{service} has no open incident")
    return failed(f"{service} has {counted(len(found), 'open incident')}: {listed(found)}", incidents=list(found))


async def silenced(wanted: Silenced, sight: Sight) -> Evidence:
    """Alerts about the service are silenced, for long enough."""
    service = wanted.service or sight.service.id
    if service not in sight.book.catalog.services:
        return unknown(NOBODY.format(service))
    until = await sight.relaying.silent_until(service)
    if until is None or until <= sight.now:
        return failed(f"no silence is set for {service}: say `mute {service} for {wanted.at_least} because …`")
    enough = until - sight.now >= span(wanted.at_least)
    tail = "" if enough else f", not for {wanted.at_least} more"
    seen = f"{service} is silenced for {long(until - sight.now)} more, until {until:%Y-%m-%d %H:%M} UTC{tail}"
    return judged(enough, seen, until=until.isoformat())


async def time_since(wanted: Since, sight: Sight) -> Evidence:
    """A step of this run was done long enough ago."""
    done = sight.done.get(wanted.step)
    if done is None:
        return failed(f"step {wanted.step} is not done yet")
    ripe = done + span(wanted.at_least)
    since = sight.now - done
    ago = f"{long(since)} ago" if since >= MINUTE else "just now"
    seen = f"step {wanted.step} was done {done:%Y-%m-%d %H:%M} UTC, {ago}"
    tail = "" if sight.now >= ripe else f"; {wanted.at_least} are over on {ripe:%Y-%m-%d %H:%M} UTC"
    return judged(sight.now >= ripe, seen + tail, done=done.isoformat(), ripe=ripe.isoformat())
