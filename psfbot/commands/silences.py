"""Silences: keep quiet about a service for a while, with an author, a reason and an end."""

from datetime import datetime

from psfbot.catalog.model import Service
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.chat.times import moment, until
from psfbot.commands.incidents import actor, zone
from psfbot.errors import UserError
from psfbot.flows import respond
from psfbot.flows.relay import Relay
from psfbot.relay.incident import Silence
from psfbot.text import count, cut

topic = Topic("silences", "Keep quiet about a service for a while; the end of a problem is always told.")


@topic.says(
    "(mute|silence) {service} (for|until) {time} (because|for reason|due to) {reason}",
    "(mute|silence) {service} {time} (because|due to) {reason}",
    level=Level.RESPONDER,
    writes=True,
)
async def mute(ask: Ask, service: Service, time: str, reason: str) -> Answer:
    """Silence a service for a while; alerts are kept, and "resolved" is still told.

    >>> mute docs.python.org 2h because we rebuild it
    'mute' needs a responder, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    return await hush(ask, service, time, reason, maintenance=False)


@topic.says(
    "(maintenance|downtime) {service} (for|until) {time} (because|due to) {reason}",
    "(maintenance|downtime) {service} {time} (because|due to) {reason}",
    level=Level.RESPONDER,
    writes=True,
)
async def maintenance(ask: Ask, service: Service, time: str, reason: str) -> Answer:
    """Declare a maintenance window: the same as a silence, and shown as one.

    >>> maintenance docs.python.org 2h because we move it
    'maintenance' needs a responder, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    return await hush(ask, service, time, reason, maintenance=True)


async def hush(ask: Ask, service: Service, time: str, reason: str, *, maintenance: bool) -> Answer:
    """Keep a silence."""
    silence = Silence(
        id=0,
        subject=service.id,
        starts_at=ask.now,
        ends_at=until(time, ask.now, zone(ask)),
        author=actor(ask).name,
        reason=cut(reason, 300),
        maintenance=maintenance,
    )
    kept = await ask.port(Relay).change(lambda scene: respond.mute(silence, scene), ask.book, ask.now)
    what = "in maintenance" if maintenance else "silenced"
    ends = moment(kept.ends_at, ask.now, zone(ask))
    return Answer(f"{service.id} is {what} until {ends} (silence {kept.id}). Its end will still be told.")


@topic.says("(mute|silence|maintenance|downtime) {rest}")
async def mute_help(ask: Ask, rest: str) -> Answer:
    """Say what a silence needs, when something is missing.

    >>> mute docs.python.org
    I cannot silence 'docs.python.org'. Say the exact name, how long and why: mute docs.python.org 2h because …
    """
    raise UserError(
        f"I cannot silence '{cut(rest, 80)}'. Say the exact name, how long and why: mute docs.python.org 2h because …"
    )


@topic.says("(unmute|unsilence|end silence of|end maintenance of) {service}", level=Level.RESPONDER, writes=True)
async def unmute(ask: Ask, service: Service) -> Answer:
    """End the silences of a service.

    >>> unmute docs.python.org
    'unmute' needs a responder, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    ended = await ask.port(Relay).change(lambda scene: respond.unmute(service.id, scene), ask.book, ask.now)
    return Answer(f"{service.id} is heard again: {count(len(ended), 'silence')} ended.")


@topic.says("(silences|mutes|muted|what is muted|what is silenced|maintenances|maintenance windows)")
async def silences(ask: Ask) -> Answer:
    """List the silences that hold, with their authors, reasons and ends.

    >>> silences
    Nothing is silenced.
    """
    now: datetime = ask.now
    held = await ask.port(Relay).look(lambda ledger: ledger.silences(now))
    items = [Item(f"{s.id} {s.subject}", detail(ask, s), "silence") for s in held]
    data = {"silences": [s.model_dump(mode="json") for s in held]}
    return Answer(f"{count(len(held), 'silence')}." if held else "Nothing is silenced.", items=items, data=data)


def detail(ask: Ask, silence: Silence) -> str:
    """Who, until when, why."""
    what = "maintenance" if silence.maintenance else "silence"
    ends = moment(silence.ends_at, ask.now, zone(ask))
    return f"{what} by {silence.author} until {ends}, because {silence.reason}"
