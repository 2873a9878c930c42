"""Drift that PagerDuty shows: schedules, users and services that the catalog names and that are not there."""

import asyncio
from collections.abc import Iterable, Iterator

from pagerduty import RestApiV2Client
from psfbot.plugin import Drift, Survey, Unreachable

from .client import Line
from .doctor import everything, exists

NO_SCHEDULE = "PagerDuty knows no schedule {id}"
NO_USER = "PagerDuty knows no user {id}, which the catalog gives {person}"
NO_SERVICE = "PagerDuty knows no service '{id}'"


async def of_schedules(survey: Survey, rest: Line[RestApiV2Client]) -> list[Drift]:
    """The schedules that rotas name and nobody finds."""
    wanted = [one for one in survey.book.catalog.oncall.values() if one.pagerduty_schedule]
    if not survey.wants("schedule-gone") or not wanted:
        return []
    known = await asyncio.gather(*(exists(rest, one.pagerduty_schedule or "") for one in wanted))
    found = []
    for duty, there in zip(wanted, known, strict=True):
        if isinstance(there, str):
            raise Unreachable(there)
        if not there:
            said = NO_SCHEDULE.format(id=duty.pagerduty_schedule)
            found.append(Drift("schedule-gone", "oncall", duty.id, "pagerduty_schedule", said))
    return found


async def of_users(survey: Survey, rest: Line[RestApiV2Client]) -> list[Drift]:
    """The people whose ids PagerDuty does not know."""
    wanted = [one for one in survey.book.catalog.people.values() if one.pagerduty]
    if not survey.wants("user-gone") or not wanted:
        return []
    known = {str(user.get("id")) for user in await all_of(rest, "users")}
    return [
        Drift(
            "user-gone", "people", one.id, "pagerduty", NO_USER.format(id=one.pagerduty, person=one.name),
            f"set person:{one.id} pagerduty none",
        )
        for one in wanted
        if one.pagerduty not in known
    ]  # fmt: skip


async def of_services(survey: Survey, rest: Line[RestApiV2Client]) -> list[Drift]:
    """The services of PagerDuty that the catalog's services name under `alerts`."""
    wanted = [one for one in survey.book.catalog.services.values() if one.alerts.get("pagerduty")]
    if not survey.wants("check-gone") or not wanted:
        return []
    rows = await all_of(rest, "services")
    known = {str(row.get(key, "")).casefold() for row in rows for key in ("id", "name", "summary")}

    def lost() -> Iterator[Drift]:
        for service in wanted:
            for place, name in enumerate(service.alerts["pagerduty"]):
                if name.casefold() not in known:
                    path = f"alerts/pagerduty/{place}"
                    yield Drift("check-gone", "services", service.id, path, NO_SERVICE.format(id=name))

    return list(lost())


async def all_of(rest: Line[RestApiV2Client], name: str) -> Iterable[dict[str, object]]:
    """Everything of a kind; `Unreachable` where PagerDuty does not tell."""
    found = await everything(rest, name, {})
    if isinstance(found, str):
        raise Unreachable(found)
    return found
