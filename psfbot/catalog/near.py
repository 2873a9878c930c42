"""How alike two spellings are: what counts as the same, as a slip of the finger, and as nearest of all."""

import re
import string
import unicodedata
from collections.abc import Iterator, Sequence

SLIPS = 2
"""So many letters added, dropped, changed or swapped are still a slip of the finger …"""
ALIKE = 0.8
"""… if at least this share of the longer spelling stays the same."""
SHORT = 5
"""Labels of a host that are no longer than this forgive one slip only: `pypi` is no misspelt `peps`."""

_ENOUGH = 4 * SLIPS + 1
"""A slip breaks four trigrams at most, so of this many at least one survives."""
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t"})
_LETTERS_TYPED = string.ascii_lowercase + string.digits + " "
_GAP = re.compile(r"[\W_]+")
_WITHIN = frozenset(" -_.\N{HYPHEN}\N{NON-BREAKING HYPHEN}")
"""Signs that may stand, alone, between the words of one name."""
_APOSTROPHES = str.maketrans("", "", "'\N{RIGHT SINGLE QUOTATION MARK}")


def plain(text: str) -> str:
    """Lower-case without accents: `Łukasz` is spelt like `lukasz`."""
    text = text.casefold()
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFKD", text.translate(_LETTERS))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))


def fold(text: str) -> str:
    """The words alone: `Test PyPI`, `test-pypi` and `test_pypi` are all `test pypi`, `Let's` is `lets`."""
    return _GAP.sub(" ", plain(text).translate(_APOSTROPHES)).strip()


def cuts(text: str) -> frozenset[tuple[int, str]]:
    """After which words a sign stands that parts two names: `docs, pypi` and `docs/pypi` are two."""
    words = plain(text).translate(_APOSTROPHES)
    inner = [gap[0] for gap in _GAP.finditer(words) if gap.start() and gap.end() < len(words)]
    return frozenset((at, gap.strip()) for at, gap in enumerate(inner) if gap not in _WITHIN)


def one_slip(key: str) -> Iterator[str]:
    """Every spelling that is one slip away: a letter dropped, swapped with the next, changed or added."""
    for at in range(len(key) + 1):
        head, tail = key[:at], key[at:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS_TYPED:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


def slipped(host: str, listed: str) -> bool:
    """Is this host so close to a listed one that it is probably that one, mistyped?"""
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - slow to import, and most questions hit at once

    mine, theirs = host.split("."), listed.split(".")
    while mine and theirs and mine[-1] == theirs[-1]:
        del mine[-1], theirs[-1]
    while mine and theirs and mine[0] == theirs[0]:
        del mine[0], theirs[0]
    short = max(len(".".join(mine)), len(".".join(theirs))) <= SHORT
    return OSA.distance(host, listed) <= (1 if short else SLIPS)


class Near:
    """Folded spellings, indexed by their trigrams so that a misspelt one is found without comparing them all."""

    def __init__(self, keys: Sequence[str]) -> None:
        """Cut every spelling in pieces of three letters."""
        self._keys = keys
        self._grams: dict[str, list[int]] = {}
        for number, key in enumerate(keys):
            for gram in _grams(key):
                self._grams.setdefault(gram, []).append(number)

    def slips(self, key: str) -> list[tuple[int, str]]:
        """Spellings that are a slip or two away, with the number of slips, the closest first."""
        from rapidfuzz import process  # noqa: PLC0415 - slow to import, and most questions hit at once
        from rapidfuzz.distance import OSA  # noqa: PLC0415 - the same

        lengths = range(len(key) - SLIPS, len(key) + SLIPS + 1)
        likely = [other for other in self._likely(key) if len(other) in lengths]
        found = process.extract(key, likely, scorer=OSA.distance, score_cutoff=SLIPS, limit=None)
        return sorted((int(slips), other) for other, slips, _ in found if _alike(int(slips), key, other))

    def closest(self, key: str) -> Iterator[str]:
        """Spellings from the most to the least alike: those that share rare pieces, and after them all."""
        from rapidfuzz import fuzz, process  # noqa: PLC0415 - slow to import, and most questions hit at once

        for keys in (sorted(self._likely(key)), self._keys) if key else ():
            yield from (other for other, _, _ in process.extract(key, keys, scorer=fuzz.token_ratio, limit=None))

    def _likely(self, key: str) -> list[str]:
        """Spellings that share one of the rarest pieces, the same ones each time: no others can be near."""
        rarest = sorted((self._grams.get(gram, []) for gram in sorted(_grams(key))), key=len)[:_ENOUGH]
        return [self._keys[number] for number in set().union(*rarest)]


def _alike(slips: int, mine: str, other: str) -> bool:
    """Is enough of the longer spelling left unchanged?"""
    length = max(len(mine), len(other))
    return length - slips >= ALIKE * length


def _grams(key: str) -> set[str]:
    """All pieces of three letters; a space at either end lets the first and last letter count as much as others."""
    padded = f" {key} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}
