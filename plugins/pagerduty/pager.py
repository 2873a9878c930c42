"""Calling people through PagerDuty: an event opens an incident under a key of ours, and later ones move it."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from pagerduty import EventsApiV2Client, RestApiV2Client
from psfbot.plugin import OutOfReach, Paging, Payload, Said, Signal, Time

from .client import WRITE_SECONDS, Line, Reply
from .lines import events_line, rest_line
from .settings import Settings

LONGEST_SUMMARY, LONGEST_KEY = 1024, 255
DONE_ALREADY = frozenset({1001, 1002, 1005})
"""PagerDuty's numbers for: it is resolved, it is acknowledged, it was changed meanwhile. It stands as we want it."""
OVER = 1001
ACTIONS = {Signal.ACKNOWLEDGE: "acknowledge", Signal.RESOLVE: "resolve"}
STATES = {Signal.ACKNOWLEDGE: "acknowledged", Signal.RESOLVE: "resolved"}

NO_KEY = "psfbot has no key for PagerDuty's events: set PSFBOT_PAGERDUTY_EVENTS_KEY."
NO_TOKEN = "psfbot has no token for PagerDuty: set PSFBOT_PAGERDUTY_TOKEN."  # noqa: S105 - words, no token
NO_SENDER = "PagerDuty wants to know in whose name incidents change: set PSFBOT_PAGERDUTY_FROM."
NO_INCIDENT = "PagerDuty knows no incident under the key {key}."
REFUSED = "PagerDuty refused that ({status}: {words})."


UNREADABLE = "PagerDuty's notes on the incident cannot be read."
SLACK = timedelta(minutes=5)
"""How far PagerDuty's clock may be behind ours."""


class Note(Payload):
    """A note that stands on an incident."""

    content: Said = ""
    created_at: Time = None


@dataclass
class Events:
    """PagerDuty as a pager."""

    events: Line[EventsApiV2Client] | None
    rest: Line[RestApiV2Client] | None
    sender: str = ""

    @classmethod
    def of(cls, settings: Settings) -> "Events":
        """With the operator's keys."""
        events = events_line(settings) if settings.events_key else None
        return cls(events, rest_line(settings) if settings.token else None, settings.from_ or "")

    async def tell(self, paging: Paging) -> str:
        """Tell PagerDuty, by an event where we opened the incident, else by changing the incident itself."""
        if paging.signal is Signal.NOTE:
            return await self._note(paging)
        if paging.incident:
            return await self._change(paging)
        return await self._event(paging)

    async def _event(self, paging: Paging) -> str:
        """Send an event; under its key it may be sent again without calling anybody twice."""
        if self.events is None:
            raise OutOfReach(NO_KEY, wrong=True)
        body = event(paging)
        reply = await self.events.ask(
            lambda client: client.post("/v2/enqueue", json=dict(body)), seconds=WRITE_SECONDS, repeat=True
        )
        accepted(reply)
        return f"PagerDuty has taken it under the key {paging.key}"

    async def _change(self, paging: Paging) -> str:
        """Set the state of an incident that PagerDuty opened; set twice it is the same."""
        state = STATES.get(paging.signal)
        if state is None:
            raise OutOfReach(f"PagerDuty's incident {paging.incident} is open already.", wrong=True)
        path = f"/incidents/{quote(paging.incident, safe='')}"
        body = {"incident": {"type": "incident_reference", "status": state}}
        reply = await self._rest().ask(
            lambda client: client.put(path, json=body, headers=self._name()), seconds=WRITE_SECONDS, repeat=True
        )
        if reply.code in DONE_ALREADY:
            return f"PagerDuty had it {STATES[Signal.RESOLVE] if reply.code == OVER else state} already"
        accepted(reply)
        return f"PagerDuty has it {state}"

    async def _note(self, paging: Paging) -> str:
        """Write a note on an incident. Two of them would stand there twice: one that may be there is looked for."""
        number = paging.incident or await self._by_key(paging.key)
        path = f"/incidents/{quote(number, safe='')}/notes"
        content = f"{paging.by}: {paging.text}" if paging.by else paging.text
        if paging.before and await self._stands(path, content, paging.before):
            return "PagerDuty has the note"
        body = {"note": {"content": content}}
        reply = await self._rest().ask(
            lambda client: client.post(path, json=body, headers=self._name()), seconds=WRITE_SECONDS, repeat=False
        )
        accepted(reply)
        return "PagerDuty has the note"

    async def _stands(self, path: str, content: str, since: datetime) -> bool:
        """Was this note written since then? Their clock may go wrong by a little."""
        reply = await self._rest().ask(lambda client: client.get(path))
        accepted(reply)
        found = reply.data.get("notes")
        if not isinstance(found, list):
            raise OutOfReach(UNREADABLE)
        notes = [Note.model_validate(one) for one in found if isinstance(one, dict)]
        ours = Note.model_validate({"content": content}).content  # read as theirs are: cut, and without what is unseen
        return any(
            note.content == ours and (not note.created_at or in_utc(note.created_at) > since - SLACK) for note in notes
        )

    async def _by_key(self, key: str) -> str:
        """The id of the incident that our own event opened."""
        params: dict[str, str | int] = {"incident_key": key, "limit": 1}
        reply = await self._rest().ask(lambda client: client.get("/incidents", params=params))
        accepted(reply)
        found = reply.data.get("incidents")
        number = found[0].get("id") if isinstance(found, list) and found and isinstance(found[0], dict) else None
        if not isinstance(number, str):
            raise OutOfReach(NO_INCIDENT.format(key=key), wrong=True)
        return number

    def _rest(self) -> Line[RestApiV2Client]:
        """The REST API, which wants a token."""
        if self.rest is None:
            raise OutOfReach(NO_TOKEN, wrong=True)
        return self.rest

    def _name(self) -> dict[str, str]:
        """In whose name an incident is changed."""
        if not self.sender:
            raise OutOfReach(NO_SENDER, wrong=True)
        return {"From": self.sender}

    def close(self) -> None:
        """Let go of both lines."""
        for line in (self.events, self.rest):
            if line is not None:
                line.close()


def event(paging: Paging) -> dict[str, Any]:
    """An event for the Events API; it always has a key, for without one each of them would call anew."""
    key = paging.key[:LONGEST_KEY]
    if not key:
        raise OutOfReach("A page needs a key.", wrong=True)
    if paging.signal is not Signal.TRIGGER:
        return {"event_action": ACTIONS[paging.signal], "dedup_key": key}
    details = {"about": paging.about, "asked for by": paging.by}
    payload = {
        "summary": (paging.text or paging.about or "psfbot asks for help")[:LONGEST_SUMMARY],
        "source": paging.source,
        "severity": paging.severity,
        "component": paging.about,
        "custom_details": {name: text for name, text in details.items() if text},
    }
    return {"event_action": "trigger", "dedup_key": key, "client": "psfbot", "payload": payload}


def in_utc(at: datetime) -> datetime:
    """A time of PagerDuty's; one without a zone is in UTC."""
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def accepted(reply: Reply) -> None:
    """Refuse to go on unless PagerDuty did what it was asked."""
    if not reply.fine:
        raise OutOfReach(REFUSED.format(status=reply.status, words=reply.words), wrong=True)
