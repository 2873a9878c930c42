"""Words that all checks share: verdicts with their evidence in one line, and how arguments are written."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BeforeValidator, StringConstraints

from psfbot.plugin import Evidence, Verdict

MOST = 8
"""So many names are listed in one line."""
LONGEST = 500
"""Characters of evidence; what was seen may be a stranger's text."""
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def several(value: object) -> object:
    """Cut a text at commas and line ends; a list is one already."""
    if isinstance(value, str | int) and not isinstance(value, bool):
        value = str(value)
        return tuple(part.strip() for part in value.replace("\n", ",").split(",") if part.strip())
    return tuple(value) if isinstance(value, list) else value


def whole(value: object) -> object:
    """Take one text as a list of one: what is looked for may hold commas."""
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(several)]
Texts = Annotated[tuple[str, ...], BeforeValidator(whole)]
Web = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/?#]\S*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_*]([A-Za-z0-9._-]*[A-Za-z0-9])?$", max_length=253)]
"""A host's name."""
Length = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(min|h|d|w)$")]
Repo = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$")]


def passed(seen: str, **data: Any) -> Evidence:
    """It is so."""
    return Evidence(Verdict.PASSED, one_line(seen), data)


def failed(seen: str, **data: Any) -> Evidence:
    """It is not so."""
    return Evidence(Verdict.FAILED, one_line(seen), data)


def unknown(because: str, **data: Any) -> Evidence:
    """Nobody can tell, and this is why."""
    return Evidence(Verdict.UNKNOWN, one_line(because), data)


def judged(good: bool, seen: str, **data: Any) -> Evidence:  # noqa: FBT001 - the verdict itself
    """Passed or failed, with the same words."""
    return passed(seen, **data) if good else failed(seen, **data)


def one_line(text: str) -> str:
    """The same words without line ends, controls and endless tails."""
    line = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def listed(names: Sequence[str], last: str = "and", most: int = MOST) -> str:
    """`a, b and c`, or `a, b and 12 more`."""
    shown = list(names[:most])
    if len(names) > most:
        shown.append(f"{len(names) - most} more")
    if len(shown) < 2:  # noqa: PLR2004 - nothing to join
        return "".join(shown)
    return f"{', '.join(shown[:-1])} {last} {shown[-1]}"


def counted(number: int, noun: str) -> str:
    """`1 day`, `2 days`, `no days`."""
    return f"{number or 'no'} {noun}{'' if number == 1 else 's'}"


def span(length: str) -> timedelta:
    """`30min`, `6h`, `14d` or `2w` as a time."""
    found = re.fullmatch(r"(\d+)([a-z]+)", length)
    return int(found[1]) * UNITS[found[2]] if found else timedelta(0)


def long(time: timedelta) -> str:
    """A time as people say it: `3 days`, `5 hours`, `20 minutes`."""
    minutes = int(time.total_seconds() // 60)
    for noun, size in (("day", 1440), ("hour", 60)):
        if minutes >= 2 * size or minutes == size:
            return counted(minutes // size, noun)
    return counted(minutes, "minute")


def bare(url: str) -> str:
    """An address without what may be secret in it: no password, and nothing after the path."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
