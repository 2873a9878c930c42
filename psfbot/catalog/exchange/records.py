"""Records that came from elsewhere as text of our own, alone or put into a catalog that is there."""

import re
from collections.abc import Mapping

from psfbot.catalog.exchange.written import sections
from psfbot.catalog.file import read
from psfbot.catalog.finding import as_text
from psfbot.catalog.model import KINDS, Catalog
from psfbot.catalog.tidy import Untidy, tidy
from psfbot.errors import UserError
from psfbot.text import and_join, count

UNTIDY = "{name} is not in its layout, so a merge would change other lines too. Run `psfbot catalog fmt {name}` first."
OTHERWISE = (
    "{name} has these records already, and says something else of them: {ids}. Change those with `psfbot catalog set`."
)
FAULTY = "With these records {name} would have {faults}, so I changed nothing:\n{first}"
LOST = "{name} would not say the same as before, so I left it alone."
FEW = 8
TOP = re.compile(r"(\w+):")


def as_sections(catalog: Catalog) -> dict[str, dict[str, object]]:
    """The records of a catalog as its file has them: without ids, and without what goes without saying."""
    found: dict[str, dict[str, object]] = {}
    for section in KINDS:
        records: Mapping[str, object] = getattr(catalog, section)
        if records:
            found[section] = {id_: plain(record) for id_, record in records.items()}
    return found


def plain(record: object) -> object:
    """One record as plain data, in the order of its fields."""
    dump = getattr(record, "model_dump", None)
    return dump(mode="json", exclude_defaults=True, exclude={"id"}) if dump else record


def text_of(catalog: Catalog) -> str:
    """Records as a catalog of their own."""
    return tidy(sections({"schema_version": catalog.schema_version, **as_sections(catalog)}))


def merged(text: str, name: str, new: Catalog) -> str:
    """A catalog's text with these records in it, each line that was there as it was; what clashes is refused."""
    before = read(text, name).catalog
    if before is None:
        raise UserError(f"{name} has faults: run `psfbot catalog check {name}` first.")
    if laid_out(text, name) != text:
        raise UserError(UNTIDY.format(name=name))
    added = fresh(before, new, name)
    lines = text.rstrip("\n").split("\n")
    for section, records in as_sections(added).items():
        put(lines, section, sections({section: records}).rstrip("\n").split("\n"))
    done = laid_out("\n".join(lines) + "\n", name)
    after = read(done, name)
    if after.catalog is None:
        first = as_text(after.errors[:FEW])
        raise UserError(FAULTY.format(name=name, faults=count(len(after.errors), "fault"), first=first))
    if after.catalog != joined(before, added):
        raise UserError(LOST.format(name=name))
    return done


def laid_out(text: str, name: str) -> str:
    """The text in its layout; what cannot be laid out is told by line."""
    try:
        return tidy(text)
    except Untidy as untidy:
        raise UserError("\n".join(f"{name}:{one.line}: {one.message}" for one in untidy.reasons)) from None


def fresh(before: Catalog, new: Catalog, name: str) -> Catalog:
    """Only the records that are not there yet; the same again is no news, something else under an id a clash."""
    added: dict[str, dict[str, object]] = {}
    clashes: list[str] = []
    for section in KINDS:
        known = getattr(before, section)
        records = getattr(new, section)
        clashes += [f"{section}.{id_}" for id_, one in records.items() if id_ in known and known[id_] != one]
        added[section] = {id_: one for id_, one in records.items() if id_ not in known}
    if clashes:
        said = and_join([*clashes[:FEW], f"{len(clashes) - FEW} more"] if len(clashes) > FEW else clashes)
        raise UserError(OTHERWISE.format(name=name, ids=said))
    return Catalog().model_copy(update=added)


def joined(before: Catalog, added: Catalog) -> Catalog:
    """What the file has to say in the end."""
    return before.model_copy(
        update={section: {**getattr(before, section), **getattr(added, section)} for section in KINDS}
    )


def put(lines: list[str], section: str, block: list[str]) -> None:
    """Put records at the end of their section, before the comments that stand above the next one."""
    tops = [(at, found[1]) for at, line in enumerate(lines) if (found := TOP.match(line))]
    starts = [at for at, word in tops if word == section]
    if not starts:
        lines += ["", *block]
        return
    end = next((at for at, _ in tops if at > starts[0]), len(lines))
    while end > starts[0] + 1 and (not lines[end - 1].strip() or lines[end - 1].startswith("#")):
        end -= 1
    lines[end:end] = block[1:]
