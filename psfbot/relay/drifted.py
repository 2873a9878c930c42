"""What differed between the catalog and what is out there, since when: kept, so that people can ask about it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta

from psfbot.relay.incident import Fact

FORGET_AFTER = timedelta(days=30)
"""What nobody could look at again for so long is told no more."""


class Drifted(Fact):
    """One fact of the catalog that reality contradicted when it was last looked at, and since when that is known.

    `by` is the search that found it; `ignored_until` is the last day of an exemption that counts.
    """

    kind: str
    section: str
    id: str
    path: str
    message: str
    edit: str = ""
    by: str = ""
    ignored_until: date | None = None
    first_seen_at: datetime
    seen_at: datetime

    @property
    def key(self) -> tuple[str, ...]:
        """What makes it the same one next week; what the catalog lacks is known by its words alone."""
        return (self.kind, self.section, self.id, self.path, "" if self.id else self.message)


def merged(
    known: Iterable[Drifted], found: Iterable[Drifted], blind: Collection[str], now: datetime
) -> Sequence[Drifted]:
    """What is known after a survey: what was found, since when it is known, and what a search could not see again.

    `blind` are the searches that could not look at everything: what they found before may go on.
    """
    before = {one.key: one for one in known}
    seen = {one.key: one for one in found}
    kept = [
        one.model_copy(update={"first_seen_at": min(before[key].first_seen_at, now)}) if key in before else one
        for key, one in seen.items()
    ]
    old = [one for key, one in before.items() if key not in seen and one.by in blind]
    return kept + [one for one in old if now - one.seen_at < FORGET_AFTER]
