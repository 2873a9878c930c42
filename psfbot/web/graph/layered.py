"""A layered layout: who needs stands left of what is needed, few lines cross, and boxes stand level with their likes.

The steps are those that such layouts have had for decades: turn the arrows that close a ring, give each card a column,
lay long arrows through the columns between, order each column by the middle of its neighbours, then give each a height.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import pairwise

from psfbot.web.graph.picture import WIDE, Arrow, Box, Card, Curve, Firm, Picture

GAP, BESIDE, APART, EDGE, TIP = 14, 62, 30, 12, 7
"""Pixels between two boxes of a column, two columns and two parts, around all, and for the tip of an arrow."""
FIRMEST: tuple[Firm, ...] = ("hard", "soft", "later")
LOWER = 9
THIN = 4
"""The height of a place where a long arrow passes through a column."""
SWEEPS, SETTLES = 12, 10


@dataclass(slots=True)
class Web:
    """Who stands in which column in which order; a key that is no card is a place where an arrow passes through."""

    columns: list[list[str]]
    right: dict[str, list[str]] = field(default_factory=dict)
    left: dict[str, list[str]] = field(default_factory=dict)

    def join(self, one: str, other: str) -> None:
        """An arrow goes from one column to the next."""
        self.right.setdefault(one, []).append(other)
        self.left.setdefault(other, []).append(one)


@dataclass(frozen=True, slots=True)
class Way:
    """An arrow through the columns, always from left to right; `back` where that is against its direction."""

    stops: tuple[str, ...]
    firm: Firm
    back: bool


def lay(cards: Sequence[Card], arrows: Sequence[Arrow]) -> Picture:
    """Give everything its place; what no arrow joins is drawn apart."""
    return packed([joined(part, its) for part, its in parts(cards, arrows)])


def parts(cards: Sequence[Card], arrows: Sequence[Arrow]) -> Iterator[tuple[list[Card], list[Arrow]]]:
    """The cards that arrows join, with these arrows."""
    beside: dict[str, list[str]] = {card.key: [] for card in cards}
    for arrow in arrows:
        beside[arrow.user].append(arrow.need)
        beside[arrow.need].append(arrow.user)
    part: dict[str, int] = {}
    for number, root in enumerate(beside):
        edge = [] if root in part else [root]
        while edge:
            key = edge.pop()
            if key not in part:
                part[key] = number
                edge += beside[key]
    for number in dict.fromkeys(part.values()):
        yield [card for card in cards if part[card.key] == number], [a for a in arrows if part[a.user] == number]


def joined(cards: Sequence[Card], arrows: Sequence[Arrow]) -> Picture:
    """One part of the drawing."""
    known = {card.key: card for card in cards}
    turned = rings(list(known), arrows)
    pairs = [(one.need, one.user) if one in turned else (one.user, one.need) for one in arrows]
    column = near(columns(list(known), pairs), pairs, {card.key for card in cards if card.look == "place"})
    web = Web([[] for _ in range(max(column.values(), default=0) + 1)])
    for key, number in column.items():
        web.columns[number].append(key)
    ways = [passing(web, column, pair, arrow, back=arrow in turned) for pair, arrow in zip(pairs, arrows, strict=True)]
    order(web)
    heights = {key: known[key].height if key in known else THIN for keys in web.columns for key in keys}
    return drawn(web, known, ways, levels(web, heights), heights)


def rings(keys: Sequence[str], arrows: Sequence[Arrow]) -> set[Arrow]:
    """The arrows that close a ring with those before them, of which the firm ones come first."""
    out: dict[str, list[str]] = {key: [] for key in keys}
    closing: set[Arrow] = set()
    for arrow in sorted(arrows, key=lambda one: FIRMEST.index(one.firm)):
        seen, edge = {arrow.need}, [arrow.need]
        while edge and arrow.user not in seen:
            fresh = [need for need in out[edge.pop()] if need not in seen]
            seen.update(fresh)
            edge += fresh
        if arrow.user in seen:
            closing.add(arrow)
        else:
            out[arrow.user].append(arrow.need)
    return closing


def columns(keys: Sequence[str], pairs: Iterable[tuple[str, str]]) -> dict[str, int]:
    """The column of each key, as far right as its needs let it: what needs nothing stands in the last one."""
    out: dict[str, list[str]] = {key: [] for key in keys}
    into: dict[str, list[str]] = {key: [] for key in keys}
    for user, need in pairs:
        out[user].append(need)
        into[need].append(user)
    left = {key: len(needs) for key, needs in out.items()}
    depth = dict.fromkeys(keys, 0)
    ready = [key for key, number in left.items() if not number]
    for key in ready:
        for user in into[key]:
            depth[user] = max(depth[user], depth[key] + 1)
            left[user] -= 1
            if not left[user]:
                ready.append(user)
    deepest = max(depth.values(), default=0)
    return {key: deepest - number for key, number in depth.items()}


def near(column: Mapping[str, int], pairs: Iterable[tuple[str, str]], places: AbstractSet[str]) -> dict[str, int]:
    """The same, but places stand right behind the last of their users: nothing needs them to stand further right."""
    users: dict[str, int] = {}
    for user, need in pairs:
        users[need] = max(users.get(need, 0), column[user])
    return {key: users[key] + 1 if key in places and key in users else number for key, number in column.items()}


def passing(web: Web, column: Mapping[str, int], pair: tuple[str, str], arrow: Arrow, *, back: bool) -> Way:
    """The way of one arrow, with a place in each column that it passes through."""
    first, last = pair
    stops = [first]
    for number in range(column[first] + 1, column[last]):
        stop = f"\0{first}\0{last}\0{arrow.firm}\0{back}\0{number}"
        web.columns[number].append(stop)
        stops.append(stop)
    stops.append(last)
    for one, other in pairwise(stops):
        web.join(one, other)
    return Way(tuple(stops), arrow.firm, back)


def order(web: Web) -> None:
    """Order each column by the middle of its neighbours, from the right and from the left, and keep the best."""
    best, fewest = [list(keys) for keys in web.columns], crossings(web)
    for turn in range(SWEEPS):
        leftwards = turn % 2 == 0
        numbers = range(len(web.columns) - 2, -1, -1) if leftwards else range(1, len(web.columns))
        for number in numbers:
            beside = web.columns[number + 1 if leftwards else number - 1]
            place = {key: at for at, key in enumerate(beside)}
            mine = {key: at for at, key in enumerate(web.columns[number])}
            joined = web.right if leftwards else web.left
            web.columns[number].sort(key=lambda key: middle([place[one] for one in joined.get(key, ())], mine[key]))
        if (now := crossings(web)) < fewest:
            best, fewest = [list(keys) for keys in web.columns], now
    web.columns = best


def middle(places: Sequence[float], own: float) -> float:
    """The mean of some places; one's own where there are none."""
    return sum(places) / len(places) if places else own


def crossings(web: Web) -> int:
    """How many pairs of lines cross."""
    found = 0
    for one, other in pairwise(web.columns):
        place = {key: at for at, key in enumerate(other)}
        ends = [sorted(place[need] for need in web.right.get(key, ())) for key in one]
        seen: list[int] = []
        for targets in ends:
            found += sum(1 for target in targets for earlier in seen if earlier > target)
            seen += targets
    return found


def levels(web: Web, heights: Mapping[str, int]) -> dict[str, float]:
    """The middle of each box from above: level with its neighbours, as far as the others in its column let it."""
    at: dict[str, float] = {}
    for keys in web.columns:
        at |= spread(keys, [0.0] * len(keys), heights)
    for _ in range(SETTLES):
        for keys in (*web.columns, *reversed(web.columns)):
            wish = [middle([at[one] for one in (*web.left.get(k, ()), *web.right.get(k, ()))], at[k]) for k in keys]
            at |= spread(keys, wish, heights)
    top = min((at[key] - heights[key] / 2 for key in at), default=0)
    return {key: y - top for key, y in at.items()}


def spread(keys: Sequence[str], wishes: Sequence[float], heights: Mapping[str, int]) -> dict[str, float]:
    """Places as near to the wishes as may be, in this order and without touching.

    Those that would overlap are put side by side and moved together to where they are the least away from their wishes.
    """
    free = [0.0]
    for one, other in pairwise(keys):
        free.append(free[-1] + (heights[one] + heights[other]) / 2 + GAP)
    blocks: list[tuple[float, int]] = []
    for wish, taken in zip(wishes, free, strict=False):
        total, many = wish - taken, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / many:
            before, size = blocks.pop()
            total, many = total + before, many + size
        blocks.append((total, many))
    starts = [total / many for total, many in blocks for _ in range(many)]
    return {key: start + taken for key, start, taken in zip(keys, starts, free, strict=False)}


def drawn(
    web: Web, known: Mapping[str, Card], ways: Sequence[Way], at: Mapping[str, float], heights: Mapping[str, int]
) -> Picture:
    """Boxes and curves in pixels."""
    x = {key: number * (WIDE + BESIDE) for number, keys in enumerate(web.columns) for key in keys}
    boxes = [
        Box(known[key], x[key], round(at[key] - heights[key] / 2))
        for keys in web.columns
        for key in keys
        if key in known
    ]
    curves = [curve(way, x, at) for way in ways]
    bottom = max((at[key] + heights[key] / 2 for key in at), default=0)
    width = len(web.columns) * WIDE + (len(web.columns) - 1) * BESIDE
    return Picture(width, round(bottom), tuple(boxes), tuple(curves))


def curve(way: Way, x: Mapping[str, int], at: Mapping[str, float]) -> Curve:
    """A line from the right side of the first to the left side of the last, with room for the tip.

    One that is drawn backwards leaves and arrives a little lower, so that its tip is not taken for the others' start.
    """
    first, *between, last = way.stops
    lower = LOWER * way.back
    stops = [(x[first] + WIDE + TIP * way.back, round(at[first]) + lower)]
    for stop in between:
        stops += [(x[stop], round(at[stop])), (x[stop] + WIDE, round(at[stop]))]
    stops.append((x[last] - TIP * (not way.back), round(at[last]) + lower))
    return Curve(tuple(stops), way.firm, way.back)


def packed(parts: Sequence[Picture]) -> Picture:
    """Parts below each other, and beside each other where there is room: the tallest first."""
    widest = max((part.width for part in parts), default=0)
    x = y = tall = 0
    boxes: list[Box] = []
    curves: list[Curve] = []
    for part in sorted(parts, key=lambda one: -one.height):
        if x and x + part.width > widest:
            x, y, tall = 0, y + tall + APART, 0
        boxes += [Box(box.card, box.x + x + EDGE, box.y + y + EDGE) for box in part.boxes]
        for one in part.curves:
            stops = tuple((at + x + EDGE, level + y + EDGE) for at, level in one.stops)
            curves.append(Curve(stops, one.firm, one.back))
        x, tall = x + part.width + BESIDE, max(tall, part.height)
    return Picture(widest + 2 * EDGE, y + tall + 2 * EDGE, tuple(boxes), tuple(curves))
