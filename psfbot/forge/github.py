"""GitHub as a forge: a change is a branch with one commit and a pull request, made by a token or as a GitHub App."""

import asyncio
import base64
import binascii
import math
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from gidgethub import GitHubException, HTTPException, RateLimitExceeded
from gidgethub.abc import GitHubAPI
from gidgethub.apps import get_installation_access_token
from jwt.exceptions import PyJWTError

from psfbot.proposals.ports import Draft, Fate, Filed, ForgeDown, Standing
from psfbot.text import cut, one_line

REQUESTER = "psfbot"
SECONDS = 20.0
"""Seconds that GitHub has for one answer."""
ATTEMPTS = 3
"""So often a change is made anew when the branch moved in the meantime."""
EARLY = 120.0
"""Seconds before its end that an installation's token is replaced."""
HOPELESS = frozenset({401, 403, 404, 410, 451})
"""Answers after which trying again is pointless; a 403 for going too fast is none of them."""
BAD_KEY = "PSFBOT_GITHUB_APP_PRIVATE_KEY is no private key: put the whole text of the .pem file there."
FAILED = "GitHub did not {what}: {why}"
NO_FILE = "{path} is not in {repo} on {branch}: check PSFBOT_GITHUB_REPO."
RIGHTS = "{why} (HTTP {status}). May the token write to {repo}, and open pull requests there?"
NO_PUSH = "The token may read {repo} and not write to it."
MOVED = "The catalog changed {count} times while I was at it. Try again."
OTHERS = "number {number} of {repo} is not of the branch {branch}. Was the catalog moved there? Withdraw it, then."
NO_JSON = "its answer makes no sense. Is that GitHub's API?"
TOO_FAST = "GitHub asks psfbot to wait."
NOT_ASKED = "{login} could not be asked for a review: {why}"
BAD = frozenset({"failure", "timed_out", "cancelled", "action_required", "startup_failure", "error"})
"""How a check ends that keeps a change from being merged."""
GONE, TAKEN = 404, 422


class Answer(Protocol):
    """What is read of an HTTP answer."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def headers(self) -> Mapping[str, str]:
        """The headers, in lower case."""

    @property
    def body(self) -> bytes:
        """The body."""


class Asks(Protocol):
    """What asks web servers (see `psfbot.plugin.Http`)."""

    async def request(
        self, method: str, url: str, *, headers: Mapping[str, str], body: bytes, seconds: float
    ) -> Answer:
        """Ask, and return whatever status came."""


class Api(GitHubAPI):
    """GitHub's API over psfbot's own way out."""

    def __init__(self, http: Asks, base_url: str, token: str = "", seconds: float = SECONDS) -> None:
        """Ask nothing yet."""
        super().__init__(REQUESTER, oauth_token=token or None, base_url=base_url.rstrip("/"))
        self.http, self.seconds = http, seconds

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        """One request."""
        found = await self.http.request(method, url, headers=dict(headers), body=body, seconds=self.seconds)
        return found.status, found.headers, found.body

    async def sleep(self, seconds: float) -> None:
        """Wait, as the library asks for."""
        await asyncio.sleep(seconds)


@dataclass(frozen=True, slots=True)
class GitHubApp:
    """A GitHub App that is installed where the catalog is; its key is a PEM text."""

    app_id: str
    installation_id: str
    private_key: str = field(repr=False)


@dataclass
class GitHubForge:
    """One repository on GitHub; `branch` is the one that is merged into, and what the repository says by default."""

    http: Asks
    base_url: str
    repo: str
    token: str = field(default="", repr=False)
    app: GitHubApp | None = None
    branch: str = ""
    path: str = "catalog.yaml"
    unreachable: tuple[type[Exception], ...] = (OSError,)
    seconds: float = SECONDS
    clock: Callable[[], float] = time.time
    name: str = "GitHub"
    form: str = "a pull request"
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    _until: float = field(default=-math.inf, init=False)
    _api: Api | None = field(default=None, init=False)

    async def text(self) -> str:
        """The catalog as it stands on the main branch."""
        commit = await self._at(await self._main())
        return await self._text(commit or "")

    async def may_write(self) -> str:
        """Why nothing can be proposed there, as far as that shows without trying; nothing where all is well."""
        found = await self._get("find the repository", f"/repos/{self.repo}")
        await self._get("show pull requests", f"/repos/{self.repo}/pulls?per_page=1", list)
        rights = found.get("permissions")
        held = isinstance(rights, dict) and rights.get("push") is False and not self.app
        return NO_PUSH.format(repo=self.repo) if held else ""

    async def file(self, draft: Draft, make: Callable[[str], str]) -> Filed:
        """Put a change on its branch, as one commit on top of the main branch, and open its pull request."""
        async with self.lock:
            main = await self._main()
            for _ in range(ATTEMPTS):
                base = await self._at(main) or ""
                text = await asyncio.to_thread(make, await self._text(base))
                if await self._put(draft, base, text) and base == await self._at(main):
                    return await self._ask(draft, main)
        raise ForgeDown(MOVED.format(count=ATTEMPTS))

    async def look(self, reference: str, branch: str, holds: Callable[[str], bool]) -> Standing:
        """How a pull request stands, and which of its checks fail."""
        del holds  # GitHub knows it
        found = await self._pull("look at the pull request", reference, branch)
        if found.get("merged") or found.get("merged_at"):
            return Standing(Fate.MERGED, by=login(found.get("merged_by")))
        if found.get("state") == "closed":
            return Standing(Fate.CLOSED, by=login(found.get("closed_by")))
        head = str(found["head"].get("sha") or "")
        return Standing(Fate.OPEN, failing=await self._failing(head) if head else ())

    async def drop(self, reference: str, branch: str) -> None:
        """Close the pull request, and delete its branch."""
        async with self.lock:
            for number in [reference] if reference else await self._waiting(branch):
                with suppress(Missing):
                    what, place = "close the pull request", f"/repos/{self.repo}/pulls/{number}"
                    if (await self._pull(what, number, branch)).get("state") == "open":
                        await self._send(what, "PATCH", place, state="closed")
            with suppress(Missing, Taken):
                await self._delete("delete the branch", f"/repos/{self.repo}/git/refs/heads/{branch}")

    async def _pull(self, what: str, number: str, branch: str) -> Any:
        """A pull request of a branch; after a move to another repository, one of this number is somebody else's."""
        found = await self._get(what, f"/repos/{self.repo}/pulls/{number}")
        if fitting(what, found.get("head") or {}, dict).get("ref") != branch:
            raise Missing(FAILED.format(what=what, why=OTHERS.format(number=number, repo=self.repo, branch=branch)))
        return found

    async def _main(self) -> str:
        """The branch that changes are merged into."""
        if not self.branch:
            found = await self._get("find the repository", f"/repos/{self.repo}")
            self.branch = str(found.get("default_branch") or "main")
        return self.branch

    async def _at(self, branch: str) -> str | None:
        """The commit that a branch is at; nothing where there is none."""
        try:
            found = await self._get("find a branch", f"/repos/{self.repo}/git/ref/heads/{branch}")
        except Missing:
            return None
        return dig("find a branch", found, "object", "sha")

    async def _text(self, commit: str) -> str:
        """The catalog as a commit has it; a big one comes by another way."""
        try:
            place = f"/repos/{self.repo}/contents/{self.path}?ref={commit}"
            found = await self._get("show the catalog", place)
            if not found.get("content"):
                found = await self._get("show the catalog", f"/repos/{self.repo}/git/blobs/{found['sha']}")
            return base64.b64decode(found["content"]).decode()
        except Missing as error:
            why = NO_FILE.format(path=self.path, repo=self.repo, branch=self.branch)
            raise ForgeDown(why, wrong=True) from error
        except (binascii.Error, UnicodeDecodeError, KeyError, TypeError) as error:
            raise ForgeDown(FAILED.format(what="show the catalog", why="that is no text")) from error

    async def _put(self, draft: Draft, base: str, text: str) -> bool:
        """Let the branch be one commit on top of the base; False when another was faster."""
        repo, what = f"/repos/{self.repo}", "take the change"
        above = await self._get(what, f"{repo}/git/commits/{base}")
        entry = {"path": self.path, "mode": "100644", "type": "blob", "content": text}
        under = dig(what, above, "tree", "sha")
        tree = dig(what, await self._send(what, "POST", f"{repo}/git/trees", base_tree=under, tree=[entry]), "sha")
        old = await self._at(draft.branch)
        if old and await self._is(old, base, tree, draft.message):
            return True
        who = {"name": draft.author.name, "email": draft.author.address}
        made = await self._send(
            what, "POST", f"{repo}/git/commits", message=draft.message, tree=tree, parents=[base], author=who
        )
        commit = dig(what, made, "sha")
        try:
            if old is None:
                ref = f"refs/heads/{draft.branch}"
                await self._send(what, "POST", f"{repo}/git/refs", ref=ref, sha=commit)
            else:
                await self._send(
                    what, "PATCH", f"{repo}/git/refs/heads/{draft.branch}", sha=commit, force=True
                )  # fmt: skip
        except Taken:
            return False
        return True

    async def _is(self, commit: str, base: str, tree: str, message: str) -> bool:
        """Is a commit this very change on top of this very base?"""
        what = "look at a commit"
        found = await self._get(what, f"/repos/{self.repo}/git/commits/{commit}")
        parents = [one.get("sha") for one in listed(what, found, "parents")]
        said = str(found.get("message", "")).strip()
        return (parents, dig(what, found, "tree", "sha"), said) == ([base], tree, message.strip())

    async def _ask(self, draft: Draft, main: str) -> Filed:
        """Open the pull request, or bring the one that waits up to date, and ask for reviews."""
        repo = f"/repos/{self.repo}"
        words = {"title": draft.title, "body": draft.body}
        if waiting := await self._waiting(draft.branch):
            found = await self._send("change the pull request", "PATCH", f"{repo}/pulls/{waiting[0]}", **words)
        else:
            found = await self._send(
                "open the pull request", "POST", f"{repo}/pulls", head=draft.branch, base=main, **words
            )  # fmt: skip
        number = dig("open the pull request", found, "number")
        told = [said for one in draft.reviewers if (said := await self._review(number, one))]
        return Filed(str(found.get("html_url", "")), number, tuple(told))

    async def _waiting(self, branch: str) -> list[str]:
        """The numbers of the open pull requests of a branch."""
        what, owner = "look for the pull request", self.repo.partition("/")[0]
        listed = await self._get(what, f"/repos/{self.repo}/pulls?state=open&head={owner}:{branch}", list)
        return [dig(what, one, "number") for one in listed if dig(what, one, "head", "ref") == branch]

    async def _review(self, number: str, reviewer: str) -> str:
        """Ask one person for a review; GitHub refuses those who have no part in the repository, and the author."""
        place = f"/repos/{self.repo}/pulls/{number}/requested_reviewers"
        try:
            await self._send("ask for a review", "POST", place, reviewers=[reviewer])
        except ForgeDown as error:
            return NOT_ASKED.format(login=reviewer, why=str(error))
        return ""

    async def _failing(self, commit: str) -> tuple[str, ...]:
        """The names of checks and statuses that went wrong."""
        repo, what = f"/repos/{self.repo}/commits/{commit}", "look at the checks"
        bad: list[str] = []
        with suppress(Missing):
            runs = listed(what, await self._get(what, f"{repo}/check-runs?per_page=100"), "check_runs")
            bad += [str(one.get("name")) for one in runs if one.get("conclusion") in BAD]
        with suppress(Missing):
            statuses = listed(what, await self._get(what, f"{repo}/status"), "statuses")
            bad += [str(one.get("context")) for one in statuses if one.get("state") in BAD]
        return tuple(dict.fromkeys(bad))

    async def _get(self, what: str, place: str, shape: type = dict) -> Any:
        """What GitHub says at a place."""
        api = await self._ready()
        return fitting(what, await self._said(what, lambda: api.getitem(place)), shape)

    async def _send(self, what: str, method: str, place: str, **data: object) -> Any:
        """Tell GitHub something."""
        api = await self._ready()
        send = api.post if method == "POST" else api.patch
        return fitting(what, await self._said(what, lambda: send(place, data=data)), dict)

    async def _delete(self, what: str, place: str) -> None:
        """Tell GitHub to delete something."""
        api = await self._ready()
        await self._said(what, lambda: api.delete(place))

    async def _ready(self) -> Api:
        """The API with a token that holds; that of an app is asked for anew before it ends."""
        if self._api is None or (self.app and self.clock() > self._until - EARLY):
            token, until = self.token, math.inf
            if self.app:
                what, app, bare = "let the app in", self.app, Api(self.http, self.base_url, seconds=self.seconds)
                given = await self._said(
                    what,
                    lambda: get_installation_access_token(
                        bare, installation_id=app.installation_id, app_id=app.app_id, private_key=app.private_key
                    ),
                )
                token, until = dig(what, given, "token"), ends(dig(what, given, "expires_at"))
            self._api, self._until = Api(self.http, self.base_url, token, self.seconds), until
        return self._api

    async def _said(self, what: str, ask: Callable[[], Any]) -> Any:
        """Whatever GitHub answers; trouble is told as `ForgeDown`, what is missing or taken as its own kinds."""
        try:
            return await ask()
        except RateLimitExceeded as error:
            raise ForgeDown(FAILED.format(what=what, why=TOO_FAST)) from error
        except HTTPException as error:
            raise self._trouble(what, error) from error
        except GitHubException as error:
            raise ForgeDown(FAILED.format(what=what, why=cut(one_line(str(error)), 200))) from error
        except PyJWTError as error:
            raise ForgeDown(BAD_KEY, wrong=True) from error
        except ValueError as error:
            raise ForgeDown(FAILED.format(what=what, why=NO_JSON)) from error
        except self.unreachable as error:
            raise ForgeDown(FAILED.format(what=what, why=cut(one_line(str(error)), 200))) from error

    def _trouble(self, what: str, error: HTTPException) -> ForgeDown:
        """What an error of GitHub's means."""
        status, why = int(error.status_code), cut(one_line(str(error) or error.status_code.phrase), 200)
        if "rate limit" in why.lower():
            return ForgeDown(FAILED.format(what=what, why=TOO_FAST))
        kind = {GONE: Missing, TAKEN: Taken}.get(status, ForgeDown)
        if status in HOPELESS:
            why = RIGHTS.format(why=why, status=status, repo=self.repo)
        return kind(FAILED.format(what=what, why=why), wrong=status in HOPELESS)


class Missing(ForgeDown):
    """GitHub knows no such thing, or does not show it to us."""


class Taken(ForgeDown):
    """GitHub has such a thing already, or cannot take it as it is."""


def login(found: Any) -> str:
    """The login of a person; nothing where GitHub names none."""
    return str(found.get("login") or "") if isinstance(found, dict) else ""


def fitting(what: str, found: Any, shape: type) -> Any:
    """An answer, if it has the shape that GitHub gives it: whoever stands in between may answer anything."""
    if not isinstance(found, shape):
        raise ForgeDown(FAILED.format(what=what, why=NO_JSON))
    return found


def dig(what: str, found: Any, *names: str) -> str:
    """A part of an answer, which GitHub always gives."""
    for name in names:
        found = fitting(what, found, dict).get(name)
    if not isinstance(found, str | int):
        raise ForgeDown(FAILED.format(what=what, why=NO_JSON))
    return str(found)


def listed(what: str, found: Any, name: str) -> list[Any]:
    """The entries of a list in an answer; none where GitHub leaves it out."""
    return [fitting(what, one, dict) for one in fitting(what, found.get(name) or [], list)]


def ends(said: str) -> float:
    """When a token ends; at once, where that cannot be read."""
    try:
        return datetime.fromisoformat(said).timestamp()
    except ValueError:
        return -math.inf
