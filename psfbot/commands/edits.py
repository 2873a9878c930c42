"""Edits of the catalog: said in chat, shown in words, confirmed by a `yes`, and proposed for review."""

from psfbot.catalog.change import Add, New, Remove, Rename, Retire, Set, Verify
from psfbot.catalog.diff import NOUNS
from psfbot.catalog.editing.target import target
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.commands.proposed import proposed
from psfbot.commands.sayings import bared, pairs, parted, reasoned, understood
from psfbot.errors import UserError
from psfbot.text import cut

topic = Topic("edits", "Propose changes of the catalog; people review them before they hold.")

UNCLEAR = "I cannot {verb} '{said}'. Say it so: {example}"
EXAMPLES = {
    "add": "add alias handbook to docs.python.org",
    "remove": "remove alias handbook from docs.python.org",
    "rename": "rename docs.python.org to documentation.python.org",
}
NEW_SERVICE = "new service play.python.org: description Try Python in a browser.; owner mdk; provider fastly"
MORE = "{why} For example: {example}"


def named(where: tuple[str, str]) -> str:
    """A record so that no other can be meant."""
    section, id_ = where
    return id_ if section == "services" else f"{NOUNS[section]}:{id_}"


@topic.says("(set|change) {text}", level=Level.MEMBER, writes=True)
async def set_(ask: Ask, text: str) -> Answer:
    """Propose another value for a field: `set docs.python.org owner mdk because …`; `none` takes it out.

    >>> set docs.python.org description "Serves the documentation" because it is shorter
    'set' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    said = understood(text, ask.catalog)
    change = Set(named(said.where), said.field, said.value)
    return await proposed(ask, (change,), (*said.where, said.field), said.reason)


@topic.says(
    "add {field} {text} to {record}",
    "add {field} {text} to {record} because {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def add(ask: Ask, field: str, text: str, record: str, reason: str = "") -> Answer:
    """Propose one more value in a list: an alias, a domain, a link, a backup owner.

    >>> add alias handbook to docs.python.org
    'add' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    where = target(ask.catalog, record, field)
    name, value = parted(where[0], f"{field} {text}")
    return await proposed(ask, (Add(named(where), name, bared(value)),), (*where, name), reason)


@topic.says(
    "remove {field} {text} from {record}",
    "remove {field} {text} from {record} because {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def remove(ask: Ask, field: str, text: str, record: str, reason: str = "") -> Answer:
    """Propose to take a value out of a list.

    >>> remove alias documentation from docs.python.org
    'remove' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    where = target(ask.catalog, record, field)
    name, value = parted(where[0], f"{field} {text}")
    return await proposed(ask, (Remove(named(where), name, bared(value)),), (*where, name), reason)


@topic.says(
    "rename {record} to {name}",
    "rename {record} to {name} because {reason}",
    level=Level.MEMBER,
    writes=True,
)
async def rename(ask: Ask, record: str, name: str, reason: str = "") -> Answer:
    """Propose another id for a record: every reference follows, and the old id stays as an alias.

    >>> rename docs.python.org to documentation.python.org
    'rename' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    where = target(ask.catalog, record)
    return await proposed(ask, (Rename(named(where), bared(name)),), (*where, "id"), reason)


@topic.says("retire {record}", "retire {record} because {reason}", level=Level.MEMBER, writes=True)
async def retire(ask: Ask, record: str, reason: str = "") -> Answer:
    """Propose to say that a service is no more: its lifecycle, and its history with the reason.

    >>> retire hg.python.org because the code is on GitHub now
    'retire' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    where = target(ask.catalog, record, "lifecycle")
    return await proposed(ask, (Retire(named(where), bared(reason)),), (*where, "lifecycle"), reason)


@topic.says("verify {record}", "verify [the] {field} of {record}", level=Level.MEMBER, writes=True)
async def verify(ask: Ask, record: str, field: str = "") -> Answer:
    """Propose to note that you checked a record today, or one field of it, and that it is right.

    >>> verify docs.python.org
    'verify' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    >>> verify the owner of docs.python.org
    'verify' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    try:
        where = target(ask.catalog, record, field)
    except UserError:
        name, _, last = record.rpartition(" ")
        if field or not name:
            raise
        where, field = target(ask.catalog, name, last), last
    return await proposed(ask, (Verify(named(where), field),), (*where, field or "verified"))


@topic.says("new service {text}", level=Level.MEMBER, writes=True)
async def new_service(ask: Ask, text: str) -> Answer:
    """Propose a new service: its id, then its fields, parted by semicolons.

    >>> new service play.python.org: description Try Python in a browser.; owner mdk; provider fastly
    'new service' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    rest, reason = reasoned(text)
    id_, _, fields = rest.partition(" ")
    id_ = bared(id_).rstrip(":;,").casefold()
    try:
        return await proposed(ask, (New(id_, pairs(fields)),), ("services", id_, ""), reason)
    except UserError as error:
        raise UserError(MORE.format(why=error, example=NEW_SERVICE)) from None


@topic.says("(add|remove|rename) {rest}")
async def edit_help(ask: Ask, rest: str) -> Answer:
    """Say what an edit needs, when something is missing.

    >>> add docs.python.org
    I cannot add 'docs.python.org'. Say it so: add alias handbook to docs.python.org
    """
    verb = next((verb for verb in EXAMPLES if verb in ask.message.text.casefold()), "add")
    raise UserError(UNCLEAR.format(verb=verb, said=cut(rest, 80), example=EXAMPLES[verb]))
