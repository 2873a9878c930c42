"""PagerDuty's part of `psfbot doctor`: each thing that may be wrong has a line, and `--fix` mends what it can."""

import asyncio
from dataclasses import dataclass, field

import pytest
from duties import THEIRS, duty_book
from pagerduty_account import EVENTS_KEY, SECRET, SENDER, TOKEN, Turn
from pagerduty_fake import pagerduty
from pagerduty_line import settings
from psfbot.plugins.pagerduty.doctor import look
from psfbot.plugins.pagerduty.subscription import PING, WANTED
from stage import NOON, sample

from psfbot.errors import UserError
from psfbot.plugin import Examination, Health

URL = "https://psfbot.example.org"
HOOK = f"{URL}/hooks/pagerduty"
KNOWN = {"people": {"mdk": {"pagerduty": "PANNA01"}, "coffee": {"pagerduty": "PBEN001"}, "di": {"pagerduty": None}}}
MAPPED = {"services": {"docs.python.org": {"alerts": {"pagerduty": ("PSVC001",)}}}}


@pytest.fixture
def account():
    with pagerduty(schedules={"PS": [Turn("PANNA01")]}, policies={"PA": [["PS"]]}) as account:
        yield account


@dataclass
class Kept:
    """Where secrets go in a test."""

    why: str = ""
    left: str = ""
    fails: bool = False
    secrets: list = field(default_factory=list)

    def trouble(self, field):
        assert field == "webhook_secrets"
        return self.why

    async def keep(self, _, secret):
        if self.fails:
            raise UserError("I cannot write it: no space left")
        self.secrets.append(secret)
        return self.left


def subscribed(account, **more):
    body = {"delivery_method": {"url": HOOK}, "events": list(WANTED), **more}
    account.subscribe(body={"webhook_subscription": body})
    return account.subscriptions["PWH0000"]


def examined(account, book=None, *, keeping=None, arrives=True, url=URL, **more):
    """What is found: part -> (health, what was seen); and what to do about it."""
    given = {"api_url": account.url, "events_url": account.url, "webhook_secrets": SECRET, **more}

    async def wait(words, _):
        assert words == PING
        return arrives

    examination = Examination(
        settings=settings(**given), book=book or duty_book(THEIRS, **KNOWN, **MAPPED), world=None, now=NOON,
        public_url=url, fix=keeping is not None, wait_for_hook=wait, keeping=keeping,
    )  # fmt: skip
    found = asyncio.run(look(examination))
    for one in found:
        words = f"{one.what} {one.seen} {one.mend}"
        assert not any(secret in words for secret in (TOKEN, EVENTS_KEY, SECRET)), "no secret is told"
        assert one.mend or one.health is not Health.WRONG, f"nobody knows how to mend {one.what}"
    return {one.what: (one.health.value, one.seen) for one in found}


def test_a_healthy_set_up_is_told_part_by_part(account):
    subscribed(account)

    assert examined(account) == {
        "token": ("ok", "PagerDuty takes it"),
        "events key": ("ok", "PagerDuty takes it"),
        "sender": ("ok", f"incidents change in the name of {SENDER}"),
        "schedules": ("ok", "PagerDuty knows 1"),
        "people": ("ok", "PagerDuty knows 2"),
        "services": ("ok", "PagerDuty knows 1"),
        "webhook": ("ok", f"PagerDuty sends to {HOOK}"),
    }
    assert account.incidents == {}, "to look calls nobody"
    assert {method for method, path, _ in account.seen if path != "/v2/enqueue"} == {"GET"}, "and changes nothing"


def test_what_is_not_set_is_off(account):
    off = examined(account, sample(), token=None, events_key=None)

    assert {what: health for what, (health, _) in off.items()} == dict.fromkeys(
        ("token", "events key", "webhook"), "off"
    )
    half = examined(account, sample(), from_=None)
    assert [what for what, (health, _) in half.items() if health == "off"] == [
        "sender",
        "schedules",
        "people",
        "services",
    ]


@pytest.mark.parametrize(
    ("given", "part", "seen"),
    [
        ({"token": "wrong"}, "token", "PagerDuty does not take our key (401)"),
        ({"events_key": "f" * 32}, "events key", "PagerDuty does not take it (Event object is invalid, routing_key)"),
        ({"from_": "nobody@example.org"}, "sender", "PagerDuty knows no user with the address nobody@example.org"),
        ({"webhook_secrets": ""}, "webhook", f"PagerDuty sends to {HOOK}, and psfbot has no secret to know it by"),
        ({"url": ""}, "webhook", "PSFBOT_PUBLIC_URL is not set, so PagerDuty cannot be told where psfbot is"),
        (
            {"url": "https://other.example.org"},
            "webhook",
            "PagerDuty sends nothing to https://other.example.org/hooks/pag",
        ),
    ],
)
def test_what_is_wrong_with_the_settings_is_told(account, given, part, seen):
    subscribed(account)
    health, told = examined(account, **given)[part]

    assert (health, told[: len(seen)]) == ("wrong", seen)


@pytest.mark.parametrize(
    ("book", "part", "seen"),
    [
        (
            duty_book({**THEIRS, "pagerduty_schedule": "PX"}),
            "schedules",
            "oncall.main names PX, which PagerDuty does not k",
        ),
        (duty_book({**THEIRS, "pagerduty_schedule": "PIDLE"}), "schedules", "nobody is called through main (PIDLE)"),
        (
            duty_book(THEIRS),
            "people",
            "people.coffee has PCOFFEE, people.mdk has PMDK001, which PagerDuty does not know",
        ),
        (
            duty_book(THEIRS, services={"docs.python.org": {"alerts": {"pagerduty": ("Docs",)}}}),
            "services",
            "services.docs.python.org names Docs, which PagerDuty does not know",
        ),
    ],
)
def test_what_is_wrong_with_the_catalog_is_told(account, book, part, seen):
    account.schedules["PIDLE"] = []
    health, told = examined(account, book)[part]

    assert (health, told[: len(seen)]) == ("wrong", seen)


def test_a_schedule_of_the_new_kind_is_known_as_well(account):
    account.upgraded.add("PS")

    assert examined(account)["schedules"] == ("ok", "PagerDuty knows 1")


@pytest.mark.parametrize(
    ("change", "seen"),
    [
        ({"active": False}, f"PagerDuty has disabled the webhook to {HOOK}"),
        ({"events": ["incident.triggered"]}, "lacks"),
    ],
)
def test_a_webhook_that_tells_too_little_is_told(account, change, seen):
    subscribed(account).update(change)
    health, told = examined(account)["webhook"]

    assert health == "wrong"
    assert seen in told


@pytest.mark.parametrize("status", [403, 500])
def test_what_pagerduty_does_not_tell_is_no_good_news(account, status):
    subscribed(account)
    account.mood = lambda _, path: (status, {}) if path in {"/users", "/services", "/oncalls"} else None
    found = examined(account)

    assert {what for what, (health, _) in found.items() if health == "wrong"} == {
        "sender", "schedules", "people", "services",
    }  # fmt: skip


def test_fix_makes_the_subscription_keeps_its_secret_and_has_it_tried(account):
    kept = Kept()
    found = examined(account, keeping=kept, webhook_secrets="")
    (made,) = account.subscriptions.values()

    assert found["webhook"] == ("ok", f"made; PagerDuty sends to {HOOK}")
    assert found["test event"] == ("ok", "PagerDuty sent one, and it arrived")
    assert kept.secrets == [SECRET]
    assert (made["delivery_method"]["url"], tuple(made["events"])) == (HOOK, WANTED)
    assert [path for method, path, _ in account.seen if method == "POST" and "webhook" in path] == [
        "/webhook_subscriptions", "/webhook_subscriptions/PWH0000/ping",
    ]  # fmt: skip


def test_fix_makes_no_second_one_and_tries_the_one_that_is_there(account):
    subscribed(account)
    found = examined(account, keeping=Kept(), arrives=False)

    assert len(account.subscriptions) == 1
    assert found["webhook"][0] == "ok"
    assert found["test event"] == ("wrong", "PagerDuty sent one, and it did not arrive within 30 seconds")


def test_fix_enables_what_was_disabled(account):
    subscribed(account)["active"] = False

    assert examined(account, keeping=Kept())["webhook"][0] == "ok"
    assert account.subscriptions["PWH0000"]["active"] is True


def test_where_pagerduty_enables_nothing_that_is_told(account):
    subscribed(account)["active"] = False
    account.mood = lambda _, path: (403, {}) if path.endswith("/enable") else None

    assert examined(account, keeping=Kept())["webhook"][0] == "wrong"


def test_where_a_person_must_set_something_no_test_event_is_sent(account):
    found = examined(account, keeping=Kept(left="Set PSFBOT_X and start again."))

    assert found["webhook"] == ("wrong", f"made; PagerDuty sends to {HOOK}")
    assert "test event" not in found


def test_where_no_secret_can_be_kept_nothing_is_made(account):
    found = examined(account, keeping=Kept(why="I cannot write there"))

    assert found["webhook"] == ("wrong", "it could not be made: I cannot write there")
    assert account.subscriptions == {}


def test_a_secret_that_could_not_be_kept_takes_its_subscription_with_it(account):
    found = examined(account, keeping=Kept(fails=True))

    assert found["webhook"] == ("wrong", "it could not be made: I cannot write it: no space left")
    assert account.subscriptions == {}


def test_a_token_that_may_not_do_it_is_told(account):
    refusal = (403, {"error": {"message": "Access Denied", "code": 2010}})
    account.mood = lambda method, path: refusal if (method, path) == ("POST", "/webhook_subscriptions") else None
    kept = Kept()

    assert examined(account, keeping=kept)["webhook"] == (
        "wrong", "it could not be made: PagerDuty answered 403: Access Denied",
    )  # fmt: skip
    assert kept.secrets == []


@pytest.mark.parametrize("keeping", [None, Kept()])
def test_a_token_that_may_not_even_look_is_told_and_nothing_is_made(account, keeping):
    subscribed(account)
    account.mood = lambda _, path: (403, {}) if path == "/webhook_subscriptions" else None

    assert examined(account, keeping=keeping)["webhook"] == (
        "wrong", "PagerDuty does not tell its webhooks (403: no reason given)",
    )  # fmt: skip
    assert len(account.subscriptions) == 1


def test_of_two_webhooks_to_us_the_one_that_is_on_counts(account):
    subscribed(account)["active"] = False
    subscribed(account)

    assert examined(account)["webhook"] == ("ok", f"PagerDuty sends to {HOOK}")


def test_a_key_that_no_key_could_be_is_told_without_it(account):
    assert examined(account, token="tök-0123")["token"] == (  # noqa: S106 - of nobody
        "wrong", "PSFBOT_PAGERDUTY_TOKEN holds characters that no key has: copy it once more.",
    )  # fmt: skip


def test_a_test_event_that_pagerduty_does_not_send_is_told(account):
    subscribed(account)
    account.mood = lambda _, path: (404, {}) if path.endswith("/ping") else None

    assert examined(account, keeping=Kept())["test event"] == (
        "wrong", "PagerDuty would not send one (404: no reason given)",
    )  # fmt: skip


def test_our_webhook_is_found_among_many(account):
    for number in range(120):
        subscribed(account, delivery_method={"url": f"https://elsewhere.example/{number}"})
    subscribed(account)

    assert examined(account)["webhook"] == ("ok", f"PagerDuty sends to {HOOK}")
