"""What people ask about incidents, who may do what about them, and what is written down."""

import pytest
from stage import ADMIN, BOSS, GONE, GUEST, MINUTE, NOON, OWNER, STRANGER, ended, fired, sample, stage, two_incidents

from psfbot.chat.answer import Outcome
from psfbot.chat.message import Speaker
from psfbot.relay.alert import Severity

OWNERS = "Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team"
NOBODY = "That needs a responder, and the catalog knows no person with this account. `whoami` tells more."


@pytest.fixture
def bot(tmp_path):
    with stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def busy(bot):
    return two_incidents(bot)


def states(bot):
    return [one.state.value for one in bot.incidents]


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
    assert "#1 docs.python.org (resolved by boss after 10 min, HTTP is firing)" in both[1]
    assert busy.says("recent incidents") == "No open incident; the last 2:"
    assert busy.says("incidents") == "Nothing is down that I was told of."


def test_more_incidents_than_fit_are_told_to_be_more(bot):
    bot.takes(*(fired(key=str(number), about=f"host-{number}.example") for number in range(21)))
    few = bot.ask("incidents")
    bot.says("resolve 21")

    assert few.lines[0] == "More than 20 open incidents; the newest:"
    assert len(few.answer.items) == 20
    assert bot.says("incidents") == "20 open incidents."


def test_one_incident_is_shown_with_all_that_matters(busy):
    busy.takes(fired(key="9", source="datadog", summary="5xx rate"), ended(NOON + MINUTE), fired(NOON + 2 * MINUTE))
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
    busy.takes(ended(NOON + 5 * MINUTE), fired(NOON + MINUTE))

    assert "pingdom: HTTP is resolved (resolved)" in busy.ask("incident #1").lines


def test_an_incident_counts_how_often_it_came_back(busy):
    busy.takes(ended(NOON + MINUTE), fired(NOON + 2 * MINUTE), fired(NOON + 3 * MINUTE))

    assert "Came back 1 time, was reported again 1 time." in busy.ask("incident 1").lines


def test_an_incident_of_something_unknown_has_nobody_to_ask(bot):
    bot.takes(fired(about="db-7.example"))

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
        "#1 docs.python.org: resolved by mdk after 10 min.",
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
    busy.takes(fired(key="9", severity=Severity.CRITICAL))
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
    bot.takes(fired(about="db-7.example"))

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


@pytest.mark.parametrize("said", ["#1", "# 1", "incident #1", "incident 1", "show incident #1", "what is incident #1?"])
def test_an_incident_is_shown_by_its_number_with_or_without_a_sign(busy, said):
    assert busy.says(said, GUEST).startswith("#1 docs.python.org: open")


@pytest.mark.parametrize("said", ["timeline #1", "why #1", "log of #1:", "what happened in #1"])
def test_the_story_of_an_incident_is_asked_for_with_its_sign(busy, said):
    assert busy.says(said, GUEST).startswith("#1 docs.python.org: ")
