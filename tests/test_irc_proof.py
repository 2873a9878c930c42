"""What the server has to say before a line counts as told."""

import re

import pytest
from irc_lines import ECHO, LABEL, PING, echo, proofs, server

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.proof import CUT, REFUSALS, SWALLOWED, UNSENT


def sending(kept, ticket, *words, target="#c"):
    wires = kept.expect(ticket, [f"PRIVMSG {target} :{said}" for said in words])
    for wire in wires:
        kept.sent(wire)
    return wires


def label(wire):
    return re.match(r"@label=(\S+) ", wire)[1]


def token(wires):
    return wires[-1].removeprefix("PING :")


def short(outcomes):
    return [(each.ticket, each.proof or str(each.error)) for each in outcomes]


def refused(number):
    return f"the server refused it: {REFUSALS[number]}"


# labels


def test_each_line_has_a_label_of_its_own_and_its_words():
    wires = proofs(LABEL).expect(1, ["PRIVMSG #c :one", "PRIVMSG #c :two"])

    assert [wire.partition(" ")[2] for wire in wires] == ["PRIVMSG #c :one", "PRIVMSG #c :two"]
    assert len({label(wire) for wire in wires}) == 2


def test_the_last_label_that_is_answered_proves():
    kept = proofs(LABEL)
    first, last = map(label, sending(kept, 1, "one", "two"))

    assert kept.heard(server("ACK", label=last)) == []
    assert short(kept.heard(server("ACK", label=first))) == [(1, "labelled answer")]
    assert kept.heard(server("ACK", label=first)) == []


def test_a_labelled_echo_proves_with_the_id_of_the_message():
    kept = proofs(LABEL)
    (wire,) = sending(kept, 1, "one")

    assert short(kept.heard(echo("#c", "altered", label=label(wire), msgid="x1"))) == [(1, "labelled echo x1")]


@pytest.mark.parametrize(
    "answer", [("404", "psfbot", "#c", "no"), ("FAIL", "PRIVMSG", "NO", "#c", "no"), ("599", "psfbot", "no")]
)
def test_an_error_with_the_label_refuses_its_line_and_no_other(answer):
    kept = proofs(LABEL)
    (first,), (second,) = sending(kept, 1, "same"), sending(kept, 2, "same")
    (found,) = kept.heard(server(*answer, label=label(second)))

    assert (found.ticket, found.error.final, found.doubt) == (2, False, False)
    assert short(kept.heard(server("ACK", label=label(first)))) == [(1, "labelled answer")]


@pytest.mark.parametrize("tags", [{}, {"label": "psfbot-99"}, {"label": ""}])
def test_an_answer_without_our_label_says_nothing(tags):
    kept = proofs(LABEL)
    sending(kept, 1, "one")
    said = [server("ACK", **tags), server("404", "psfbot", "#c", "no", **tags), echo("#c", "one", **tags)]

    assert [kept.heard(line) for line in said] == [[], [], []]


@pytest.mark.parametrize(
    ("inside", "found"),
    [
        (server("301", "psfbot", "ned", "away", batch="b"), "labelled answer"),
        (server("404", "psfbot", "#c", "no", batch="b"), refused("404")),
    ],
)
def test_several_answers_come_in_a_batch_with_the_label(inside, found):
    kept = proofs(LABEL)
    (wire,) = sending(kept, 1, "one")
    lines = [
        server("BATCH", "+b", "labeled-response", label=label(wire)),
        echo("#c", "one", batch="b"),
        inside,
        server("BATCH", "-b"),
    ]

    assert short(outcome for line in lines for outcome in kept.heard(line)) == [(1, found)]


def test_other_batches_say_nothing():
    kept = proofs(LABEL)
    sending(kept, 1, "one")
    lines = [server("BATCH", "+b", "netsplit"), server("QUIT", batch="b"), server("BATCH", "-b")]

    assert [kept.heard(line) for line in lines] == [[], [], []]


# echoes


def test_the_own_line_that_comes_back_proves():
    kept = proofs(ECHO)

    assert sending(kept, 1, "one") == ["PRIVMSG #c :one"]
    assert short(kept.heard(echo("#C", "one", nick="PsfBot", msgid="x1"))) == [(1, "echo x1")]


@pytest.mark.parametrize(
    "line",
    [
        echo("#c", "one", nick="ned"),
        echo("#d", "one"),
        echo("#c", "one", command="NOTICE"),
        server("PONG", "irc.example.org", "psfbot-1"),
        server("404", "psfbot", "#d", "no"),
        server("332", "psfbot", "#c", "topic"),
    ],
)
@pytest.mark.parametrize("caps", [ECHO, PING])
def test_what_is_about_something_else_says_nothing(line, caps):
    kept = proofs(caps)
    kept.numbers = iter(range(7, 9))
    sending(kept, 1, "one")

    assert kept.heard(line) == []


def test_an_altered_echo_counts_for_the_first_line_to_its_target():
    kept = proofs(ECHO)
    sending(kept, 1, "one", target="#d")
    sending(kept, 2, "\x02one")
    sending(kept, 3, "\x02two")

    assert [short(kept.heard(echo("#c", words))) for words in ("one", "two")] == [[(2, "echo")], [(3, "echo")]]


def test_the_echo_of_a_reply_proves_no_alert():
    kept = proofs(ECHO)
    kept.sent("PRIVMSG #c :a reply")
    sending(kept, 1, "an alert")

    assert kept.heard(echo("#c", "an altered reply")) == []
    assert short(kept.heard(echo("#c", "an alert"))) == [(1, "echo")]


def test_a_line_that_was_not_sent_yet_is_not_proven_by_an_echo():
    kept = proofs(ECHO)
    kept.expect(1, ["PRIVMSG #c :one"])

    assert kept.heard(echo("#c", "one")) == []


def test_a_swallowed_line_is_told_of_once():
    kept = proofs(ECHO)
    for ticket, words in ((1, "one"), (2, "two")):
        sending(kept, ticket, words)
    kept.heard(echo("#c", "two"))

    assert kept.flying == []


def test_an_overtaken_line_was_swallowed():
    kept = proofs(ECHO)
    sending(kept, 1, "one")
    sending(kept, 2, "two")
    found = kept.heard(echo("#c", "two"))

    assert short(found) == [(1, SWALLOWED), (2, "echo")]
    assert found[0].doubt


def test_all_fragments_have_to_come_back():
    kept = proofs(ECHO)
    sending(kept, 1, "one", "two", "three")

    assert [short(kept.heard(echo("#c", w))) for w in ("one", "two", "three")] == [[], [], [(1, "echo")]]


def test_an_error_refuses_the_first_line_to_its_target():
    kept = proofs(ECHO)
    for ticket, target in ((1, "#d"), (2, "#c"), (3, "#c")):
        sending(kept, ticket, "one", target=target)
    found = [short(kept.heard(server("404", "psfbot", "#C", "no"))) for _ in range(3)]

    assert found == [[(2, refused("404"))], [(3, refused("404"))], []]


def test_a_refused_line_that_comes_back_after_all_proves_no_other():
    kept = proofs(ECHO)
    sending(kept, 1, "one")
    sending(kept, 2, "two")
    kept.heard(server("477", "psfbot", "#c", "of a JOIN"))

    assert kept.heard(echo("#c", "one")) == []
    assert short(kept.heard(echo("#c", "two"))) == [(2, "echo")]


def test_a_refused_line_that_is_sent_again_is_proven_by_its_echo():
    kept = proofs(ECHO)
    sending(kept, 1, "one")
    kept.heard(server("404", "psfbot", "#c", "no"))
    sending(kept, 1, "one")

    assert short(kept.heard(echo("#c", "one"))) == [(1, "echo")]


# a PING behind


def test_the_pong_proves_that_all_before_was_processed():
    kept = proofs(PING)
    wires = sending(kept, 1, "one", "two")

    assert wires == ["PRIVMSG #c :one", "PRIVMSG #c :two", f"PING :{token(wires)}"]
    assert short(kept.heard(server("PONG", "irc.example.org", token(wires)))) == [(1, f"pong {token(wires)}")]
    assert kept.heard(server("PONG", "irc.example.org", token(wires))) == []


def test_a_person_cannot_answer_for_the_server():
    kept = proofs(PING)
    wires = sending(kept, 1, "one")

    assert kept.heard(Line("PONG", ("psfbot", token(wires)), nick="mallory", user="m", host="h")) == []


def test_a_later_pong_proves_the_earlier_lines_too():
    kept = proofs(PING)
    first, second = sending(kept, 1, "one"), sending(kept, 2, "two")

    assert short(kept.heard(server("PONG", "s", token(second)))) == [
        (1, f"pong {token(first)}"),
        (2, f"pong {token(second)}"),
    ]


def test_an_error_refuses_every_message_that_it_may_be_about():
    kept = proofs(PING)
    first, second = (kept.expect(ticket, [f"PRIVMSG #c :{ticket}"]) for ticket in (1, 2))
    for wire in (first[0], second[0], first[1], second[1]):
        kept.sent(wire)
    third = sending(kept, 3, "three")

    assert [each.ticket for each in kept.heard(server("404", "psfbot", "#c", "no"))] == [1, 2]
    assert short(kept.heard(server("PONG", "s", token(third)))) == [(3, f"pong {token(third)}")]


def test_an_error_before_the_pong_refuses():
    kept = proofs(PING)
    wires = sending(kept, 1, "one")
    found = kept.heard(server("404", "psfbot", "#c", "no"))

    assert short(found) == [(1, refused("404"))]
    assert not found[0].doubt
    assert kept.heard(server("PONG", "s", token(wires))) == []


def test_several_errors_of_one_message_do_not_refuse_the_next():
    kept = proofs(PING)
    first = kept.expect(1, ["PRIVMSG #c :one", "PRIVMSG #c :two"])
    kept.sent(first[0])
    (found,) = kept.heard(server("404", "psfbot", "#c", "no"))
    for wire in first[1:]:
        kept.sent(wire)
    second = sending(kept, 2, "three")

    assert found.doubt
    assert kept.heard(server("404", "psfbot", "#c", "no")) == []
    assert kept.heard(server("PONG", "s", token(first))) == []
    assert short(kept.heard(server("PONG", "s", token(second)))) == [(2, f"pong {token(second)}")]


@pytest.mark.parametrize(
    "line", [("411", "psfbot", "no recipient"), ("421", "psfbot", "PRIVMSG", "?"), ("FAIL", "PRIVMSG", "NO", "why")]
)
@pytest.mark.parametrize("caps", [ECHO, PING])
def test_an_error_that_names_no_target_refuses_the_first_line(line, caps):
    kept = proofs(caps)
    sending(kept, 1, "one", target="#d")
    sending(kept, 2, "one")

    assert [outcome.ticket for outcome in kept.heard(server(*line))] == [1]


@pytest.mark.parametrize(
    "line",
    [("421", "psfbot", "MONITOR", "?"), ("461", "psfbot", "JOIN", "?"), ("FAIL", "AUTHENTICATE", "X", "#c", "no")],
)
@pytest.mark.parametrize("caps", [ECHO, PING])
def test_an_error_about_another_command_refuses_nothing(line, caps):
    kept = proofs(caps)
    sending(kept, 1, "one")

    assert kept.heard(server(*line)) == []


@pytest.mark.parametrize(
    ("number", "final", "wait"),
    [("404", False, None), ("403", False, None), ("401", True, None), ("531", True, None), ("439", False, 60.0)],
)
@pytest.mark.parametrize("caps", [LABEL, ECHO, PING])
def test_a_refusal_says_whether_and_when_to_try_again(number, final, wait, caps):
    kept = proofs(caps)
    wires = sending(kept, 1, "one")
    tags = {"label": label(wires[0])} if caps is LABEL else {}
    (found,) = kept.heard(server(number, "psfbot", "#c", "no", **tags))

    assert (str(found.error), found.error.final, found.error.wait) == (refused(number), final, wait)


@pytest.mark.parametrize("number", ["401", "403", "404", "411", "412", "437", "440", "442", "477", "531"])
def test_the_known_refusals_are_known(number):
    kept = proofs(PING)
    sending(kept, 1, "one")
    params = ("psfbot", "words") if number in {"411", "412"} else ("psfbot", "#c", "words")

    assert short(kept.heard(server(number, *params))) == [(1, refused(number))]


# all of them


@pytest.mark.parametrize("caps", [LABEL, ECHO, PING])
def test_what_the_link_loses_comes_back_unproven(caps):
    kept = proofs(caps)
    sending(kept, 1, "one")
    kept.expect(2, ["PRIVMSG #d :two"])
    back = kept.lost()

    assert [(each.ticket, str(each.error), each.doubt) for each in back] == [(1, CUT, True), (2, UNSENT, False)]
    assert kept.lost() == []
    assert kept.heard(echo("#c", "one")) == []
    assert not any((kept.flying, kept.unsent, kept.open))


@pytest.mark.parametrize("caps", [LABEL, ECHO, PING])
def test_a_forgotten_ticket_has_no_outcome_and_leaves_nothing_waiting(caps):
    kept = proofs(caps)
    wires = kept.expect(1, ["PRIVMSG #c :one", "PRIVMSG #c :two"])
    kept.sent(wires[0])
    kept.forget(1)
    kept.forget(99)

    assert kept.heard(echo("#c", "one", **({"label": label(wires[0])} if caps is LABEL else {}))) == []
    assert kept.lost() == []
    assert not kept.unsent


def test_what_is_under_way_is_bounded():
    kept = proofs(ECHO)
    for number in range(1500):
        kept.sent(f"PRIVMSG #c :{number}")

    assert len(kept.flying) == 1000
