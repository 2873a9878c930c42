"""From a line to an answer: memory, near misses, hostile input, permission."""

from datetime import timedelta

import pytest
from conftest import GUEST, NOON, Asking
from hypothesis import given, settings
from hypothesis import strategies as st

from psfbot.catalog.book import Book
from psfbot.chat.answer import Answer, Outcome
from psfbot.chat.message import Message, Speaker
from psfbot.errors import UserError
from psfbot.flows.ask import Desk
from psfbot.flows.understand import Table
from psfbot.plugin import Ask, Level, Service, Topic

OTHER = Speaker("other")


def test_a_near_miss_is_offered_and_yes_takes_it(ask):
    assert ask("who owns dosc.python.org").answer.outcome is Outcome.NOT_FOUND
    assert ask("yes").lines[0].startswith("docs.python.org: ask Julien Palard")


def test_an_offer_is_for_its_speaker_only(ask):
    ask("who owns dosc.python.org")

    assert ask("yes", OTHER).answer.outcome is Outcome.NOT_FOUND


def test_an_offer_is_forgotten_after_another_question(ask):
    ask("who owns dosc.python.org")
    ask("version")

    assert ask("yes").answer.outcome is Outcome.NOT_FOUND


def test_an_offer_fades_after_ten_minutes(ask):
    ask("who owns dosc.python.org")
    ask.moment += timedelta(minutes=11)

    assert ask("yes").answer.outcome is Outcome.NOT_FOUND


def test_several_things_of_one_name_are_listed_and_picked_by_number(ask):
    reply = ask("python")

    assert reply.answer.outcome is Outcome.AMBIGUOUS
    assert len(reply.answer.offers) == 2
    assert ask("2").lines[0].startswith(reply.answer.offers[1].split()[0])


@pytest.mark.parametrize("number", ["0", "9", "99999999999999999999"])
def test_a_number_that_was_not_offered_picks_nothing(ask, number):
    ask("python")

    assert ask(number).answer.outcome is Outcome.NOT_FOUND


def test_one_name_in_two_kinds_is_a_short_list_when_no_verb_decides(ask):
    reply = ask("docs")

    assert reply.answer.outcome is Outcome.AMBIGUOUS
    assert list(reply.answer.offers) == ["docs.python.org (service)", "docs (team)"]


def test_the_verb_decides_between_kinds(ask):
    assert ask("who owns docs").lines[0].startswith("docs.python.org: ask")
    assert ask("who is in docs").lines[0].startswith("docs.python.org administrators:")


def test_more_shows_what_did_not_fit(ask):
    whole = ask("service docs.python.org").lines
    first = ask("service docs.python.org", page=2)
    rest = ask("more", page=100)

    assert len(first.lines) == 2
    assert first.lines[1].endswith(f"({len(whole) - 2} more: say `more`)")
    assert rest.lines == whole[2:]
    assert ask("more").lines == ("There is no more to show.",)


def test_memories_are_bounded(ask):
    for number in range(1200):
        ask("python", Speaker(f"guest{number}"))

    assert len(ask.desk.memories) == 1000


@pytest.mark.parametrize(
    "host", ["dosc.python.org", "unknown123.python.org", "evil-python.org", "docs.python.org.evil.example"]
)
def test_a_host_that_is_not_listed_never_has_an_owner(ask, host):
    reply = ask(f"who owns {host}")

    assert reply.answer.outcome is Outcome.NOT_FOUND
    assert "ask " not in reply.lines[0].partition("Did you mean")[0]


def test_an_address_that_is_written_nowhere_is_found_by_its_labels(ask):
    assert ask("who owns test.exampleindex.org").lines[0].startswith("exampleindex: ask Dustin Ingram")
    assert ask("who owns https://exampleindex.org/simple/x").lines[0].startswith("exampleindex:")


def test_nothing_alike_gets_the_nearest_three_and_the_place_to_add_it(ask):
    reply = ask("nonsense")

    assert reply.answer.outcome is Outcome.NOT_FOUND
    assert reply.lines[0].count(",") == 2
    assert "catalog.yaml" in reply.lines[0]


def test_a_sentence_that_is_no_question_gets_examples(ask):
    reply = ask("the build of docs.python.org looks somewhat strange to me today")

    assert reply.answer.outcome is Outcome.NOT_FOUND
    assert "who owns docs.python.org" in reply.lines[0]


@pytest.mark.parametrize("text", ["", "   ", "?!", "\u202e\u200b", "\x00"])
def test_an_empty_question_gets_an_example(ask, text):
    assert ask(text).lines[0].startswith("Ask me something")


def test_ten_kilobytes_are_refused_politely(ask):
    reply = ask("who owns " + "x" * 10_000)

    assert reply.answer.outcome is Outcome.REFUSED
    assert len(reply.lines[0]) < 200


@pytest.mark.parametrize(
    "text",
    [
        "who owns 🐍🐍🐍",
        "who owns \x02docs\x0f\r\nQUIT",
        "who owns ﷽",
        "who owns %s %d {0} {x}",
        "who owns ../../etc/passwd",
        "{thing}",
    ],
)
def test_odd_questions_are_answered(ask, text):
    reply = ask(text)

    assert reply.lines
    assert all("\r" not in line and "\n" not in line and "\x02" not in line for line in reply.lines)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120))
def test_no_question_raises(book, text):
    reply = Asking(book)(text)

    assert reply.lines
    assert all(line.isprintable() for line in reply.lines)


def test_a_slip_in_the_plain_words_is_mended_and_said(ask):
    reply = ask("who onws docs.python.org")

    assert reply.lines[0].startswith("docs.python.org: ask")
    assert "Note: I read that as: who owns docs.python.org" in reply.lines


def made(function, *phrases, level=Level.ANYONE, writes=False):
    topic = Topic("test", "For the tests.")
    topic.says(*phrases, level=level, writes=writes)(function)
    return topic.commands[0]


def asked(book, command, text, speaker=GUEST):
    desk = Desk(Table((command,)), lambda: book, lambda: NOON)
    coroutine = desk.answer(Message(text, speaker, "test"))
    try:
        coroutine.send(None)
    except StopIteration as done:
        return done.value


def stop(ask: Ask, service: Service) -> str:
    """Stop a service.

    >>> stop docs.python.org
    docs.python.org stopped
    """
    return f"{service.id} stopped"


def test_a_command_that_writes_takes_exact_names_only(book):
    command = made(stop, "stop {service}", writes=True)

    assert asked(book, command, "stop docs.python.org").lines == ("docs.python.org stopped",)
    for said in ("stop dosc.python.org", "stop docs.pyth", "sotp docs.python.org"):
        assert asked(book, command, said).answer.outcome is Outcome.NOT_FOUND


@pytest.mark.parametrize(
    ("person", "allowed"), [("mdk", True), ("coffee", True), ("di", False), ("gaynor", False), (None, False)]
)
def test_a_responder_is_an_owner_or_granted(book, person, allowed):
    command = made(stop, "stop {service}", level=Level.RESPONDER, writes=True)
    reply = asked(book, command, "stop docs.python.org", Speaker("nick", account=person, person=person))

    assert (reply.answer.outcome is Outcome.ANSWERED) is allowed
    assert allowed or "needs a responder" in reply.lines[0]


def test_a_refusal_by_a_command_is_shown_word_for_word(book):
    def refuse(ask: Ask) -> Answer:
        """Refuse."""
        raise UserError("Not today. Try tomorrow.")

    reply = asked(book, made(refuse, "refuse"), "refuse")

    assert reply.lines == ("Not today. Try tomorrow.",)
    assert reply.answer.outcome is Outcome.REFUSED


def test_plugins_are_asked_only_when_the_bot_itself_has_no_answer(book):
    asked_for = []

    def hello(ask: Ask) -> str:
        """Greet.

        >>> greet us
        Hello.
        """
        return "Hello."

    def later():
        asked_for.append(True)
        return (made(hello, "greet us"),)

    desk = Desk(Table((made(stop, "stop {service}"),), later), lambda: book, lambda: NOON)

    def say(text):
        with pytest.raises(StopIteration) as done:
            desk.answer(Message(text, GUEST, "test")).send(None)
        return done.value.value.lines[0]

    assert say("stop docs.python.org") == "docs.python.org stopped"
    assert asked_for == []
    assert say("greet us") == "Hello."
    assert asked_for == [True]


def test_a_slot_of_an_unknown_type_is_refused_when_the_command_is_read():
    def wrong(ask: Ask, thing: float) -> str:
        """Take a number with a point."""
        return str(thing)

    with pytest.raises(TypeError, match="a slot cannot be"):
        _ = made(wrong, "wrong {thing}").slots


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        ("who owns docs.python.org and how do I reach them?", "docs.python.org: ask", ""),
        ("who owns hg.python.org, and what os is it on?", "hg.python.org: ask", "hg.python.org: hg.nyc1.psf.io"),
        ("docs.python.org is slow, who owns it?", "I cannot see from here", "docs.python.org: ask Julien Palard"),
        ("what happened to dyn, who owns hg.python.org", "dyn is retired", "hg.python.org: ask"),
    ],
)
def test_two_questions_in_one_line_are_both_answered(ask, text, first, second):
    lines = ask(text).lines

    assert lines[0].startswith(first)
    assert any(line.startswith(second) for line in lines[1:])


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("who owns docs and hg.python.org", ["docs.python.org: ask Julien", "hg.python.org: ask PSF"]),
        ("who owns docs, mailman and salt?", ["docs.python.org: ask", "mail.python.org: ask", "salt-master: ask"]),
        ("where is docs hosted? what runs on nyc1", ["docs.python.org runs on", "5 services run in nyc1"]),
        ("who owns docs, docs and docs.python.org", ["docs.python.org: ask", "Reach them: docs@python.org"]),
        ("who is on call and docs", ["No rota is known", "I did not answer 'docs'"]),
        ("who owns docs and the weather", ["docs.python.org: ask", "I did not answer 'the weather'"]),
        ("who owns docs and dosc.python.org", ["docs.python.org: ask", "I did not answer 'dosc.python.org'"]),
        (
            "who owns docs, salt, mailman, haproxy and hg.python.org",
            ["docs.", "salt-master", "mail.", "I did not answer 'haproxy' and 'hg.python.org'"],
        ),
    ],
)
def test_each_part_of_a_line_is_answered_or_named(ask, text, facts):
    lines = ask(text).lines

    assert [line.startswith(fact) for line, fact in zip(lines, facts, strict=False)] == [True] * len(facts), lines


def test_what_supports_an_answer_says_which(ask):
    lines = ask("who owns docs and hg.python.org").lines

    assert "docs.python.org: It runs on DigitalOcean nyc1 (architecture unknown), behind Fastly." in lines
    assert "hg.python.org: It runs on DigitalOcean nyc1 (architecture unknown)." in lines


@pytest.mark.parametrize("text", ["who owns docs and hg.python.org", "docs.python.org is slow, who owns it?"])
def test_where_all_is_answered_nothing_is_said_to_be_left(ask, text):
    assert not any("did not answer" in line for line in ask(text).lines)


def test_a_line_with_a_command_that_writes_is_never_taken_apart(ask):
    reply = ask("who owns docs.python.org and ack 1", Speaker("jacob", account="coffee", person="coffee"))

    assert not any("no incident #1" in line for line in reply.lines)


def test_a_word_of_the_language_is_no_beginning_of_a_name(ask):
    assert ask("help owner").lines[0].startswith("owner: Name the people")


def test_an_architecture_is_no_beginning_of_a_providers_name(book):
    aliased = book.catalog.providers["aws"].model_copy(update={"aliases": ("arm64 runners", "amazon")})
    catalog = book.catalog.model_copy(update={"providers": {**book.catalog.providers, "aws": aliased}})
    lines = Asking(Book.of(catalog))("which services are on arm64").lines

    assert lines[0] == "1 service runs on arm64: exampleindex."


@pytest.mark.parametrize("text", ["is fastly up", "repo of fastly", "tracker for gandi"])
def test_a_name_of_another_kind_is_never_the_beginning_of_a_services_name(book, text):
    aliased = book.catalog.services["hg.python.org"].model_copy(update={"aliases": ("fastly logs", "gandi records")})
    catalog = book.catalog.model_copy(update={"services": {**book.catalog.services, "hg.python.org": aliased}})

    assert Asking(Book.of(catalog))(text).answer.outcome is Outcome.NOT_FOUND


def test_an_address_found_by_its_labels_says_so(ask):
    assert any("by its labels" in line for line in ask("who owns exampleindex.org").lines)


@pytest.mark.parametrize("text", ["which services are arm64", "which services are aarch64"])
def test_services_of_an_architecture_are_asked_for_without_on(ask, text):
    assert ask(text).lines[0] == "1 service runs on arm64: exampleindex."
