"""How fast is the catalog? Loads, look-ups, queries and whole commands, side by side with their floors, in one run.

python bench/catalog.py [--sizes 1000,10000] [--rounds 3]
"""

import argparse
import asyncio
import gc
import random
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter

import yaml
from generated import written

from psfbot.catalog.book import Book
from psfbot.catalog.edit import Add, Change, Rename, Set, edited
from psfbot.catalog.file import load
from psfbot.catalog.model import Catalog
from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands
from psfbot.flows.ask import Desk
from psfbot.flows.understand import Table

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ROOT = Path(__file__).parents[1]


def best(work: Callable[[], object], rounds: int) -> float:
    """Seconds of the fastest round: the others were disturbed."""
    took = []
    for _ in range(rounds):
        started = perf_counter()
        work()
        took.append(perf_counter() - started)
    return min(took)


def each(work: Callable[[str], object], inputs: list[str], rounds: int) -> float:
    """Seconds of one call, over many inputs; the first pass warms what is made on first use."""
    work(inputs[0])
    return best(lambda: [work(one) for one in inputs], rounds) / len(inputs)


def events(file: Path) -> None:
    """The floor: libyaml's events of the file, and nothing made of them."""
    gc.disable()
    parser = yaml.CLoader(file.read_bytes())
    while parser.check_event():
        parser.get_event()
    gc.enable()


def process(*command: str) -> Callable[[], object]:
    """A whole command."""
    return lambda: subprocess.run(command, capture_output=True, check=False)


def row(name: str, seconds: float, floor: float | None, what: str) -> None:
    """One line of the table."""
    unit = f"{seconds * 1e6:10.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:10.2f} ms"  # noqa: PLR2004
    print(f"{name:<44}{unit}   {f'{seconds / floor:6.2f} x {what}' if floor else ''}".rstrip())


def size(count: int, folder: Path, rounds: int) -> None:
    """All figures for one size."""
    file = written(folder, count)
    print(f"\n{count:,} services, {file.stat().st_size / 1e6:.1f} MB")
    floor = best(lambda: events(file), rounds)
    row("bare libyaml events (floor)", floor, None, "")
    row("load + validate + references, in process", best(lambda: load(file), rounds), floor, "events")
    start = best(process(sys.executable, "-c", "pass"), rounds)
    row("whole `psfbot catalog check`", best(process("psfbot", "catalog", "check", str(file)), rounds), floor, "events")
    loaded = load(file)
    assert loaded.catalog is not None  # noqa: S101 - a bench on a faulty catalog would measure nothing
    draw, catalog = random.Random(2), loaded.catalog
    ids = draw.sample(sorted(catalog.services), min(500, count))
    row("names indexed", best(lambda: Book.of(catalog), rounds), None, "")
    inside(Book.of(catalog, places=loaded.places), ids, rounds)
    editing(file, catalog, ids, rounds)
    row("python -c pass (floor)", start, None, "")


def inside(book: Book, ids: list[str], rounds: int) -> None:
    """Figures of a running bot: the book is in memory, its indexes are warm."""
    swapped = [f"{i[:3]}{i[4]}{i[3]}{i[5:]}" if i[3] != i[4] else f"{i[:4]}x{i[5:]}" for i in ids[:200]]
    floor = each(book.catalog.services.get, ids, rounds)
    row("a dict look-up (floor)", floor, None, "")
    row("exact name", each(book.names.find, ids, rounds), floor, "dict look-up")
    row(
        "alias",
        each(book.names.find, [book.catalog.services[i].aliases[0] for i in ids], rounds),
        floor,
        "dict look-up",
    )
    row("near miss", each(book.names.find, swapped, rounds), floor, "dict look-up")
    queries = [f"lifecycle:production arch:{a} tier<={t}" for a in ("arm64", "amd64", "unknown") for t in (1, 2, 3)]
    row("query of three terms", each(book.query, queries, rounds), floor, "dict look-up")
    row("impact of a service", each(lambda i: book.web.breaks("service", i), ids[:100], rounds), floor, "dict look-up")
    desk = Desk(Table(commands()), lambda: book, lambda: NOON)

    def ask(service: str) -> object:
        return asyncio.run(desk.answer(Message(f"who owns {service}", Speaker("bench"), "bench")))

    row("a question, in process", each(ask, ids[:100], rounds), floor, "dict look-up")


def editing(file: Path, catalog: Catalog, ids: list[str], rounds: int) -> None:
    """Figures of one change: its text in, the new text and its diff out."""
    text, day = file.read_text("utf-8"), NOON.date()

    def change(wanted: Change) -> object:
        return edited(text, wanted, day, catalog=catalog)

    copied = best(lambda: text[:1000] + "x" + text[1000:], rounds)
    row("the text copied once (floor)", copied, None, "")
    row("a field set", best(lambda: change(Set(ids[0], "description", "New")), rounds), copied, "copy")
    row("an alias added", best(lambda: change(Add(ids[0], "alias", "brand new")), rounds), copied, "copy")
    row("a service renamed", best(lambda: change(Rename(ids[0], "renamed")), rounds), copied, "copy")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sizes", default="1000,10000")
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    start = best(process(sys.executable, "-c", "pass"), given.rounds)
    row("python -c pass (floor)", start, None, "")
    catalog = str(ROOT / "catalog.yaml")
    row(
        "whole `psfbot ask` on the PSF's catalog",
        best(process("psfbot", "ask", "who owns docs.python.org"), 9),
        start,
        "pass",
    )
    row("whole `psfbot catalog check` on it", best(process("psfbot", "catalog", "check", catalog), 9), start, "pass")
    with tempfile.TemporaryDirectory() as folder:
        for count in map(int, given.sizes.split(",")):
            size(count, Path(folder), given.rounds)


if __name__ == "__main__":
    main()
