"""A template's file read and checked: everything wrong with it is told at once, each fault by line and column."""

from collections.abc import Iterator, Mapping
from functools import partial
from graphlib import CycleError, TopologicalSorter
from typing import get_args

from pydantic import BaseModel, ValidationError

from psfbot.catalog.diff import NOUNS
from psfbot.catalog.editing.spot import has
from psfbot.catalog.editing.target import SECTION_OF
from psfbot.catalog.faults import BY_PATTERN, told
from psfbot.catalog.fields import allowed, fields
from psfbot.catalog.finding import Fault, shown
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.nearest import did_you_mean
from psfbot.catalog.query import QueryError, parse
from psfbot.catalog.sheet import Sheet, read_sheet
from psfbot.checklists.template import FORMS, Call, Template, words_in
from psfbot.checklists.variables import OF_SERVICE, WORDS, held

Shapes = Mapping[str, type[BaseModel]]
"""The arguments of every check that there is, by the check's name."""

PATTERNS = {**BY_PATTERN, **{get_args(kind)[1].pattern: words for kind, words in FORMS.items()}}
MOST = 200
NO_STEPS = "{} steps: a checklist has one at least, and at most {}"
SAME = "a second step {}: each has an id of its own (steps {} and {})"
NO_STEP = "no step {}{}"
CIRCLE = "these steps wait for each other: {} (a step without `needs` waits for the one above it)"
ITSELF = "a step cannot wait for itself"
NO_SECTION = "the catalog has no section {}{}"
NO_FIELD = "{} is no field of a {} there{}"
NO_RECORD = "the catalog knows no {} {}{}"
HOSTING = "hosting"
NO_CHECK = "no check {}{}"
NONE_AT_ALL = ": no plugin brings any"
ALL_CHECKS = ": there are {}"
NEEDS_CHECK = "`{}` means nothing without a check: say which one under `check:`"
NO_VARIABLE = "no variable {}{}"
ALL_WORDS = ": under `variables:` are {}, and of the service there are {}"
NEVER_USED = "variable {} is never used: take it out, or write {{{}}} where it belongs"
NOT_ALLOWED = "{} is none of the values in one_of"


def read_template(text: bytes | str, name: str, checks: Shapes, catalog: Catalog | None = None) -> Sheet[Template]:
    """Read one file; `name` is what its findings call it, `checks` are those that plugins bring.

    With a catalog, names in the query are held against it too.
    """
    return read_sheet(text, name, Template, partial(faults, checks=checks, catalog=catalog), PATTERNS)


def faults(template: Template, checks: Shapes, catalog: Catalog | None = None) -> Iterator[Fault]:
    """Everything that is wrong with a template whose fields are all of the right kind."""
    if not 0 < len(template.steps) <= MOST:
        yield Fault(("steps",), NO_STEPS.format(len(template.steps), MOST), "length")
        return
    yield from _query(template, catalog)
    yield from _twins(template)
    yield from _needs(template)
    yield from _circles(template)
    yield from _variables(template)
    yield from _ends(template)
    yield from _defaults(template, catalog)
    for at, step in enumerate(template.steps):
        if step.check:
            yield from _check(step.check, ("steps", at, "check"), checks)
            continue
        for field in ("evidence",) * (step.evidence == "check") + ("recheck",) * (step.recheck is not None):
            yield Fault(("steps", at, field), NEEDS_CHECK.format(field), "no-check")


def _query(template: Template, catalog: Catalog | None) -> Iterator[Fault]:
    """Is `applies_to` a query?"""
    try:
        node = parse(template.applies_to)
        if catalog is not None:
            from psfbot.catalog.index import Index  # noqa: PLC0415 - only who checks a file needs it

            Index(catalog).run(node)
    except QueryError as error:
        yield Fault(("applies_to",), str(error), "query")


def _twins(template: Template) -> Iterator[Fault]:
    """Steps with the same id."""
    first: dict[str, int] = {}
    for number, step in enumerate(template.steps, 1):
        if step.id in first:
            message = SAME.format(shown(step.id), first[step.id], number)
            yield Fault(("steps", number - 1, "id"), message, "duplicate-id")
        first.setdefault(step.id, number)


def _needs(template: Template) -> Iterator[Fault]:
    """Steps that are waited for and do not exist."""
    known = [step.id for step in template.steps]
    for at, step in enumerate(template.steps):
        for place, need in enumerate(step.needs or ()):
            where = ("steps", at, "needs", place)
            if need == step.id:
                yield Fault(where, ITSELF, "cycle")
            elif need not in known:
                yield Fault(where, NO_STEP.format(shown(need), did_you_mean(need, known)), "unknown-name")


def _circles(template: Template) -> Iterator[Fault]:
    """Steps that wait for each other, told at what the first of them needs."""
    known = {step.id: step for step in template.steps}
    waits = {
        step.id: {one for one in template.needed(step) if one in known and one != step.id} for step in known.values()
    }
    while True:
        try:
            TopologicalSorter(waits).prepare()
        except CycleError as error:
            circle: list[str] = list(reversed(error.args[1]))
            start = min(circle[:-1], key=template.number)
            turn = circle.index(start)
            circle = [*circle[turn:-1], *circle[:turn], start]
            at = template.number(start) - 1
            named = known[start].needs is not None
            path = ("steps", at, "needs") if named else ("steps", at, "id")
            yield Fault(path, CIRCLE.format(" -> ".join(circle)), "cycle")
            waits[start].discard(circle[1])
        else:
            return


def _variables(template: Template) -> Iterator[Fault]:
    """Variables that nobody declared, and some that nobody uses."""
    known = [*template.variables, *(OF_SERVICE + word for word in WORDS)]
    used = set()
    for way, text in template.texts():
        for name in dict.fromkeys(held(text)):
            used.add(name)
            only_service = way[0] == "variables" and not name.startswith(OF_SERVICE)
            if name not in known or only_service:
                choices = [one for one in known if not only_service or one.startswith(OF_SERVICE)]
                own = ", ".join(template.variables) or "none"
                hint = did_you_mean(name, choices) or ALL_WORDS.format(own, ", ".join(WORDS))
                yield Fault(way, NO_VARIABLE.format(shown(name), hint), "unknown-variable", word=f"{{{name}}}")
    for name, variable in template.variables.items():
        if name not in used:
            yield Fault(("variables", name), NEVER_USED.format(shown(name), name), "unused", "key", "warning")
        if variable.one_of and variable.default and variable.default not in variable.one_of:
            yield Fault(("variables", name, "default"), NOT_ALLOWED.format(shown(variable.default)), "choice")


def _ends(template: Template) -> Iterator[Fault]:
    """Changes of records and fields that the catalog does not have: at the end of a run it is too late to say so."""
    for at, change in enumerate(template.ends_in):
        section, slash, _ = change.of.partition("/")
        if not slash or "{" in section:
            continue
        known = SECTION_OF.get(section)
        if known is None:
            message = NO_SECTION.format(shown(section), did_you_mean(section, KINDS))
            yield Fault(("ends_in", at, "of"), message, "unknown-name")
            continue
        for word, words in _words(known, change.set.split(".")):
            if "{" not in word and word not in words:
                message = NO_FIELD.format(shown(word), NOUNS[known], did_you_mean(word, words))
                yield Fault(("ends_in", at, "set"), message, "unknown-field")
                break


def _words(section: str, way: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The words of a way to a field, each with those that may stand there, as far as that is sure."""
    first, *rest = way
    yield first, [first] if has(section, first) else fields((section, ""))
    if first == HOSTING and len(rest) > 1:
        yield rest[0], [str(one) for one in allowed((section, "", first, 0, "role"))]
        yield rest[1], fields((section, "", first, 0))


def _defaults(template: Template, catalog: Catalog | None) -> Iterator[Fault]:
    """Defaults that name no record of the catalog."""
    for name, variable in template.variables.items() if catalog else ():
        said, section = variable.default, SECTION_OF.get(variable.kind)
        if said and section and not any(held(said)) and said not in getattr(catalog, section):
            hint = did_you_mean(said, getattr(catalog, section))
            yield Fault(
                ("variables", name, "default"), NO_RECORD.format(variable.kind, shown(said), hint), "unknown-name"
            )


def _check(call: Call, where: tuple[str | int, ...], checks: Shapes) -> Iterator[Fault]:
    """Is there such a check, and does it take these arguments? What a variable will stand for is not known yet."""
    shape = checks.get(call.name)
    if shape is None:
        listed = ALL_CHECKS.format(", ".join(sorted(checks))) if checks else NONE_AT_ALL
        hint = did_you_mean(call.name, checks) or listed
        yield Fault((*where, "name"), NO_CHECK.format(shown(call.name), hint), "unknown-check")
        return
    try:
        shape.model_validate(call.arguments)
    except ValidationError as error:
        sure = [one for one in error.errors(include_url=False) if not _open(one["input"]) or one["type"] in STRUCTURE]
        for fault in told(sure, shape, PATTERNS):
            yield Fault((*where, *fault.path), fault.message, fault.rule, fault.at)


STRUCTURE = frozenset({"missing", "extra_forbidden"})
"""What is wrong whatever the variables will stand for."""


def _open(value: object) -> bool:
    """Does it hold a variable?"""
    return any(True for _, text in words_in(value) for _ in held(text))
