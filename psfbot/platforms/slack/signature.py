"""Does a request to `/slack/events` come from Slack, and just now?"""

import hmac
from collections.abc import Mapping, Sequence
from enum import StrEnum
from hashlib import sha256

FRESH = 300
"""Seconds that a request may be old, as Slack says: a copy of it is worth nothing later."""
VERSION = "v0"
DIGITS = 12
"""A longer time is none."""


class Proof(StrEnum):
    """What a signature says of its request."""

    GENUINE = "genuine"
    FORGED = "forged"
    OLD = "old"
    UNREADABLE = "unreadable"
    MISSING = "missing"
    UNREADY = "unready"


def prove(headers: Mapping[str, str], body: bytes, now: float, secrets: Sequence[str]) -> Proof:
    """Weigh a request by its lower-case headers; while a secret is replaced, the old and the new one both count."""
    if not any(secrets):
        return Proof.UNREADY
    at, given = headers.get("x-slack-request-timestamp", ""), headers.get("x-slack-signature", "")
    if not at or not given:
        return Proof.MISSING
    if not (at.isascii() and at.isdecimal() and len(at) <= DIGITS):
        return Proof.UNREADABLE
    if abs(now - int(at)) > FRESH:
        return Proof.OLD
    signed = [sign(secret, at, body) for secret in secrets if secret]
    matches = [hmac.compare_digest(one.encode(), given.encode("utf-8", "replace")) for one in signed]
    return Proof.GENUINE if any(matches) else Proof.FORGED


def sign(secret: str, at: str, body: bytes) -> str:
    """How Slack signs a body that it sends at this time."""
    return (
        f"{VERSION}={hmac.new(secret.encode(), b':'.join((VERSION.encode(), at.encode(), body)), sha256).hexdigest()}"
    )
