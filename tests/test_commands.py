"""Every example in a command's docstring is asked, and answered as written."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Asking

from psfbot import commands as facts
from psfbot.chat.message import Message, Speaker
from psfbot.commands import live
from psfbot.commands.about import LOG_IN
from psfbot.commands.manual import as_markdown
from psfbot.plugin import Command

TOPICS = (*facts.TOPICS, *live.TOPICS)


def commands() -> tuple[Command, ...]:
    return (*facts.commands(), *live.commands())


EXAMPLES = [(command.name, asked, answered) for command in commands() for asked, answered in command.examples]


@pytest.mark.parametrize(("command", "asked", "answered"), EXAMPLES, ids=[f"{c}: {a}" for c, a, _ in EXAMPLES])
def test_an_example_is_answered_as_written(book, relay, command, asked, answered):
    lines = Asking(book, relay)(asked).lines
    wanted = answered.splitlines()

    assert [fits(line, want) for line, want in zip(lines, wanted, strict=False)] == [True] * len(wanted), lines


def fits(line: str, want: str) -> bool:
    """An ellipsis stands for anything."""
    start, dots, end = want.partition("…")
    return line.startswith(start) and line.endswith(end) if dots else line == want


@pytest.mark.parametrize("command", commands(), ids=lambda c: c.name)
def test_a_command_explains_itself(command: Command):
    assert command.about.endswith((".", "?"))
    assert command.examples, f"{command.name} shows no example"
    assert command.phrases


def test_command_names_are_unique():
    names = [command.name for command in commands()]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("command", commands(), ids=lambda c: c.name)
def test_each_slot_of_a_phrase_is_an_argument_of_its_command(command: Command):
    for phrase in command.phrases:
        assert phrase.slots <= set(command.slots), phrase.said


def test_no_two_commands_claim_the_same_words():
    claimed: dict[str, str] = {}
    for command in commands():
        for phrase in command.phrases:
            for said in expand(phrase.tokens):
                owner = claimed.setdefault(said, command.name)

                assert owner == command.name, f"both {owner} and {command.name} answer '{said}'"


def expand(tokens: tuple[tuple[str, str], ...]) -> list[str]:
    """Every way to say a phrase, slots as a star."""
    said = [""]
    for kind, value in tokens:
        choices = ["*"] if kind == "slot" else value.split("|")
        if kind == "maybe":
            choices = [*choices, ""]
        said = [f"{before} {choice}".strip() for before in said for choice in choices]
    return said


def test_topics_have_a_name_and_a_sentence():
    assert all(topic.name and topic.about.endswith(".") for topic in TOPICS)


def test_the_manual_shows_every_phrase():
    manual = as_markdown()

    assert all(phrase.said in manual for command in commands() for phrase in command.phrases)


def test_a_known_person_is_told_who_they_are(ask):
    reply = ask("whoami", Speaker("nick", account="mdk", person="mdk"))

    assert reply.lines[0] == "You are Julien Palard: member, because Julien Palard is in the catalog."


def test_an_admin_is_told_which_team_makes_them_one(ask):
    reply = ask("who am i", Speaker("jacob", account="coffee", person="coffee"))

    assert reply.lines[0] == "You are Jacob Coffee: admin, because team infra grants admin."


def on_irc(ask, account):
    message = Message("whoami", Speaker("ned", account=account), "irc", "#room")
    return asyncio.run(ask.desk.answer(message)).lines


def test_somebody_on_irc_who_is_not_logged_in_is_told_so_and_how_to_log_in(ask):
    assert on_irc(ask, None) == (
        "You are ned: anyone, because you are not logged in to services, and a nick proves nothing.",
        LOG_IN,
    )


def test_how_to_log_in_is_a_line_to_type():
    assert "`/msg NickServ IDENTIFY ACCOUNT PASSWORD`" in LOG_IN


def test_somebody_on_irc_whom_the_catalog_does_not_know_is_told_what_the_network_says_of_them(ask):
    assert on_irc(ask, "nedbat") == (
        "You are ned (services account nedbat): anyone, because the catalog knows no person with this account.",
        "To be known, have your account added to the catalog's `people`: catalog.yaml",
    )


@pytest.mark.parametrize(
    ("platform", "place"),
    [("console", "/srv/c/catalog.yaml"), ("terminal", "/srv/c/catalog.yaml"), ("irc", "catalog.yaml"),
     ("slack", "catalog.yaml")],
)  # fmt: skip
def test_only_who_sits_at_the_machine_is_shown_a_path_on_it(ask, platform, place):
    path = "/srv/c/catalog.yaml"
    book = replace(ask.desk.book(), path=path, refused=f"1 fault, the first: {path}:3: no such person")
    ask.desk.book = lambda: book
    unknown, known, version = (
        asyncio.run(ask.desk.answer(Message(asked, Speaker("ned"), platform, "#room")))
        for asked in ("who owns gopher.example.org", "what is docs.python.org", "version")
    )

    assert unknown.lines[0].endswith(f"Is it missing? Propose it: {place}")
    assert version.lines[-1].endswith(f"the first: {place}:3: no such person")
    assert ("/srv/c" in repr(known.answer)) == ("/srv/c" in place)


def test_somebody_inactive_may_only_read(ask):
    reply = ask("whoami", Speaker("alex", account="gaynor", person="gaynor"))

    assert reply.lines[0].startswith("You are Alex Gaynor: anyone, because Alex Gaynor is marked inactive")


def test_private_contact_data_stays_out_of_public_rooms(ask):
    public = ask("who is ee").lines
    private = ask("who is ee", public=False).lines

    assert not any("private@example.org" in line for line in public)
    assert any("private@example.org" in line for line in private)


def test_a_contact_that_is_not_public_stays_out_of_public_rooms(ask):
    assert not any("not for the public" in line for line in ask("team infra").lines)
    assert any("not for the public" in line for line in ask("team infra", public=False).lines)


def test_me_is_the_speaker(ask):
    reply = ask("what do I own", Speaker("nick", account="mdk", person="mdk"))

    assert reply.lines[0] == "Julien Palard owns docs.python.org."


def test_an_old_fact_says_how_old_it_is(ask):
    lines = ask("owner of hg.python.org").lines

    assert "Note: Last vouched for 2016-05, 10 years ago." in lines


def test_a_disputed_fact_says_what_speaks_against_it(ask):
    assert "Note: an older list names Georg Brandl" in ask("who owns docs").lines


def test_a_service_without_owner_says_so(ask):
    assert ask("who owns staging.python.org").lines[0] == "staging.python.org: the catalog names no owner."


def test_the_command_table_is_in_the_documentation():
    page = (Path(__file__).parents[1] / "docs" / "commands.md").read_text("utf-8")

    assert page == as_markdown(), "run: python -m psfbot.commands.manual > docs/commands.md"
