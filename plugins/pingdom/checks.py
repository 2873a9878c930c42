"""Pingdom's API: how each check stands, and every change of it since psfbot looked last."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, Field, ValidationError

from psfbot.plugin import Payload, Round, Said, Time, Unreachable, fetch, loose

from .change import Change, tag_names

CHECKS = "{api}/checks?include_tags=true&include_severity=true&limit=25000"
OUTAGES = "{api}/summary.outage/{id}?from={since}&to={now}&order=asc"
TRANSACTIONS = "{api}/tms/check/report/status?from={since:%Y-%m-%dT%H:%M:%SZ}&order=asc"
STATES = {"up": "UP", "down": "DOWN"}
WORDS = {"up": "SUCCESS", "down": "FAILING"}
BACK = timedelta(days=7)
"""How far back changes are looked for after a long time in which nobody could ask."""
OVERLAP = timedelta(minutes=10)
"""What changed so long before the last round is asked for once more: Pingdom may know of it late."""
MOST = 50
"""Checks whose changes are asked for in one round, those that changed last before all others."""
REFUSED = "the token in PSFBOT_PINGDOM_TOKEN is not accepted"


def listed(value: object) -> object:
    """A list, or nothing of one."""
    return value if isinstance(value, list) else []


class Check(Payload):
    """One uptime check; `paused`, `unknown` and `unconfirmed_down` leave open how it stands."""

    id: Annotated[int, Field(ge=0, lt=10**18)]
    name: Said = ""
    hostname: Said = ""
    type: Said = ""
    status: Said = ""
    severity_level: Said = ""
    tags: Annotated[tuple[str, ...], BeforeValidator(tag_names)] = ()
    lastdownstart: Time = None
    lastdownend: Time = None
    lasterrortime: Time = None
    lasttesttime: Time = None

    @property
    def changed_at(self) -> datetime | None:
        """When it came to stand as it does."""
        if self.status == "down":
            return self.lastdownstart or self.lasterrortime or self.lasttesttime
        return self.lastdownend or self.lasterrortime

    def change(self, status: str, at: datetime | None) -> Change:
        """A change of this check, as its webhook would have told it."""
        return Change.model_validate(
            {
                "check_id": self.id,
                "check_name": self.name or self.hostname or str(self.id),
                "check_type": self.type.upper(),
                "check_params": {"hostname": self.hostname},
                "tags": list(self.tags),
                "current_state": STATES[status],
                "importance_level": self.severity_level,
                "state_changed_timestamp": at,
            }
        )


Checks = Annotated[tuple[Annotated[Check | None, loose(None)], ...], BeforeValidator(listed)]


class AllChecks(Payload):
    """All checks."""

    checks: Checks


class Stretch(Payload):
    """A time in which a check stood in one way."""

    status: Said = ""
    timefrom: Time = None
    begin: Annotated[Time, Field(alias="from")] = None

    @property
    def since(self) -> Time:
        """When it began; uptime checks and transactions have a word for it each."""
        return self.timefrom or self.begin


Stretches = Annotated[tuple[Annotated[Stretch, loose(Stretch())], ...], BeforeValidator(listed)]


class Outages(Payload):
    """How one check stood over a time."""

    states: Stretches = ()


class Summary(Payload):
    """The same, as it is answered."""

    summary: Outages


class Transaction(Outages):
    """How one transaction check stood over a time."""

    check_id: Annotated[int, Field(ge=0, lt=10**18)]
    name: Said = ""


class Transactions(Payload):
    """All transaction checks."""

    report: Annotated[tuple[Annotated[Transaction | None, loose(None)], ...], BeforeValidator(listed)] = ()


async def changes(round_: Round, api: str, token: str) -> list[Change]:
    """Each check as it stands, and every change since the last round, down and up again between two rounds too."""
    headers = {"authorization": f"Bearer {token}"}
    try:
        found = AllChecks.model_validate(await fetch(round_, CHECKS.format(api=api), headers))
    except ValidationError:
        raise Unreachable(f"{api} did not answer with a list of checks.") from None
    except Unreachable as error:
        if str(error).rstrip(".").endswith(("answered 401", "answered 403")):
            raise Unreachable(f"{REFUSED}: {error}") from error
        raise
    checks = [check for check in found.checks if check]
    told = [check.change(check.status, check.changed_at) for check in checks if check.status in STATES]
    if round_.since is None:
        return told
    since = max(round_.since - OVERLAP, round_.now - BACK)
    moved = sorted((check for check in checks if moves(check, since)), key=last_move, reverse=True)
    for check in moved[:MOST]:
        told += [change async for change in between(check, since, round_, api, headers)]
    return [*told, *await transactions(since, round_, api, headers)]


def moves(check: Check, since: datetime) -> bool:
    """Was it down, or did it come up, since then?"""
    return any(at is not None and at >= since for at in (check.lastdownstart, check.lastdownend, check.lasterrortime))


def last_move(check: Check) -> float:
    """When it moved last, for sorting."""
    times = (check.lastdownstart, check.lastdownend, check.lasterrortime)
    return max(at.timestamp() for at in times if at is not None)


async def between(
    check: Check, since: datetime, round_: Round, api: str, headers: dict[str, str]
) -> AsyncIterator[Change]:
    """Every change of one check since then; what cannot be known of one check is told, and the others go on."""
    url = OUTAGES.format(api=api, id=check.id, since=int(since.timestamp()), now=int(round_.now.timestamp()))
    try:
        found = Summary.model_validate(await fetch(round_, url, headers))
    except (Unreachable, ValidationError) as error:
        round_.troubles[f"check {check.id}"] = str(error).splitlines()[0]
        return
    finally:
        round_.memory.pop(url, None)
    for stretch in found.summary.states:
        if stretch.status in STATES and stretch.since and stretch.since > since:
            yield check.change(stretch.status, stretch.since)


async def transactions(since: datetime, round_: Round, api: str, headers: dict[str, str]) -> list[Change]:
    """The changes of transaction checks; many accounts have none, and then Pingdom refuses the question."""
    url = TRANSACTIONS.format(api=api, since=since)
    try:
        found = Transactions.model_validate(await fetch(round_, url, headers))
    except ValidationError:
        return []
    except Unreachable as error:
        if not str(error).rstrip(".").endswith(("answered 403", "answered 404")):
            round_.troubles["transaction checks"] = str(error)
        return []
    finally:
        round_.memory.pop(url, None)
    return [change for one in found.report if one for change in of_transaction(one, since)]


def of_transaction(one: Transaction, since: datetime) -> Iterator[Change]:
    """The changes of one transaction check."""
    for stretch in one.states:
        if stretch.status in WORDS and stretch.since and stretch.since > since:
            yield Change.model_validate(
                {
                    "check_id": one.check_id,
                    "check_name": one.name or str(one.check_id),
                    "check_type": "TRANSACTION",
                    "current_state": WORDS[stretch.status],
                    "state_changed_timestamp": stretch.since,
                }
            )
