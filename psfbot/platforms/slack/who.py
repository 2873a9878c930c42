"""Who speaks on Slack, where, and what a question's answer stands among."""

from collections.abc import Mapping

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, Service
from psfbot.chat import clean
from psfbot.chat.answer import Answer
from psfbot.chat.message import Message, Speaker
from psfbot.flows.ask import Desk
from psfbot.flows.understand import understand
from psfbot.platforms.slack.blocks import Around, Element
from psfbot.platforms.slack.checklist_card import act
from psfbot.platforms.slack.reading import Heard, Kind

PRIVATE = frozenset({Kind.COMMAND, Kind.SHORTCUT, Kind.BUTTON, Kind.HOME, Kind.FORM})
"""Ways to ask whose answers nobody else sees."""
WITH_BUTTONS = "Show it here with buttons"


def people(catalog: Catalog) -> Mapping[str, str]:
    """Slack user ids and the people whom the catalog knows by them."""
    return {person.slack: person.id for person in catalog.people.values() if person.slack}


def speaker(heard: Heard, catalog: Catalog) -> Speaker:
    """Whoever it is to the catalog; the user id is the proof, a display name is none."""
    person = catalog.people.get(people(catalog).get(heard.user, ""))
    if person is None:
        return Speaker(heard.name or heard.user, account=heard.user)
    return Speaker(person.name, account=heard.user, person=person.id)


def message(heard: Heard, catalog: Catalog, text: str = "", *, seen: bool = True) -> Message:
    """A question as the desk takes it; `seen` tells whether the channel will see the answer."""
    room = None if heard.direct or not heard.channel else heard.channel
    alone = heard.direct or heard.kind in PRIVATE or not seen
    public = not alone and is_public(heard.channel, catalog)
    return Message(text or heard.text, speaker(heard, catalog), "slack", room, public=public)


def is_public(channel: str, catalog: Catalog) -> bool:
    """Is this a channel that anybody may read? One that the catalog does not know is taken for such."""
    return next((room.public for room in catalog.rooms.values() if room.slack == channel), True)


def around(asked: Message, answer: Answer, desk: Desk, page: int = 1) -> Around:
    """What the buttons of an answer need to know; a question that changes something is not asked by a button."""
    book = desk.book()
    service = subject(answer, book)
    runbooks = [link.url for link in service.links if link.type == "runbook"] if service else []
    return Around(
        question="" if writes(asked, desk) else asked.text,
        asker=asked.speaker.account or "",
        page=page,
        subject=service.id if service and "rota" not in answer.data else "",
        runbook=runbooks[0] if runbooks else "",
        edit=edit_page(service, book, desk.edit_url) if service else "",
        buttons=tuple(shows(answer)) if asked.room else (),
    )


def shows(answer: Answer) -> list[Element]:
    """A button that puts a checklist into the channel, with buttons of its own, where the answer shows one."""
    found = answer.data.get("checklist")
    number = found.get("number") if isinstance(found, Mapping) else None
    return [act(WITH_BUTTONS, "place", f"{number}.0")] if number and answer.fact.startswith("Checklist ") else []


def subject(answer: Answer, book: Book) -> Service | None:
    """The service that an answer is about, if it is about one."""
    found = answer.data.get("service") or answer.data.get("target")
    name = found.get("id") if isinstance(found, Mapping) else found
    return book.catalog.services.get(name) if isinstance(name, str) else None


def edit_page(service: Service, book: Book, edit_url: str) -> str:
    """Where to propose a change of this service."""
    line = book.line_of("services", service.id)
    return f"{edit_url}#L{line}" if edit_url and line else edit_url


def writes(asked: Message, desk: Desk) -> bool:
    """Would asking this change something?"""
    reading = understand(clean.question(asked.text)[: clean.LONGEST], desk.table, desk.book(), asked.speaker)
    return reading is not None and reading.command.writes
