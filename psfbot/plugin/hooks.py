"""What comes in by webhook: is it genuine, and which alerts does it hold?"""

import hmac
import json
from codecs import BOM_UTF8
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from inspect import signature
from typing import Any, TypeVar
from urllib.parse import parse_qs, parse_qsl, urlencode

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from psfbot.relay.alert import Alert
from psfbot.relay.letter import Fate
from psfbot.relay.remark import Remark
from psfbot.text import cut, one_line

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TOLD = 3
"""How many unreadable fields a quarantine's reason names."""
MOST = 1000
"""Fields of a form that are read."""
LONGEST = 500
"""Characters of a reason that are kept."""
LONGEST_ID = 200
"""Characters of a sender's id that are taken for one."""


class Payload(BaseModel):
    """The fields that a plugin reads from a webhook. Name only those: senders add more, and they are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)


@dataclass(frozen=True, slots=True)
class Hook:
    """A webhook at the door: lower-case headers, the raw body, and the secret from its path, if any."""

    headers: Mapping[str, str]
    body: bytes
    received_at: datetime
    secret: str = ""

    @property
    def is_form(self) -> bool:
        """Is the body a form? What starts like JSON is JSON, whatever the header says: `curl -d` says it is a form."""
        declared = self.headers.get("content-type", "").lower().startswith(FORM)
        return declared and self.body.lstrip()[:1] not in {b"{", b"["}

    @property
    def fields(self) -> dict[str, Any]:
        """The fields of the body, whether it is a form or a JSON object; nothing when it is neither."""
        try:
            found = dict(parse_qsl(self.body.decode(), max_num_fields=MOST)) if self.is_form else json.loads(self.body)
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}

    def altered(self, **fields: object) -> "Hook":
        """The same webhook with these fields in its body; a body that has no fields stays as it is."""
        found = self.fields
        body = urlencode(found | fields) if self.is_form else json.dumps(found | fields)
        return replace(self, body=body.encode()) if found else self


class Proof(StrEnum):
    """What a look at a webhook's origin found.

    `UNREADY` means that the bot has no secret to compare with: the sender is asked to
    try again later, because a refusal would make some senders give up for good.
    """

    GENUINE = "genuine"
    FORGED = "forged"
    UNREADY = "unready"


@dataclass(frozen=True, slots=True)
class Ignored:
    """A genuine webhook that reports no problem, and what it was instead.

    It may hold what somebody wrote about a problem that is known: people hear of that, and nothing changes its state.
    """

    reason: str
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class Stale:
    """A genuine webhook that is too old to act on, as a replayed one would be."""

    reason: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What a webhook holds: alerts to take, or the reason why there are none."""

    fate: Fate
    reason: str = ""
    alerts: tuple[Alert, ...] = ()
    remark: Remark | None = None


Read = Alert | Iterable[Alert] | Ignored | Stale
Reader = TypeVar("Reader", bound=Callable[..., Read])


def same(given: str, secrets: Iterable[str]) -> bool:
    """Is this one of the secrets? The time it takes tells nothing about them, whatever was given."""
    digest = sha256(octets(given)).digest()
    return sum(hmac.compare_digest(digest, sha256(octets(secret)).digest()) for secret in secrets) > 0


def signed(body: bytes, signatures: Sequence[str], secrets: Iterable[str]) -> bool:
    """Does any hex signature fit the body under any secret (HMAC-SHA256)? Never raises, whatever was sent."""
    wanted = [hmac.new(octets(secret), body, sha256).hexdigest().encode() for secret in secrets]
    given = [octets(text.strip().lower()) for text in signatures]
    return sum(hmac.compare_digest(one, other) for one in given for other in wanted) > 0


def in_force(secrets: Iterable[SecretStr]) -> tuple[str, ...]:
    """The secrets to compare with; an empty one would let everybody in, so it is none."""
    return tuple(filter(None, (secret.get_secret_value() for secret in secrets)))


def numbered(hook: Hook, header: str) -> str:
    """A delivery by the id that all its attempts share; nobody signs that id, so it stands for this body only."""
    digest, given = sha256(hook.body).hexdigest(), hook.headers.get(header, "")
    fine = given.isascii() and given.isprintable() and 0 < len(given) <= LONGEST_ID
    return f"{given} {digest}" if fine else digest


def octets(text: str) -> bytes:
    """A header or a secret as bytes, also where it holds halves of characters, which no other encoder takes."""
    return text.encode("utf-8", "surrogatepass")


def reading(shape: type[BaseModel], read: Callable[..., Read]) -> Callable[[Hook], Contents]:
    """A function from a webhook to its contents; a body that cannot be read is quarantined, never lost."""
    takes_hook = len(signature(read).parameters) > 1

    def contents(hook: Hook) -> Contents:
        try:
            payload = parse(shape, hook)
            found = read(payload, hook) if takes_hook else read(payload)
            return sorted_out(found)
        except ValidationError as error:
            return Contents(Fate.QUARANTINED, unreadable(error))
        except (ValueError, OverflowError, RecursionError) as error:
            plain = str(error) if type(error) is ValueError else f"{type(error).__name__}: {error}"
            return Contents(Fate.QUARANTINED, cut(one_line(plain), LONGEST))

    return contents


def sorted_out(found: Read) -> Contents:
    """What a plugin's function returned, as contents; one that yields alerts may still fail here."""
    if isinstance(found, Ignored):
        return Contents(Fate.IGNORED, cut(one_line(found.reason), LONGEST), remark=found.remark)
    if isinstance(found, Stale):
        return Contents(Fate.STALE, cut(one_line(found.reason), LONGEST))
    return Contents(Fate.DONE, alerts=(found,) if isinstance(found, Alert) else tuple(found))


def parse(shape: type[BaseModel], hook: Hook) -> BaseModel:
    """The body as its shape: JSON, or a form whose field `payload` holds JSON, or a form of plain fields."""
    if not hook.is_form:
        return shape.model_validate_json(hook.body.removeprefix(BOM_UTF8))
    fields = parse_qs(hook.body.decode("utf-8", "replace"), keep_blank_values=True, max_num_fields=MOST)
    if "payload" in fields:
        return shape.model_validate_json(fields["payload"][0])
    return shape.model_validate({name: values[0] for name, values in fields.items()})


def unreadable(error: ValidationError) -> str:
    """Which fields could not be read, for the people who look at the quarantine."""
    problems = error.errors(include_url=False, include_context=False, include_input=False)
    found = [(".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in problems[:TOLD]]
    more = f" and {len(problems) - TOLD} more" if len(problems) > TOLD else ""
    told = "; ".join(f"{place}: {message}" if place else message for place, message in found)
    return cut(one_line(told), LONGEST) + more


def shape_of(value: Any) -> type[BaseModel]:
    """The payload's model, or a clear word that it is none."""
    if isinstance(value, type) and issubclass(value, BaseModel):
        return value
    msg = f"{value!r} is no Payload: hand `alerts` the model of the webhook's body"
    raise TypeError(msg)
