"""What people write at PagerDuty stands in the timeline and in the rooms, once; what we wrote there is no news."""

import pytest
from duties import Stand, duty_book, on_duty
from stage import ADMIN, HOUR, MINUTE, fired

from psfbot.flows.remark import is_ours
from psfbot.relay.alert import State
from psfbot.relay.incident import Entry, Happening
from psfbot.relay.remark import Remark


@pytest.fixture
def pager():
    return Stand()


@pytest.fixture
def bot(tmp_path, pager):
    with on_duty(tmp_path, pager=pager) as opened:
        opened.hook("pagerduty", "incident.triggered")
        yield opened


def annotated(bot, content="Purged the Fastly service; watching.", **event):
    """Somebody writes on the incident at PagerDuty; how often the webhook comes is up to the test."""
    incident = {"id": "Q0PSFTEST00001", "type": "incident_reference", "summary": "docs.python.org: 5xx rate"}
    data = {"id": "PNOTE01", "type": "incident_note", "content": content, "trimmed": False, "incident": incident}
    agent = {"id": "PUSER01", "type": "user_reference", "summary": "Ada Example"}
    values = {"event_type": "incident.annotated", "resource_type": "incident", "agent": agent, "data": data}
    times = {"id": "01NOTE", "occurred_at": bot.now.isoformat()}
    bot.hook("pagerduty", "", event=values | times | event)


def notes(bot, number=1):
    found = bot.look(lambda ledger: ledger.timeline(number))
    return [(entry.who, entry.text) for entry in found if entry.kind is Happening.NOTE]


def told(bot):
    return [text for text in bot.heard if " NOTE " in text]


NOTE = ("Ada Example at pagerduty", "Purged the Fastly service; watching.")


def test_a_note_of_pagerduty_stands_in_the_timeline_and_in_the_rooms(bot):
    annotated(bot)

    assert notes(bot) == [NOTE]
    assert told(bot) == [
        "#python-infra NOTE #1 docs.python.org: Ada Example at pagerduty: a note, which `timeline 1` shows"
    ], "this room is public"
    assert bot.incidents[0].state.value == "open"


def test_where_nobody_else_listens_the_note_itself_is_told(tmp_path):
    book = duty_book(rooms={"python-infra": {"irc": "#python-infra", "public": False}})
    with on_duty(tmp_path, book) as bot:
        bot.hook("pagerduty", "incident.triggered")
        annotated(bot)

        assert told(bot) == [f"#python-infra NOTE #1 docs.python.org: {NOTE[0]}: {NOTE[1]}"]


def test_the_same_note_is_told_once_however_often_it_comes(bot):
    annotated(bot)
    bot.now += MINUTE
    annotated(bot, occurred_at=bot.now.isoformat())
    annotated(bot, id="01OTHER", content="It is over.")

    assert notes(bot) == [NOTE, (NOTE[0], "It is over.")]
    assert len(told(bot)) == 2


def test_our_own_note_comes_back_and_is_no_news(bot, pager):
    bot.says("note 1 restarted nginx", ADMIN)
    annotated(bot, content="coffee: restarted nginx")

    assert [one.text for one in pager.told] == ["restarted nginx"]
    assert notes(bot) == [("coffee", "restarted nginx")]
    assert told(bot) == []


def test_a_note_is_not_passed_back_to_where_it_came_from(bot, pager):
    annotated(bot)
    bot.now += HOUR

    assert pager.told == []


def test_a_note_on_what_is_not_known_here_harms_nobody(bot):
    annotated(bot, data={"content": "hello", "incident": {"id": "QUNKNOWN"}})
    annotated(bot, id="01B", data={"content": "hello"})
    annotated(bot, id="01C", data={"content": None, "incident": {"id": "Q0PSFTEST00001"}})
    annotated(bot, id="", content="no id")

    assert (notes(bot), told(bot)) == ([], [])


def test_a_recording_that_is_played_again_says_nothing(bot):
    annotated(bot, occurred_at=(bot.now - 73 * HOUR).isoformat())

    assert notes(bot) == []


def test_a_silence_keeps_a_note_out_of_the_rooms_and_not_out_of_the_timeline(bot):
    bot.says("mute docs.python.org for 2h because it is planned", ADMIN)
    annotated(bot)

    assert (notes(bot), told(bot)) == ([NOTE], [])


def remark(text):
    return Remark(source="pagerduty", key="Q1", text=text, event="1", at=fired().at)


@pytest.mark.parametrize(
    ("heard", "ours"),
    [
        ("coffee: restarted nginx", True),
        ("  coffee:  restarted\nnginx ", True),
        ("restarted nginx", False),
        ("coffee: restarted", False),
        ("coffee: " + "x" * 80 + "…", True),
        ("coffee: " + "x" * 20, False),
    ],
)
def test_an_echo_is_known_by_its_writer_and_words_also_where_it_was_cut(heard, ours):
    said = [
        Entry(at=fired().at, kind=Happening.NOTE, who="coffee", text="restarted nginx", reason="said on irc in #r"),
        Entry(at=fired().at, kind=Happening.NOTE, who="coffee", text="x" * 200, reason="said on irc in #r"),
    ]

    assert is_ours(remark(heard), said) is ours
    assert not is_ours(remark(heard), [one.model_copy(update={"reason": "written at pagerduty (1)"}) for one in said])


def test_a_note_changes_no_state(bot):
    annotated(bot)

    assert bot.problem("pagerduty", "Q0PSFTEST00001").state is State.FIRING
