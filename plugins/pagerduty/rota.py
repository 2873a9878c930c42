"""Who is on call, as PagerDuty itself works it out: schedules are never read, whichever generation they are of."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Annotated, Any

from httpx2 import Response
from pydantic import Field, ValidationError

from pagerduty import RestApiV2Client
from psfbot.plugin import OutOfReach, Payload, Said, Shift, Time, loose

from .client import WRITE_SECONDS, Line, Reply
from .lines import rest_line
from .settings import Settings

PAGE, PAGES = 100, 20
"""Entries that PagerDuty hands out at once, and how many such pages are read: whatever it says of more."""
FURTHEST = timedelta(days=89)
"""It looks ahead no further than three months."""
NAME = "pagerduty"
REFUSED = "PagerDuty refused that ({status}: {words})."
UNREADABLE = "PagerDuty's answer about who is on call cannot be read."
V3 = " Schedules of the new kind take no overrides in this way: make it on PagerDuty's own page."


class Pointer(Payload):
    """Something that an entry points to."""

    id: Said = ""
    summary: Said = ""
    name: Said = ""


NOTHING = Pointer()
Pointed = Annotated[Pointer, loose(NOTHING)]


class Entry(Payload):
    """One line of /oncalls: a user who is called, at a level of a policy, through a schedule or directly."""

    user: Pointer
    schedule: Pointed = NOTHING
    escalation_policy: Pointed = NOTHING
    escalation_level: Annotated[int, Field(ge=1, le=1000)] = 1
    start: Time = None
    end: Time = None

    def shift(self, level: int) -> Shift:
        """The entry as a shift; the person goes by their id at PagerDuty."""
        return Shift(
            person=self.user.id,
            name=self.user.name or self.user.summary,
            since=in_utc(self.start),
            until=in_utc(self.end),
            level=level,
            source=NAME,
        )


@dataclass
class Rotas:
    """PagerDuty as a source of rotas."""

    line: Line[RestApiV2Client]
    sender: str = ""
    policies: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, settings: Settings) -> "Rotas":
        """With the operator's token."""
        return cls(rest_line(settings), settings.from_ or "")

    async def shifts(self, schedules: Sequence[str], since: datetime, until: datetime) -> Mapping[str, Sequence[Shift]]:
        """The shifts of each schedule, with those of the levels behind it in the policies that call it first."""
        if not schedules:
            return {}
        until = min(until, since + FURTHEST)
        own = await self._entries({"schedule_ids": list(schedules)}, since, until)
        policies = sorted({one.escalation_policy.id for one in own if one.escalation_policy.id})
        behind = await self._entries({"escalation_policy_ids": policies}, since, until) if policies else []
        return {schedule: of_schedule(schedule, own, behind) for schedule in schedules}

    async def _entries(self, asked: Mapping[str, Any], since: datetime, until: datetime) -> list[Entry]:
        """All entries of a kind, page by page, as long as each page brings some."""
        found: list[Entry] = []
        for page in range(PAGES):
            params = {**asked, "since": stamp(since), "until": stamp(until), "limit": PAGE, "offset": page * PAGE}
            reply = await self.line.ask(partial(oncalls, params))
            entries = listed(reply)
            found += filter(None, map(entry, entries))
            if not entries or reply.data.get("more") is not True:
                break
        return found

    async def cover(self, schedule: str, person: str, since: datetime, until: datetime) -> None:
        """Make an override. Nobody could tell a second one from the first, so it is never tried twice."""
        over = {"start": stamp(since), "end": stamp(until), "user": {"id": person, "type": "user_reference"}}
        path, body = f"/schedules/{schedule}/overrides", {"overrides": [over]}
        headers = {"From": self.sender} if self.sender else {}
        reply = await self.line.ask(
            lambda client: client.post(path, json=body, headers=headers), seconds=WRITE_SECONDS, repeat=False
        )
        if not reply.fine:
            hint = V3 if reply.status == 400 else ""  # noqa: PLR2004 - Bad Request
            raise OutOfReach(REFUSED.format(status=reply.status, words=reply.words) + hint, wrong=True)

    def close(self) -> None:
        """Let go of the line."""
        self.line.close()


def oncalls(params: Mapping[str, Any], client: RestApiV2Client) -> Response:
    """One page of who is on call."""
    return client.get("/oncalls", params=params)


def listed(reply: Reply) -> list[Any]:
    """The entries of an answer; one that is none is no empty rota."""
    if not reply.fine:
        raise OutOfReach(REFUSED.format(status=reply.status, words=reply.words), wrong=True)
    entries = reply.data.get("oncalls")
    if not isinstance(entries, list):
        raise OutOfReach(UNREADABLE)
    return entries


def entry(data: object) -> Entry | None:
    """One entry; one that names nobody is left out, for nobody could be called."""
    try:
        found = Entry.model_validate(data)
    except ValidationError:
        return None
    return found if found.user.id else None


def of_schedule(schedule: str, own: Iterable[Entry], behind: Iterable[Entry]) -> tuple[Shift, ...]:
    """The shifts of a schedule at the first level, and of those who are called after it at the next ones.

    A schedule may stand in several policies. Those count in which it is called soonest.
    """
    mine = [one for one in own if one.schedule.id == schedule]
    first = min((one.escalation_level for one in mine), default=1)
    policies = {one.escalation_policy.id for one in mine if one.escalation_level == first}
    later = [one for one in behind if one.escalation_policy.id in policies and one.escalation_level > first]
    found = [one.shift(1) for one in mine] + [one.shift(one.escalation_level - first + 1) for one in later]
    unique = {(one.person, one.since, one.until): one for one in sorted(found, key=lambda one: -one.level)}
    return tuple(sorted(unique.values(), key=lambda one: (one.level, one.since or datetime.min.replace(tzinfo=UTC))))


def in_utc(at: datetime | None) -> datetime | None:
    """A time of PagerDuty's; one without a zone is in UTC."""
    if at is None:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def stamp(at: datetime) -> str:
    """A time as PagerDuty reads it."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
