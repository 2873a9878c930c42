"""A plain git remote as a forge: a change is a branch with one commit on top of the main one, and people merge it.

Git runs in a process of its own, in a bare repository that holds nothing but what the remote has; whoever deletes that
folder loses nothing.
"""

import asyncio
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from psfbot.proposals.ports import Draft, Fate, Filed, ForgeDown, Standing
from psfbot.proposals.proposal import PREFIX, Author, signed
from psfbot.text import cut, one_line

PATIENCE = 60.0
"""Seconds that git may take for one order."""
ATTEMPTS = 3
"""So often a change is made anew when the main branch or its own moved in the meantime."""
OURS = f"+refs/heads/{PREFIX}*:refs/remotes/origin/{PREFIX}*"
PLAIN = ("-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", "--no-pager")
SECRET = re.compile(r"(?<=://)\S*@")
"""A name and a password in an address, also a password with a `/` or an `@` in it."""
NOBODY = Author(name="psfbot", email="psfbot@localhost")
"""Who writes the commit, for the author of the change."""
MOVED = "The catalog changed {count} times while I was at it. Try again."
NO_FILE = "{path} is not on the branch {branch} of {url}: check PSFBOT_CATALOG_REMOTE and its branch."
FAILED = "Git did not {what}: {why}"
LATE = "it took more than {seconds:.0f} seconds"
NO_TEXT = "{path} on the branch {branch} is no UTF-8 text. Mend it there."
NO_GIT = "there is no git on this machine"
HOPELESS = re.compile(
    r"authentication failed|permission denied|could not read (?:username|password)|repository.*not found"
    r"|does not appear to be a git repository|protected branch|pre-receive hook declined|access denied|\b403\b",
    re.IGNORECASE,
)
"""What git says when trying again is pointless."""
BROKEN = re.compile(
    r"not a git repository|cannot lock ref|unable to create '[^']*\.lock'|file exists"
    r"|(?:bad|missing|corrupt|loose) object",
    re.IGNORECASE,
)
"""What git says of a copy that a crash left broken; a new one is as good."""


class Refused(Exception):
    """Git ended with an error; what it said of it."""


@dataclass
class GitForge:
    """One remote.

    `folder` is psfbot's own, `environ` what git is told by its environment, `branch` the one that changes are merged
    into, and `path` the catalog in it.
    """

    url: str = field(repr=False)
    folder: Path
    environ: Mapping[str, str] = field(repr=False)
    branch: str = "main"
    path: str = "catalog.yaml"
    patience: float = PATIENCE
    name: str = "git"
    form: str = "a branch"
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def shown(self) -> str:
        """The remote's address without any secret in it."""
        return SECRET.sub("", self.url)

    async def text(self) -> str:
        """The catalog as it stands on the main branch."""
        async with self.lock:
            return await self._text(await self._fetch())

    async def may_write(self) -> str:
        """Why nothing can be proposed there, by a push that changes nothing; nothing where all is well."""
        async with self.lock:
            base, order = await self._fetch(), ("push", "--quiet", "--dry-run", self.url)
            try:
                await self._git("push a branch", *order, f"+{base}:refs/heads/{PREFIX}doctor")
            except Refused as error:
                return str(error)
        return ""

    async def file(self, draft: Draft, make: Callable[[str], str]) -> Filed:
        """Put a change on its branch, as one commit on top of the main branch."""
        async with self.lock:
            try:
                for _ in range(ATTEMPTS):
                    if filed := await self._file(draft, make):
                        return filed
            except Refused as error:
                raise self._down(error) from error
        raise ForgeDown(MOVED.format(count=ATTEMPTS))

    async def _file(self, draft: Draft, make: Callable[[str], str]) -> Filed | None:
        """The same once; nothing when the main branch or its own moved meanwhile."""
        base = await self._fetch()
        old = await self._tip(draft.branch)
        tree = await self._tree(base, await asyncio.to_thread(make, await self._text(base)))
        if old and await self._is(old, base, tree, draft.message):
            return self._filed(draft.branch, old)
        made = await self._commit(base, tree, draft)
        return self._filed(draft.branch, made) if await self._push(made, draft.branch, old) else None

    async def look(self, reference: str, branch: str, holds: Callable[[str], bool]) -> Standing:
        """Merged, when the main branch holds the commit or the same change; closed, when the branch is gone."""
        async with self.lock:
            base = await self._fetch()
            try:
                await self._git("see that commit", "cat-file", "-e", f"{reference}^{{commit}}")
                merged = await self._merged(reference, base)
            except Refused:
                merged = False
            if merged:
                return Standing(Fate.MERGED, by=await self._merger(reference, base))
            if await asyncio.to_thread(holds, await self._text(base)):
                return Standing(Fate.MERGED)
            return Standing(Fate.OPEN if await self._tip(branch) else Fate.CLOSED)

    async def drop(self, reference: str, branch: str) -> None:
        """Delete the branch."""
        del reference  # the commit is nobody's then
        async with self.lock:
            await self._fetch()
            if old := await self._tip(branch):
                lease = f"--force-with-lease=refs/heads/{branch}:{old}"
                try:
                    await self._git("delete the branch", "push", "--quiet", lease, self.url, f":refs/heads/{branch}")
                except Refused as error:
                    raise self._down(error) from error

    def _filed(self, branch: str, commit: str) -> Filed:
        """Where the change is."""
        return Filed(f"branch {branch} of {self.shown}", commit)

    async def _fetch(self) -> str:
        """Bring our copy up to date, or make it anew where a crash left it broken; the commit of the main branch."""
        try:
            return await self._fetched()
        except Refused as error:
            if not BROKEN.search(str(error)) or await asyncio.to_thread(in_use, self.folder, 2 * self.patience):
                raise self._down(error) from error
        await asyncio.to_thread(shutil.rmtree, self.folder, ignore_errors=True)
        try:
            return await self._fetched()
        except Refused as error:
            raise self._down(error) from error

    async def _fetched(self) -> str:
        """Bring our copy up to date; the commit that the main branch is at."""
        if not (self.folder / "HEAD").exists():
            await self._git("make a repository", "init", "--quiet", "--bare", str(self.folder), inside=False)
        main = f"+refs/heads/{self.branch}:refs/remotes/origin/{self.branch}"
        await self._git("fetch the catalog", "fetch", "--quiet", "--no-tags", "--prune", self.url, main, OURS)
        return await self._git("find the branch", "rev-parse", "--verify", f"refs/remotes/origin/{self.branch}")

    async def _text(self, commit: str) -> str:
        """The catalog as a commit has it, with its own line ends."""
        try:
            return (await self._run("show the catalog", ("show", f"{commit}:{self.path}"))).decode()
        except Refused as error:
            why = NO_FILE.format(path=self.path, branch=self.branch, url=self.shown)
            raise ForgeDown(why, wrong=True) from error
        except UnicodeDecodeError as error:
            raise ForgeDown(NO_TEXT.format(path=self.path, branch=self.branch), wrong=True) from error

    async def _tip(self, branch: str) -> str:
        """The commit that a branch of ours is at; nothing where there is none."""
        try:
            return await self._git("find a branch", "rev-parse", "--verify", f"refs/remotes/origin/{branch}")
        except Refused:
            return ""

    async def _tree(self, base: str, text: str) -> str:
        """The files of a commit with another catalog among them."""
        with tempfile.TemporaryDirectory(prefix="psfbot-") as kept:
            index = {"GIT_INDEX_FILE": str(Path(kept) / "index")}
            blob = await self._git("keep the file", "hash-object", "-w", "--stdin", stdin=text.encode())
            await self._git("read the files", "read-tree", base, more=index)
            mode = (await self._git("look at the file", "ls-tree", base, self.path)).partition(" ")[0]
            entry = f"{mode},{blob},{self.path}"
            await self._git("change the file", "update-index", "--cacheinfo", entry, more=index)
            return await self._git("keep the files", "write-tree", more=index)

    async def _is(self, commit: str, base: str, tree: str, message: str) -> bool:
        """Is a commit this very change on top of this very base?"""
        said = await self._git("look at a commit", "show", "--no-patch", "--format=%P%n%T%n%B", commit)
        return said.strip() == f"{base}\n{tree}\n{message.strip()}"

    async def _commit(self, base: str, tree: str, draft: Draft) -> str:
        """The change as a commit by who proposes it."""
        who = {"AUTHOR": draft.author, "COMMITTER": NOBODY}
        names = {f"GIT_{role}_NAME": signed(one.name) for role, one in who.items()}
        mails = {f"GIT_{role}_EMAIL": signed(one.address) for role, one in who.items()}
        order = ("commit-tree", tree, "-p", base, "-F", "-")
        return await self._git("write the commit", *order, stdin=draft.message.encode(), more=names | mails)

    async def _push(self, commit: str, branch: str, old: str) -> bool:
        """Let the remote have it, unless the branch is not what it was: False then."""
        lease = f"--force-with-lease=refs/heads/{branch}:{old}"
        try:
            await self._git("push the branch", "push", "--quiet", lease, self.url, f"{commit}:refs/heads/{branch}")
        except Refused as error:
            if "stale info" in str(error) or "fetch first" in str(error):
                return False
            raise self._down(error) from error
        return True

    async def _merged(self, commit: str, base: str) -> bool:
        """Does the main branch hold a commit, or another one with the same change?"""
        said = await self._git("compare", "cherry", base, commit)
        return not any(line.startswith("+") for line in said.splitlines())

    async def _merger(self, commit: str, base: str) -> str:
        """Who merged it, where that can be seen."""
        path = ("log", "--format=%cn", "--merges", "--reverse", "--ancestry-path", f"{commit}..{base}")
        try:
            return (await self._git("find who merged it", *path)).partition("\n")[0]
        except Refused:
            return ""

    def _down(self, error: Refused) -> ForgeDown:
        """The same for people."""
        return ForgeDown(str(error), wrong=bool(HOPELESS.search(str(error))))

    async def _git(
        self, what: str, *order: str, stdin: bytes = b"", more: Mapping[str, str] | None = None, inside: bool = True
    ) -> str:
        """What git prints."""
        return (await self._run(what, order, stdin, more, inside=inside)).decode("utf-8", "replace").strip()

    async def _run(
        self, what: str, order: tuple[str, ...], stdin: bytes = b"", more: Mapping[str, str] | None = None,
        *, inside: bool = True,
    ) -> bytes:  # fmt: skip
        """Run git; raises `Refused` with what it said, without the secrets of the address."""
        where = ("-C", str(self.folder)) if inside else ()
        env = {**self.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C", **(more or {})}
        pipe = asyncio.subprocess.PIPE
        try:
            process = await asyncio.create_subprocess_exec(
                "git", *PLAIN, *where, *order, stdin=pipe, stdout=pipe, stderr=pipe, env=env
            )
        except OSError as error:
            raise ForgeDown(FAILED.format(what=what, why=NO_GIT), wrong=True) from error
        try:
            async with asyncio.timeout(self.patience):
                out, said = await process.communicate(stdin)
        except TimeoutError as error:
            raise ForgeDown(FAILED.format(what=what, why=LATE.format(seconds=self.patience))) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            raise Refused(FAILED.format(what=what, why=self._why(said)))
        return out

    def _why(self, said: bytes) -> str:
        """What git complained of, in one line."""
        lines = [one_line(line) for line in said.decode("utf-8", "replace").splitlines() if line.strip()]
        told = next((line for line in lines if line.startswith(("fatal:", "error:", "remote:"))), "")
        return cut(SECRET.sub("", " ".join([told, *(line for line in lines if line != told)])).strip(), 300)


def in_use(folder: Path, seconds: float) -> bool:
    """May another git be at work here? One that is older than it may get leaves its locks and nothing else."""
    for lock in folder.rglob("*.lock"):
        with suppress(FileNotFoundError):  # let go a moment ago
            if time.time() - lock.stat().st_mtime < seconds:
                return True
    return False
