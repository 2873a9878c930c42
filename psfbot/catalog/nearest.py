"""Which right word was meant by a wrong one?"""

from collections.abc import Iterable
from os.path import commonprefix

LOOSE = ((4, 1), (8, 2))
"""Below so many letters, so many slips still count; longer words may have three."""
MOST_SLIPS = 3
BEGINNING = 3
"""So many letters are enough to be the beginning of a word."""


def nearest(word: str, choices: Iterable[str], limit: int = 1) -> list[str]:
    """The choices that are a few slips away, the closest first; else those that begin with the word.

    A slip is a letter added, dropped, changed, or swapped with its neighbour. Case does not count.
    """
    from rapidfuzz import process  # noqa: PLC0415 - slow to import, and a catalog without faults never needs it
    from rapidfuzz.distance import OSA  # noqa: PLC0415 - the same

    if not word:
        return []
    pool = sorted(set(choices))
    slips = next((slips for length, slips in LOOSE if len(word) < length), MOST_SLIPS)
    found = process.extract(
        word, pool, scorer=OSA.distance, processor=str.casefold, score_cutoff=min(slips, len(word) - 1), limit=None
    )
    if found:
        by_likeness = sorted(found, key=lambda one: (one[1], -len(commonprefix((one[0], word)))))
        return [choice for choice, _, _ in by_likeness][:limit]
    start = word.casefold()
    longer = [choice for choice in pool if len(start) >= BEGINNING and choice.casefold().startswith(start)]
    return sorted(longer, key=len)[:limit]


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` — did you mean "mdk"?`, or nothing where no choice is near."""
    found = nearest(word, choices)
    return f' — did you mean "{found[0]}"?' if found else ""
