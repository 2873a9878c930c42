"""What people may say to the bot: one function a command, its docstring its help and its test."""

from psfbot.commands import (
    about,
    hosts,
    impact,
    incidents,
    letters,
    oncall,
    owners,
    pages,
    past,
    people,
    places,
    platforms,
    roles,
    services,
    silences,
)
from psfbot.plugin import Command, Topic

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
    platforms.topic,
    oncall.topic,
    incidents.topic,
    silences.topic,
    letters.topic,
    about.topic,
)


def commands() -> tuple[Command, ...]:
    """Every command of the bot itself, in the order in which `help` lists them."""
    return tuple(command for topic in TOPICS for command in topic.commands)
