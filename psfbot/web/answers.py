"""How a webhook is answered: every status, its sentence, and the messages that say it."""

import json
from dataclasses import dataclass, field

from starlette.types import Message

SAFE = (
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("cache-control", "no-store"),
)
"""On every answer that a browser may see; a page that needs scripts or styles says so itself."""
NO_HOOK = "No webhook goes to this address. Compare it with the one in the plugin's README, above all its last part."
NO_POST = "Webhooks go to this address, by POST; there is nothing to see in a browser. Set it in the sender's settings."


@dataclass(frozen=True)
class Answer:
    """One way to answer: the outcome is what is counted, the rest is what the sender sees.

    A refused sender who is still sending is told to stop by `closing`. `raw` is JSON that
    somebody else has made.
    """

    outcome: str
    status: int
    says: dict[str, object]
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes | None = None
    start: Message = field(init=False)
    closing: Message = field(init=False)
    text: bytes = field(init=False)

    def __post_init__(self) -> None:
        """Make the messages once: most answers are given a thousand times."""
        text = json.dumps(self.says).encode() if self.raw is None else self.raw
        own = (("content-type", "application/json"), ("content-length", str(len(text))), *self.headers)
        headers = [(name.encode(), value.encode()) for name, value in own]
        start = {"type": "http.response.start", "status": self.status, "headers": headers}
        object.__setattr__(self, "text", text)
        object.__setattr__(self, "start", start)
        object.__setattr__(self, "closing", {**start, "headers": [*headers, (b"connection", b"close")]})


def refusal(outcome: str, status: int, sentence: str, retry_after: int = 0, **headers: str) -> Answer:
    """An answer that says no, why, and when to try again."""
    later = {"retry-after": str(retry_after)} if retry_after else {}
    return Answer(outcome, status, {"error": sentence}, (*later.items(), *headers.items(), *SAFE))


STORED = Answer("stored", 202, {"stored": True})
DUPLICATE = Answer("duplicate", 202, {"duplicate": True})
WRONG_METHOD = refusal("wrong method", 405, NO_POST, allow="POST")
NOT_FOUND = refusal("not found", 404, NO_HOOK)
FORGED = refusal("forged", 401, "The signature does not fit the body. Check the secret in psfbot's settings.")
UNREADY = refusal("unready", 503, "No secret is set for these webhooks yet. Set it; then this address works.", 60)
ENCODED = refusal("encoded", 415, "This body is compressed, and psfbot unpacks none. Send it as it is.")
TOO_LARGE = refusal("too large", 413, "This body is too large. Send less in one webhook.")
TOO_SLOW = refusal("too slow", 408, "The body did not arrive in time. Send it again.")
CROWDED = refusal("crowded", 503, "Too many webhooks are coming at once. Send this one again soon.", 5)
BUSY = refusal("busy", 503, "The storage cannot take this now. Send it again soon.", 30)
FAILED = refusal("failed", 503, "Something went wrong in psfbot, and its log says what. Send this again soon.", 30)
STOPPING = refusal("stopping", 503, "psfbot is being restarted. Send this again soon.", 5)
HUNG_UP = Answer("hung up", 0, {})
"""The sender left before its body was here, so nobody is told anything."""


class Refused(Exception):
    """A webhook that is not taken, and what to answer."""

    def __init__(self, answer: Answer) -> None:
        """Keep the answer."""
        super().__init__(answer.outcome)
        self.answer = answer
