"""What people type in Slack arrives wrapped, escaped and repeated; what they meant is read from it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slack_kit import said

from psfbot.chat import clean
from psfbot.platforms.slack.reading import Kind, heard, key_of, plain

ME = "U0BOT"
NAMES = ["event", "user", "type", "text", "channel", "message", "actions", "view", "state", "values", "id", "container",
         "command", "trigger_id", "event_id", "subtype", "channel_type", "ts", "selected_option", "value"]  # fmt: skip
PEOPLE = {"U0JACOB": "coffee"}


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("<@U0BOT> who owns <http://docs.python.org|docs.python.org>?", "who owns docs.python.org?"),
        ("<@U0BOT|psfbot> who owns docs", "who owns docs"),
        (
            "who owns <https://docs.python.org/3/library/|docs.python.org/3/library/>",
            "who owns docs.python.org/3/library/",
        ),
        ("who owns <https://docs.python.org/3/>", "who owns https://docs.python.org/3/"),
        ("who owns <http://docs.python.org|our docs>", "who owns http://docs.python.org"),
        ("mail <mailto:infra@python.org|infra@python.org>", "mail infra@python.org"),
        ("call <tel:+15551234|+1 555 1234>", "call +15551234"),
        ("a &amp; b &lt;c&gt;", "a & b <c>"),
        ("&amp;lt; stays", "&lt; stays"),
        ("is <@U0JACOB> on call", "is coffee on call"),
        ("is <@U0OTHER|other> on call", "is other on call"),
        ("is <@U0OTHER> on call", "is U0OTHER on call"),
        ("in <#C0INFRA|python-infra>", "in #python-infra"),
        ("in <#C0INFRA>", "in #C0INFRA"),
        ("hey <!here> and <!subteam^S1|@infra>", "hey here and @infra"),
        ("at <!date^1392734382^{date}|Feb 18>", "at Feb 18"),
        ("<@U0BOT>", ""),
        ("", ""),
    ],
)
def test_slack_text_is_read_as_people_meant_it(sent, meant):
    assert plain(sent, ME, PEOPLE) == meant


def test_the_main_question_of_this_bot_is_understood():
    text = plain("<@U0BOT> who owns <http://docs.python.org|docs.python.org>?", ME)

    assert clean.question(text) == "who owns docs.python.org"


@given(st.text(alphabet="<>@#!|&;ahmptl:/.U0BOT ", max_size=200))
def test_any_text_can_be_read(text):
    assert isinstance(plain(text, ME, PEOPLE), str)


def test_a_text_of_any_length_is_read_up_to_a_point():
    assert len(plain("x" * 1_000_000)) <= 4000


def test_a_mention_is_answered_in_its_thread():
    alone = heard(said.mention("<@U0BOT> help", "U1", "C1", ts="5.5"), ME, {})
    below = heard(said.mention("<@U0BOT> help", "U1", "C1", ts="6.6", thread="5.5"), ME, {})

    assert (alone.kind, alone.thread, alone.text) == (Kind.MENTION, "5.5", "help")
    assert below.thread == "5.5"


def test_a_direct_message_is_answered_beside_it():
    found = heard(said.direct("help", "U1", "D1"), ME, {})

    assert (found.kind, found.thread, found.direct) == (Kind.DIRECT, "", True)


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"}, {"bot_profile": {"id": "B1"}}, {"subtype": "bot_message"}, {"subtype": "message_changed"},
        {"subtype": "channel_join"}, {"subtype": "message_deleted"}, {"user": ME}, {"user": None},
    ],
)  # fmt: skip
def test_bots_edits_and_our_own_words_are_not_heard(more):
    assert heard(said.direct("help", "U1", "D1") | {}, ME, {}) is not None
    assert heard(said.event({**said.direct("help", "U1", "D1")["event"], **more}), ME, {}) is None
    assert heard(said.event({**said.mention("help", "U1", "C1")["event"], **more}), ME, {}) is None


def test_talk_in_a_channel_that_does_not_address_us_is_not_heard():
    talk = said.direct("who owns docs", "U1", "C1", channel_type="channel")

    assert heard(talk, ME, {}) is None


@pytest.mark.parametrize(("tab", "kind"), [("home", Kind.HOME), ("messages", None)])
def test_only_the_home_tab_is_filled(tab, kind):
    payload = said.event({"type": "app_home_opened", "user": "U1", "tab": tab})
    found = heard(payload, ME, {})

    assert (found and found.kind) == kind


@pytest.mark.parametrize(
    "payload",
    [
        {}, {"type": "event_callback"}, {"type": "event_callback", "event": {}}, {"type": "block_actions"},
        {"type": "block_actions", "actions": ["x"]}, {"type": "view_closed"}, {"type": "team_join"},
    ],
)  # fmt: skip
def test_what_says_nothing_to_us_is_passed_over(payload):
    assert heard(payload, ME, {}) is None


def test_each_event_and_each_press_has_a_key_of_its_own():
    event = said.direct("x", "U1", "D1", event_id="Ev1")
    command = said.command("x", "U1", "C1", "", "trigger-1")
    form = {"type": "view_submission", "view": {"id": "V1", "hash": "2"}}

    assert [key_of(one) for one in (event, command, form, {})] == ["event Ev1", "trigger trigger-1", "view V1 2", ""]


def test_a_form_is_read_by_the_names_of_its_fields():
    view = {"id": "V1", "callback_id": "mute", "private_metadata": "{}", "blocks": [
        {"type": "input", "block_id": "time", "element": {"type": "static_select"}},
        {"type": "input", "block_id": "reason", "element": {"type": "plain_text_input"}},
    ]}  # fmt: skip
    found = heard(said.submit(view, "U1", time="2h", reason="we rebuild it"), ME, {})

    assert (found.kind, found.action, found.fields) == (Kind.FORM, "mute", {"time": "2h", "reason": "we rebuild it"})


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=12,
)
SORTS = st.sampled_from(["event_callback", "message_action", "block_actions", "view_submission", "x"])


@given(st.dictionaries(st.sampled_from(NAMES), JSON), SORTS)
def test_no_payload_of_any_shape_makes_the_bot_stumble(payload, sort):
    found = heard({**payload, "type": sort}, ME, {})

    assert found is None or isinstance(found.key, str)
