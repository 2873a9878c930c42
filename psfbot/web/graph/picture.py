"""What a drawing is made of: cards and arrows before they have a place, boxes and curves once they have one."""

from dataclasses import dataclass
from typing import Literal
from unicodedata import east_asian_width

Look = Literal["service", "focus", "place"]
Firm = Literal["hard", "soft", "later"]
"""How firmly something hangs on another, from down with it to merely not managed."""

WIDE, ROW, PAD = 184, 19, 6
"""Of a card: its width, the height of a line, and what is left free above and below, all in pixels."""
ROOM = 164
"""Pixels of a line; what is longer is cut, and told in full by its title."""
LETTER, THIN, BROAD = 7.2, frozenset("fijlrtI.,:;'|!()[] -"), frozenset("mwMW@")
"""How wide a letter is at most, in most typefaces; thin ones take a good half of that, broad ones half more."""


def width(letter: str) -> float:
    """How many pixels a letter takes, about."""
    if letter in THIN:
        return 0.58 * LETTER
    return 1.6 * LETTER if letter in BROAD or east_asian_width(letter) in "WF" else LETTER


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a card: a name that leads to its page, or a remark in small letters."""

    text: str
    href: str = ""

    @property
    def short(self) -> str:
        """As much of it as fits."""
        wide, fits = 0.0, 0
        for number, letter in enumerate(self.text, 1):
            wide += width(letter)
            fits = number if wide <= ROOM - LETTER else fits
        return self.text if wide <= ROOM else self.text[:fits].rstrip() + "…"


@dataclass(frozen=True, slots=True)
class Card:
    """Something that is drawn as a box; several services that need the same share one."""

    key: str
    rows: tuple[Row, ...]
    look: Look = "service"

    @property
    def height(self) -> int:
        """How tall its box is."""
        return len(self.rows) * ROW + 2 * PAD


@dataclass(frozen=True, slots=True)
class Arrow:
    """One card hangs on another."""

    user: str
    need: str
    firm: Firm = "hard"


@dataclass(frozen=True, slots=True)
class Box:
    """A card with its place: the upper left corner."""

    card: Card
    x: int
    y: int

    @property
    def width(self) -> int:
        """All are as wide."""
        return WIDE

    def line(self, number: int) -> int:
        """Where the letters of a row stand, from above."""
        return self.y + PAD + number * ROW + 14


@dataclass(frozen=True, slots=True)
class Curve:
    """An arrow with its way: bent from the first stop to the second, level to the third, bent again, and so on.

    `back` where it is drawn from the need to its user.
    """

    stops: tuple[tuple[int, int], ...]
    firm: Firm
    back: bool = False

    @property
    def path(self) -> str:
        """The `d` of an SVG path: bent between columns, level through them."""
        (x, y), *others = self.stops
        said = f"M{x} {y}"
        for number, (to_x, to_y) in enumerate(others):
            half = (x + to_x) // 2
            said += f" L{to_x} {to_y}" if number % 2 else f" C{half} {y} {half} {to_y} {to_x} {to_y}"
            x, y = to_x, to_y
        return said


@dataclass(frozen=True, slots=True)
class Picture:
    """A whole drawing, or a part of one that no arrow joins to another, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]
