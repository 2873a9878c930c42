"""The end of a run: the change of the catalog that it stands for, as a patch with its source and date."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from psfbot.catalog.edit import edited
from psfbot.checklists.outcome import changes, in_words, provenance
from psfbot.checklists.run import Run
from psfbot.errors import UserError

NAME = "catalog.yaml"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a run changes in the catalog: in words, as a unified diff, and why there is no diff where there is none."""

    words: tuple[str, ...] = ()
    diff: str = ""
    trouble: str = ""

    @property
    def nothing(self) -> bool:
        """Does the catalog say all of it already?"""
        return not (self.diff or self.trouble)


def proposal(run: Run, text: Callable[[], str], today: date) -> Proposal:
    """The change of the catalog that a run stands for, made on the file as it is now."""
    wanted = changes(run)
    if not wanted:
        return Proposal()
    said, words = provenance(run, today), list[str]()
    try:
        before = now = text()
        for one in wanted:
            made = edited(now, one, today, said, name=NAME)
            if made.before != made.after:
                words += made.words
                now = made.text
    except (UserError, OSError, NotImplementedError) as error:
        return Proposal(in_words(run), trouble=str(error) or "this psfbot cannot edit the catalog yet")
    return Proposal(tuple(words), diff_of(before, now))


def diff_of(before: str, after: str) -> str:
    """A unified diff that `git apply` and `patch -p1` take."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{NAME}", f"b/{NAME}"
    )
    return "".join(lines)
