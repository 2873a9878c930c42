"""Looking phrases up by a word finds every phrase that fits a line: the index saves time, and loses nothing."""

import random

import pytest

from psfbot.chat.command import Command
from psfbot.chat.grammar import Phrase
from psfbot.commands import commands, live
from psfbot.flows.understand import Table

ALL = (*commands(), *live.commands())
TABLE = Table(ALL)
PHRASES = [(phrase, command) for command in ALL for phrase in command.phrases]


def line_of(phrase: Phrase, pick: random.Random) -> str:
    """Something that the phrase fits, made of its own parts."""
    said: list[str] = []
    for at, (kind, value) in enumerate(phrase.tokens):
        if kind == "maybe" and pick.random() < 0.5:
            continue
        word = pick.choice(["docs", "12", "who is on call"]) if kind == "slot" else pick.choice(value.split("|"))
        said.append(word if at in phrase.glued or not said else f" {word}")
    return "".join(said)


@pytest.mark.parametrize("seed", range(5))
def test_every_phrase_is_among_those_that_are_looked_up_for_a_line_that_it_fits(seed):
    pick = random.Random(seed)  # noqa: S311 - the same lines each time
    lines = [line_of(phrase, pick) for phrase, _ in PHRASES]
    lines += [line.upper() for line in lines[::7]]
    for line in lines:
        lower = line.lower()
        fit = [(p.said, c.name) for p, c in PHRASES if p.may_fit(lower) and p.match(line)]
        found = [(p.said, c.name) for _, p, c in TABLE.entries(lower) if p.may_fit(lower) and p.match(line)]

        assert fit, line
        assert sorted({*found}) == sorted({*fit}), line


def test_a_phrase_is_found_once_however_often_its_word_is_said():
    entries = TABLE.entries("who owns who owns  docs")

    assert len({number for number, _, _ in entries}) == len(entries)


def test_phrases_come_in_the_order_of_the_commands_and_those_that_begin_with_a_name_last():
    say = Command("x", lambda _: "", (Phrase("{name} up"), Phrase("is {name} up"), Phrase("is it up")))
    table = Table((say,))

    assert [p.said for _, p, _ in table.entries("is it up")] == ["is {name} up", "is it up", "{name} up"]


def test_most_phrases_are_not_even_looked_at():
    assert len(TABLE.entries("who owns docs.python.org")) < len(TABLE.by_head["who"]) / 4
