"""The end of a run: the change of the catalog that it stands for, as a patch with its source and date."""

import difflib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from psfbot.catalog.change import Set
from psfbot.catalog.edit import Edited, edited
from psfbot.catalog.model import Provenance
from psfbot.checklists.outcome import changes, in_words, provenance
from psfbot.checklists.run import Run
from psfbot.errors import UserError

NAME = "catalog.yaml"
SAME = " already."
"""How an edit ends its refusal of what the catalog says already."""


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
            made = changed(now, one, today, said)
            words += made.words if made else ()
            now = made.text if made else now
    except (UserError, OSError) as error:
        return Proposal(in_words(run), trouble=str(error))
    return Proposal(tuple(words), diff_of(before, now))


def changed(text: str, change: Set, today: date, said: Provenance) -> Edited | None:
    """The catalog with one change made; nothing where it says so already, which an edit refuses."""
    try:
        return edited(text, change, today, said, name=NAME)
    except UserError as error:
        if str(error).endswith(SAME):
            return None
        raise


def diff_of(before: str, after: str) -> str:
    """A unified diff that `git apply` and `patch -p1` take."""
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{NAME}", f"b/{NAME}"
    )
    return "".join(lines)
