"""What could not be delivered: dead letters, and how to try again."""

from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.errors import UserError
from psfbot.flows.relay import Relay
from psfbot.text import count, cut

topic = Topic("letters", "What could not be delivered, and how to try it again.")


@topic.says("(dead|dead letters|undelivered|failed notices)")
async def dead(ask: Ask) -> Answer:
    """List what could not be delivered to a room.

    >>> dead
    No dead letters: everything was delivered or is on its way.
    """
    found = await ask.port(Relay).outbox.dead()
    items = [Item(f"{p.id} to {p.notice.room.lane}", f"{cut(p.notice.text, 80)}: {p.error}", "letter") for p in found]
    data = {"dead": [p.model_dump(mode="json") for p in found]}
    if not found:
        return Answer("No dead letters: everything was delivered or is on its way.", data=data)
    return Answer(f"{count(len(found), 'dead letter')}; `retry N` sends one again.", items=items, data=data)


@topic.says("retry {number}", level=Level.ADMIN, writes=True)
async def retry(ask: Ask, number: int) -> Answer:
    """Send a dead letter again.

    >>> retry 3
    'retry' needs an admin, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    relay = ask.port(Relay)
    if not await relay.outbox.retry(number, ask.now):
        raise UserError(f"There is no dead letter {number}. `dead` lists them.")
    relay.ring()
    return Answer(f"Letter {number} is on its way again.")
