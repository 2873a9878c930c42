"""Somebody's own checklists on their Home tab: the steps that wait for them, each with its buttons, then the rest."""

from collections.abc import Callable, Sequence
from datetime import datetime

from psfbot.checklists import words
from psfbot.checklists.run import Course, Run
from psfbot.checklists.view import row
from psfbot.platforms.slack.blocks import Block, button, markup, sections
from psfbot.platforms.slack.blocks import words as plain
from psfbot.platforms.slack.checklist_card import BEGIN, Names, act, stepped
from psfbot.platforms.slack.words import marked

HEADING = "My checklists"
NOTHING = "No checklist has a step for you."
GIVE = "Nothing waits for you by name. Of what you started or own:"
STEPS, RUNS, NEXT = 4, 4, 3
BEGIN_ONE = "Start a checklist…"


def mine(runs: Sequence[Run], me: str, owns: Callable[[Run], bool], now: datetime, names: Names) -> list[Block]:
    """What is theirs next, then the runs that they started or whose service they own; and a button for a new one."""
    going = [run for run in runs if run.course is Course.RUNNING]
    given = [(run, step) for run in going for step in run.next if me and run.mark(step.id).whom == me]
    blocks: list[Block] = [{"type": "divider"}, {"type": "header", "text": plain(HEADING, 150)}]
    for run, step in given[:STEPS]:
        blocks += sections([f"_{marked(f'{run.template.title}: {run.service}', 200)}_"])
        blocks += stepped(row(run, step, now), names, menu=False)
    near = [run for run in runs if me and (run.started_by.person == me or owns(run))]
    if not given:
        blocks += sections([GIVE if near else NOTHING])
    for run in near[:RUNS]:
        blocks += short(run)
    return [*blocks, {"type": "actions", "elements": [button(BEGIN_ONE, BEGIN, "start", "primary")]}]


def short(run: Run) -> list[Block]:
    """One run in a line: how far it is, and its next steps."""
    following = ", ".join(words.title(run, step) for step in run.next[:NEXT]) or "nothing that can be done now"
    said = f"*{run.number}* {marked(f'{run.template.name} for {run.service}: {words.standing(run)}', 300)}"
    text = f"{said}\nNext: {marked(following, 400)}"
    spot = f"{run.number}.1"
    return [{"type": "section", "text": markup(text), "accessory": act("Show", "page", spot)}]
