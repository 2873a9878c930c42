"""The scorecard as people ask for it in chat."""

import asyncio
from datetime import UTC, datetime

import pytest
from stage import sample

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog
from psfbot.chat.message import Message, Speaker
from psfbot.commands import commands
from psfbot.flows.ask import Desk
from psfbot.flows.understand import Table

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
FREE = {"rule": "verified-within-days", "reason": "nobody has the time", "until": "2026-12-31"}
ENDED = {"rule": "runbook-link", "reason": "soon", "until": "2026-11-19"}


def say(text, book=None):
    kept = book or sample()
    desk = Desk(Table(commands(), tuple), lambda: kept, lambda: NOON)
    return asyncio.run(desk.answer(Message(text, Speaker("guest"), "test", "#room", public=True)))


def test_what_is_broken_is_told_with_what_to_do():
    lines = say("score docs").lines

    assert lines[0] == "docs.python.org: 66 %, 10 of 15 rules kept."
    assert lines[-1].endswith("Add `status_page` to providers.route53.")


@pytest.mark.parametrize(
    "said", ["scorecard of docs", "what is missing for docs", "how well is docs looked after", "docs score"]
)
def test_it_may_be_asked_in_several_ways(said):
    assert say(said).lines == say("score docs").lines


def test_an_exemption_is_told_and_one_that_ended_too():
    book = sample(services={"downloads": {"exemptions": [FREE, ENDED]}})
    lines = say("score downloads", book).lines

    assert "Exempt from verified-within-days until 2026-12-31: nobody has the time" in lines
    assert any(line.startswith("runbook-link: tier 1") and "ended on 2026-11-19" in line for line in lines)
    assert "downloads: its exemption from runbook-link ended on 2026-11-19." in say("score", book).lines


def test_what_is_retired_is_not_scored():
    assert say("score slack-irc").lines == ("slack-irc is retired, so it is not scored.",)


def test_a_team_that_answers_for_nothing_has_no_score():
    book = sample(teams={"idle": {"name": "The Idle"}})

    assert say("score team idle", book).lines == ("The catalog names no service that The Idle answers for.",)


def test_a_catalog_without_faults_is_praised_in_one_line():
    assert say("worst services", Book.of(Catalog())).lines == ("Every service keeps every rule.",)


def test_the_worst_can_be_opened_by_number():
    assert say("which services need work").answer.offers == ["score staging.python.org"]


def test_nothing_private_is_in_a_score():
    everything = "\n".join(line for id_ in sample().catalog.services for line in say(f"score {id_}").lines)

    assert "private@example.org" not in everything
    assert "a number that is not for the public" not in everything
