"""Where facts stand in the catalog's file: line and column of each, found by one thorough reading."""

from collections.abc import Sequence

from yaml import YAMLError

from psfbot.catalog.encoding import clean
from psfbot.catalog.finding import Path
from psfbot.catalog.places import Thorough


def placed(text: bytes | str, facts: Sequence[tuple[str, str, str]]) -> list[tuple[int, int]]:
    """Line and column of each fact: a section, an id, and the way inside the record, such as `hosting/0/provider`.

    What is not there stands where the nearest thing around it does.
    """
    data, _ = clean(text)
    try:
        tree = Thorough(data)
    except YAMLError:
        return [(1, 1) for _ in facts]
    return [tree.place(way(*fact), "value" if fact[2] else "key") for fact in facts]


def way(section: str, id_: str, path: str) -> Path:
    """The way from the top of the file: a step that is a number is a place in a list."""
    steps = (int(step) if step.isdecimal() else step for step in path.split("/") if step)
    return (section, *((id_, *steps) if id_ else ()))
