"""Incidents as JSON, for dashboards and scripts: what a room was told, and nothing that only the team may see."""

from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from psfbot.relay.alert import Severity, State
from psfbot.relay.incident import Incident, Standing
from psfbot.relay.ports import Ledger
from psfbot.web.declared import BUSY, JSON, Declared, Shown, Told, read
from psfbot.web.parts import Parts

MOST = 1000
"""Incidents in one answer, however many were asked for."""
HIGHEST = 2**31
"""Numbers above this are no incident's."""
HOW = "Ask with state=open or state=all, limit= a number from 1, and before= an incident's number."
STATES = "The open ones, also those that are acknowledged, or all."


class ShownAlert(Shown):
    """What a source reported; its long text and its links are for the team's rooms only."""

    source: str
    key: str
    about: str
    state: State
    severity: Severity
    summary: str
    at: AwareDatetime


class ShownEntry(Shown):
    """One line of the timeline."""

    at: AwareDatetime
    kind: str
    who: str
    text: str
    reason: str


class ShownIncident(Shown):
    """One incident with all of its alerts, those included that were folded into one notice."""

    number: int
    subject: str
    service: str | None
    title: str
    state: Standing
    severity: Severity
    opened_at: AwareDatetime
    changed_at: AwareDatetime
    acked_by: str
    acked_at: AwareDatetime | None
    resolved_by: str
    resolved_at: AwareDatetime | None
    flaps: int
    repeats: int
    cause: int | None
    alerts: tuple[ShownAlert, ...]


class OneIncident(ShownIncident):
    """One incident with its timeline, oldest first."""

    timeline: tuple[ShownEntry, ...]


class IncidentListing(Shown):
    """Incidents, newest first; `next` is the `before` of the following page, null where there is none."""

    incidents: tuple[ShownIncident, ...]
    next: int | None


class Wanted(Shown):
    """What a client asked for."""

    state: Annotated[Literal["open", "all"], Field(description=STATES)] = "open"
    limit: Annotated[int, Field(ge=1, description=f"How many at most; never more than {MOST}.")] = 100
    before: Annotated[int, Field(ge=1, description="Only those with a lower number: the `next` before.")] = HIGHEST


class Incidents:
    """The JSON addresses under `/api/v1`."""

    def __init__(self, parts: Parts) -> None:
        """Keep where incidents are."""
        self._store = parts.store

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Declared("/api/v1/incidents", self.listed, TOLD_OF_ALL),
            Declared("/api/v1/incidents/{number:int}", self.one, TOLD_OF_ONE),
        ]

    async def listed(self, request: Request) -> Response:
        """Incidents, newest first; the open ones unless `state=all`."""
        try:
            wanted = Wanted.model_validate(dict(request.query_params))
        except ValidationError:
            raise HTTPException(400, HOW) from None
        return Response(await read(self._store.read(lambda ledger: listing(ledger, wanted))), media_type=JSON)

    async def one(self, request: Request) -> Response:
        """One incident with its timeline."""
        number = int(request.path_params["number"])
        found = await read(self._store.read(lambda ledger: detail(ledger, number))) if number < HIGHEST else None
        if found is None:
            raise HTTPException(404, f"There is no incident {number}. /api/v1/incidents?state=all lists them.")
        return Response(found, media_type=JSON)


def listing(ledger: Ledger, wanted: Wanted) -> bytes:
    """One page of incidents; made where it is read, since the event loop has better things to do."""
    limit = min(wanted.limit, MOST)
    newest = next(iter(ledger.incidents(open_only=False, limit=1)), None)
    passed = max(0, newest.number + 1 - wanted.before) if newest else 0
    open_only = wanted.state == "open"
    candidates = ledger.incidents(open_only=open_only, limit=passed + limit + 1)
    found = [incident for incident in candidates if incident.number < wanted.before]
    incidents = tuple(ShownIncident.model_validate(shown(ledger, one)) for one in found[:limit])
    more = incidents[-1].number if len(found) > limit else None
    return IncidentListing(incidents=incidents, next=more).model_dump_json().encode()


def detail(ledger: Ledger, number: int) -> bytes | None:
    """One incident and its timeline; None when there is none of this number."""
    incident = ledger.incident(number)
    if incident is None:
        return None
    timeline = [ShownEntry.model_validate(entry) for entry in ledger.timeline(number)]
    return OneIncident.model_validate({**shown(ledger, incident), "timeline": timeline}).model_dump_json().encode()


def shown(ledger: Ledger, incident: Incident) -> dict[str, object]:
    """An incident and its alerts, as far as they are shown."""
    alerts = [ShownAlert.model_validate(alert) for alert in ledger.alerts(incident.number)]
    return {**incident.model_dump(), "service": incident.service, "alerts": alerts}


TOLD_OF_ALL = Told(
    about="Incidents, newest first, each with all of its alerts.",
    gives=IncidentListing,
    takes=Wanted,
    example="/api/v1/incidents?state=all&limit=10",
    refuses={400: HOW, 503: BUSY},
)
TOLD_OF_ONE = Told(
    about="One incident with its timeline.",
    gives=OneIncident,
    path={"number": "The incident's number."},
    example="/api/v1/incidents/1",
    refuses={404: "There is no incident of this number.", 503: BUSY},
)
