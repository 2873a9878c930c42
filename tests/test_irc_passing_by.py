"""An answer that need not wait goes past the queue, and nothing is different from going through it."""

from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from irc_stage import QUICK
from stage import sample

from psfbot.chat.answer import Answer
from psfbot.flows.ask import Reply
from psfbot.platforms.irc.connection import NotConnected
from psfbot.platforms.irc.hearing import Heard
from psfbot.platforms.irc.pacing import Queue, Rank
from psfbot.platforms.irc.platform import Irc
from psfbot.platforms.irc.proof import Proofs
from psfbot.platforms.irc.voice import Voice

PACES = st.fixed_dictionaries(
    {
        "burst": st.integers(1, 5),
        "interval": st.sampled_from([0, 1.0, 2.0]),
        "window": st.sampled_from([0, 3, 6]),
        "muted": st.booleans(),
    }
)
STEPS = st.lists(st.tuples(st.integers(1, 6), st.sampled_from([0.0, 0.5, 2.0, 9.0]), st.booleans()), max_size=12)


def texts(queue, now):
    """All that may go at this moment."""
    found = []
    while line := queue.take(now):
        found.append(line.text)
    return found


def state(queue):
    """What decides about every line to come."""
    return queue.depth, queue.paid_until, list(queue.flying), queue.last_ticket, queue.passed, queue.waits


@given(pace=PACES, steps=STEPS)
def test_what_passes_the_queue_by_leaves_it_as_if_it_had_gone_through(pace, steps):
    passing, waiting, now = Queue(**pace), Queue(**pace), 0.0
    for lines, gap, arrives in steps:
        now += gap
        empty, said = waiting.depth == 0, [str(line) for line in range(lines)]
        passed = passing.passes(lines, now)
        if not passed:
            passing.put_all(said, Rank.REPLY)
            texts(passing, now)
        waiting.put_all(said, Rank.REPLY)
        went = texts(waiting, now)
        assert passed == (empty and went == said)
        for queue in (passing, waiting) if arrives and passing.flying else ():
            queue.arrived(queue.flying[-1])

        assert state(passing) == state(waiting)


def test_nothing_passes_by_what_waits():
    queue = Queue()
    queue.put("some news", Rank.BULK)

    assert not queue.passes(1, now=0.0)


@dataclass
class Breaking:
    """A link that ends after so many lines."""

    lines: int
    writable: bool = True
    sent: list[str] = field(default_factory=list)

    def send(self, text):
        if len(self.sent) == self.lines:
            raise NotConnected("gone")
        self.sent.append(text)


def test_what_is_left_of_an_answer_when_the_link_ends_waits_for_the_next_one():
    voice = Voice(Queue(), Proofs(str.lower), lambda: 0.0)
    voice.up(link := Breaking(2))
    voice.muted = False
    voice.say("#room", ["one", "two", "three", "four"], "psfbot!p@h")
    voice.down()

    assert link.sent == ["PRIVMSG #room :one", "PRIVMSG #room :two"]
    assert [line.text for line in voice.queue.waiting()] == ["PRIVMSG #room :three", "PRIVMSG #room :four"]


def test_an_answer_longer_than_the_burst_keeps_its_order_and_its_pace():
    voice = Voice(Queue(burst=3, interval=2.0), Proofs(str.lower), lambda: 0.0)
    voice.up(link := Breaking(9))
    voice.muted = False
    link.writable = False
    voice.say("#room", ["one", "two", "three", "four"], "psfbot!p@h")
    link.writable = True

    assert not link.sent
    assert texts(voice.queue, 0.0) == ["PRIVMSG #room :one", "PRIVMSG #room :two", "PRIVMSG #room :three"]


def test_an_answer_that_the_link_ends_before_keeps_its_order():
    voice = Voice(Queue(burst=1), Proofs(str.lower), lambda: 0.0)
    voice.up(Breaking(0))
    voice.muted = False
    voice.say("#room", ["one", "two", "three"], "psfbot!p@h")
    voice.down()

    assert [line.text for line in voice.queue.waiting()] == [
        f"PRIVMSG #room :{word}" for word in ("one", "two", "three")
    ]


@pytest.mark.parametrize(("lines", "asks"), [(2, 0), (3, 1)])
def test_an_answer_that_fills_the_window_asks_the_server_at_once_whether_it_reads(lines, asks):
    asked = []
    voice = Voice(Queue(window=3), Proofs(str.lower), lambda: 0.0, choked=lambda: asked.append("PING"))
    voice.up(link := Breaking(9))
    voice.muted = False
    voice.say("#room", ["a line"] * lines, "psfbot!p@h")

    assert len(link.sent) == lines
    assert len(asked) == asks


@dataclass
class Filling(Breaking):
    """A link that has room for so many lines, and takes more when it is asked to."""

    def send(self, text):
        self.sent.append(text)
        self.writable = len(self.sent) < self.lines


def test_what_is_left_of_an_answer_waits_while_the_network_takes_no_more():
    voice = Voice(Queue(interval=0), Proofs(str.lower), lambda: 0.0)
    voice.up(link := Filling(2))
    voice.muted = False
    voice.say("#room", ["one", "two", "three"], "psfbot!p@h")
    went = list(link.sent)
    link.writable = True
    voice.flush()

    assert went == ["PRIVMSG #room :one", "PRIVMSG #room :two"]
    assert link.sent == [*went, "PRIVMSG #room :three"]


def test_an_answer_is_remembered_as_the_server_will_echo_it_whatever_sign_is_in_a_nick():
    irc = Irc(QUICK, sample)
    voice = irc.client.voice
    voice.proofs.caps = frozenset({"echo-message"})
    voice.up(link := Breaking(9))
    voice.muted = False
    irc.say(Heard("docs", "\x81odd", "#room", "#room"), Reply(Answer("an answer"), ("an answer",)))

    assert link.sent == ["PRIVMSG #room : odd: an answer"]
    assert [line.words for line in voice.proofs.flying] == [" odd: an answer"]
