"""Words below all else: joining, counting, cutting and making foreign text harmless."""

import unicodedata
from collections.abc import Iterable, Sequence
from datetime import date

SPACES = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
"""Unicode categories that become a space: controls, line ends, halves of characters, wide and narrow spaces."""


def printable(text: str) -> str:
    """Text that no line can hide in: controls become spaces, invisible and direction marks go, the unknown is shown."""
    return text if text.isprintable() else "".join(map(shown, text))


def shown(character: str) -> str:
    """One character as a reader may see it."""
    if character.isprintable():
        return character
    category = unicodedata.category(character)
    if category in SPACES:
        return " "
    return "" if category == "Cf" else "\ufffd"


def one_line(text: str) -> str:
    """The same words with single spaces between them."""
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text
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
    return (today - date.fromisoformat((when + "-12-28"[len(when) - 4 :])[:10])).days / 365.25
