"""Whatever the bot has to say, Slack takes it: within every limit, with nothing in it that rings or lies."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_kit.rules import faults, view_faults

from psfbot.chat.answer import Answer, Cite, Item, Link
from psfbot.platforms.slack import notices, views
from psfbot.platforms.slack.blocks import Around, post, size
from psfbot.platforms.slack.views import About
from psfbot.platforms.slack.words import calm, fit, is_page, link, marked
from psfbot.relay.notice import PERHAPS, Delivery, Notice, Parcel, Room

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
AROUND = Around(
    "who owns docs.python.org", "U1", 1, "docs.python.org", "https://x.example/runbook", "https://x.example/e"
)
HOSTILE = [
    "<!here> look", "<!channel|x>", "@channel @here @everyone", "<@U12345>", "<https://evil.example|docs.python.org>",
    "&lt;!here&gt;", "a & b < c > d", "*bold* _it_ ~no~ `code` ```fence", "> quote", "\u202eright", "x\x00y\x1b[31m",
    "https://a.example/?q=<b>&c=|d", "https://" + "x" * 5000, "<" * 300, "&" * 300, "\n" * 50, "\ud800", "🚨" * 500,
    "", " ", "@", "&amp;", "http://", "https://a|b", '"\\' * 200,
]  # fmt: skip
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=200),
    st.builds(lambda piece, times: (piece * times)[:40_000], st.sampled_from(HOSTILE), st.integers(1, 40_000)),
)
LISTS = st.lists(TEXTS, max_size=12)
ANSWERS = st.builds(
    Answer,
    fact=TEXTS,
    lines=LISTS,
    items=st.lists(st.builds(Item, TEXTS, TEXTS), max_size=60),
    notes=LISTS,
    cites=st.lists(st.builds(Cite, TEXTS, TEXTS, TEXTS), max_size=8),
    links=st.lists(st.builds(Link, TEXTS, TEXTS), max_size=8),
    offers=LISTS,
)
AROUNDS = st.builds(Around, TEXTS, st.sampled_from(["", "U1"]), st.integers(-1, 9), TEXTS, TEXTS, TEXTS)


def parcel(text="DOWN #1 docs.python.org: HTTP is firing", posted="", error="", **more):
    given = {"incident": 1, "version": 1, "room": Room(platform="slack", name="C1"), "kind": "opened", "text": text}
    return Parcel(
        id=1,
        notice=Notice(**given | more),
        state=Delivery.PENDING,
        attempts=1,
        created_at=NOON,
        not_before=NOON,
        posted=posted,
        error=error,
    )


def sent(made):
    return {"text": made.text, "blocks": list(made.blocks)}


def buttons(made):
    return [e["text"]["text"] for block in made.blocks if block["type"] == "actions" for e in block["elements"]]


def words(made):
    texts = [text for block in made.blocks for text in (block.get("text"), *block.get("elements", []))]
    return "\n".join(text["text"] for text in texts if text and isinstance(text.get("text"), str))


@settings(max_examples=100, deadline=None)
@given(ANSWERS, AROUNDS)
def test_any_answer_is_within_every_limit(answer, around):
    assert faults(sent(post(answer, around))) == []


@settings(max_examples=60, deadline=None)
@given(TEXTS, LISTS, st.lists(st.tuples(TEXTS, TEXTS), max_size=5), LISTS, st.sampled_from(["", PERHAPS]))
def test_any_notice_is_within_every_limit(text, lines, links, below, error):
    one = parcel(text, lines=tuple(lines), links=tuple(links), error=error)

    assert faults(sent(notices.card(one, below))) == []
    assert faults(sent(notices.entry(one))) == []


@settings(max_examples=40, deadline=None)
@given(ANSWERS, ANSWERS, TEXTS, st.integers(0, 10**9))
def test_any_view_is_within_every_limit(one, other, text, number):
    about = About(number, text[:200], "C1", "1.1")
    made = [
        views.home({"On call now": one, "Open incidents": other}),
        views.shown(text, one),
        views.mute(about),
        views.note(about),
    ]

    assert [view_faults(view) for view in made] == [[], [], [], []]


@settings(max_examples=100, deadline=None)
@given(TEXTS, st.integers(1, 4000))
def test_markup_is_never_longer_than_it_may_be(text, most):
    assert len(marked(text, most)) <= most
    assert len(fit(text, most)) <= most


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a & b < c > d", "a &amp; b &lt; c &gt; d"),
        ("<!here> down", "&lt;!here&gt; down"),
        ("ask @channel", "ask @\u2060channel"),
        ("see https://a.example/?a=1&b=2.", "see <https://a.example/?a=1&amp;b=2>."),
        ("(https://a.example)", "(<https://a.example>)"),
        ("two\nlines\tand a tab", "two lines and a tab"),
        ("```x", "'''x"),
        ("<https://evil.example|docs.python.org>", "&lt;<https://evil.example>|docs.python.org&gt;"),
    ],
)
def test_foreign_words_lose_their_power(text, shown):
    assert marked(text, 3000) == shown


def test_an_entity_is_never_cut_in_two():
    assert [fit("a&&", most) for most in range(1, 12)] == [
        "…",
        "a…",
        "a…",
        "a…",
        "a…",
        "a…",
        "a&amp;…",
        *["a&amp;…"] * 3,
        "a&amp;&amp;",
    ]


def test_a_link_that_slack_would_not_open_is_plain_words():
    assert link("Edit", "catalog.yaml:12", 200) == "Edit"
    assert link("a|b", "https://x.example", 200) == "<https://x.example|a/b>"
    assert not is_page("javascript:alert(1)")


def test_an_answer_shows_its_fact_its_sources_and_what_one_asks_next():
    answer = Answer(
        "docs.python.org: ask Julien Palard",
        lines=["It runs on DigitalOcean."],
        notes=["old"],
        cites=[Cite("psf-salt", "https://x.example/salt", "2026-07-03")],
        links=[Link("Code", "https://x.example/code")],
    )
    made = post(answer, AROUND)

    assert made.text == "docs.python.org: ask Julien Palard\nIt runs on DigitalOcean."
    assert words(made).splitlines() == [
        "*docs.python.org*: ask Julien Palard",
        "It runs on DigitalOcean.",
        "_Note:_ old",
        "Source: <https://x.example/salt|psf-salt> (2026-07-03)",
        "See: <https://x.example/code|Code>",
    ]
    assert buttons(made) == ["Runbook", "Who is on call", "Suggest an edit"]


def test_what_the_asker_may_have_meant_is_on_buttons():
    made = post(Answer("'docs' could be 2 things.", offers=["docs.python.org (service)", "docs (team)"]), AROUND)

    assert buttons(made)[:2] == ["docs.python.org (service)", "docs (team)"]
    assert "1. docs.python.org (service)\n2. docs (team)" in words(made)


def test_a_long_list_has_pages_and_every_entry_is_on_exactly_one():
    names = [f"service-{number}.example.org" for number in range(1000)]
    answer = Answer("1000 services.", items=[Item(name) for name in names])
    first = post(answer, replace(AROUND, subject="", runbook="", edit=""))
    count = int(buttons(first)[0].partition("/")[2].rstrip(")"))
    shown = " · ".join(words(post(answer, replace(AROUND, page=page))) for page in range(1, count + 1))

    assert buttons(first) == [f"More (1/{count})"]
    assert all(shown.replace("\n", " · ").split(" · ").count(name) == 1 for name in names)
    assert [e["value"] for e in first.blocks[-1]["elements"]] == ["who owns docs.python.org"]


def test_the_last_page_has_no_button_for_more():
    made = post(Answer("x", lines=["y" * 2000] * 9), replace(AROUND, page=99))

    assert not any(title.startswith("More") for title in buttons(made))


def test_a_question_that_no_button_may_ask_has_no_button_for_more():
    assert buttons(post(Answer("x", lines=["y" * 2000] * 9), Around())) == []


def test_blocks_are_measured_as_they_are_sent():
    made = post(Answer("x", lines=['"\\' * 1000] * 20), AROUND)

    assert size(made.blocks) <= 13_000


@pytest.mark.parametrize(
    ("text", "light", "shown"),
    [
        ("DOWN #1 docs.python.org: HTTP", "🔴", ["Acknowledge", "Resolve", "Mute…", "Note…"]),
        ("DOWN AGAIN #1 docs.python.org", "🔴", ["Acknowledge", "Resolve", "Mute…", "Note…"]),
        ("WARN #1 docs.python.org: disk", "🟡", ["Acknowledge", "Resolve", "Mute…", "Note…"]),
        ("ACKED #1 docs.python.org by ned", "🔵", ["Resolve", "Mute…", "Note…"]),
        ("NOT ACKED ANY MORE #1 docs.python.org", "🔴", ["Acknowledge", "Resolve", "Mute…", "Note…"]),
        ("STILL DOWN #1 docs.python.org", "🔴", ["Acknowledge", "Resolve", "Mute…", "Note…"]),
        ("DOWN TOGETHER #1 Fastly? 5 services", "🔴", ["Acknowledge", "Resolve", "Note…"]),
        ("STORM #1 in this room", "🟡", ["Acknowledge", "Resolve", "Note…"]),
        ("STORM OVER #1 in this room", "🟢", []),
        ("UP #1 docs.python.org again", "🟢", []),
        ("OVER #1 docs.python.org", "🟢", []),
        ("RESOLVED #1 docs.python.org by mdk after 9 min (closed by hand)", "🟢", []),
    ],
)
def test_an_alert_shows_how_it_stands_and_what_can_be_done(text, light, shown):
    made = notices.card(parcel(text))

    assert words(made).startswith(f"{light} *{text.partition(': ')[0]}*")
    assert buttons(made) == shown


def test_an_alert_shows_its_lines_its_pages_and_its_runbook():
    lines = ("On call: no rota is known.", "Runbook: https://x.example/run")
    made = notices.card(parcel(lines=lines, links=(("Pingdom", "https://x.example/p"),)))

    assert words(made).splitlines()[1:3] == ["On call: no rota is known.", "See: <https://x.example/p|Pingdom>"]
    assert made.blocks[-1]["elements"][-1]["url"] == "https://x.example/run"


def test_an_alert_that_may_have_been_told_before_says_so():
    assert "(repeat?)" in words(notices.card(parcel(error=PERHAPS)))


def test_a_notice_about_no_incident_has_no_buttons():
    assert buttons(notices.card(parcel("STORM: 20 more", incident=0))) == []


def test_calm_words_are_one_line_of_what_can_be_seen():
    assert calm("a\u202eb\x00c\nd") == "ab c d"


def test_the_scheme_of_an_address_is_written_small_so_that_slack_surely_makes_a_link_of_it():
    assert link("Look", "HTTPS://Example.org/A", 100) == "<https://Example.org/A|Look>"
    assert marked("see HTTP://example.org/B.", 100) == "see <http://example.org/B>."
