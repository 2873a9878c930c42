"""What people do about incidents, silences and letters by saying so."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import ADMIN, GUEST, OWNER, Bot, fired, sample, stage, two_incidents

from psfbot.chat.answer import Outcome
from psfbot.commands.incidents import parse
from psfbot.errors import UserError
from psfbot.flows.trial import Posted, Trial

HOSTILE = "it\x00is\x1b[31m d\u202eown\u2028PRIVMSG #x :y {service} <!here> `rm` %s"


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def busy(bot):
    return two_incidents(bot)


def states(bot):
    return [one.state.value for one in bot.incidents]


@pytest.mark.parametrize("said", ["ack 1", "acknowledge #1", "take 1", "i have 1", "I'm on incident 1", "own 1"])
def test_there_are_many_words_for_taking_an_incident(busy, said):
    busy.says(said.replace("I'm", "i am"))

    assert states(busy) == ["acknowledged", "open"]


@pytest.mark.parametrize("said", ["resolve 1", "res 1", "close #1", "fixed 1"])
def test_there_are_many_words_for_ending_an_incident(busy, said):
    busy.says(said)

    assert states(busy) == ["resolved", "open"]


def test_several_incidents_are_taken_at_once_and_each_is_answered(busy):
    assert busy.ask("ack #1, 2 and 7").lines == (
        "#1 acknowledged and #2 acknowledged, but not #7:",
        "#1 docs.python.org: acknowledged by boss.",
        "#2 hg.python.org: acknowledged by boss.",
        "There is no incident #7. `incidents` lists the open ones.",
    )


def test_of_several_incidents_only_ones_own_are_changed(busy):
    reply = busy.ask("resolve 1 2", OWNER)

    assert states(busy) == ["resolved", "open"]
    assert reply.answer.outcome is Outcome.ANSWERED
    assert reply.lines[0] == busy.deeds[0].outcome.removeprefix("answered: ") == "#1 resolved, but not #2:"


def test_when_nothing_of_several_could_be_done_it_is_refused(busy):
    reply = busy.ask("ack 7 8")

    assert reply.answer.outcome is Outcome.REFUSED
    assert reply.lines[0] == "Nothing was acknowledged:"


def test_an_incident_that_is_named_twice_is_taken_once(busy):
    assert busy.ask("ack 1 #1 1").lines == ("#1 docs.python.org: acknowledged by boss.",)


def test_what_somebody_has_already_is_told(busy):
    busy.says("ack 1", OWNER)

    assert busy.says("ack 1", ADMIN) == "#1 was acknowledged by mdk already."


@pytest.mark.parametrize(
    "numbers",
    ["now", "and", "#", ",", "1 x", "1.5", "-1", "1 99999999999", "²", "1 2 3 incident x", "x" * 500, "1;2"],
)
def test_what_is_no_number_is_not_guessed_at(numbers):
    with pytest.raises(UserError, match="I read no incident numbers in") as refused:
        parse(numbers)
    assert len(str(refused.value)) < 150


@pytest.mark.parametrize(
    ("said", "numbers"),
    [
        ("12", [12]),
        ("#12 13", [12, 13]),
        ("12,13, 14 and 12", [12, 13, 14]),
        ("incident 3", [3]),
        ("0", [0]),
        ("１２", [12]),
    ],
)
def test_numbers_are_read_however_they_are_listed(said, numbers):
    assert parse(said) == numbers


def test_too_many_incidents_at_once_are_refused():
    assert len(parse(" ".join(map(str, range(20))))) == 20
    with pytest.raises(UserError, match="That is 21 incidents at once"):
        parse(" ".join(map(str, range(21))))


@settings(max_examples=200)
@given(st.text(alphabet="0123456789 #,andx-", max_size=60))
def test_whatever_is_listed_is_numbers_or_refused(said):
    try:
        found = parse(said)
    except UserError:
        return
    assert 0 < len(found) == len(set(found)) <= 20
    assert all(0 <= number < 10**9 for number in found)


# Notes.


@pytest.mark.parametrize("said", ["note 1 {}", "comment #1 {}", "note on 1 {}", "note for #1 {}"])
def test_a_note_is_kept_as_one_harmless_line(busy, said):
    assert busy.says(said.format(HOSTILE)) == "#1: noted."
    text = busy.look(lambda ledger: ledger.timeline(1))[-1].text
    shown = busy.ask("timeline 1").lines

    assert text == "it is [31m down PRIVMSG #x :y {service} <!here> `rm` %s"
    assert [line for line in shown if not line.isprintable()] == []
    assert shown[-1] == f"12:10 UTC note by boss: {text}"
    assert len(busy.heard) == 2, "a note is told nobody"


# Silences.


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ("mute docs.python.org 2h because we rebuild it", "14:10"),
        ("silence docs for 90 min because we rebuild it", "13:40"),
        ("mute docs.python.org until 18:00 because we rebuild it", "18:00"),
        ("mute docs.python.org 18:00 UTC because we rebuild it", "18:00"),
        ("mute docs.python.org 1d 4h due to we rebuild it", "2026-11-21 16:10"),
        ("mute docs.python.org 1h and 30m because we rebuild it", "13:40"),
        ("mute https://docs.python.org/3/ 2h because we rebuild it", "14:10"),
    ],
)
def test_a_service_is_silenced_for_as_long_as_was_said(busy, said, ends):
    assert busy.says(said) == f"docs.python.org is silenced until {ends} UTC (silence 1). Its end will still be told."
    assert busy.ask("silences").lines[1] == (
        f"1 docs.python.org (silence by boss until {ends} UTC, because we rebuild it)"
    )


def test_a_silence_ends_at_a_date(busy):
    assert busy.says("mute docs.python.org until 2026-11-21T16:26Z because x").startswith(
        "docs.python.org is silenced until 2026-11-21 16:26 UTC (silence 1)."
    )


@pytest.mark.parametrize(
    "name",
    ["docs, mailman", "docs & mailman", "docs/mailman", "docs,", "(docs", "test/exampleindex", "exampleindex.org",
     "test.exampleindex.org", "docs@python.org", "*docs*"],
)  # fmt: skip
@pytest.mark.parametrize("line", ["mute {} for 2h because x", "maintenance {} 2h because x", "unmute {}"])
def test_nothing_is_changed_by_a_name_that_is_not_spelt_just_so(busy, line, name):
    busy.book = sample(services={"mail.python.org": {"aliases": ["mailman", "docs mailman"]}})
    busy.says("mute hg.python.org 2h because y")
    reply = busy.ask(line.format(name))

    assert reply.answer.outcome in {Outcome.NOT_FOUND, Outcome.REFUSED, Outcome.AMBIGUOUS}, reply.lines
    assert busy.ask("silences").lines[0] == "1 silence."


@pytest.mark.parametrize("name", ["docs", "DOCS", "`docs`", '"docs.python.org"', "'documentation'"])
def test_a_name_may_stand_in_quotes_where_something_is_changed(busy, name):
    assert busy.says(f"mute {name} 2h because x").startswith("docs.python.org is silenced")


def test_a_time_of_day_is_the_speakers_own(busy):
    busy.book = sample(people={"mdk": {"timezone": "Europe/Paris"}})

    assert busy.says("mute docs.python.org until 18:00 because x", OWNER).startswith(
        "docs.python.org is silenced until 17:00 UTC (18:00 for you) (silence 1)."
    )


def test_a_maintenance_window_is_called_so(busy):
    said = busy.says("maintenance docs.python.org for 2h because we move it")

    assert said == "docs.python.org is in maintenance until 14:10 UTC (silence 1). Its end will still be told."
    assert busy.ask("what is muted").lines == (
        "1 silence.", "1 docs.python.org (maintenance by boss until 14:10 UTC, because we move it)",
    )  # fmt: skip


def test_a_silence_that_ended_is_listed_no_more(busy):
    busy.says("mute docs.python.org 2h because x")
    ended_ = busy.says("unmute docs")

    assert ended_ == "docs.python.org is heard again: 1 silence ended."
    assert busy.says("silences") == "Nothing is silenced."


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("mute docs.python.org", "I cannot silence 'docs.python.org'. Say the exact name, how long and why:"),
        ("mute docs.python.org 2h", "I cannot silence 'docs.python.org 2h'. Say the exact name, how long and why:"),
        ("mute nonsense.example 2h because x", "I cannot silence 'nonsense.example 2h because x'."),
        (
            "mute docs.pytho 2h because x",
            "'mute' changes something, so it takes exact names only. Did you mean docs.python.org?",
        ),
        ("mute docs.python.org soon because x", "'soon' is no length of time. Say a length such as 30m, 2h or 1d,"),
        ("mute docs.python.org 25:00 because x", "'25:00' is no time of day."),
        ("mute docs.python.org 31d because x", "A silence lasts at most 30 days;"),
        ("mute docs.python.org 999999w because x", "'999999w' is longer than anybody lives."),
        ("mute docs.python.org 0h because x", "A silence needs a length, such as 2h or 30m."),
        ("mute * 2h because x", "I cannot silence '* 2h because x'."),
    ],
)
def test_what_a_silence_lacks_is_said_and_nothing_is_silenced(busy, said, answer):
    assert busy.says(said, OWNER).startswith(answer)
    assert busy.says("silences") == "Nothing is silenced."


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("note 1 it’s “done” – thanks", "it’s “done” – thanks"),
        ("note 1: all good?", "all good?"),
        ("comment #1: … and `rm`, please!", "… and `rm`, please!"),
        ("note on 1 on-call asked who's there; ok", "on-call asked who's there; ok"),
        ("psfbot: note 1 thanks", "thanks"),
        ("!note 1 ?", "?"),
        ("hey, note 1 “quoted”", "“quoted”"),
        ("note 1 two  and   three", "two  and   three"),
        ("note 1 <https://docs.example|docs> &amp; more", "<https://docs.example|docs> &amp; more"),
    ],
)
def test_a_note_keeps_every_letter_that_was_typed(busy, said, kept):
    assert busy.says(said) == "#1: noted."
    assert busy.look(lambda ledger: ledger.timeline(1))[-1].text == kept


def test_a_reason_keeps_every_letter_that_was_typed(bot):
    bot.says("mute docs.python.org 2h because we’re “moving” it — on-call knows, thanks?")

    (held,) = bot.look(lambda ledger: ledger.silences(bot.now))

    assert held.reason == "we’re “moving” it — on-call knows, thanks?"


@pytest.mark.parametrize("said", ["ack", "resolve", "note", "note 1", "try pingdom", "mute", "timeline", "unmute"])
def test_a_command_without_its_argument_tells_how_it_is_said(busy, said):
    reply = busy.ask(said)

    assert reply.answer.outcome in {Outcome.NOT_FOUND, Outcome.REFUSED}
    assert reply.lines[0].startswith(
        (f"'{said}' needs more behind it, for example: {said.split()[0]} ", "I cannot silence")
    )
    assert states(busy) == ["open", "open"]


def test_a_reason_is_kept_as_one_harmless_line(busy):
    busy.says(f"mute docs.python.org 2h because {HOSTILE} " + "x" * 400)
    (held,) = busy.look(lambda ledger: ledger.silences(busy.now))
    shown = busy.ask("silences").lines

    assert held.reason.startswith("it is [31m down PRIVMSG #x :y {service} <!here> `rm` %s x")
    assert len(held.reason) == 300
    assert [line for line in shown if not line.isprintable()] == []


# Letters and trials.


def test_a_letter_that_no_room_takes_is_listed_and_sent_again(busy):
    ear = busy.ears["irc"]
    ear.refuses = "no such channel"
    busy.takes(fired(key="3", about="db-7.example"))
    listed = busy.ask("dead", GUEST).lines
    ear.refuses = ""
    again = busy.says("retry 3", ADMIN)

    assert listed[0] == "1 dead letter; `retry N` sends one again."
    assert listed[1].startswith("3 to irc #python-infra (DOWN #3 db-7.example: HTTP is firing")
    assert listed[1].endswith("no such channel (the other side will never take it))")
    assert again == "Letter 3 is on its way again."
    assert busy.heads[-1] == "DOWN #3 db-7.example"
    assert busy.says("dead") == "No dead letters: everything was delivered or is on its way."


class Posting:
    """A trial that posts nowhere."""

    recorded = {"pingdom": ["http_down", "http_up"], "datadog": ["triggered"]}  # noqa: RUF012 - a fake

    async def post(self, plugin: str, payload: str) -> Posted:
        return Posted(202, f"{payload} of {plugin} was taken.")


@pytest.fixture
def trying(bot: Bot) -> Bot:
    """The same bot with trials."""
    relay = bot.desk.ports
    bot.desk.ports = lambda kind: Posting() if kind is Trial else relay(kind)
    return bot


def test_a_recorded_webhook_is_tried_by_admins_only(trying):
    assert trying.says("try pingdom http_down", ADMIN) == "pingdom http_down: http_down of pingdom was taken."
    assert trying.says("try pingdom http_down", OWNER).startswith("'try' needs an admin, and Julien Palard")
    assert [deed.outcome.partition(":")[0] for deed in trying.deeds] == ["answered", "refused"]


def test_what_can_be_tried_is_listed(trying):
    assert trying.ask("trials", GUEST).lines == (
        "Say for example: try pingdom http_down", "pingdom (http_down, http_up) · datadog (triggered)",
    )  # fmt: skip
