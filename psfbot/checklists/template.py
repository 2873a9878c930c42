"""The nouns of a template: what a checklist asks for, step by step, before anybody has started it.

A template is one YAML file in a plugin's folder; `docs/checklists.md` tells how to write one.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, StringConstraints

from psfbot.catalog.model import Flag, Id, Part, Text

Length = Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,3}(min|h|d|w)$")]
"""A length of time: `30min`, `6h`, `14d`, `2w`."""
Where = Annotated[str, StringConstraints(pattern=r"^(https://\S+|[a-z0-9._-]{1,63})$")]
"""A page, or the id of a source in the catalog."""
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
"""A variable's name."""
Path = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.([a-z0-9_]+|\{[a-z][a-z0-9_.]*\}))*$")]
"""The way to a field of a record, as `hosting.origin.architecture`; an entry may be named by a variable."""

FORMS = {
    Length: "no length of time: {}; write 30min, 6h, 14d or 2w",
    Where: "neither a page nor the id of a source: {}; write https://…, or an id from the catalog's sources",
    Name: "not a name: {}; a variable has lower-case letters, digits and underscores, as target_region",
    Path: "not the way to a field: {}; write it with dots, as hosting.origin.architecture",
}
"""What to say when a text does not fit its pattern."""
UNITS = {"min": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


def span(length: str) -> timedelta:
    """A length as a time."""
    found = re.fullmatch(r"(\d+)([a-z]+)", length)
    if found is None:
        msg = f"{length!r} is no length"
        raise ValueError(msg)
    return int(found[1]) * UNITS[found[2]]


class Variable(Part):
    """Something that is only known when the checklist is started.

    `default` may hold words of the service, as `{service.domain}`. `kind` says what the value must be: any text,
    or the id of a record of the catalog. `one_of` are the only values that may stand, where there are such.
    """

    ask: Text
    default: str | None = None
    required: Flag = True
    kind: Literal["text", "service", "provider", "region", "platform", "person", "team"] = "text"
    one_of: tuple[Text, ...] = ()


class Change(Part):
    """One field that a finished run proposes to change in the catalog.

    `of` names the record where it is not the service of the run: `platforms/{platform}`. Both the record and the
    value may hold variables.
    """

    of: Text = "services/{service.id}"
    set: Path
    to: Text


class Call(Part):
    """A check that psfbot does by itself: its name, and beside it the arguments that this check takes."""

    model_config = ConfigDict(extra="allow")

    name: Id

    @property
    def arguments(self) -> dict[str, Any]:
        """Everything but the name."""
        return dict(self.model_extra or {})


class Step(Part):
    """One thing to do.

    `needs` are the steps that must be done before; where nothing is said it is the step above, and `[]` means that
    it can be done at any time. `gate` tells in words what must be true before anybody goes on. `recheck` lets the
    check be made again and again, so that a step that was true and is true no more is flagged.
    """

    id: Id
    text: Text
    why: Text | None = None
    gate: Text | None = None
    needs: tuple[Id, ...] | None = None
    who: Literal["member", "responder", "owner", "admin"] = "member"
    check: Call | None = None
    recheck: Length | None = None
    evidence: Literal["none", "text", "url", "check"] = "none"
    rollback: Text | None = None
    point_of_no_return: Flag = False
    source: Where | None = None
    sources: tuple[Where, ...] = ()

    @property
    def cites(self) -> tuple[str, ...]:
        """Every source named, whichever of the two spellings was used."""
        return ((self.source,) if self.source else ()) + self.sources


class Template(Part):
    """One procedure: to which services it applies, what it must be told, its steps, and what is true at its end."""

    name: Id
    title: Text
    about: Text
    applies_to: Text
    variables: Mapping[Name, Variable] = {}
    ends_in: tuple[Change, ...] = ()
    stale_after: Length = "14d"
    steps: tuple[Step, ...]

    def step(self, id: str) -> Step | None:  # noqa: A002 - the format's own word
        """The step with this id."""
        return next((step for step in self.steps if step.id == id), None)

    def number(self, id: str) -> int:  # noqa: A002 - as above
        """The number that people call a step by: 1 for the first."""
        return next(number for number, step in enumerate(self.steps, 1) if step.id == id)

    def needed(self, step: Step) -> tuple[str, ...]:
        """The ids of the steps that must be done before: those it names, else the one above."""
        if step.needs is not None:
            return step.needs
        at = self.number(step.id) - 1
        return (self.steps[at - 1].id,) if at else ()

    def texts(self) -> Iterator[tuple[tuple[str | int, ...], str]]:
        """Every text that may hold variables, with its way from the top of the file."""
        for name, variable in self.variables.items():
            if variable.default:
                yield ("variables", name, "default"), variable.default
        for at, change in enumerate(self.ends_in):
            yield ("ends_in", at, "of"), change.of
            yield ("ends_in", at, "set"), change.set
            yield ("ends_in", at, "to"), change.to
        for at, step in enumerate(self.steps):
            for field in ("text", "why", "gate", "rollback"):
                if text := getattr(step, field):
                    yield ("steps", at, field), text
            if step.check:
                yield from words_in(step.check.arguments, ("steps", at, "check"))


def words_in(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every text in plain data, with its way."""
    if isinstance(value, str):
        yield way, value
    elif isinstance(value, Mapping):
        for key, one in value.items():
            yield from words_in(one, (*way, key))
    elif isinstance(value, list | tuple):
        for at, one in enumerate(value):
            yield from words_in(one, (*way, at))
