"""What people may say to the bot: one function a command, its docstring its help and its test.

Here stand the commands that the catalog alone answers; those about what happens now are
in `live`, which is imported only when one of them is asked for.
"""

from psfbot.chat.command import Command, Topic
from psfbot.commands import (
    about,
    certificates,
    hosts,
    impact,
    oncall,
    owners,
    pages,
    past,
    people,
    places,
    platforms,
    roles,
    rooms,
    scores,
    services,
    shifts,
)

TOPICS: tuple[Topic, ...] = (
    owners.topic,
    services.topic,
    places.topic,
    people.topic,
    impact.topic,
    hosts.topic,
    roles.topic,
    pages.topic,
    past.topic,
    certificates.topic,
    platforms.topic,
    oncall.topic,
    shifts.topic,
    rooms.topic,
    scores.topic,
    about.topic,
)


def commands() -> tuple[Command, ...]:
    """The commands that the catalog answers, in the order in which `help` lists them."""
    return tuple(command for topic in TOPICS for command in topic.commands)
