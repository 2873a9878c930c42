"""Words below all else: joining, counting, cutting and making foreign text harmless."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

INVISIBLE = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
"""Zero-width and direction marks: they hide text from the reader, never carry it."""


def printable(text: str) -> str:
    """Turn control characters into spaces and drop invisible marks, so that no line can hide or inject another."""
    shown = (" " if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"} else c for c in INVISIBLE.sub("", text))
    return "".join(shown)


def one_line(text: str) -> str:
    """The same words with single spaces between them."""
    return " ".join(printable(text).split())


def cut(text: str, width: int) -> str:
    """At most `width` characters, an ellipsis where something was left out."""
    return text if len(text) <= width else text[: width - 1].rstrip() + "…"


def and_join(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:  # noqa: PLR2004
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def count(number: int, noun: str, plural: str = "") -> str:
    """`1 service`, `2 services`, `no services`."""
    many = plural or noun + "s"
    return f"{number or 'no'} {noun if number == 1 else many}"


def a(noun: str) -> str:
    """A noun with its article: `a member`, `an admin`."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def unique(words: Iterable[str]) -> tuple[str, ...]:
    """Each word once, in the order of its first place."""
    return tuple(dict.fromkeys(words))


def years_since(when: str, today: date) -> float:
    """Years from a full or partial ISO date to today; the end of a year or month counts where the day is missing."""
    year, month, day = (when + "-12-28"[len(when) - 4 :])[:10].split("-")
    return (today - date(int(year), int(month), int(day))).days / 365.25
