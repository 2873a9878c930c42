"""Recorded webhooks posted to the bot itself: the way to see what an alert would look like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Posted:
    """How the bot's own server answered, and what it made of the webhook."""

    status: int
    answer: str


class Trial(Protocol):
    """Posts recorded webhooks, as their senders would, to the running bot."""

    @property
    def recorded(self) -> Mapping[str, Sequence[str]]:
        """The names of the recorded webhooks of each plugin."""

    async def post(self, plugin: str, payload: str) -> Posted:
        """Post one and wait until everybody who should hear of it has; a wrong name raises `UserError`."""
