"""Calling people: asked once whether that is meant, called once, and never pretended when it did not work."""

import asyncio
from datetime import timedelta

import pytest
from duties import OURS, Stand, connect, duty_book, on_duty
from stage import ADMIN, BOSS, GUEST, MINUTE, NOON, OWNER, STRANGER

from psfbot.oncall.page import Asked, Page, Signal, page_key

PAGE = "page docs.python.org because uploads fail"
ROOMS = {"irc": "#python-infra", "slack": "C0"}


@pytest.fixture
def pager():
    return Stand()


@pytest.fixture
def bot(tmp_path, pager):
    with on_duty(tmp_path, rooms=ROOMS, pager=pager) as opened:
        yield opened


def pages(bot):
    return [p.notice for p in bot.parcels if p.notice.kind == "page"]


def test_a_page_asks_once_and_calls_after_the_yes(bot, pager):
    assert bot.says(PAGE, ADMIN) == (
        'Page Julien Palard about docs.python.org with "uploads fail"? On call until 2026-11-23 08:00 UTC'
        " (2026-11-23 02:00 for you, 2026-11-23 09:00 for them). pagerduty will call, and I send a message."
        " Say `yes` within 60 seconds."
    )
    assert pager.told == []
    assert pages(bot) == []
    said = bot.says("yes", ADMIN)

    assert said.startswith("Paged Julien Palard about docs.python.org: the pager has taken it under the key psfbot; ")
    assert said.endswith("I sent a message to irc #python-infra, slack C0 and irc mdk.")
    paging = pager.told[0]
    assert (paging.signal, paging.text, paging.about, paging.by) == (
        Signal.TRIGGER,
        "uploads fail",
        "docs.python.org",
        "Jacob Coffee",
    )
    assert {n.room.lane: n.text for n in pages(bot)} == {
        "irc #python-infra": "PAGE mdk (Julien Palard): docs.python.org: uploads fail (asked for by Jacob Coffee)",
        "slack C0": "PAGE Julien Palard: docs.python.org: uploads fail (asked for by Jacob Coffee)",
        "irc mdk": "PAGE mdk (Julien Palard): docs.python.org: uploads fail (asked for by Jacob Coffee)",
    }


def test_a_second_yes_calls_nobody(bot, pager):
    bot.says(PAGE, ADMIN)
    bot.says("yes", ADMIN)

    assert bot.says("yes", ADMIN).startswith("There is nothing that waits for a yes")
    assert len(pager.told) == 1


@pytest.mark.parametrize(("speaker", "after"), [(BOSS, 0), (GUEST, 0), (ADMIN, 61)])
def test_only_who_asked_can_say_yes_and_only_soon(bot, pager, speaker, after):
    bot.says(PAGE, ADMIN)
    bot.now += timedelta(seconds=after)

    assert bot.says("yes", speaker).startswith("There is nothing that waits")
    assert pager.told == []


def test_a_yes_to_an_offer_is_not_taken_for_a_page(bot, pager):
    bot.says(PAGE, ADMIN)
    bot.says("who owns dosc.python.org", ADMIN)

    assert bot.says("yes", ADMIN).startswith("docs.python.org: ask")
    assert pager.told == []


def test_the_words_are_kept_as_they_were_typed(bot, pager):
    bot.says("page docs.python.org because it's “slow” — again, thanks!", ADMIN)
    bot.says("yes", ADMIN)

    assert pager.told[0].text == "it's “slow” — again, thanks!"


def test_a_page_and_its_yes_are_written_down(bot):
    bot.says(PAGE, ADMIN)
    bot.says("yes", ADMIN)

    assert [(deed.person, deed.said) for deed in bot.deeds] == [("coffee", PAGE), ("coffee", "yes")]


@pytest.mark.parametrize("speaker", [GUEST, STRANGER])
def test_who_is_no_responder_pages_nobody(bot, speaker):
    assert bot.says(PAGE, speaker).startswith("'page' needs a responder")
    assert bot.says("yes", speaker).startswith("There is nothing")


def test_an_owner_may_page_for_their_service(bot):
    assert bot.says(PAGE, OWNER).startswith("Page Julien Palard")


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("page infra because it burns", "Page Julien Palard about"),
        ("page coffee because it burns", "Page Jacob Coffee about Jacob Coffee"),
        ("page docs.python.org: it burns", "Page Julien Palard about"),
        ("page docs.python.org", "I cannot page 'docs.python.org'. Say the exact name and why"),
        ("page dosc.python.org because x", "I cannot page 'dosc.python.org because x'. Say the exact name and why"),
    ],
)
def test_teams_services_and_people_are_paged(bot, text, asks):
    assert bot.says(text, ADMIN).startswith(asks)


def test_without_a_pager_people_are_told_wherever_they_are(bot):
    connect(bot)

    assert "There is no pager, so no telephone rings: I send a message." in bot.says("page coffee because x", ADMIN)
    assert bot.says("yes", ADMIN) == (
        "Paged Jacob Coffee about Jacob Coffee: I sent a message to irc #python-infra, slack C0, irc coffee and slack"
        " U0COFFEE."
    )


def test_a_pager_that_fails_is_told_with_how_to_reach_people_by_hand(bot, pager):
    pager.trouble = "PagerDuty cannot be reached (ConnectError)."
    bot.says(PAGE, ADMIN)
    found = bot.ask("yes", ADMIN).lines

    assert found[0] == (
        "Julien Palard was NOT called: PagerDuty cannot be reached (ConnectError). Reach them by hand:"
        " Reach PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat)"
        " · a number that is not for the public."
    ).replace(" · a number that is not for the public", "")
    assert "I sent a message to irc #python-infra, slack C0 and irc mdk." in found
    assert "Julien Palard: GitHub JulienPalard · mail mdk@example.org · IRC mdk" in found


def test_when_nobody_knows_whether_they_were_called_that_is_told(bot, pager):
    pager.trouble, pager.unsure = "PagerDuty did not answer within 10 seconds.", True
    bot.says(PAGE, ADMIN)

    assert bot.says("yes", ADMIN).startswith("I do not know whether Julien Palard was called: PagerDuty did not answer")


def test_without_a_rota_nobody_is_paged_and_that_is_told(bot, pager):
    bot.book = duty_book(OURS | {"team": "docs"})
    said = bot.says("page hg.python.org because x", ADMIN)

    assert said.startswith("Nobody was paged: no rota is known for hg.python.org, so there is nobody whom I could")
    assert bot.says("yes", ADMIN).startswith("There is nothing")


def test_a_page_that_was_being_sent_when_psfbot_stopped_is_sent_again_with_its_key(bot, pager):
    bot.says(PAGE, ADMIN)
    place = "irc\n#room\ncoffee"
    page = asyncio.run(bot.roster.duties.confirm_page(place, NOON))

    assert asyncio.run(bot.roster.resume(bot.book, bot.now + MINUTE)) == 0, "it may be on its way"
    assert asyncio.run(bot.roster.resume(bot.book, bot.now + 2 * MINUTE)) == 1
    assert [paging.key for paging in pager.told] == [page.key]
    assert asyncio.run(bot.roster.resume(bot.book, bot.now + 2 * MINUTE)) == 0


def test_a_page_has_a_key_of_its_own():
    keys = {page_key(*one, NOON) for one in [("a", "b", "c"), ("a", "b", "d"), ("a", "x", "c"), ("y", "b", "c")]}

    assert len(keys) == 4
    assert page_key("a", "b", "c", NOON) == page_key("a", "b", "c", NOON + timedelta(milliseconds=1))
    assert len(page_key("a" * 999, "\ud800", "c", NOON)) < 40
    assert Page(key="k", place="p", rota="", about="a", text="t", author="n", asked_at=NOON).state is Asked.ASKED


def test_sources_and_pagers_are_let_go(tmp_path):
    source, pager = Stand(), Stand()
    with on_duty(tmp_path, source=source, pager=pager) as bot:
        bot.roster.close()

    assert (source.closed, pager.closed) == (True, True)
