"""GitHub's API: the last runs of each watched repository's workflows on its default branch."""

from typing import Annotated

from pydantic import BeforeValidator, ValidationError

from psfbot.plugin import Alert, Hook, NotAsked, Payload, Round, Unreachable, fetch, loose

from .event import MOST, Event, Repository, Run
from .told import ran

REPOSITORY = "{api}/repos/{name}"
RUNS = "{api}/repos/{name}/actions/runs?branch={branch}&status=completed&exclude_pull_requests=true&per_page=50"
REFUSED = "the token in PSFBOT_GITHUB_TOKEN may not read it, or there is no such repository"
NO_RUNS = "this is no list of runs"


def listed(value: object) -> object:
    """A list that is short enough to read, or nothing of one."""
    return value[:MOST] if isinstance(value, list) else []


class Runs(Payload):
    """Runs, the newest first."""

    workflow_runs: Annotated[tuple[Annotated[Run, loose(Run())], ...], BeforeValidator(listed)]


async def of_all(round_: Round, api: str, token: str, names: tuple[str, ...]) -> list[Alert]:
    """What the runs of these repositories tell; `Unreachable` where not one of them could be asked."""
    headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    found: list[Alert] = []
    for name in names:
        try:
            found += await of_one(name, round_, api, headers)
        except NotAsked:
            raise
        except Unreachable as error:
            missing = str(error).rstrip(".").endswith(("answered 404", "answered 401"))
            round_.troubles[name] = f"{REFUSED} ({error})" if missing else str(error)
        except ValidationError:
            round_.troubles[name] = NO_RUNS
    if names and len(round_.troubles) == len(names):
        raise Unreachable(next(iter(round_.troubles.values())))
    return found


async def of_one(name: str, round_: Round, api: str, headers: dict[str, str]) -> list[Alert]:
    """What the runs of one repository tell; GitHub does not count what it answers with "not changed"."""
    there = Repository.model_validate(await fetch(round_, REPOSITORY.format(api=api, name=name), headers))
    branch = there.default_branch or "main"
    found = Runs.model_validate(await fetch(round_, RUNS.format(api=api, name=name, branch=branch), headers))
    hook = Hook({}, b"", round_.now)
    told = (
        ran(Event(action="completed", repository=there, workflow_run=run), run, hook)
        for run in found.workflow_runs
        if run.id and (round_.since is not None or run in newest(found.workflow_runs))
    )
    return [one for one in told if isinstance(one, Alert)]


def newest(runs: tuple[Run, ...]) -> tuple[Run, ...]:
    """The last run of each workflow: all that a first look should tell."""
    last: dict[str, Run] = {}
    for run in runs:
        last.setdefault(run.workflow_id, run)
    return tuple(last.values())
