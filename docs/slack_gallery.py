"""Draws every kind of message that psfbot sends to Slack, from the real catalog, as one page: docs/slack-gallery.html.

python docs/slack_gallery.py [FILE]
"""

import asyncio
import html
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from psfbot.catalog.book import Book
from psfbot.catalog.file import load_or_refuse
from psfbot.chat.answer import Answer, Item
from psfbot.chat.message import Message, Speaker
from psfbot.checklists.progress import Hand, rollback, skip, tick
from psfbot.checklists.reading import read_template
from psfbot.checklists.run import PASSED, Course, Deed, Kind, Run, Seen, Who, after_all
from psfbot.checklists.template import Template
from psfbot.checklists.variables import of_service
from psfbot.checklists.view import row, view
from psfbot.commands import commands, live
from psfbot.flows.ask import Desk
from psfbot.flows.understand import Table
from psfbot.platforms.slack import checklist_card, checklist_forms, checklist_home, notices, views, who
from psfbot.platforms.slack.blocks import Around, post
from psfbot.platforms.slack.delivering import facts
from psfbot.platforms.slack.views import About
from psfbot.plugin import Arguments
from psfbot.relay.alert import Alert, AlertLink, Severity, State
from psfbot.relay.incident import Happening, Incident, Standing
from psfbot.relay.notice import PERHAPS, Delivery, Notice, Parcel, Room
from psfbot.relay.word import word

HERE = Path(__file__).parent
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
ASKER = Speaker("somebody", account="U0EXAMPLE")
EDIT = "https://github.com/psf/psfbot/edit/main/catalog.yaml"
QUESTIONS = {
    "A question, answered in its thread": "who owns docs.python.org",
    "The whole card of a service": "what is docs.python.org",
    "Who is on call, where no rota is known": "who is on call for pypi",
    "What hangs on a provider": "what runs on fastly",
    "A name that could be several things": "what is python",
    "Something that nobody knows": "who owns gopher.example.org",
    "Something that needs more rights": "mute docs.python.org 2h because we rebuild it",
}
MOVE = """
name: move
title: Move a service to another region
about: Made up for this page.
applies_to: "lifecycle:production"
variables:
  target: {ask: Where does it go?, default: nyc3}
steps:
  - {id: prepare, text: "Write down what {service.id} needs.", gate: It is listed., rollback: Throw it away.}
  - {id: build, text: "Build it in {target}.", evidence: url, rollback: Delete the build.}
  - {id: look, text: "Look at https://{service.domain}/.", check: {name: http}, needs: [prepare]}
  - {id: destroy, text: Destroy the old host., needs: [build, look], evidence: text, point_of_no_return: true}
  - {id: tell, text: Tell people that it moved.}
"""
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>psfbot in Slack</title><style>
body {{ font: 15px/1.46 Lato, "DejaVu Sans", sans-serif; color: #1d1c1d; max-width: 760px; margin: 2em auto; }}
h2 {{ font-size: 13px; color: #616061; margin: 2em 0 .4em; font-weight: normal; }}
.message {{ display: flex; gap: 10px; border: 1px solid #ddd; border-radius: 8px; padding: 10px 14px; }}
.face {{ width: 36px; height: 36px; border-radius: 6px; background: #306998; color: #ffd43b; flex: none;
  display: grid; place-items: center; font-weight: bold; }}
.who {{ font-weight: bold; }} .app {{ font-size: 10px; background: #e8e8e8; padding: 1px 3px; border-radius: 2px; }}
.blocks {{ min-width: 0; overflow-wrap: anywhere; flex: auto; }} p {{ margin: 4px 0; white-space: pre-wrap; }}
.context {{ font-size: 12px; color: #616061; }} a {{ color: #1264a3; text-decoration: none; }}
.button {{ display: inline-block; border: 1px solid #bbb; border-radius: 4px; padding: 3px 11px; margin: 3px 5px 3px 0;
  font-size: 13px; font-weight: bold; }} .primary {{ background: #007a5a; color: #fff; border-color: #007a5a; }}
.line {{ display: flex; gap: 12px; justify-content: space-between; align-items: start; }}
.danger {{ color: #e01e5a; border-color: #e01e5a; }}
.field {{ border: 1px solid #999; border-radius: 4px; padding: 6px 9px; color: #777; margin: 3px 0 8px; }}
.modal {{ border: 1px solid #bbb; border-radius: 9px; padding: 14px 18px; max-width: 520px; }}
h3 {{ margin: .2em 0 .5em; }} hr {{ border: 0; border-top: 1px solid #ddd; }}
</style></head><body><h1>psfbot in Slack</h1>
<p>Every kind of message, made by the code that makes the real ones and drawn by
<code>docs/slack_gallery.py</code>. The facts are those of <code>catalog.yaml</code>; the incidents and the people who
press buttons are made up.</p>
{parts}
</body></html>
"""


def main() -> None:
    """Write the page."""
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "slack-gallery.html"
    catalog = load_or_refuse(HERE.parent / "catalog.yaml")
    if catalog.catalog is None:
        sys.exit("The catalog cannot be read.")
    book = Book.of(catalog.catalog, places=catalog.places)
    parts = [*asked(book), *alerted(book), *listed(book), *around(book)]
    target.write_text(PAGE.format(parts="\n".join(parts)), encoding="utf-8")


def asked(book: Book) -> Iterator[str]:
    """Answers to questions."""
    desk = Desk(Table(commands(), live.commands), lambda: book, lambda: NOON, edit_url=EDIT)
    for title, question in QUESTIONS.items():
        message = Message(question, ASKER, "slack", "C0EXAMPLE")
        answer = asyncio.run(desk.answer(message)).answer
        made = post(answer, who.around(message, answer, desk))
        yield part(f"{title}: {question}", made.blocks)
    names = [Item(name, "", "service") for name in sorted(book.catalog.services)] * 9
    long = post(Answer("603 services, made up to fill more than one page.", items=names), Around("services"))
    title = "The first page of a list that is too long for a message, cut here"
    yield part(title, [*long.blocks[:1], *long.blocks[-1:]])


def alerted(book: Book) -> Iterator[str]:
    """An alert from its first message to its end."""
    incident = Incident(
        number=12, subject="docs.python.org", title="HTTP 503 from 3 regions", state=Standing.OPEN,
        severity=Severity.ERROR, opened_at=NOON, changed_at=NOON,
    )  # fmt: skip
    alert = Alert(
        source="pingdom", key="1", about="docs.python.org", summary="HTTP 503 from 3 regions", state=State.FIRING,
        at=NOON, detail="Error 503: backend read error",
        links=(AlertLink(title="Pingdom", url="https://my.pingdom.com/reports/1"),),
    )  # fmt: skip
    mine = {"acked_by": "mdk", "acked_at": NOON + timedelta(minutes=4), "state": Standing.ACKNOWLEDGED}
    over = {"resolved_at": NOON + timedelta(minutes=21), "state": Standing.RESOLVED}
    mild = {"severity": Severity.WARNING, "title": "certificate expires in 7 days"}
    steps: Sequence[tuple[str, Happening, Mapping[str, object], str]] = (
        ("An alert", Happening.OPENED, {}, ""),
        ("The same, when nobody knows whether it was told before", Happening.OPENED, {}, PERHAPS),
        ("A mild one", Happening.OPENED, mild, ""),
        ("The same message, once somebody has it", Happening.ACKNOWLEDGED, mine, ""),
        ("The same message, when it is over", Happening.RESOLVED, mine | over, ""),
    )
    service = book.catalog.services["docs.python.org"]
    for title, kind, change, error in steps:
        changed = incident.model_copy(update=dict(change))
        said = word(kind, changed, book.catalog, NOON + timedelta(minutes=4), alert)
        parcel = parcelled(kind, said.text, said.lines, said.links, error)
        below = () if notices.is_over(parcel.notice) else facts(service, book.catalog)
        yield part(title, notices.card(parcel, below).blocks)
    yield part("A line of the thread below it", notices.entry(parcel).blocks)


def parcelled(
    kind: Happening, text: str, lines: tuple[str, ...], links: tuple[tuple[str, str], ...], error: str
) -> Parcel:
    """What the outbox holds."""
    room = Room(platform="slack", name="C0EXAMPLE")
    notice = Notice(incident=12, version=1, room=room, kind=kind, text=text, lines=lines, links=links)
    return Parcel(
        id=1, notice=notice, state=Delivery.PENDING, attempts=1, created_at=NOON, not_before=NOON, error=error
    )  # fmt: skip


def listed(book: Book) -> Iterator[str]:
    """A checklist from its form to its end."""
    template, service = move(), book.catalog.services["docs.python.org"]
    place = checklist_forms.Place("start", channel="C0EXAMPLE")
    known = {template.name: template}
    yield windowed(
        "A checklist is started", checklist_forms.starting(place, known, template.name, catalog=book.catalog)
    )
    somebody = Who(name="Somebody", key="somebody", place="on slack", person="mdk")
    begun = Run(
        number=3, template=template, service=service.id, values={**of_service(book.catalog, service), "target": "nyc3"},
        started_at=NOON, started_by=somebody, changed_at=NOON,
    )  # fmt: skip
    yield part("The message of a checklist", carded(begun, 0))
    hand = Hand(somebody, "admin")
    deeds = tick(begun, "1", hand, "", NOON)
    going = after_all(begun, deeds) if isinstance(deeds, tuple) else begun
    seen = Seen(verdict="failed", text="HTTP 503 after 1.2 s", at=NOON + timedelta(minutes=2))
    going = after_all(going, [
        Deed(kind=Kind.LOOKED, at=NOON, step="look", seen=seen),
        Deed(kind=Kind.ASSIGNED, at=NOON, step="look", whom="mdk"),
    ])  # fmt: skip
    yield part("The same message, one step later: a check that fails", carded(going, 5))
    first = Deed(kind=Kind.FIRST, at=NOON, step="destroy", by=somebody, text="the backup is there")
    ok = Seen(verdict=PASSED, text="HTTP 200 after 0.2 s", at=NOON)
    skipped = skip(going, "2", hand, "it is built", NOON)
    last = after_all(going, [*(skipped if isinstance(skipped, tuple) else ()),
        Deed(kind=Kind.DONE, at=NOON, step="look", by=somebody, text=ok.text), first])  # fmt: skip
    yield part("At the point of no return, one of two has said yes", carded(last, 9))
    yield part(
        "The same, given up",
        carded(last.model_copy(update={"course": Course.ABORTED, "because": "the wheels are missing"}), 9),
    )
    name = "Evidence is asked for"
    yield windowed(
        name, checklist_forms.asks(checklist_forms.Place("prove", 3, 2), row(begun, template.steps[1], NOON))
    )
    steps, _ = checklist_card.every_step(view(last, NOON), 1, NOON, called)
    yield windowed("All its steps", checklist_forms.paper("Checklist 3", steps))
    mine = checklist_home.mine([going], "mdk", lambda _: True, NOON, called)
    yield windowed("The part of the Home tab that is one's own", {"blocks": mine[1:]})


def called(person: str) -> str:
    """What somebody is called."""
    return {"mdk": "Julien Palard"}.get(person, person)


def carded(run: Run, minutes: int) -> Sequence[dict[str, Any]]:
    """The message of a run, so many minutes later."""
    now = NOON + timedelta(minutes=minutes)
    back = (
        [f"{run.spot(one.step.id)}: {one.how or 'nothing to take back'}" for one in rollback(run)]
        if run.course is Course.ABORTED
        else []
    )
    return checklist_card.card(view(run, now), now, called, [*["How to take it back:"] * bool(back), *back]).blocks


def move() -> Template:
    """A template that nobody has, short enough to be shown."""
    sheet = read_template(MOVE, "move.yaml", {"http": Arguments})
    if sheet.model is None:
        sys.exit(str(sheet.findings))
    return sheet.model


def windowed(title: str, shown: dict[str, Any]) -> str:
    """A window under its title."""
    inside = f"{heading(shown)}{drawn(shown['blocks'])}{ending(shown)}"
    return f"<h2>{html.escape(title)}</h2>\n<div class=modal>{inside}</div>"


def around(book: Book) -> Iterator[str]:
    """Forms, windows and the Home tab."""
    desk = Desk(Table(commands(), live.commands), lambda: book, lambda: NOON)
    about = About(12, "docs.python.org", "C0EXAMPLE", "1.1")
    owner = Speaker("Julien Palard", account="U0EXAMPLE", person="mdk")

    def say(question: str) -> Answer:
        return asyncio.run(desk.answer(Message(question, owner, "slack", public=False))).answer

    incidents = Answer(
        "1 open incident.", items=[Item("#12 docs.python.org", "open for 4 min, HTTP 503 from 3 regions")]
    )
    tab = {"On call now": say("who is on call"), "Open incidents": incidents, "My services": say("what do i own")}
    for title, shown in {
        "The form behind Mute…": views.mute(about),
        "The form behind Note…": views.note(about),
        "An answer to the search box of the Home tab": views.shown("Answer", say("who owns docs.python.org")),
        "The Home tab": views.home(tab),
    }.items():
        yield windowed(title, shown)


def part(title: str, blocks: Sequence[dict[str, Any]]) -> str:
    """One message under its title."""
    face = "<div class=face>ψ</div><div class=blocks><span class=who>psfbot</span> <span class=app>APP</span>"
    return f"<h2>{html.escape(title)}</h2>\n<div class=message>{face}{drawn(blocks)}</div></div>"


def heading(view: dict[str, Any]) -> str:
    """The title of a window."""
    return f"<h3>{words(view['title'])}</h3>" if "title" in view else ""


def ending(view: dict[str, Any]) -> str:
    """The buttons of a window."""
    shown = [(view[name], name == "submit") for name in ("close", "submit") if name in view]
    return "".join(f'<span class="button{" primary" * main}">{words(text)}</span>' for text, main in shown)


def drawn(blocks: Sequence[dict[str, Any]]) -> str:
    """Blocks as HTML."""
    return "\n".join(block(one) for one in blocks)


def block(one: dict[str, Any]) -> str:
    """One block."""
    if one["type"] == "section":
        beside = f"<div>{button(one['accessory'])}</div>" if "accessory" in one else ""
        return f"<div class=line><p>{words(one['text'])}</p>{beside}</div>"
    if one["type"] == "context":
        return "".join(f"<p class=context>{words(element)}</p>" for element in one["elements"])
    if one["type"] == "actions":
        return "<div>" + "".join(button(element) for element in one["elements"]) + "</div>"
    if one["type"] == "header":
        return f"<h3>{words(one['text'])}</h3>"
    if one["type"] == "input":
        element = one["element"]
        chosen = element.get("initial_option", {}).get("text") or element.get("placeholder")
        inside = (
            words(chosen) if chosen else "☐ " + words(element["options"][0]["text"]) if "options" in element else ""
        )
        small = f"<p class=context>{words(one['hint'])}</p>" if "hint" in one else ""
        optional = " <span class=context>(optional)</span>" * bool(one.get("optional"))
        return f"<b>{words(one['label'])}</b>{optional}<div class=field>{inside or '&nbsp;'}</div>{small}"
    return "<hr>"


def button(element: dict[str, Any]) -> str:
    """One button; one that opens a page has an arrow, and a menu has three dots."""
    if element["type"] == "overflow":
        said = " · ".join(words(one["text"]) for one in element["options"])
        return f'<span class=button title="{said}">⋯</span>'
    arrow = " ↗" if "url" in element else ""
    return f'<span class="button {element.get("style", "")}">{words(element["text"])}{arrow}</span>'


def words(text: dict[str, Any]) -> str:
    """A text object; the entities of Slack's markup are those of HTML."""
    if text["type"] == "plain_text":
        return html.escape(text["text"])
    linked = re.sub(
        r"<(https?://[^|>]+)(?:\|([^>]+))?>", lambda m: f'<a href="{m[1]}">{m[2] or m[1]}</a>', text["text"]
    )
    slanted = re.sub(r"(?<!\w)_([^_\n]+)_(?!\w)", r"<i>\1</i>", linked)
    return re.sub(r"(?<!\w)\*([^*\n]+)\*(?!\w)", r"<b>\1</b>", slanted)


if __name__ == "__main__":
    main()
