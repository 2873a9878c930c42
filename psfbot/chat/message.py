"""What somebody said, where, and what is known of them."""

from dataclasses import dataclass

TERMINALS = frozenset({"terminal", "console"})
"""Platforms on which somebody sits at the machine of the catalog."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks, in the words of the platform, and who they are in the catalog.

    `account` is proof of identity on that platform (an IRC services account, a Slack
    user id); a nick is none. An `operator` sits at the machine's own terminal.
    """

    name: str
    account: str | None = None
    person: str | None = None
    operator: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One line that was addressed to the bot.

    `page` is how many lines the platform shows at once (0: all); `public` rooms never
    see personal contact data.
    """

    text: str
    speaker: Speaker
    platform: str
    room: str | None = None
    public: bool = True
    page: int = 0

    @property
    def local(self) -> bool:
        """Was it typed at a terminal, where a path on this machine is of use and no secret?"""
        return self.platform in TERMINALS
