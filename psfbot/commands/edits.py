"""Edits of the catalog: said in chat, shown in words, confirmed by a `yes`, and proposed for review."""

from psfbot.catalog.change import Add, New, Remove, Rename, Retire, Set, Verify
from psfbot.catalog.editing.target import SECTION_OF, target
from psfbot.chat.answer import Answer
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.commands.proposed import proposed
from psfbot.commands.sayings import bared, pairs, reasoned, understood
from psfbot.errors import UserError
from psfbot.text import cut

topic = Topic("edits", "Propose changes of the catalog; people review them before they hold.")

SERVICES = "services"
MISSING = "I cannot tell what to do with '{said}'. {hint}"
ADD = "Say what, and to which record: add alias handbook to docs.python.org"
TAKE = "Say what, and from which record: remove alias handbook from docs.python.org"
NEW = "{why} For example: new service play.python.org: description Try Python in a browser.; owner mdk; provider fastly"


@topic.says("(set|change) {text}", level=Level.MEMBER, writes=True)
async def set_(ask: Ask, text: str) -> Answer:
    """Propose another value for a field: `set docs.python.org owner mdk because …`; `none` takes it out.

    >>> set docs.python.org description "Serves the documentation" because it is shorter
    'set' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    said = understood(text, ask.catalog)
    change = Set(record(*said.where), said.field, said.value)
    return await proposed(ask, (change,), (*said.where, said.field), said.reason)


@topic.says("add {field} {text} to {record}", level=Level.MEMBER, writes=True)
async def add(ask: Ask, field: str, text: str, record: str) -> Answer:
    """Propose one more value in a list: an alias, a domain, a link, a backup owner.

    >>> add alias handbook to docs.python.org
    'add' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    del record  # as it was typed, with the reason behind it
    value, where, reason = listed(ask, text, " to ", ADD, field)
    return await proposed(ask, (Add(named(where), field, value),), (*where, field), reason)


@topic.says("remove {field} {text} from {record}", level=Level.MEMBER, writes=True)
async def remove(ask: Ask, field: str, text: str, record: str) -> Answer:
    """Propose to take a value out of a list.

    >>> remove alias documentation from docs.python.org
    'remove' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    del record  # as it was typed, with the reason behind it
    value, where, reason = listed(ask, text, " from ", TAKE, field)
    return await proposed(ask, (Remove(named(where), field, value),), (*where, field), reason)
