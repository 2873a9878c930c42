"""One line of the IRC protocol, read: what every other part of the client is handed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Line:
    """A line from the server.

    `command` is an upper-case word or three digits (never a library's name for them);
    `nick`, `user` and `host` come from the source, and `host` alone is set where a server speaks.
    `tags` are the message tags with their escapes undone; one without a value is "".
    """

    command: str
    params: tuple[str, ...] = ()
    nick: str = ""
    user: str = ""
    host: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The last parameter, which holds the words where there are any."""
        return self.params[-1] if self.params else ""

    @property
    def target(self) -> str:
        """The first parameter: whom a message is for, or which channel a numeric is about."""
        return self.params[0] if self.params else ""
