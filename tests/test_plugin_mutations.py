"""No body makes a plugin fail: recorded webhooks, changed at random, are read, ignored or quarantined, never raised.

`PSFBOT_TEST_MUTATIONS` says how many bodies each plugin gets; the draw is the same each time.
"""

import json
import os
import random
from datetime import UTC, datetime, timedelta

import pytest
from test_plugins_contract import READERS, check, recorded, settings

from psfbot.plugin import Hook, Proof
from psfbot.relay.letter import Fate

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
MUTATIONS = int(os.environ.get("PSFBOT_TEST_MUTATIONS", "2000"))
KINDS = ["application/json"] * 8 + ["application/x-www-form-urlencoded", "text/plain", "", "\udcff; charset=ä"]
ODD = [
    None, True, False, 0, -1, 1, 2**63, 10**400, 1e308, 1.5, float("nan"), float("-inf"), -62135596800, 253402300799,
    1767225600, 1767225600000, "", " ", "null", "0", "NaN", "\x00", "\x03,04a\x02\r\nQUIT :bye", "\u202eb\ufeff",
    "\ud800", "🚨" * 600, "x" * 6000, "a," * 3000, "0001-01-01T00:00:00+02:00", "9999-12-31T23:59:59-05:00",
    "2026-01-01T00:00:00Z", "2026-01-01T00:00:00.123456789Z", "1767225600", "firing", "resolved", "DOWN", "Triggered",
    "incident.triggered", "https://example.org/\x07?a=b#c", "javascript:alert(1)", "[::1]:9", "//", "P1", "$ID",
    [], {}, [[]], [None], [{}], {"": ""}, {"a": {"b": [1, {"c": None}]}}, ["x"] * 500, [[[[[[[[[["deep"]]]]]]]]]],
]  # fmt: skip


def places(tree):
    """Every spot in a tree that can be changed, as its container and its key."""
    spots = list(tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ())
    return [(tree, key) for key, _ in spots] + [spot for _, value in spots for spot in places(value)]


def bend(tree, draw):
    """Change one spot of a tree: another value, none, twice, renamed, or swapped with another spot."""
    spots = places(tree)
    if not spots:
        return draw.choice(ODD)
    container, key = draw.choice(spots)
    match draw.randrange(6):
        case 0 | 1:
            container[key] = draw.choice(ODD)
        case 2:
            del container[key]
        case 3:
            container[key] = [container[key]] * draw.choice([1, 2, 30])
        case 4 if isinstance(container, dict):
            container[draw.choice([key.upper(), key[:-1], "message", "schema", "\ud800"])] = container.pop(key)
        case _:
            other, place = draw.choice(spots)
            other[place], container[key] = container[key], json.loads(json.dumps(other[place]))
    return tree


def damage(body, draw):
    """Change a body below the level of JSON: flipped, cut, doubled, filled or in another encoding."""
    at, to = sorted(draw.randrange(len(body) + 1) for _ in range(2))
    match draw.randrange(7):
        case 0:
            return body[:at] + draw.randbytes(3) + body[at + 3 :]
        case 1:
            return body[:at]
        case 2:
            return body[:at] + body[to:]
        case 3:
            return body[:to] + body[at:]
        case 4:
            return body.replace(
                draw.choice([b",", b":", b'"', b"}", b"0", b"="]), draw.choice([b"", b"[", b"&", b"9" * 50]), 3
            )
        case 5:
            return body.decode("utf-8", "replace").encode(
                draw.choice(["utf-16", "utf-32", "utf-8-sig", "cp037"]), "replace"
            )
        case _:
            return (
                body[:at]
                + draw.choice([b"[" * 3000, b'{"a":' * 3000, b"1" * 5000, b"\\ud800", b"\x00" * 9])
                + body[at:]
            )


def mutant(body, draw):
    """One to four changes to a recorded body, most of them to its JSON."""
    for _ in range(draw.choice([1, 1, 2, 4])):
        try:
            tree = json.loads(body) if draw.random() < 0.7 else None
        except (ValueError, RecursionError):
            tree = None
        body = json.dumps(bend(tree, draw)).encode() if isinstance(tree, dict | list) else damage(body, draw)
    return body


@pytest.mark.parametrize("name", READERS)
def test_no_mutated_body_makes_a_plugin_fail(name):
    plugin, sources = READERS[name], [file.read_bytes() for file in recorded(name)]
    draw, secrets = random.Random(f"psfbot {name}"), settings(name, "hunter2")  # noqa: S311 - the same each time
    fates = dict.fromkeys(Fate, 0)
    for _ in range(MUTATIONS):
        body = mutant(draw.choice(sources), draw)
        hook = Hook({"content-type": draw.choice(KINDS)}, body, NOON)
        contents = plugin.reads(hook)
        fates[contents.fate] += 1

        check(name, contents)
        assert all(alert.at <= NOON + timedelta(minutes=5) for alert in contents.alerts)
        assert plugin.proof(hook, secrets) is Proof.FORGED
        assert len(plugin.delivery_of(hook).encode()) <= 500

    assert fates[Fate.DONE] > MUTATIONS / 50
    assert fates[Fate.QUARANTINED] > MUTATIONS / 50
