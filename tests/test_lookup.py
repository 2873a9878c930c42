"""What people write for a query, before it is one."""

import pytest
from named import SAMPLE

from psfbot.catalog.book import Book
from psfbot.catalog.lookup import field_of, quoted, spoken
from psfbot.catalog.query import QueryError

BOOK = Book.of(SAMPLE)


@pytest.mark.parametrize(
    ("said", "query"),
    [
        ("tier 1", 'tier:"1"'),
        ("with tier 1", 'tier:"1"'),
        ("owner is Julien Palard", 'owner:"Julien Palard"'),
        ("a runbook", "has:runbook"),
        ("with an owner", "has:owner"),
        ("any on-call rota", "has:oncall"),
        ("fastly", "provider:fastly OR (fastly)"),
        ("digital ocean", None),
        ("DO", "provider:digitalocean OR (DO)"),
        ("Amsterdam", "region:ams1 OR (Amsterdam)"),
        ("Julien Palard", 'owner:"person:mdk" OR (Julien Palard)'),
        ("infra", 'owner:"team:infra" OR (infra)'),
        ("archived", "lifecycle:archived OR (archived)"),
        ("retired services", "lifecycle:retired OR (retired services)"),
        ("aarch64", "arch:aarch64 OR (aarch64)"),
        ("bots", "type:bot OR (bots)"),
        ("not retired", "-lifecycle:retired"),
        ("that are not bots", "-type:bot"),
        ("not on fastly", None),
        ("a flavour", None),
        ("has owner", None),
        ("buildbot", None),
        ("fast", None),
        ("tier:1", None),
        ('"tier 1"', None),
        ("", None),
    ],
)
def test_plain_words_become_a_query_or_stay_words(said, query):
    assert spoken(said, BOOK.names) == query


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ("owner", "owner"),
        ("owners", "owner"),
        ("Runbooks", "runbook"),
        ("on-call", "oncall"),
        ("on call rota", "oncall"),
        ("status page", "status"),
        ("lifecycle", "lifecycle"),
        ("alerts", "alert"),
        ("flavour", None),
        ("has", None),
        ("", None),
    ],
)
def test_a_field_is_known_by_what_people_call_it(said, field):
    assert field_of(said) == field


@pytest.mark.parametrize(
    ("query", "better"),
    [
        ("owner:ee durbin", 'owner:"ee durbin"'),
        ("tier:1 owner:ee durbin", 'tier:1 owner:"ee durbin"'),
        ("owner:ee durbin tier:1", 'owner:"ee durbin" tier:1'),
        ("owner:ee OR durbin", None),
        ("owner:ee", None),
        ("owner:ee | durbin", None),
        ("owner:ee && region:nyc1", None),
        ("ee durbin", None),
        ('owner:"ee durbin" x', None),
    ],
)
def test_a_value_of_two_words_is_put_in_quotes(query, better):
    assert quoted(query) == better


@pytest.mark.parametrize("query", ["provider:-fastly", "tier:1 provider:-fastly", "provider=-fastly"])
def test_a_sign_before_a_value_is_a_mistake_with_a_place(query):
    with pytest.raises(QueryError, match="write it before the field, as -provider:fastly") as wrong:
        BOOK.query(query)

    assert query[wrong.value.position] == "-"


@pytest.mark.parametrize("query", ["-provider:fastly", 'name:"provider:-fastly"', "us-east-2", "name:speed-runner"])
def test_a_sign_elsewhere_is_none(query):
    assert isinstance(BOOK.query(query), tuple)
