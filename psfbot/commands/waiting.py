"""Where something waits for a `yes`: with who asked for it, and only there."""

from psfbot.chat.command import Ask


def place_of(ask: Ask) -> str:
    """Who asks where: only they can say yes, and only there."""
    said = ask.message
    return "\n".join((said.platform, said.room or "", said.speaker.account or said.speaker.name))
