"""Is PagerDuty set up well? Its keys, what the catalog says of it, and the webhook that tells us of incidents."""

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any
from urllib.parse import quote

from pagerduty import EventsApiV2Client, RestApiV2Client
from psfbot.plugin import Book, Examination, Finding, Health, OutOfReach

from .client import WRITE_SECONDS, Line, Reply
from .lines import events_line, rest_line
from .settings import Settings
from .subscription import webhook

PAGE, PAGES = 100, 20
SHOWN = 3
"""Names that are told of those that PagerDuty does not know."""
OK, NOT_FOUND = 200, 404
PROBE = "psfbot-doctor"
"""The key of an event that ends no incident, since none has it: PagerDuty drops it, and tells whether ours is good."""

MADE = "In PagerDuty, open Integrations, then API Access Keys, and make one; then set PSFBOT_PAGERDUTY_TOKEN."
REGION = "Make a new key under Integrations, API Access Keys; in Europe, set PSFBOT_PAGERDUTY_API_URL as well."
LATER = "Look at status.pagerduty.com, and try again later."
NAME_ONE = "Set PSFBOT_PAGERDUTY_FROM to the e-mail address of a user of PagerDuty."
ADD_ONE = "Add an integration Events API V2 to a service there, and set PSFBOT_PAGERDUTY_EVENTS_KEY to its key."
NO_TOKEN = "nobody can look without a token that PagerDuty takes"  # noqa: S105 - words, no token


async def look(examination: Examination) -> tuple[Finding, ...]:
    """Every part of the set-up, asked for side by side once the token is known to be good."""
    settings = examination.settings
    if not isinstance(settings, Settings):
        return (Finding("settings", Health.OFF, "there are none"),)
    rest, events = rest_line(settings), events_line(settings)
    try:
        first, key = await asyncio.gather(token(rest, settings), events_key(events, settings))
        if first.health is not Health.OK:
            return (first, key, Finding("webhook", Health.OFF, NO_TOKEN))
        found = await asyncio.gather(
            sender(rest, settings),
            schedules(rest, examination.book),
            people(rest, examination.book),
            services(rest, examination.book),
            webhook(rest, examination, settings),
        )
    finally:
        rest.close()
        events.close()
    return (first, key, *found[:-1], *found[-1])


async def token(rest: Line[RestApiV2Client], settings: Settings) -> Finding:
    """Does the REST API take our token?"""
    if settings.token is None:
        return Finding("token", Health.OFF, "PSFBOT_PAGERDUTY_TOKEN is not set", MADE)
    try:
        reply = await rest.ask(lambda client: client.get("/abilities"))
    except OutOfReach as error:
        return Finding("token", Health.WRONG, str(error), REGION if error.wrong else LATER)
    if not reply.fine:
        return Finding("token", Health.WRONG, f"PagerDuty answered {reply.status}: {reply.words}", REGION)
    return Finding("token", Health.OK, "PagerDuty takes it")


async def events_key(events: Line[EventsApiV2Client], settings: Settings) -> Finding:
    """Does the Events API take our key? What asks so calls nobody."""
    if settings.events_key is None:
        seen = "PSFBOT_PAGERDUTY_EVENTS_KEY is not set, so `page` writes to people and no telephone rings"
        return Finding("events key", Health.OFF, seen, ADD_ONE)
    body = {"event_action": "resolve", "dedup_key": PROBE}
    try:
        reply = await events.ask(lambda client: client.post("/v2/enqueue", json=dict(body)), seconds=WRITE_SECONDS)
    except OutOfReach as error:
        return Finding("events key", Health.WRONG, str(error), ADD_ONE if error.wrong else LATER)
    if not reply.fine:
        return Finding("events key", Health.WRONG, f"PagerDuty does not take it ({reply.words})", ADD_ONE)
    return Finding("events key", Health.OK, "PagerDuty takes it")


async def sender(rest: Line[RestApiV2Client], settings: Settings) -> Finding:
    """Is there a user in whose name we change incidents?"""
    if not settings.from_:
        seen = "PSFBOT_PAGERDUTY_FROM is not set, so nothing that is done in chat reaches PagerDuty"
        return Finding("sender", Health.OFF, seen, NAME_ONE)
    users = await everything(rest, "users", {"query": settings.from_})
    if isinstance(users, str):
        return Finding("sender", Health.WRONG, users, LATER)
    mails = {str(user.get("email", "")).casefold() for user in users}
    if settings.from_.casefold() not in mails:
        return Finding("sender", Health.WRONG, f"PagerDuty knows no user with the address {settings.from_}", NAME_ONE)
    return Finding("sender", Health.OK, f"incidents change in the name of {settings.from_}")


async def schedules(rest: Line[RestApiV2Client], book: Book) -> Finding:
    """Does PagerDuty know every schedule that the catalog names, and is anybody called through it?"""
    wanted = {duty.pagerduty_schedule: duty.id for duty in book.catalog.oncall.values() if duty.pagerduty_schedule}
    if not wanted:
        return Finding("schedules", Health.OFF, "the catalog names none", "Set oncall.ID.pagerduty_schedule there.")
    known = await asyncio.gather(*(exists(rest, schedule) for schedule in wanted))
    if trouble := next((one for one in known if isinstance(one, str)), ""):
        return Finding("schedules", Health.WRONG, trouble, LATER)
    lost = [f"oncall.{wanted[one]} names {one}" for one, there in zip(wanted, known, strict=True) if not there]
    if lost:
        seen = f"{some(lost)}, which PagerDuty does not know"
        return Finding("schedules", Health.WRONG, seen, "Copy the id from the schedule's address in PagerDuty.")
    calls = await everything(rest, "oncalls", {"schedule_ids": list(wanted)})
    if isinstance(calls, str):
        return Finding("schedules", Health.WRONG, calls, LATER)
    called = {(one.get("schedule") or {}).get("id") for one in calls}
    if idle := [f"{wanted[one]} ({one})" for one in wanted if one not in called]:
        seen = f"nobody is called through {some(idle)}"
        return Finding(
            "schedules", Health.WRONG, seen, "Put the schedule into an escalation policy, and fill its gaps."
        )
    return Finding("schedules", Health.OK, f"PagerDuty knows {'all ' if len(wanted) > 1 else ''}{len(wanted)}")


async def exists(rest: Line[RestApiV2Client], schedule: str) -> bool | str:
    """Is there such a schedule, of either kind? Trouble with finding out is a text."""
    replies: list[Reply] = []
    for path in ("/schedules/", "/v3/schedules/"):
        try:
            replies.append(await rest.ask(partial(get, f"{path}{quote(schedule, safe='')}", {})))
        except OutOfReach as error:
            return str(error)
        if replies[-1].fine:
            return True
    return False


async def people(rest: Line[RestApiV2Client], book: Book) -> Finding:
    """Does PagerDuty know everybody who has an id there, by the catalog?"""
    wanted = {person.pagerduty: person.id for person in book.catalog.people.values() if person.pagerduty}
    if not wanted:
        return Finding("people", Health.OFF, "the catalog gives nobody an id there", "Set people.ID.pagerduty there.")
    users = await everything(rest, "users", {})
    if isinstance(users, str):
        return Finding("people", Health.WRONG, users, LATER)
    known = {user.get("id") for user in users}
    if lost := [f"people.{wanted[one]} has {one}" for one in wanted if one not in known]:
        mend = "Copy the id from the user's address in PagerDuty."
        return Finding("people", Health.WRONG, f"{some(lost)}, which PagerDuty does not know", mend)
    return Finding("people", Health.OK, f"PagerDuty knows {len(wanted)}")


async def services(rest: Line[RestApiV2Client], book: Book) -> Finding:
    """Does PagerDuty know every service that the catalog names under `alerts`?"""
    wanted = {
        name: service.id for service in book.catalog.services.values() for name in service.alerts.get("pagerduty", ())
    }
    if not wanted:
        seen = "the catalog names none of PagerDuty's; they are found by their names and hosts"
        return Finding("services", Health.OFF, seen)
    found = await everything(rest, "services", {})
    if isinstance(found, str):
        return Finding("services", Health.WRONG, found, LATER)
    known = {str(one.get(key, "")).casefold() for one in found for key in ("id", "name", "summary")}
    if lost := [f"services.{wanted[one]} names {one}" for one in wanted if one.casefold() not in known]:
        mend = "Write the name or id of a service of PagerDuty under alerts.pagerduty."
        return Finding("services", Health.WRONG, f"{some(lost)}, which PagerDuty does not know", mend)
    return Finding("services", Health.OK, f"PagerDuty knows {len(wanted)}")


async def everything(rest: Line[RestApiV2Client], name: str, params: dict[str, Any]) -> Sequence[dict[str, Any]] | str:
    """Everything of a kind, page by page; trouble is a text."""
    found: list[dict[str, Any]] = []
    for page in range(PAGES):
        try:
            reply = await rest.ask(partial(get, f"/{name}", {**params, "limit": PAGE, "offset": page * PAGE}))
        except OutOfReach as error:
            return str(error)
        rows = reply.data.get(name)
        if not reply.fine or not isinstance(rows, list):
            return f"PagerDuty does not tell its {name} ({reply.status}: {reply.words})"
        found += (row for row in rows if isinstance(row, dict))
        if not rows or reply.data.get("more") is not True:
            break
    return found


def get(path: str, params: dict[str, Any], client: RestApiV2Client) -> Any:
    """One question."""
    return client.get(path, params=params)


def some(names: Iterable[str]) -> str:
    """The first few of them, and how many there are besides."""
    listed = sorted(names)
    more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
    return ", ".join(listed[:SHOWN]) + more
