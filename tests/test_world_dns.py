"""A name server's answer is told apart from its silence: surely nothing is an answer, not knowing is none."""

import asyncio

import near_world
import pytest
from near_world import SERVFAIL, SILENCE

from psfbot import dns
from psfbot.plugin import Record, Unreachable

ZONE = {
    ("www.python.org", "CNAME"): ["dualstack.python.map.fastly.test."],
    ("dualstack.python.map.fastly.test", "A"): ["151.101.0.223", "151.101.64.223"],
    ("python.org", "MX"): ["50 mail.python.org."],
    ("python.org", "TXT"): ['"v=spf1 mx " "-all"', '"two; words"'],
    ("python.org", "SOA"): ["ns.python.org. admin.python.org. 1 2 3 4 5"],
    ("python.org", "CAA"): ['0 issue "letsencrypt.org"'],
    ("python.org", "AAAA"): ["2A04:4E42::223"],
    ("broken.python.org", "A"): SERVFAIL,
    ("silent.python.org", "A"): SILENCE,
}


def look(name: str, kind: str = "A", seconds: float = 5.0) -> tuple[Record, ...]:
    with near_world.names(ZONE, ttl=123) as port:
        return asyncio.run(dns.look(name, kind, servers=("127.0.0.1",), port=port, seconds=seconds))


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("www.python.org", "CNAME", ["dualstack.python.map.fastly.test"]),
        ("www.python.org", "A", ["151.101.0.223", "151.101.64.223"]),
        ("WWW.python.org.", "A", ["151.101.0.223", "151.101.64.223"]),
        ("python.org", "MX", ["50 mail.python.org"]),
        ("python.org", "TXT", ["two; words", "v=spf1 mx -all"]),
        ("python.org", "SOA", ["ns.python.org admin.python.org 1 2 3 4 5"]),
        ("python.org", "CAA", ['0 issue "letsencrypt.org"']),
        ("python.org", "AAAA", ["2a04:4e42::223"]),
        ("python.org", "A", []),
        ("nobody.python.org", "A", []),
    ],
)
def test_records_come_in_the_usual_notation_and_order(name, kind, values):
    assert look(name, kind) == tuple(Record(value, 123) for value in values)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("broken.python.org", "The name servers cannot say anything about broken.python.org."),
        ("silent.python.org", "No name server answered about silent.python.org within 0.3 seconds."),
        ("a..python.org", "a..python.org could not be looked up (EmptyLabel)."),
        (f"{'a' * 64}.python.org", f"{'a' * 64}.python.org could not be looked up (LabelTooLong)."),
    ],
)
def test_what_nobody_knows_is_no_answer(name, words):
    with pytest.raises(Unreachable) as caught:
        look(name, seconds=0.3)

    assert str(caught.value) == words
