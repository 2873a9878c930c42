"""GitHub asked over its API: what a file says, and answers that tell nothing told apart from answers."""

import base64
import binascii
import re
from typing import Annotated, Any
from urllib.parse import quote, urlencode

from pydantic import AfterValidator, Field, StringConstraints

from psfbot.plugin import Arguments, Evidence, Sight, Unreachable

from .settings import settings_of
from .verdicts import Repo, Texts, failed, listed, passed

OK, FORBIDDEN, MISSING, TOO_MANY = 200, 403, 404, 429
ITEMS = 100
"""Items on a page, the most that GitHub gives."""
PAGES = 10
TICKET = re.compile(
    r"(?:https?://[^/\s]+/)?([A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+)(?:#|/(?:pull|issues)/)(\d{1,9})(?:[/?#]\S*)?"
)


class Absent(Unreachable):
    """GitHub shows nothing there: either there is nothing, or psfbot may not see it."""


def a_ticket(value: str) -> str:
    """Refuse what names no pull request or issue."""
    if not TICKET.fullmatch(value):
        msg = "a pull request or an issue: its address, or python/peps#4215"
        raise ValueError(msg)
    return value


def an_expression(value: str) -> str:
    """Refuse what is no regular expression."""
    try:
        re.compile(value)
    except re.error as error:
        msg = f"a regular expression, but {error}"
        raise ValueError(msg) from None
    return value


Ticket = Annotated[str, AfterValidator(a_ticket)]
Inside = Annotated[str, StringConstraints(pattern=r"^[^/\s][^\s?#]*$")]
"""A path inside a repository."""


class File(Arguments):
    """A file of a repository, on a branch or at a commit where `ref` names one."""

    repo: Repo
    path: Inside
    ref: str = ""


class Holding(File):
    """A file that holds all of these texts, and none of those; `matches` is a regular expression for a line.

    With `absent` the file itself should not be there.
    """

    contains: Texts = ()
    lacks: Texts = ()
    matches: Annotated[str, AfterValidator(an_expression)] = ""
    absent: bool = Field(default=False)


async def ask(sight: Sight, path: str, **query: object) -> Any:
    """What GitHub's API answers; whatever tells nothing is `Unreachable`."""
    settings = settings_of(sight)
    headers = {"accept": "application/vnd.github+json", "user-agent": "psfbot", "x-github-api-version": "2022-11-28"}
    if settings.github_token and (token := settings.github_token.get_secret_value()):
        headers["authorization"] = f"Bearer {token}"
    asked = f"?{urlencode(query)}" if query else ""
    response = await sight.world.http.request(
        "GET", f"{settings.github_api_url}/{path}{asked}", headers=headers, follow=True
    )
    if response.status == MISSING:
        raise Absent(f"GitHub has nothing at {path}, or does not show it to psfbot")
    if response.status in {FORBIDDEN, TOO_MANY} and response.headers.get("x-ratelimit-remaining", "0") == "0":
        raise Unreachable(
            "GitHub answers no more questions for now: set PSFBOT_MIGRATIONS_GITHUB_TOKEN, or wait an hour"
        )
    if response.status != OK:
        raise Unreachable(f"GitHub answered {response.status} for {path}")
    return response.json()


async def thing(sight: Sight, path: str, **query: object) -> dict[str, Any]:
    """One thing that GitHub knows."""
    found = await ask(sight, path, **query)
    if not isinstance(found, dict):
        raise Unreachable(f"GitHub answered something else than {path}")
    return found


async def things(sight: Sight, path: str) -> list[dict[str, Any]]:
    """A list of things, over all its pages."""
    found: list[dict[str, Any]] = []
    for number in range(1, PAGES + 1):
        page = await ask(sight, path, per_page=ITEMS, page=number)
        if not isinstance(page, list):
            raise Unreachable(f"GitHub answered something else than a list for {path}")
        found += [one for one in page if isinstance(one, dict)]
        if len(page) < ITEMS:
            return found
    raise Unreachable(f"GitHub's list for {path} has more than {PAGES * ITEMS} items, so its end is not known")


def split(ticket: str) -> tuple[str, str]:
    """The repository and the number of a pull request or an issue."""
    found = TICKET.fullmatch(ticket)
    return (found[1], found[2]) if found else ("", "")


async def text_of(sight: Sight, file: File) -> str:
    """What a file says, all of it; `Absent` where there is none."""
    query = {"ref": file.ref} if file.ref else {}
    found = await ask(sight, f"repos/{file.repo}/contents/{quote(file.path)}", **query)
    if not isinstance(found, dict) or found.get("encoding") != "base64":
        raise Unreachable(f"{called(file)} is a folder, or larger than GitHub's API shows")
    try:
        return base64.b64decode(str(found.get("content", ""))).decode("utf-8", "replace")
    except binascii.Error as error:
        raise Unreachable(f"GitHub did not answer with the text of {called(file)}") from error


async def must_see(sight: Sight, repo: str) -> None:
    """Raise `Absent` where psfbot may not see a repository: then a file that it was not shown may be there."""
    await thing(sight, f"repos/{repo}")


def called(file: File) -> str:
    """A file as evidence names it."""
    return f"{file.path} in {file.repo}{f' at {file.ref}' if file.ref else ''}"


async def github_file(wanted: Holding, sight: Sight) -> Evidence:
    """A file of a repository says this, and does not say that."""
    try:
        text = await text_of(sight, wanted)
    except Absent:
        await must_see(sight, wanted.repo)
        return passed(f"no {called(wanted)}") if wanted.absent else failed(f"there is no {called(wanted)}")
    if wanted.absent:
        return failed(f"{called(wanted)} is still there")
    missing = [one for one in wanted.contains if one not in text]
    present = [one for one in wanted.lacks if one in text]
    line = re.search(wanted.matches, text, re.MULTILINE) if wanted.matches else None
    wrong = [f"it does not say {listed(missing, 'or')}"] if missing else []
    wrong += [f"it says {listed(present)}"] if present else []
    wrong += [f"no line matches {wanted.matches}"] if wanted.matches and not line else []
    if wrong:
        return failed(f"{called(wanted)}: {'; '.join(wrong)}")
    said = [*wanted.contains, *([line[0]] if line else [])]
    right = [f"it says {listed(said)}"] if said else []
    right += [f"it does not say {listed(wanted.lacks, 'or')}"] if wanted.lacks else []
    return passed(f"{called(wanted)}: {'; '.join(right) or 'it is there'}")
