"""Long text becomes lines that fit, and none of it is lost: cut by bytes, between words, never inside a character.

A character is here what a reader takes for one: a letter with its accents, a family of emoji, a flag.
"""

import unicodedata
from itertools import pairwise

LINE = 512
"""Bytes of a line with its end, as the server passes it on: with our prefix before it."""
LEAST = 4
"""Bytes of the longest character; less room than this fits nothing."""
USER, HOST = 10, 63
"""The longest user and host names of the usual servers."""

JOINER, VIRAMA = "\u200d", 9
REGIONAL = ("\U0001f1e6", "\U0001f1ff")
CLINGS = frozenset({"Mn", "Me", "Mc"})
CLINGING = (
    ("\u200c", "\u200d"),  # joiners
    ("\u0e33", "\u0e33"),  # Thai and Lao AM
    ("\u0eb3", "\u0eb3"),
    ("\uff9e", "\uff9f"),  # voicing of half-width Katakana
    ("\U0001f3fb", "\U0001f3ff"),  # skin tones
    ("\U000e0020", "\U000e007f"),  # tags, which spell the flag of a part of a country
)
LEADING = (("\u0600", "\u0605"), ("\u06dd", "\u06dd"), ("\u070f", "\u070f"), ("\u08e2", "\u08e2"))
"""Signs that stand before the number that they are written around."""
LEAD, VOWEL, TAIL = ("\u1100", "\u115f"), ("\u1160", "\u11a7"), ("\u11a8", "\u11ff")
SYLLABLE, TAILS = ("\uac00", "\ud7a3"), 28
"""Hangul: parts of syllables, and whole ones, of which every 28th has no tail yet."""

Span = tuple[str, str]


def room_for(target: str, prefix: str, *, overhead: int = 0) -> int:
    """Bytes that are left for text once a server has put `:prefix PRIVMSG target :` before it.

    `overhead` is for what else goes around the text, like the marks of CTCP.
    """
    return LINE - len(f":{prefix} PRIVMSG {target} :\r\n".encode()) - overhead


def worst_prefix(nick: str) -> str:
    """The longest prefix that a server may put before our lines, until it has told us the real one."""
    return f"{nick}!~{'u' * USER}@{'h' * HOST}"


def fragments(text: str, size: int) -> list[str]:
    """Pieces of at most `size` bytes of UTF-8, none empty, which put together are the text, character for character.

    A space at a cut ends the piece before it. A word moves whole to the next piece if it fits into one;
    one that does not is cut where it must be, between characters as a reader counts them.
    """
    if size < LEAST:
        raise ValueError(f"no text fits into {size} bytes: at least {LEAST} are needed")
    if (len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))) <= size:
        return [text] if text else []
    cuts = [0]
    while cuts[-1] < len(text):
        cuts.append(cut_after(text, cuts[-1], size))
    return [text[start:end] for start, end in pairwise(cuts)]


def cut_after(text: str, start: int, size: int) -> int:
    """Where the piece that starts here ends."""
    end = reach(text, start, size)
    if end == len(text):
        return end
    space = text.rfind(" ", start, end) + 1
    word = text.find(" ", end)
    word = len(text) if word < 0 else word
    if space > start and not together(text, start, space) and reach(text, space, size) >= word:
        return space
    return next((place for place in range(end, start, -1) if not together(text, start, place)), end)


def reach(text: str, start: int, size: int) -> int:
    """The end of the longest piece from here that has at most `size` bytes."""
    end, used = start, 0
    while end < len(text) and (used := used + width(text[end])) <= size:
        end += 1
    return end


def width(character: str) -> int:
    """The bytes of a character in UTF-8."""
    code = ord(character)
    return 1 + (code > 0x7F) + (code > 0x7FF) + (code > 0xFFFF)  # noqa: PLR2004 - the steps of UTF-8


def together(text: str, start: int, place: int) -> bool:
    """Are the characters before and after this place read as one? `start` is a place that is known to be an edge."""
    before, after = text[place - 1], text[place]
    if before < "\u0300" and after < "\u0300":
        return before == "\r" and after == "\n"
    if clings(after) or before == JOINER or within(before, LEADING):
        return True
    if within(before, (REGIONAL,)) and within(after, (REGIONAL,)):
        flags = place
        while flags > start and within(text[flags - 1], (REGIONAL,)):
            flags -= 1
        return (place - flags) % 2 == 1
    if unicodedata.combining(before) == VIRAMA and unicodedata.category(after) == "Lo":
        return True
    return one_syllable(before, after)


def clings(character: str) -> bool:
    """Does it change the character before it, instead of standing alone?"""
    return unicodedata.category(character) in CLINGS or within(character, CLINGING)


def one_syllable(before: str, after: str) -> bool:
    """Do these parts of Hangul make one syllable?"""
    whole = within(before, (SYLLABLE,))
    open_ended = whole and (ord(before) - ord(SYLLABLE[0])) % TAILS == 0
    if within(before, (LEAD,)):
        return within(after, (LEAD, VOWEL, SYLLABLE))
    if within(before, (VOWEL,)) or open_ended:
        return within(after, (VOWEL, TAIL))
    return (whole or within(before, (TAIL,))) and within(after, (TAIL,))


def within(character: str, spans: tuple[Span, ...]) -> bool:
    """Does it lie in one of these spans, both ends included?"""
    return any(first <= character <= last for first, last in spans)
