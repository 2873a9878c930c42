"""Which right word was meant by a wrong one?"""

from collections.abc import Iterable
from itertools import takewhile

LOOSE = ((4, 1), (8, 2))
"""Below so many letters, so many slips still count; longer words may have three."""
MOST_SLIPS = 3
MOST_TIES = 20
"""Among so many that are equally near, the one with the same beginning is preferred."""
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
    pool = list(choices)
    slips = min(next((slips for length, slips in LOOSE if len(word) < length), MOST_SLIPS), len(word) - 1)
    found = process.extract(
        word, pool, scorer=OSA.distance, processor=str.casefold, score_cutoff=slips, limit=limit + MOST_TIES
    )
    if found:
        likely = sorted((distance, -_shared(choice, word), choice) for choice, distance, _ in found)
        return [choice for _, _, choice in likely[:limit]]
    start = word.casefold()
    longer = [choice for choice in pool if len(start) >= BEGINNING and choice.casefold().startswith(start)]
    return sorted(longer, key=lambda choice: (len(choice), choice))[:limit]


def did_you_mean(word: str, choices: Iterable[str]) -> str:
    """` — did you mean "mdk"?`, or nothing where no choice is near."""
    found = nearest(word, choices)
    return f' — did you mean "{found[0]}"?' if found else ""


def _shared(one: str, other: str) -> int:
    """So many letters at the beginning are the same."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
