"""When certificates end: looked at now, else as last seen with its age, and honest where nobody looked."""

from datetime import timedelta

import pytest
from conftest import NOON, Asking
from fake_world import FakeMemory, FakeWorld, certificate

from psfbot.flows.certificates import Certificates, seen
from psfbot.plugin import Unreachable

HOST = "docs.python.org"
OWNERS = "To tell: Julien Palard, then docs.python.org administrators, then PSF Infrastructure Team."


def asking(book, world: FakeWorld | None = None, *remembered) -> Asking:
    """A desk whose bot sees this world and remembers these (certificate, age) pairs."""
    memory = FakeMemory([seen(one, 443, NOON - age) for one, age in remembered])
    found = Asking(book)
    certificates = Certificates(world or FakeWorld(), memory, lambda: NOON)
    found.desk.ports = lambda kind: {Certificates: certificates}[kind]
    return found


def lines(reply) -> list[str]:
    return list(reply.lines)


def test_a_certificate_is_looked_at_when_somebody_asks(book):
    world = FakeWorld(certificates={HOST: certificate(HOST, 10)})
    said = asking(book, world)("when does the certificate of docs.python.org expire?")

    assert lines(said)[:2] == [
        "docs.python.org: its certificate ends in 10 days, on 2026-11-30. Issued by A Test Authority.",
        OWNERS,
    ]
    assert world.asked[0].what == "TLS docs.python.org:443"
    assert world.asked[0].seconds == 5


def test_one_that_is_not_valid_says_why(book):
    world = FakeWorld(certificates={HOST: certificate(HOST, -3, trouble="it expired on 2026-11-17")})

    assert lines(asking(book, world)("is the certificate of docs valid"))[0] == (
        "docs.python.org: its certificate is not valid: it expired on 2026-11-17. Issued by A Test Authority."
    )


def test_what_cannot_be_looked_at_is_told_as_it_was_last_seen(book):
    world = FakeWorld(certificates={HOST: Unreachable("docs.python.org:443 showed no certificate: it is asleep.")})
    known = (certificate(HOST, 40), timedelta(hours=5))

    assert lines(asking(book, world, known)("certificate of docs"))[0] == (
        "docs.python.org: its certificate ends in 40 days, on 2026-12-30. Issued by A Test Authority. "
        "So it was 5 hours ago; now I could not look. docs.python.org:443 showed no certificate: it is asleep."
    )


def test_what_nobody_ever_saw_is_not_known(book):
    said = asking(book)("certificate of docs")

    assert lines(said)[0] == (
        "docs.python.org: I could not look at its certificate, and never saw it. Nobody answers at docs.python.org:443."
    )
    assert said.answer.outcome == "not found"


def test_without_the_running_bot_nothing_is_known_of_dates(book):
    said = Asking(book)("when does the certificate of docs.python.org expire?")

    assert lines(said)[:2] == [
        (
            "docs.python.org: only a running bot looks at certificates, and the catalog holds no dates. "
            "Ask PSF Infrastructure Team."
        ),
        OWNERS,
    ]
    assert lines(Asking(book)("certs expiring soon"))[0] == (
        "Only a running bot looks at certificates, and the catalog holds no dates. Ask PSF Infrastructure Team."
    )


FRESH = timedelta(minutes=10)
SEEN = (
    (certificate(HOST, 10), FRESH),
    (certificate("wiki.python.org", 60, trouble="it is for moin.test"), FRESH),
    (certificate("nobody.test", 1.5), FRESH),
    (certificate("old.test", 1), timedelta(days=31)),
    (certificate("www.python.org", 25), timedelta(hours=3)),
)


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("certificates expiring in 14 days", "3 of 4 certificates that I have seen end by 2026-12-04, or are not"),
        ("certs that expire within 2w", "3 of 4 certificates that I have seen end by 2026-12-04, or are not"),
        ("which certs expire soon", "4 of 4 certificates that I have seen end by 2026-12-20, or are not valid."),
        ("certificates expiring before 2026-12-01", "3 of 4 certificates that I have seen end by 2026-12-01"),
        ("certs expiring in 1 day", "1 of 4 certificates that I have seen ends by 2026-11-21, or is not valid."),
    ],
)
def test_certificates_that_end_soon_are_counted_without_what_is_long_unseen(book, question, fact):
    assert lines(asking(book, None, *SEEN)(question))[0].startswith(fact)


def test_each_names_its_end_and_its_owner(book):
    said = asking(book, None, *SEEN)("certificates expiring in 14 days")
    text = "\n".join(lines(said))

    assert "nobody.test" in text
    assert "in 36 hours, on 2026-11-22; no service of the catalog" in text
    assert "in 10 days, on 2026-11-30; Julien Palard" in text
    assert "not valid: it is for moin.test" in text
    assert "The oldest of these looks was 3 hours ago." in text


def test_none_that_ends_soon_names_the_first(book):
    assert lines(asking(book, None, (certificate(HOST, 80), FRESH))("certs expiring in 14 days"))[0] == (
        "None of 1 certificate that I have seen ends by 2026-12-04. "
        "The first is docs.python.org: in 80 days, on 2027-02-08."
    )


def test_where_none_was_ever_seen_it_says_how_to_have_them_looked_at(book):
    assert lines(asking(book)("certs expiring soon"))[0] == (
        "I have seen no certificate yet. I look at those that the catalog lists under `alerts`, `probe`, as tls:HOST. "
        "Ask PSF Infrastructure Team."
    )
