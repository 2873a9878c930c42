"""What could not be delivered or read: dead letters, webhooks in quarantine, and how to try again."""

from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.chat.times import moment
from psfbot.commands.incidents import zone
from psfbot.errors import UserError
from psfbot.flows.relay import Relay
from psfbot.relay.letter import Letter
from psfbot.relay.notice import Parcel
from psfbot.relay.route import is_public
from psfbot.text import count, cut

topic = Topic("letters", "What could not be delivered or read, and how to try it again.")

SHOWN = 20
MOST = SHOWN + 1
ELSEWHERE = "for a room that is not public: ask there, or in private"


@topic.says("(dead|dead letters|undelivered|failed notices)")
async def dead(ask: Ask) -> Answer:
    """List what could not be delivered to a room.

    >>> dead
    No dead letters: everything was delivered or is on its way.
    """
    found = await ask.port(Relay).outbox.dead()
    items = [listed(parcel) if may_see(ask, parcel) else Item(f"{parcel.id}", ELSEWHERE, "letter") for parcel in found]
    data = {"dead": [parcel.model_dump(mode="json") for parcel in found if may_see(ask, parcel)]}
    if not found:
        return Answer("No dead letters: everything was delivered or is on its way.", data=data)
    return Answer(f"{count(len(found), 'dead letter')}; `retry N` sends one again.", items=items, data=data)


def listed(parcel: Parcel) -> Item:
    """A dead letter: its number, for which room it was, what it said, and why it was not taken."""
    return Item(f"{parcel.id} to {parcel.notice.room.lane}", f"{cut(parcel.notice.text, 80)}: {parcel.error}", "letter")


def may_see(ask: Ask, parcel: Parcel) -> bool:
    """May it be shown here? Where anybody may read along, only what was for this very room, or for a public one."""
    room, here = parcel.notice.room, ask.message
    return not here.public or (room.platform, room.name) == (here.platform, here.room) or is_public(room, ask.catalog)


@topic.says("(letters|quarantine|quarantined|unread letters|unread webhooks|quarantined webhooks|list letters)")
async def letters(ask: Ask) -> Answer:
    """List the webhooks that were taken and that nobody could read.

    >>> letters
    Every webhook that came was understood.
    """
    found = await ask.port(Relay).inbox.quarantined(MOST)
    shown = found[:SHOWN]
    items = [Item(f"{one.id} of {one.source}", f"{came(ask, one)}: {why(ask, one)}", "letter") for one in shown]
    data = {"letters": [one.model_dump(mode="json", include={"id", "source", "received_at"}) for one in shown]}
    if not found:
        return Answer("Every webhook that came was understood.", data=data)
    number = f"More than {SHOWN} webhooks were" if len(found) > SHOWN else was(len(found))
    hint = "`psfbot replay` reads them again, `psfbot replay N` one of them"
    return Answer(f"{number} taken but not understood; once that is mended, {hint}.", items=items, data=data)


def was(number: int) -> str:
    """How many were."""
    return f"{count(number, 'webhook')} {'was' if number == 1 else 'were'}"


def came(ask: Ask, letter: Letter) -> str:
    """When a webhook came."""
    return moment(letter.received_at, ask.now, zone(ask))


def why(ask: Ask, letter: Letter) -> str:
    """Why nobody could read it; a sender's own words are for the team."""
    return "`psfbot replay --list` says why" if ask.message.public else cut(letter.reason, 120)


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
