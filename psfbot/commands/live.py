"""The commands about what happens now; they need the store, so they are imported only when asked for."""

from psfbot.chat.command import Command, Topic
from psfbot.commands import (
    checklist_start,
    checklist_steps,
    checklists,
    covers,
    drift,
    edits,
    incidents,
    letters,
    paging,
    present,
    proposals,
    silences,
    statistics,
    story,
    trials,
)

TOPICS: tuple[Topic, ...] = (
    present.topic,
    incidents.topic,
    story.topic,
    statistics.topic,
    drift.topic,
    silences.topic,
    paging.topic,
    covers.topic,
    letters.topic,
    trials.topic,
    checklists.topic,
    checklist_steps.topic,
    checklist_start.topic,
    edits.topic,
    proposals.topic,
)


def commands() -> tuple[Command, ...]:
    """These commands, in the order in which `help` lists them."""
    return tuple(command for topic in TOPICS for command in topic.commands)
