"""What people say about incidents, silences and letters: who may, what they are told, and what is written down."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stage import BOSS, MINUTE, NOON, SECOND, Bot, ended, fired, sample, stage

from psfbot.chat.answer import Outcome
from psfbot.chat.message import Speaker
from psfbot.commands.incidents import parse
from psfbot.errors import UserError
from psfbot.flows.alert import take
from psfbot.flows.trial import Posted, Trial
from psfbot.relay.alert import AlertLink, Severity

GUEST = Speaker("guest", account="guest")
OWNER = Speaker("julien", account="mdk", person="mdk")
STRANGER = Speaker("dustin", account="di", person="di")
ADMIN = Speaker("jacob", account="coffee", person="coffee")
GONE = Speaker("alex", account="gaynor", person="gaynor")
OWNERS = "Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team"
NOBODY = "That needs a responder, and the catalog knows no person with this account. `whoami` tells more."
HOSTILE = "it\x00is\x1b[31m d\u202eown\u2028PRIVMSG #x :y {service} <!here> `rm` %s"


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def busy(bot):
    """Incidents 1 (docs.python.org) and 2 (hg.python.org), both open since noon."""
    takes(bot, fired(links=(AlertLink(title="Pingdom", url="https://my.pingdom.example/1"),), detail="Error 503"))
    takes(bot, fired(key="2", about="hg.python.org", summary="hg.python.org: disk full", severity=Severity.WARNING))
    bot.now = NOON + 10 * MINUTE
    return bot


def takes(bot, *alerts):
    for one in alerts:
        bot.now += SECOND
        bot.change(lambda scene, one=one: take(one, scene))


def states(bot):
    return [one.state.value for one in bot.incidents]


# Looking.


@pytest.mark.parametrize("said", ["incidents", "what is down?", "is anything broken", "sup", "which services are down"])
def test_nothing_is_down_at_first(bot, said):
    assert bot.says(said, GUEST) == "Nothing is down that I was told of."


def test_what_is_down_is_listed_the_newest_first(busy):
    busy.says("ack 1")

    fact, listed = busy.ask("what is down", GUEST).lines

    assert fact == "2 open incidents."
    assert listed.split(" · ") == [
        "#2 hg.python.org (open for 10 min, hg.python.org: disk full)",
        "#1 docs.python.org (acknowledged by boss for 10 min, HTTP is firing)",
    ]


def test_recent_incidents_are_listed_with_those_that_are_over(busy):
    busy.says("resolve 1")
    both = busy.ask("recent incidents", GUEST).lines
    busy.says("resolve 2")

    assert both[0] == "1 open incident."
    assert "#1 docs.python.org (resolved after 10 min, HTTP is firing)" in both[1]
    assert busy.says("recent incidents") == "No open incident; the last 2:"
    assert busy.says("incidents") == "Nothing is down that I was told of."


def test_more_incidents_than_fit_are_told_to_be_more(bot):
    takes(bot, *(fired(key=str(number), about=f"host-{number}.example") for number in range(21)))
    few = bot.ask("incidents")
    bot.says("resolve 21")

    assert few.lines[0] == "More than 20 open incidents; the newest:"
    assert len(few.answer.items) == 20
    assert bot.says("incidents") == "20 open incidents."


def test_one_incident_is_shown_with_all_that_matters(busy):
    takes(busy, fired(key="9", source="datadog", summary="5xx rate"), ended(NOON + MINUTE), fired(NOON + 2 * MINUTE))
    busy.now = NOON + 20 * MINUTE
    reply = busy.ask("incident 1", OWNER)

    assert reply.lines == (
        "#1 docs.python.org: open for 20 min. 5xx rate",
        "Since 12:00 UTC, error.",
        f"Runs on DigitalOcean nyc1 (architecture unknown), behind Fastly. Ask {OWNERS}.",
        "pingdom: HTTP is firing (firing)",
        "datadog: 5xx rate (firing)",
        "Pingdom: https://my.pingdom.example/1",
    )


def test_an_incident_says_what_each_source_said_last_not_what_came_last(busy):
    takes(busy, ended(NOON + 5 * MINUTE), fired(NOON + MINUTE))

    assert "pingdom: HTTP is resolved (resolved)" in busy.ask("incident #1").lines


def test_an_incident_counts_how_often_it_came_back(busy):
    takes(busy, ended(NOON + MINUTE), fired(NOON + 2 * MINUTE), fired(NOON + 3 * MINUTE))

    assert "Came back 1 time, was reported again 1 time." in busy.ask("incident 1").lines


def test_an_incident_of_something_unknown_has_nobody_to_ask(bot):
    takes(bot, fired(about="db-7.example"))

    assert bot.ask("incident 1").lines == (
        "#1 db-7.example: open for 1 s. HTTP is firing", "Since 12:00 UTC, error.", "pingdom: HTTP is firing (firing)",
    )  # fmt: skip


@pytest.mark.parametrize("public", [True, False])
def test_only_the_team_sees_pages_of_the_source(busy, public):
    assert ("Pingdom: https://my.pingdom.example/1" in busy.ask("incident 1", public=public).lines) is not public


@pytest.mark.parametrize(
    "said", ["incidents", "incident 1", "timeline 1", "why 1", "ack 1", "silences", "resolve 1", "note 1 x"]
)
def test_no_answer_in_a_public_room_shows_a_private_contact_or_the_sources_long_text(busy, said):
    shown = " ".join(busy.ask(said, ADMIN, public=True).lines)

    assert "not for the public" not in shown
    assert "private@example.org" not in shown
    assert "Error 503" not in shown


@pytest.mark.parametrize(
    "said", ["incident 7", "timeline 7", "why 7", "what happened in 7", "ack 7", "resolve 7", "note 7 x"]
)
def test_a_wrong_number_is_told_with_where_to_look(busy, said):
    reply = busy.ask(said)

    assert reply.lines == ("There is no incident #7. `incidents` lists the open ones.",)
    assert reply.answer.outcome is Outcome.REFUSED


def test_a_timeline_tells_an_incident_from_the_first_alert_to_the_last_word(busy):
    busy.says("ack 1", OWNER)
    busy.says("note 1 restarted nginx", OWNER)
    busy.says("mute docs.python.org 1h because we rebuild it", OWNER)
    busy.says("resolve 1", OWNER)

    assert busy.ask("timeline 1", GUEST).lines == (
        "#1 docs.python.org: resolved after 10 min.",
        "12:00 UTC opened by pingdom: HTTP is firing",
        "12:00 UTC told: irc #python-infra",
        "12:10 UTC acknowledged by mdk",
        "12:10 UTC told: irc #python-infra",
        "12:10 UTC note by mdk: restarted nginx",
        "12:10 UTC muted by mdk: silenced until 2026-11-20 13:10 UTC",
        "12:10 UTC resolved by mdk",
        "12:10 UTC told: irc #python-infra",
    )


def test_why_names_each_decision(busy):
    busy.says("mute docs.python.org 1h because we rebuild it", OWNER)
    takes(busy, fired(key="9", severity=Severity.CRITICAL))
    busy.says("ack 1", OWNER)

    assert busy.ask("why was I told of 1", GUEST).lines == (
        "#1 docs.python.org: 7 decisions.",
        "12:00 UTC opened: pingdom reports this for the first time; 'docs.python.org' is docs.python.org",
        "12:00 UTC told: irc #python-infra: a room for all alerts",
        "12:10 UTC muted: we rebuild it",
        "12:10 UTC worse: pingdom reports this for the first time; 'docs.python.org' is docs.python.org",
        "12:10 UTC muted: silence 1 by mdk until 2026-11-20 13:10 UTC because we rebuild it",
        "12:10 UTC acknowledged: said on irc in #room",
        "12:10 UTC told: irc #python-infra: a room for all alerts",
    )


@pytest.mark.parametrize(
    ("zone", "line"),
    [(None, "Since 12:00 UTC, error."), ("Asia/Kolkata", "Since 12:00 UTC (17:30 for you), error.")],
)
def test_times_are_told_in_utc_and_on_the_readers_clock(busy, zone, line):
    busy.book = sample(people={"mdk": {"timezone": zone}})

    assert busy.ask("incident 1", OWNER).lines[1] == line
    assert busy.ask("incident 1", GUEST).lines[1] == "Since 12:00 UTC, error."


# Who may.

EVERYBODY = [
    (BOSS, True, True),
    (ADMIN, True, True),
    (OWNER, True, False),
    (STRANGER, False, False),
    (GONE, False, False),
    (GUEST, False, False),
]
MAY = pytest.mark.parametrize(
    ("speaker", "docs", "hg"), EVERYBODY, ids=lambda v: v.name if isinstance(v, Speaker) else ""
)


@MAY
@pytest.mark.parametrize("said", ["ack {}", "resolve {}", "note {} restarted nginx"])
def test_owners_and_those_who_were_granted_it_respond_and_nobody_else(busy, said, speaker, docs, hg):
    answers = [busy.ask(said.format(number), speaker).answer for number in (1, 2)]

    assert [answer.outcome is Outcome.ANSWERED for answer in answers] == [docs, hg]
    assert [len(busy.look(lambda ledger, n=n: ledger.timeline(n))) > 2 for n in (1, 2)] == [docs, hg]


@MAY
@pytest.mark.parametrize("said", ["mute {} 2h because we rebuild it", "maintenance {} until 18:00 because we move it"])
def test_owners_and_those_who_were_granted_it_mute_and_nobody_else(busy, said, speaker, docs, hg):
    answers = [busy.ask(said.format(name), speaker).answer for name in ("docs.python.org", "hg.python.org")]
    busy.says("mute docs.python.org 3h because x"), busy.says("mute hg.python.org 3h because x")
    ends = [busy.ask(f"unmute {name}", speaker).answer for name in ("docs.python.org", "hg.python.org")]

    assert [answer.outcome is Outcome.ANSWERED for answer in answers] == [docs, hg]
    assert [answer.outcome is Outcome.ANSWERED for answer in ends] == [docs, hg]


@pytest.mark.parametrize(
    ("speaker", "said", "why"),
    [
        (GUEST, "ack 1", NOBODY),
        (
            GONE, "ack 1",
            "That needs a responder, and Alex Gaynor is marked inactive in the catalog. `whoami` tells more.",
        ),
        (STRANGER, "note 1 x", "That needs a responder, and Dustin Ingram is in the catalog. `whoami` tells more."),
        (OWNER, "resolve 2", "That needs a responder, and Julien Palard is in the catalog. `whoami` tells more."),
        (
            STRANGER, "mute docs.python.org 2h because x",
            "'mute' needs a responder, and Dustin Ingram is in the catalog. Ask `whoami` for more.",
        ),
        (
            OWNER, "retry 1", "'retry' needs an admin, and Julien Palard is in the catalog. Ask `whoami` for more.",
        ),
    ],
)  # fmt: skip
def test_who_is_refused_is_told_why_and_it_is_written_down(busy, speaker, said, why):
    before = (busy.incidents, busy.timeline())

    assert busy.says(said, speaker) == why
    assert (busy.incidents, busy.timeline()) == before
    assert [(deed.name, deed.said, deed.outcome) for deed in busy.deeds] == [(speaker.name, said, f"refused: {why}")]


def test_a_team_that_was_granted_it_may_respond_to_everything(busy):
    busy.book = sample(teams={"postmasters": {"members": ({"person": "di"},), "grants": ("responder",)}})

    assert busy.says("ack 2", STRANGER) == "#2 hg.python.org: acknowledged by di."
    assert busy.says("retry 1", STRANGER).startswith("'retry' needs an admin, and team postmasters grants responder.")


def test_nobody_owns_what_the_catalog_does_not_know(bot):
    takes(bot, fired(about="db-7.example"))

    assert (
        bot.says("ack 1", OWNER) == "That needs a responder, and Julien Palard is in the catalog. `whoami` tells more."
    )
    assert bot.says("ack 1", ADMIN) == "#1 db-7.example: acknowledged by coffee."


@pytest.mark.parametrize(
    ("said", "outcome"),
    [
        ("ack 1", "answered: #1 docs.python.org: acknowledged by coffee."),
        ("resolve 1", "answered: #1 docs.python.org: resolved after 10 min."),
        ("resolve 1 2", "answered: #1 resolved and #2 resolved:"),
        ("note 1 restarted nginx", "answered: #1: noted."),
        (
            "mute docs.python.org 2h because we rebuild it",
            "answered: docs.python.org is silenced until 14:10 UTC (silence 1). Its end will still be told.",
        ),
        ("unmute docs.python.org", "refused: Nothing silences docs.python.org. `silences` lists what there is."),
        ("retry 7", "refused: There is no dead letter 7. `dead` lists them."),
        ("ack 7", "refused: There is no incident #7. `incidents` lists the open ones."),
        ("ack now", "refused: I read no incident numbers in 'now'. Say for example: ack 12 13"),
    ],
)
def test_whatever_changes_something_or_tries_to_is_written_down(busy, said, outcome):
    busy.ask(said, ADMIN, public=True)
    (deed,) = busy.deeds

    assert (deed.at, deed.name, deed.account, deed.person) == (busy.now, "jacob", "coffee", "coffee")
    assert (deed.platform, deed.room, deed.said, deed.outcome) == ("irc", "#room", said, outcome)


@pytest.mark.parametrize(
    "said", ["incidents", "recent incidents", "incident 1", "timeline 1", "why 1", "silences", "dead"]
)
def test_looking_is_for_everybody_and_not_written_down(busy, said):
    assert busy.ask(said, GUEST).answer.outcome is Outcome.ANSWERED
    assert busy.deeds == []


# Taking and ending.


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

    assert text == "it is [31m down PRIVMSG #x :y {service} <!here> 'rm' %s"
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
            "mute doc 2h because x",
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


def test_a_reason_is_kept_as_one_harmless_line(busy):
    busy.says(f"mute docs.python.org 2h because {HOSTILE} " + "x" * 400)
    (held,) = busy.look(lambda ledger: ledger.silences(busy.now))
    shown = busy.ask("silences").lines

    assert held.reason.startswith("it is [31m down PRIVMSG #x :y {service} <!here> 'rm' %s x")
    assert len(held.reason) == 300
    assert [line for line in shown if not line.isprintable()] == []


# Letters and trials.


def test_a_letter_that_no_room_takes_is_listed_and_sent_again(busy):
    ear = busy.ears["irc"]
    ear.refuses = "no such channel"
    takes(busy, fired(key="3", about="db-7.example"))
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
