"""Where something waits for a `yes`: with who asked for it, and only there."""

from psfbot.chat.command import Ask

UNPROVEN = "?"
"""Stands before a name that proves nothing: whoever takes the nick of somebody's account is not them."""


def place_of(ask: Ask) -> str:
    """Who asks where: only they can say yes, and only there."""
    said, who = ask.message, ask.message.speaker
    return "\n".join((said.platform, said.room or "", who.account or UNPROVEN + who.name))
