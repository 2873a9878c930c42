"""Slack is told the same facts as IRC and the terminal: every example of every command is compared."""

import html
import re

import pytest
from slack_kit.rules import faults

from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands
from psfbot.platforms.slack import who
from psfbot.platforms.slack.blocks import post
from psfbot.platforms.slack.reading import Heard, Kind
from psfbot.text import one_line

QUESTIONS = sorted({question for command in commands() for question, _ in command.examples})


def words(made):
    """Everything that a message says, as people read it."""
    texts = [text["text"] for block in made.blocks if block["type"] == "section" for text in (block["text"],)]
    plain = re.sub(r"<(https?://[^|>]+)(?:\|[^>]*)?>", r"\1", "\n".join(texts))
    return one_line(html.unescape(plain.replace("*", "").replace("\u2060", "")))


@pytest.mark.parametrize("question", QUESTIONS)
def test_slack_shows_every_fact_of_an_answer(ask, question):
    answer = ask(question, Speaker("guest")).answer
    made = post(answer, who.around(Message(question, Speaker("guest"), "slack"), answer, ask.desk))
    said = words(made)
    page = any("More" in str(block) for block in made.blocks if block["type"] == "actions")
    wanted = [answer.fact, *answer.lines, *(item.name for item in answer.items), *answer.notes]
    missing = [text for text in wanted if one_line(text).replace("*", "") not in said]

    assert page or missing == []
    assert faults({"text": made.text, "blocks": list(made.blocks)}) == []
    assert "<@" not in str(made.blocks)


def test_a_person_is_known_by_their_slack_id_and_by_nothing_else(book):
    catalog = book.catalog.model_copy(
        update={"people": {**book.catalog.people, "mdk": book.catalog.people["mdk"].model_copy(update={"slack": "U1"})}}
    )
    known = who.speaker(Heard("k", Kind.COMMAND, "U1", name="anybody"), catalog)
    posing = who.speaker(Heard("k", Kind.COMMAND, "U2", name="mdk"), catalog)

    assert (known.person, known.account) == ("mdk", "U1")
    assert (posing.person, posing.name) == (None, "mdk")


@pytest.mark.parametrize(
    ("heard", "public"),
    [
        (Heard("k", Kind.MENTION, "U1", channel="C0UNKNOWN"), True),
        (Heard("k", Kind.MENTION, "U1", channel="C0PRIVATE"), False),
        (Heard("k", Kind.DIRECT, "U1", channel="D1"), False),
        (Heard("k", Kind.COMMAND, "U1", channel="C0UNKNOWN"), False),
        (Heard("k", Kind.SHORTCUT, "U1", channel="C0UNKNOWN"), False),
    ],
)
def test_what_everybody_may_see_is_told_as_to_everybody(book, heard, public):
    room = next(iter(book.catalog.rooms.values())).model_copy(update={"slack": "C0PRIVATE", "public": False})
    catalog = book.catalog.model_copy(update={"rooms": {"private": room}})

    assert who.message(heard, catalog).public is public
