"""Do several failures have one cause, which one is it, and does that still hold? Each answer has its reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from weakref import WeakKeyDictionary

from psfbot.catalog.book import Book
from psfbot.catalog.graph import Kind, Node
from psfbot.catalog.impact import SPECIFIC, Web
from psfbot.relay.incident import Down
from psfbot.relay.kin import needs, running, struck
from psfbot.text import count

WINDOWS: Mapping[Kind, timedelta] = {
    "host": timedelta(minutes=15),
    "service": timedelta(minutes=15),
    "region": timedelta(minutes=5),
    "provider": timedelta(minutes=5),
}
"""How long after a failure another one may still have the same cause: the smaller the cause, the less is it chance."""
LONGEST = max(WINDOWS.values())
MANY = 10
"""On fewer services than these nothing hangs that would be shared by nearly everything."""
PART = 3
"""What more than a third of all that runs hangs on is named from three failures on, not from two."""
PAIR = 2
HELD = timedelta(minutes=5)
"""A cause that has been up for so long, while others stay down, is not the cause."""
ALONE = timedelta(minutes=10)
"""When all others have been up for so long, what is still down has a reason of its own."""
RIVALS = 2
"""So many other causes that explain as much are named beside the best."""

NOBODY: frozenset[Node] = frozenset()
SAYS_SO = "; it reports trouble itself"

DATED: "WeakKeyDictionary[Web, dict[str, frozenset[tuple[str, str]]]]" = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Block:
    """What was found to belong together before: one lone failure, or a shared cause with all that is down below it.

    `firm` says that people were told of the cause, so that it changes only for a better reason.
    """

    down: tuple[Down, ...]
    number: int | None = None
    node: Node | None = None
    firm: bool = False

    @property
    def last(self) -> datetime:
        """When the latest of them began."""
        return max(one.since for one in self.down)


@dataclass(frozen=True, slots=True)
class Guess:
    """A place that would explain all these failures, and why it is taken for the cause."""

    node: Node
    down: tuple[Down, ...]
    blocks: tuple[Block, ...]
    rank: tuple[int | float | bool | str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Cause:
    """The best guess, and the names of those that explain as much."""

    best: Guess
    rivals: tuple[Node, ...] = ()


def blocks(down: Iterable[Down], causes: Mapping[int, tuple[Node, bool]], new: Down) -> tuple[Block, ...]:
    """All other failures as blocks: below their cause, or alone."""
    below: dict[int, list[Down]] = {}
    lone = []
    for one in down:
        if one.number == new.number:
            continue
        if one.cause is None:
            lone.append(Block((one,)))
        elif one.cause in causes:
            below.setdefault(one.cause, []).append(one)
    grouped = (Block(tuple(its), number, *causes[number]) for number, its in below.items())
    return (*grouped, *lone)


def cause(new: Down, others: Sequence[Block], book: Book, reporting: frozenset[Node] = NOBODY) -> Cause | None:
    """What this failure has in common with others, if it has anything: the most it explains, then the most specific.

    Providers that are `reporting` trouble of their own are believed before others that explain as much.
    """
    guesses = [guess for node in needs(new.service, book) if (guess := shared(node, new, others, book, reporting))]
    return chosen(guesses, book)


def chosen(guesses: Iterable[Guess], book: Book) -> Cause | None:
    """The best guess, with those that explain as much."""
    ranked = sorted(guesses, key=lambda guess: guess.rank)
    if not ranked:
        return None
    best, *rest = ranked
    rivals = (
        guess.node for guess in rest if len(guess.down) == len(best.down) and not around(guess.node, best.node, book)
    )
    return Cause(best, tuple(rivals)[:RIVALS])


def around(node: Node, best: Node, book: Book) -> bool:
    """Is this but a place around the best guess, such as the region of a host or the host of a service?"""
    if node[0] == "service":
        return False
    if best[0] == "service":
        return node in needs(best[1], book)
    return SPECIFIC.index(node[0]) > SPECIFIC.index(best[0])


def shared(
    node: Node, new: Down, others: Sequence[Block], book: Book, reporting: frozenset[Node] = NOBODY
) -> Guess | None:
    """A guess that this place is the cause, with all that it explains; none where it would explain one failure only."""
    window = WINDOWS[node[0]]
    hit = [
        block
        for block in others
        if abs(new.since - block.last) <= window and all(node in needs(one.service, book) for one in block.down)
    ]
    if not hit:
        return None
    return weighed(node, (*(one for block in hit for one in block.down), new), tuple(hit), book, reporting)


def weighed(
    node: Node, down: tuple[Down, ...], hit: tuple[Block, ...], book: Book, reporting: frozenset[Node] = NOBODY
) -> Guess | None:
    """How well this place explains these failures; nothing where two of them are too few for so broad a cause.

    The more failures it explains the better. Then: it reports trouble itself; all that hang on it are down; people
    know it as the cause; no service on the way to them is up; it struck them before; it is down itself; few others
    hang on it; it is certain, small and near.
    """
    all_struck = struck(node, book)
    services = {one.service for one in down}
    itself = node[0] == "service" and node[1] in services
    whole = len(all_struck | services)
    says_so = node in reporting
    if not says_so and len(services) <= PAIR and whole >= MANY and whole * PART > running(book):
        return None
    before = happened_before(node, services, book)
    ties = [needs(one.service, book)[node] for one in down]
    unseen = {name for one in ties for name in one.via} - services
    firm = any(block.firm and block.node == node for block in hit)
    rank = (
        -len(services), not says_so, len(services) < whole, not firm, len(unseen), -before, not itself,
        -len(services) / max(whole, 1), not all(one.sure for one in ties), SPECIFIC.index(node[0]),
        sum(one.steps for one in ties), node[1],
    )  # fmt: skip
    return Guess(node, down, hit, rank, why(node, services, whole, before) + (SAYS_SO if says_so else ""))


def why(node: Node, services: set[str], whole: int, before: int) -> str:
    """The reason in words."""
    said = f"{len(services)} of the {count(whole, 'service')} that cannot do without {node[0]} {node[1]} are down"
    return f"{said}; the catalog tells that {before} of them failed with it before" if before else said


def happened_before(node: Node, services: set[str], book: Book) -> int:
    """How many of these services fell with this one before, as its history or theirs tells it.

    What came from further up, as the history of something that it needs itself tells, was not its doing.
    """
    own = book.catalog.services.get(node[1]) if node[0] == "service" else None
    if own is None or not own.history:
        return 0
    above = [name for kind, name in needs(own.id, book) if kind == "service" and name != own.id]
    days = dated(own.id, book).difference(*(dated(name, book) for name in above))
    told = " ".join(event.fact for event in own.history)
    return sum(name != own.id and (name in told or not days.isdisjoint(dated(name, book))) for name in services)


def dated(name: str, book: Book) -> frozenset[tuple[str, str]]:
    """The days of a service's history with their sources: two services that share one tell of the same event."""
    known = DATED.setdefault(book.web, {})
    if name not in known:
        history = book.catalog.services[name].history
        known[name] = frozenset((event.date, source) for event in history for source in event.cites)
    return known[name]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a cause does not hold any more; `better` is what explains those that are still down, if anything does."""

    reason: str
    better: Cause | None = None


def doubt(node: Node, down: Sequence[Down], ended: Mapping[str, datetime], now: datetime, book: Book) -> Doubt | None:
    """Is the cause wrong: it is up again, or all others are, while some stay down? `ended` says who is up since when.

    Where some stay down, what explains these and none of those that are up is better.
    """
    own = ended.get(node[1]) if node[0] == "service" else None
    if down and own and now - own >= HELD:
        return Doubt(f"{node[1]} itself has been up for {(now - own) // timedelta(minutes=1)} min", None)
    if not ended or now - max(ended.values()) < ALONE:
        return None
    if len(down) == 1:
        return Doubt("all others that failed with it have been up for 10 min")
    better = left_over(down, set(ended), book) if len(down) > 1 else None
    if better and better.best.node != node:
        return Doubt(f"others that need {node[1]} have been up for 10 min", better)
    return None


def left_over(down: Sequence[Down], up: set[str], book: Book) -> Cause | None:
    """What all that are still down need, and none of those that are up again."""
    common = set.intersection(*(set(needs(one.service, book)) for one in down))
    spared = {node for name in up for node in needs(name, book)}
    hit = (Block(tuple(down)),)
    return chosen((guess for node in common - spared if (guess := weighed(node, tuple(down), hit, book))), book)
