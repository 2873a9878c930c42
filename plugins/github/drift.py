"""Drift that GitHub shows: repositories that are gone, renamed or archived, and logins that nobody has."""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, NamedTuple

from psfbot.plugin import Drift, Person, Response, Service, Survey, Unreachable, each

ADDRESS = re.compile(r"https?://github\.com/([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+?)(?:\.git)?/?")
NAME = re.compile(r"[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+")
OK, UNAUTHORIZED, FORBIDDEN, MISSING, TOO_MANY = 200, 401, 403, 404, 429
KINDS = ("repository-gone", "repository-moved", "repository-archived")
LIMITED = "GitHub answers no more questions for now: set PSFBOT_GITHUB_TOKEN, or wait an hour."
BAD_TOKEN = "GitHub does not take the token in PSFBOT_GITHUB_TOKEN."  # noqa: S105 - words, no token
ANSWERED = "GitHub answered {status} for {path}."
ODD = "GitHub's answer for {name} tells no name of a repository."
GONE = "GitHub has no repository {name}, or does not show it to psfbot"
MOVED = "{name} is called {now} now"
ARCHIVED = "{name} is archived, and the catalog calls {service} {lifecycle}"
NO_LOGIN = "GitHub knows no login {login}, which the catalog gives {person}"


class Repository(NamedTuple):
    """A repository that a service names: in its list, or as where its configuration is."""

    service: Service
    name: str
    path: str
    spot: str
    code: bool


def repositories(survey: Survey) -> Iterator[Repository]:
    """Every repository on GitHub that the catalog names, once for each place."""
    for service in survey.book.catalog.services.values():
        for place, repo in enumerate(service.repos):
            if found := ADDRESS.fullmatch(repo.url):
                code = repo.role in {"code", "content"}
                yield Repository(service, found[1], f"repos/{place}/url", f"repos.{place}.url", code)
        config = service.config
        if config and config.repo and (found := ADDRESS.fullmatch(config.repo)):
            yield Repository(service, found[1], "config/repo", "config.repo", code=False)


async def of_repositories(survey: Survey, api: str, token: str) -> Iterable[Drift]:
    """What became of the repositories."""
    if not survey.wants(*KINDS):
        return []
    things = [(one.name, one) for one in repositories(survey)]
    return await each(survey, things, partial(repository, survey=survey, api=api, token=token))


async def repository(wanted: Repository, survey: Survey, api: str, token: str) -> Iterable[Drift]:
    """What became of one: it is followed where it was renamed."""
    found = await ask(survey, f"{api}/repos/{wanted.name}", token)
    service = wanted.service
    if found is None:
        return [Drift(KINDS[0], "services", service.id, wanted.path, GONE.format(name=wanted.name))]
    drift = []
    now = found.get("full_name")
    if not isinstance(now, str) or not NAME.fullmatch(now):
        raise Unreachable(ODD.format(name=wanted.name))
    if now.casefold() != wanted.name.casefold():
        edit = f"set {service.id} {wanted.spot} https://github.com/{now}"
        drift.append(
            Drift(KINDS[1], "services", service.id, wanted.path, MOVED.format(name=wanted.name, now=now), edit)
        )
    if found.get("archived") is True and wanted.code and service.lifecycle in {"production", "experimental"}:
        said = ARCHIVED.format(name=wanted.name, service=service.id, lifecycle=service.lifecycle)
        drift.append(Drift(KINDS[2], "services", service.id, wanted.path, said))
    return drift


async def of_logins(survey: Survey, api: str, token: str) -> Iterable[Drift]:
    """The logins that nobody has any more."""
    if not survey.wants("login-gone"):
        return []
    things = [(f"login {one.github}", one) for one in survey.book.catalog.people.values() if one.github]
    return await each(survey, things, partial(login, survey=survey, api=api, token=token))


async def login(person: Person, survey: Survey, api: str, token: str) -> Iterable[Drift]:
    """Is there such a login?"""
    if await ask(survey, f"{api}/users/{person.github}", token) is not None:
        return []
    said = NO_LOGIN.format(login=person.github, person=person.name)
    return [Drift("login-gone", "people", person.id, "github", said, f"set person:{person.id} github none")]


async def ask(survey: Survey, url: str, token: str) -> Mapping[str, Any] | None:
    """What GitHub knows of something; nothing where it surely shows none, `Unreachable` where it does not tell."""
    headers = {"accept": "application/vnd.github+json", "x-github-api-version": "2022-11-28"}
    headers |= {"authorization": f"Bearer {token}"} if token else {}
    answer: Response = await survey.world.http.request("GET", url, headers=headers, follow=True)
    if answer.status == MISSING and isinstance(answer.json(), dict):
        return None  # a 404 without JSON is somebody else's: a wrong address of the API, a proxy on the way
    if answer.status == UNAUTHORIZED:
        raise Unreachable(BAD_TOKEN)
    if answer.status in {FORBIDDEN, TOO_MANY}:
        raise Unreachable(LIMITED)
    found = answer.json() if answer.status == OK else None
    if not isinstance(found, dict):
        raise Unreachable(ANSWERED.format(status=answer.status, path=url))
    return found
