"""Whatever order, refusal or loss: a proven line was shown, and no ticket is left without an outcome."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from irc_lines import ECHO, LABEL, PING, echo, proofs, server


def label(wire):
    return re.match(r"@label=(\S+) ", wire)[1]


def token(wires):
    return wires[-1].removeprefix("PING :")


class Server:
    """Processes lines in order, by fate: passes on, alters, refuses, or swallows; answers as its capabilities say."""

    def __init__(self, caps):
        self.caps, self.shown, self.denied = caps, [], []

    def take(self, wire, fate):
        tags = {}
        if wire.startswith("@label="):
            tags["label"] = label(wire)
            wire = wire.partition(" ")[2]
        if wire.startswith("PING"):
            return [server("PONG", "s", token([wire]))]
        _, target, words = wire.split(" ", 2)
        words = words[1:]
        if fate == "refuse":
            self.denied.append(words)
            return [server("404", "psfbot", target, "no", **tags)]
        if fate == "swallow":
            return [server("ACK", **tags)] if tags else []
        self.shown.append(words)
        if not {"echo-message"} & self.caps:
            return [server("ACK", **tags)] if tags else []
        return [echo(target, f"{words}!" if fate == "alter" else words, **tags)]


FATES = st.sampled_from(["pass", "pass", "pass", "refuse"])


@st.composite
def traffic(draw, fates=FATES):
    """Messages to two channels, each ticketed or a reply, with the fate of each line; and where the link breaks."""
    message = st.tuples(st.sampled_from(["#c", "#d"]), st.booleans(), st.lists(fates, min_size=1, max_size=3))
    messages = draw(st.lists(message, max_size=8))
    return messages, draw(st.integers(0, 60)), draw(st.integers(0, 60)), draw(st.randoms(use_true_random=False))


def play(caps, messages, written, answered, random):
    """Send what is written before the break, answer some while others are under way; what each ticket came to."""
    kept, there = proofs(caps), Server(caps)
    waiting, queue, texts = [], [], {}
    for ticket, (target, ticketed, fates) in enumerate(messages):
        texts[ticket] = [f"{ticket}.{part}" for part in range(len(fates))]
        lines = [f"PRIVMSG {target} :{words}" for words in texts[ticket]]
        wires = kept.expect(ticket, lines) if ticketed else lines
        waiting.append(list(zip(wires, [*fates, ""], strict=False)))
    while any(waiting):  # each message keeps its order; others' lines may come between
        queue.append(random.choice([lines for lines in waiting if lines]).pop(0))
    tickets = [ticket for ticket, message in enumerate(messages) if message[1]]
    back, outcomes = [], []
    for wire, fate in queue[:written]:
        kept.sent(wire)
        back += there.take(wire, fate)
        while back and answered and random.random() < 0.5:
            answered -= 1
            outcomes += kept.heard(back.pop(0))
    while back and answered:
        answered -= 1
        outcomes += kept.heard(back.pop(0))
    whole = written >= len(queue) and not back
    return kept, there, texts, tickets, outcomes, whole


@pytest.mark.parametrize("caps", [LABEL, frozenset({"labeled-response"}), ECHO, PING])
@given(traffic(st.sampled_from(["pass", "alter", "refuse"])))
def test_whatever_is_refused_or_lost_only_what_was_shown_is_proven(caps, given_traffic):
    kept, there, texts, tickets, outcomes, whole = play(caps, *given_traffic)
    proven = [each.ticket for each in outcomes if each.error is None]
    failed = [each.ticket for each in outcomes if each.error]
    lost = [each.ticket for each in kept.lost()]

    assert sorted(proven + failed + lost) == tickets
    assert all(words in there.shown for ticket in proven for words in texts[ticket])
    assert not whole or not lost
    if caps is not PING:  # there a refused reply to the same channel may count against what follows it: told twice
        assert all(any(words in there.denied for words in texts[ticket]) for ticket in failed)


@given(traffic(st.sampled_from(["pass", "refuse", "swallow"])))
def test_what_a_server_swallows_is_never_proven_by_an_echo(given_traffic):
    kept, there, texts, tickets, outcomes, _ = play(ECHO, *given_traffic)
    proven = [each.ticket for each in outcomes if each.error is None]

    assert all(words in there.shown for ticket in proven for words in texts[ticket])
    assert sorted([each.ticket for each in outcomes] + [each.ticket for each in kept.lost()]) == tickets
