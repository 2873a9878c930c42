"""The body of Pingdom's state change webhook: three fields that must be there, and all the others that may be."""

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from psfbot.plugin import Payload, Said, Time, loose

OLD = (
    "This is an old BeepManager webhook: it says who was told, not how the check stands. "
    "In Pingdom, add an integration of type Webhook, tick it on the checks, and remove the old one."
)
UNNAMED = "Neither check_name nor check_params.hostname is there, so nobody could tell what this is about."
PRIVATE = re.compile(r"(?<=//)[^/?#@]*@|[?#].*")
"""Parts of an address that may hold a password or a token."""
MOST_TAGS = 100


class Target(Payload):
    """What a check looks at: Pingdom documents these for HTTP checks only, so any of them may be missing."""

    hostname: Said = ""
    full_url: Said = ""
    url: Said = ""
    encryption: Annotated[bool, loose(otherwise=False)] = False

    @property
    def page(self) -> str:
        """The page that the check opens, without what may be secret in it; empty where it opens none."""
        path = f"{self.hostname}{self.url}" if self.url.startswith("/") and self.hostname else self.url
        address = self.full_url or path
        if not address or address.startswith("/"):
            return ""
        if not address.startswith(("https://", "http://")):
            address = f"https://{address}" if self.encryption else f"http://{address}"
        return PRIVATE.sub("", address)


class Probe(Payload):
    """Where the check was made from; `{}` where there was none."""

    location: Said = ""


def tag_names(value: object) -> tuple[str, ...]:
    """The tags by their names: Pingdom writes texts, its tools write objects; `service:docs` means docs."""
    found = value[:MOST_TAGS] if isinstance(value, list) else []
    names = [tag.get("name") if isinstance(tag, dict) else tag for tag in found]
    return tuple(name.removeprefix("service:") for name in names if isinstance(name, str))


class Change(Payload):
    """A check went up or down, or a transaction began to fail or to work."""

    check_id: Annotated[int, Field(ge=0, lt=10**18)]
    check_name: Said = ""
    check_type: Said = ""
    check_params: Annotated[Target, loose(Target())] = Target()
    tags: Annotated[tuple[str, ...], BeforeValidator(tag_names)] = ()
    current_state: Annotated[Literal["UP", "DOWN", "SUCCESS", "FAILING"], BeforeValidator(lambda s: str(s).upper())]
    importance_level: Said = ""
    state_changed_timestamp: Time = None
    state_changed_utc_time: Time = None
    description: Said = ""
    long_description: Said = ""
    custom_message: Said = ""
    first_probe: Annotated[Probe, loose(Probe())] = Probe()
    second_probe: Annotated[Probe, loose(Probe())] = Probe()

    @model_validator(mode="before")
    @classmethod
    def it_is_a_state_change(cls, body: object) -> object:
        """BeepManager's webhooks share the address field with these, and not one name of a field."""
        if isinstance(body, dict) and "current_state" not in body and {"action", "incidentid", "message"} & body.keys():
            raise ValueError(OLD)
        return body

    @model_validator(mode="after")
    def it_is_about_something(self) -> Self:
        """A number alone says nothing to anybody."""
        if not self.name:
            raise ValueError(UNNAMED)
        return self

    @property
    def name(self) -> str:
        """What people call the check."""
        return self.check_name or self.check_params.hostname

    @property
    def at(self) -> Time:
        """When it changed, if Pingdom says so."""
        return self.state_changed_timestamp or self.state_changed_utc_time

    @property
    def detail(self) -> str:
        """All that Pingdom says beyond the state, each thing once."""
        seen_from = " and ".join(filter(None, (self.first_probe.location, self.second_probe.location)))
        told = (self.description, self.long_description, self.custom_message, seen_from and f"Seen from {seen_from}")
        return " · ".join(dict.fromkeys(part for part in told if part not in {"", "OK"}))
