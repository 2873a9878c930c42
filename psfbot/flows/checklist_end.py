"""The end of a run: the change of the catalog that it stands for, as a patch with its source and date."""

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from psfbot.catalog.change import Set, Unchanged
from psfbot.catalog.edit import Edited, edited
from psfbot.catalog.model import Provenance
from psfbot.checklists.outcome import changes, in_words, provenance
from psfbot.checklists.run import Course, Run
from psfbot.errors import UserError

NAME = "catalog.yaml"
LINE = re.compile(r"[^\n]*\n|[^\n]+")
"""A line as Git counts them: other signs that Python takes for the end of one may stand in it."""
NO_END = "\n\\ No newline at end of file\n"
GIVEN_UP = "checklist {number} was given up, so it changes nothing in the catalog"
NOT_TEXT = "the catalog is not UTF-8"


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
    if run.course is Course.ABORTED and run.template.ends_in:
        return Proposal(trouble=GIVEN_UP.format(number=run.number))
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
    except UnicodeDecodeError:
        return Proposal(in_words(run), trouble=NOT_TEXT)
    return Proposal(tuple(words), diff_of(before, now))


def changed(text: str, change: Set, today: date, said: Provenance) -> Edited | None:
    """The catalog with one change made; nothing where it says so already."""
    try:
        return edited(text, change, today, said, name=NAME)
    except Unchanged:
        return None


def diff_of(before: str, after: str) -> str:
    """A unified diff that `git apply` and `patch -p1` take."""
    lines = difflib.unified_diff(LINE.findall(before), LINE.findall(after), f"a/{NAME}", f"b/{NAME}")
    return "".join(line if line.endswith("\n") else line + NO_END for line in lines)
