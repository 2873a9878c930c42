"""Checks of PEP 11: the tier of a platform in its tables, in CPython's configure, and that of its builders."""

import ast
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import BeforeValidator, Field, model_validator

from psfbot.plugin import Arguments, Evidence, Sight, Unreachable, simple_table

from .github import File, Inside, text_of
from .verdicts import Repo, Words, failed, judged, listed, unknown

Tier = Annotated[Literal["1", "2", "3", "unsupported"], BeforeValidator(str)]
HEADING = re.compile(r"^Tier ([1-9])\n-+\s*$", re.MULTILINE)
TITLE = re.compile(r"^\S.*\n([-=~^\"'`#*+.:_])\1{2,}\s*$", re.MULTILINE)
CASE = re.compile(r"\[([^\[\]\s]+/[^\[\]\s]+)\]\s*,\s*\[PY_SUPPORT_TIER=(\d)\]")
LISTED = re.compile(r"^([A-Z0-9_]*BUILDERS[A-Z0-9_]*)\s*=\s*\[\s*$(.*?)^\]", re.MULTILINE | re.DOTALL)
COMPILERS = {"-windows-msvc": "msvc", "-apple-": "clang", "-wasi": "clang", "-android": "clang", "-emscripten": "emcc"}
"""Part of a triple -> the only compiler that such a platform is built with."""
BUILDER = re.compile(r"""^\s*\(\s*("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')""", re.MULTILINE)


class Row(NamedTuple):
    """A platform as PEP 11 lists it: the same triple may stand in several tiers, with other notes."""

    tier: str
    triple: str
    notes: str


class Target(Arguments):
    """A platform by its id in the catalog, or by its triple, and by its notes where several have the same triple."""

    platform: str = ""
    triple: str = ""
    notes: str = ""

    @model_validator(mode="after")
    def named_once(self) -> Self:
        """A platform is named in one way."""
        if bool(self.platform) is bool(self.triple):
            msg = "name a platform of the catalog, or a triple, but not both"
            raise ValueError(msg)
        return self

    def meant(self, sight: Sight) -> tuple[str, str]:
        """The triple and the notes; those of a platform are in the catalog."""
        if not self.platform:
            return self.triple, self.notes
        found = sight.book.catalog.platforms.get(self.platform)
        if found is None:
            raise Unreachable(f"the catalog has no platform {self.platform}")
        return found.triple, found.notes or ""


class Listed(Target):
    """A platform, and the tier that it should have in PEP 11."""

    tier: Tier
    repo: Repo = "python/peps"
    path: Inside = "peps/pep-0011.rst"
    ref: str = ""


class Configured(Target):
    """A platform, and the tier that CPython's configure should know; the compiler follows from notes and triple."""

    compiler: str = ""
    tier: Tier
    repo: Repo = "python/cpython"
    path: Inside = "configure.ac"
    ref: str = ""


class Builders(Arguments):
    """Builders by their names, the tier that they should be listed under, and whether as stable ones."""

    builder: Annotated[Words, Field(min_length=1)]
    tier: Annotated[Literal["1", "2", "3"], BeforeValidator(str)]
    stable: bool = True
    repo: Repo = "python/buildmaster-config"
    path: Inside = "master/custom/builders.py"
    ref: str = ""


def file_of(wanted: Listed | Configured | Builders) -> File:
    """The file that tells."""
    return File(repo=wanted.repo, path=wanted.path, ref=wanted.ref)


async def pep11_tier(wanted: Listed, sight: Sight) -> Evidence:
    """PEP 11 lists a platform under this tier."""
    rows = list(rows_of(await text_of(sight, file_of(wanted))))
    if not rows:
        return unknown(f"no table of tiers can be read in {wanted.path} of {wanted.repo}")
    triple, notes = wanted.meant(sight)
    same = [row for row in rows if row.triple == triple]
    if notes:
        exact = [row for row in same if words(row.notes) == words(notes)]
        same = exact or [row for row in same if words(notes) <= words(row.notes)]
    name = f"{triple}{f' ({notes})' if notes else ''}"
    if not same:
        return judged(wanted.tier == "unsupported", f"PEP 11 lists no {name}, so it is unsupported")
    if len(same) > 1:
        rows_told = listed([f"tier {row.tier} ({row.notes or 'no notes'})" for row in same])
        return unknown(f"PEP 11 lists {name} more than once: {rows_told}; say which by its notes")
    row = same[0]
    seen = f"PEP 11 lists {row.triple}{f' ({row.notes})' if row.notes else ''} under tier {row.tier}"
    return judged(row.tier == wanted.tier, seen if row.tier == wanted.tier else f"{seen}, not {wanted.tier}")


def words(notes: str) -> frozenset[str]:
    """The words of notes: their order tells nothing."""
    return frozenset(re.findall(r"[\w.+-]+", notes.casefold()))


def rows_of(text: str) -> Iterator[Row]:
    """Every platform in the tables of PEP 11."""
    for heading in HEADING.finditer(text):
        end = TITLE.search(text, heading.end())
        yield from table(text[heading.end() : end.start() if end else len(text)], heading[1])


def table(part: str, tier: str) -> Iterator[Row]:
    """The rows of the table in a section; a row without a triple is about the one above."""
    triple = ""
    for first, *more in simple_table(part):
        triple = first or triple
        yield Row(tier, triple, more[0] if more else "")


async def configure_tier(wanted: Configured, sight: Sight) -> Evidence:
    """CPython's configure knows a platform under this tier."""
    cases = CASE.findall(await text_of(sight, file_of(wanted)))
    if not cases:
        return unknown(f"no PY_SUPPORT_TIER can be read in {wanted.path} of {wanted.repo}")
    triple, notes = wanted.meant(sight)
    compiler = wanted.compiler or compiler_of(triple, notes)
    if not compiler:
        return unknown(f"nothing says which compiler {triple} is built with: name it")
    name = f"{triple}/{compiler}"
    tier = next((tier for pattern, tier in cases if fnmatchcase(name, pattern)), "unsupported")
    told = "is unsupported" if tier == "unsupported" else f"has tier {tier}"
    seen = f"{name} {told} in {wanted.path} of {wanted.repo}"
    return judged(tier == wanted.tier, seen if tier == wanted.tier else f"{seen}, not {wanted.tier}")


def compiler_of(triple: str, notes: str) -> str:
    """The compiler of a platform as configure calls it; nothing where its notes and its triple leave that open."""
    named = words(notes) & {"gcc", "clang", "emcc"}
    if len(named) == 1:
        return next(iter(named))
    return next((compiler for part, compiler in COMPILERS.items() if part in triple), "") if not named else ""


async def buildbot_tier(wanted: Builders, sight: Sight) -> Evidence:
    """Builders are listed under this tier, as stable ones."""
    listing = dict(builders_of(await text_of(sight, file_of(wanted))))
    if not listing:
        return unknown(f"no builders can be read in {wanted.path} of {wanted.repo}")
    missing = [name for name in wanted.builder if name not in listing]
    if missing:
        return failed(f"the buildbots have no builder {listed(missing, 'or')}")
    lists = {f"STABLE_BUILDERS_TIER_{wanted.tier}"}
    lists |= set() if wanted.stable else {f"UNSTABLE_BUILDERS_TIER_{wanted.tier}"}
    wrong = [name for name in wanted.builder if listing[name] not in lists]
    seen = listed([f"{name} is in {listing[name]}" for name in wanted.builder])
    return judged(not wrong, f"{seen}; {listed(wrong)} should be in {listed(sorted(lists), 'or')}" if wrong else seen)


def builders_of(text: str) -> Iterator[tuple[str, str]]:
    """Every builder with the list that it stands in."""
    for found in LISTED.finditer(text):
        for builder in BUILDER.finditer(found[2]):
            yield ast.literal_eval(builder[1]), found[1]
