"""Which capabilities the bot negotiates, and how."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from psfbot.platforms.irc.caps import USEFUL, Caps, Sts, sts
from psfbot.platforms.irc.line import Line


def cap(*params):
    return Line("CAP", ("*", *params), host="irc.test")


def told(*lines, caps=None):
    """The capabilities after these lines, and everything that was sent."""
    caps = caps or Caps()
    return caps, [text for line in lines for text in caps.heard(line)]


def test_only_what_is_offered_and_useful_is_asked_for_by_name():
    caps, sent = told(cap("LS", "sasl=PLAIN away-notify inspircd.org/poison account-tag sts=port=6697"))

    assert sent == ["CAP REQ :sasl account-tag"]
    assert caps.offered["sasl"] == "PLAIN"
    assert not caps.settled


def test_a_list_may_come_in_several_lines():
    caps, sent = told(cap("LS", "*", "sasl=PLAIN batch"), cap("LS", "*", "account-tag"))

    assert (sent, caps.listed) == ([], False)

    assert caps.heard(cap("LS", "echo-message")) == ["CAP REQ :sasl batch account-tag echo-message"]


@pytest.mark.parametrize("names", ["sasl ", " sasl  batch ", "sasl batch", "batch =sasl", "~sasl batch"])
def test_an_answer_with_odd_spaces_and_marks_is_understood(names):
    caps, _ = told(cap("LS", "sasl batch"), cap("ACK", names), cap("ACK", "batch"))

    assert caps.settled
    assert {"sasl", "batch"} == caps.on


def test_a_grant_that_takes_something_away_is_heeded():
    caps, _ = told(cap("LS", "sasl batch"), cap("ACK", "sasl batch"), cap("ACK", "-batch"))

    assert caps.on == {"sasl"}


def test_of_what_is_refused_together_each_is_asked_for_alone():
    caps, sent = told(cap("LS", "sasl batch chghost"), cap("NAK", "sasl batch chghost"))

    assert sent[1:] == ["CAP REQ :sasl", "CAP REQ :batch", "CAP REQ :chghost"]
    assert not caps.settled

    told(cap("ACK", "sasl"), cap("NAK", "batch"), cap("ACK", "chghost"), caps=caps)

    assert caps.settled
    assert caps.on == {"sasl", "chghost"}


def test_a_server_that_offers_nothing_is_done_at_once():
    caps, sent = told(cap("LS", ""))

    assert (caps.settled, sent) == (True, [])


@pytest.mark.parametrize(
    "line", [Line("421", ("psfbot", "CAP", "Unknown command")), Line("410", ("psfbot", "CAP", "Invalid CAP command"))]
)
def test_a_server_that_knows_no_capabilities_is_done_at_once(line):
    caps, sent = told(line)

    assert (caps.settled, sent) == (True, [])


def test_what_comes_later_is_asked_for_and_what_goes_is_off():
    caps, _ = told(cap("LS", "batch"), cap("ACK", "batch"))

    assert caps.heard(cap("NEW", "sasl=PLAIN account-tag unheard-of")) == ["CAP REQ :sasl account-tag"]

    told(cap("ACK", "sasl account-tag"), cap("DEL", "sasl batch"), caps=caps)

    assert caps.on == {"account-tag"}
    assert set(caps.offered) == {"account-tag", "unheard-of"}


def test_what_is_on_already_is_not_asked_for_again():
    caps, _ = told(cap("LS", "batch"), cap("ACK", "batch"))

    assert caps.heard(cap("NEW", "batch")) == []


def test_many_names_go_in_several_lines_that_all_fit():
    useful = tuple(f"vendor.example/capability-{number}" for number in range(60))
    caps, sent = told(cap("LS", " ".join(useful)), caps=Caps(useful))

    assert len(sent) > 1
    assert max(map(len, sent)) <= 450
    assert " ".join(text.removeprefix("CAP REQ :") for text in sent).split() == list(useful)

    for text in sent:
        told(cap("ACK", text.removeprefix("CAP REQ :")), caps=caps)

    assert caps.settled


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("port=6697,duration=2592000", Sts(6697, 2592000)),
        ("duration=0", Sts(None, 0)),
        ("port=6697,preload", Sts(6697)),
        ("duration=1,future=x", Sts(None, 1)),
        ("port=99999", None),
        ("port=0", None),
        ("port=-1", None),
        ("port=６６９７", None),
        ("duration=999999999999999", None),
        ("", None),
        ("nonsense", None),
    ],
)
def test_a_policy_is_read_or_left_alone(value, read):
    assert sts(value) == read
    assert told(cap("LS", f"sts={value}"))[0].sts == read


def test_a_policy_is_never_asked_for():
    assert "sts" not in USEFUL


WORDS = st.lists(st.sampled_from([*USEFUL, "sts=port=1", "-sasl", "~batch", "other", "=", ""]), max_size=5)
LINES = st.builds(
    lambda kind, star, names: cap(kind, *(["*"] if star else []), " ".join(names)),
    st.sampled_from(["LS", "ACK", "NAK", "NEW", "DEL", "LIST", "ls", "?"]), st.booleans(), WORDS,
)  # fmt: skip


@given(st.lists(LINES, max_size=20))
def test_whatever_a_server_says_only_useful_capabilities_are_asked_for(lines):
    _, sent = told(*lines)

    assert {name for text in sent for name in text.removeprefix("CAP REQ :").split()} <= set(USEFUL)
