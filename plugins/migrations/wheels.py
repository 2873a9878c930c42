"""The check of wheels: would every package of a requirements file come as a wheel on an Arm machine?"""

import asyncio
import re
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, model_validator

from psfbot.plugin import Arguments, Evidence, Sight, Unreachable, Verdict

from . import requirements
from .github import Absent, File, Inside, called, must_see, text_of
from .requirements import NAME, Wanted
from .resolver import Fate, Outcome, Target, each, resolve, stub
from .settings import settings_of
from .verdicts import Repo, counted, failed, listed, unknown

ONE_AT_A_TIME = asyncio.Semaphore(1)
"""Resolving takes a processor and the index's time: a campaign must not start fifty at once."""
MOST_FILES = 10
MOST_MISSING = 60
EVERY = 1000
"""Names that are listed: all of them, since somebody must look at each."""
SOURCE, OTHERS, BOTH = "only source", "only wheels for others", "source, and wheels for others"
"""What the index has instead; others are other machines, other versions of Python, other libraries."""
A_DEMO = "a demo asks nobody else, and the package index is not on this machine"

Python = Annotated[str, StringConstraints(pattern=r"^3\.\d{1,2}(\.\d{1,2})?$")]


class Needed(Arguments):
    """A requirements file of a repository, or requirements as they stand here, and the machine to look for.

    `glibc` is the version that the image has, or `musl` where it has that library instead.
    """

    repo: Repo | None = None
    path: Inside = "requirements.txt"
    ref: str = ""
    requirements: str = ""
    python: Python = "3.12"
    glibc: Annotated[str, StringConstraints(pattern=r"^2\.\d{1,2}$")] = "2.36"
    musl: Annotated[str, StringConstraints(pattern=r"^(1\.\d)?$")] = ""

    @model_validator(mode="after")
    def one_source(self) -> "Needed":
        """Requirements come from one place."""
        if bool(self.repo) is bool(self.requirements):
            msg = "name a repo, or write the requirements, but not both"
            raise ValueError(msg)
        return self


@dataclass
class Search:
    """What is known so far: requirements that no wheel meets with the reason, names that nobody knows, doubts.

    `newest` is the newest version that does have a wheel, where another one is wanted; `parents` is what needs a
    requirement that the file itself does not name.
    """

    target: Target
    missing: dict[str, str] = field(default_factory=dict)
    newest: dict[str, str] = field(default_factory=dict)
    parents: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    found: list[tuple[str, str, str]] = field(default_factory=list)
    conflict: list[str] = field(default_factory=list)
    unfinished: str = ""

    @property
    def known(self) -> int:
        """How many requirements are known to be trouble."""
        return len(self.missing) + len(self.wrong) + len(self.doubts)

    def knows(self, requirement: str) -> bool:
        """Is this one known to be trouble?"""
        return requirement in self.missing or requirement in self.wrong or requirement in self.doubts

    def take(self, requirement: str, outcome: Outcome, parent: str) -> None:
        """Learn from what pip said about a requirement that nothing met."""
        found = re.match(NAME, requirement)
        name = found[0] if found else requirement
        fate = outcome.fate(name)
        if fate is Fate.NOT_TOLD:
            self.doubts.append(requirement)
        elif fate is Fate.NOT_LISTED:
            self.wrong.append(requirement)
        else:
            self.missing[requirement] = reason(requirement, name, outcome)
            if parent:
                self.parents[requirement] = parent
            if fitting := outcome.fitting(requirement):
                self.newest[requirement] = fitting[-1]


async def wheels(wanted: Needed, sight: Sight) -> Evidence:
    """Every package of a requirements file has a wheel for Arm, by pip's resolver and the index it is set up with."""
    if sight.world.stays_here:
        raise Unreachable(A_DEMO)
    name = called(file_of(wanted, wanted.path)) if wanted.repo else "the requirements"
    try:
        asked = await gather(wanted, sight)
    except Absent:
        await must_see(sight, wanted.repo or "")
        return failed(f"there is no {name}")
    if not asked.lines:
        nothing = f"; it holds {listed(asked.unseen)}, which cannot be looked at" if asked.unseen else ""
        return unknown(f"{name} names no package that pip could look for{nothing}")
    target = Target(wanted.python, wanted.glibc, wanted.musl)
    async with ONE_AT_A_TIME:
        found = await search(asked.lines, target, settings_of(sight).wheel_seconds)
    return told(name, asked, found)


def file_of(wanted: Needed, path: str) -> File:
    """A file of the repository."""
    return File(repo=wanted.repo or "", path=path, ref=wanted.ref)


async def gather(wanted: Needed, sight: Sight) -> Wanted:
    """Read the requirements, and the files of the same repository that they include."""
    if not wanted.repo:
        return requirements.read(wanted.requirements)
    asked, waiting, seen = Wanted(), [wanted.path], set[str]()
    while waiting:
        path = waiting.pop(0)
        if path in seen:
            continue
        if len(seen) == MOST_FILES:
            asked.unseen.append(f"more than {MOST_FILES} files")
            break
        seen.add(path)
        try:
            part = requirements.read(await text_of(sight, file_of(wanted, path)), path)
        except Absent:
            if path == wanted.path:
                raise
            part = Wanted(unseen=[f"{path}, which GitHub does not show"])
        asked.add(part)
        waiting += part.files
    return asked


async def search(lines: Sequence[str], target: Target, seconds: float) -> Search:
    """Resolve; where something is missing, put a stub in its place and go on, until everything missing is named."""
    found = Search(target)
    with tempfile.TemporaryDirectory(prefix="psfbot-wheels-") as folder:
        try:
            async with asyncio.timeout(seconds):
                await rounds(lines, found, Path(folder))
        except TimeoutError:
            found.unfinished = f"the time of {seconds:g} s was up"
    return found


async def rounds(lines: Sequence[str], found: Search, folder: Path) -> None:
    """Resolve again and again; an index that cannot be asked about one name is asked no more."""
    rest = list(lines)
    while found.known < MOST_MISSING:
        outcome = await resolve(lines, found.target, folder)
        if outcome.report is not None:
            found.found = outcome.chosen
            return
        if not await learn(outcome.unmet or outcome.at_odds, outcome, found, folder):
            found.conflict = outcome.conflict
            found.unfinished = "" if found.conflict else f"pip gave up: {outcome.trouble or 'it does not say why'}"
            return
        if rest and not found.doubts:
            await learn(rest, outcome, found, folder)
            rest = []
        if found.doubts:
            return
    found.unfinished = f"more than {MOST_MISSING} are missing"


async def learn(wanted: Sequence[str], outcome: Outcome, found: Search, folder: Path) -> bool:
    """Look for each of them alone; keep what nothing meets, and put a stub in its place. Is any of it news?

    pip names only the first that nothing meets, and calls it a conflict where all versions of a package need it.
    """
    news = False
    fresh = [one for one in dict.fromkeys(wanted) if not found.knows(one)]
    for alone in await each(fresh, found.target, folder):
        for requirement in alone.unmet:
            if not found.knows(requirement):
                found.take(requirement, alone, outcome.parent(requirement))
                stub(requirement, folder)
                news = True
    return news


def reason(requirement: str, name: str, outcome: Outcome) -> str:
    """Why no wheel meets a requirement, from the files that the index has."""
    files = outcome.files(name)
    pin = re.search(r"===?\s*([^,*\s;]+)\s*$", requirement)
    own = [file for file in files if version_of(file, name) == short(pin[1])] if pin else files
    if pin and files and not own:
        return f"no version {pin[1]}"
    wheel, source = (any(file.endswith(".whl") is kind for file in own) for kind in (True, False))
    kinds = [BOTH] if source and wheel else [SOURCE] if source else [OTHERS] if wheel else []
    return "".join(kinds or ["no file of it"])


def version_of(file: str, name: str) -> str:
    """The version that a file is of."""
    rest = re.sub(r"\.(?:whl|tar\.gz|tgz|zip|tar\.bz2|egg)$", "", file[len(name) + 1 :].lower())
    return short(rest.partition("-")[0])


def short(version: str) -> str:
    """A version as it is compared: 2.0 and 2.0.0 are one."""
    return re.sub(r"(?:\.0)+$", "", version.lower())


def by_reason(found: Search) -> Iterator[str]:
    """Requirements grouped by why nothing meets them, so that a line can hold many."""
    reasons: dict[str, list[str]] = {}
    for requirement, why in found.missing.items():
        parent = f" for {found.parents[requirement]}" if requirement in found.parents else ""
        newer = f" ({found.newest[requirement]} has one)" if requirement in found.newest else ""
        reasons.setdefault(why, []).append(requirement + parent + newer)
    for why, names in reasons.items():
        yield f"{listed(names, most=EVERY)} ({why})"


def told(name: str, asked: Wanted, found: Search) -> Evidence:
    """Everything that was found out, in one line, and the verdict that it adds up to."""
    count = counted(len(found.missing), "package")
    parts = [f"{count} without a fitting wheel: {'; '.join(by_reason(found))}"] if found.missing else []
    parts += [f"the index lists nothing called {listed(found.wrong, 'or', EVERY)}"] if found.wrong else []
    parts += [f"the index could not be asked about {listed(found.doubts, 'or', EVERY)}"] if found.doubts else []
    parts += [f"no set of versions fits: {'; '.join(found.conflict)}"] if found.conflict else []
    known = "there may be more" if parts else "nobody can tell"
    parts += [f"{known}, since {found.unfinished}"] if found.unfinished else []
    parts += [f"not looked at: {listed(asked.unseen, most=EVERY)}"] if asked.unseen else []
    surely_not = bool(found.missing or found.wrong or (found.conflict and not found.doubts))
    if not surely_not and found.found and not found.doubts:
        pure = sum(file.endswith("-any.whl") for *_, file in found.found)
        parts.insert(0, f"{counted(len(found.found), 'package')} with a wheel ({pure} for any machine)")
    aside = f"; left out: {listed(asked.left_out, most=EVERY)}" if asked.left_out else ""
    verdict = Verdict.FAILED if surely_not else Verdict.UNKNOWN
    if not (surely_not or asked.unseen or found.doubts or found.unfinished) and found.found:
        verdict = Verdict.PASSED
    seen = f"{name} for {found.target}: {'; '.join(parts)}{aside}"
    data = {
        "missing": found.missing, "wrong": found.wrong, "doubts": found.doubts, "unseen": asked.unseen,
        "left_out": asked.left_out, "packages": [f"{package} {version}" for package, version, _ in found.found],
    }  # fmt: skip
    return Evidence(verdict, seen, data)
