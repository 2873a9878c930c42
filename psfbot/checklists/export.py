"""A run as a page of Markdown: every step with its evidence, then everything that was done, for whoever asks later."""

from collections.abc import Iterable, Sequence

from psfbot.checklists import words
from psfbot.checklists.outcome import in_words
from psfbot.checklists.progress import rollback
from psfbot.checklists.run import Course, Deed, Kind, Run, State
from psfbot.checklists.template import Step
from psfbot.text import one_line

TOLD = {Kind.LOOKED: "check", Kind.REMINDED: "reminded", Kind.STALE: "stale", Kind.NOTED: "note"}
ESCAPED = str.maketrans({sign: "\\" + sign for sign in "\\`*_<>[]|#~&"})
IN_ADDRESS = str.maketrans({sign: f"%{ord(sign):02X}" for sign in "\\`*<>[]()|"})
"""What would end an address, or begin something else, written as addresses write it."""


def plain(text: str) -> str:
    """Somebody's words, so that they mean nothing to Markdown; an address stays one."""
    return " ".join(
        word.translate(IN_ADDRESS if word.startswith("https://") else ESCAPED) for word in one_line(text).split()
    )


def markdown(run: Run, deeds: Sequence[Deed]) -> str:
    """The whole page."""
    by = f"Started {run.started_at:%Y-%m-%d %H:%M} UTC by {plain(words.by_whom(run.started_by))}"
    end = f", {run.course} {run.ended_at:%Y-%m-%d %H:%M} UTC" if run.ended_at else ""
    because = f", because {plain(run.because)}" if run.because else ""
    values = [f"- {name}: {plain(value)}" for name, value in run.values.items() if name in run.template.variables]
    parts = [
        f"# Checklist {run.number}: {plain(run.template.title)} — {plain(run.service)}",
        f"{by}{end}{because}. {run.over} of {len(run.template.steps)} steps are done or skipped.",
        "\n".join(values),
        "## Steps\n\n" + "\n".join(line for step in run.template.steps for line in lines_of(run, step)),
        "## What was done\n\n" + "\n".join(story(run, deeds)),
    ]
    if run.course is Course.ABORTED and (back := rollback(run)):
        ways = [
            f"1. {plain(one.step.text)}: {plain(words.said(run, one.how)) or 'nothing to take back'}" for one in back
        ]
        parts.append("## The way back\n\n" + "\n".join(ways))
    if run.course is not Course.ABORTED and (ends := in_words(run)):
        parts.append("## What it changes in the catalog\n\n" + "\n".join(f"- {plain(line)}" for line in ends))
    return "\n\n".join(part for part in parts if part) + "\n"


def lines_of(run: Run, step: Step) -> Iterable[str]:
    """One step as an item of a list, with what is known of it below."""
    mark = run.mark(step.id)
    box = "x" if mark.state is State.DONE else " "
    what = "" if mark.state in {State.TODO, State.DONE} else f" **{mark.state}**"
    yield f"- [{box}] {run.spot(step.id)} {plain(words.said(run, step.text))}{what}"
    if mark.by and mark.at:
        yield f"  - {mark.at:%Y-%m-%d %H:%M} UTC {plain(words.by_whom(mark.by))}: {plain(mark.text) or 'no words'}"
    if mark.past:
        yield f"  - past a gate: {plain(mark.past)} — {plain(mark.anyway)}"
    if mark.seen:
        yield f"  - {mark.seen.verdict} {mark.seen.at:%Y-%m-%d %H:%M} UTC: {plain(mark.seen.text)}"


def story(run: Run, deeds: Iterable[Deed]) -> Iterable[str]:
    """What was done, a line each."""
    for deed in deeds:
        text = words.happened(run, deed)
        if not text:
            spot = f"{run.spot(deed.step)} " if deed.step else ""
            seen = f"{deed.seen.verdict}: {deed.seen.text}" if deed.seen else deed.text
            who = f"{deed.by.name}: " if deed.by else ""
            text = f"{TOLD.get(deed.kind, deed.kind.value)} {spot}{who}{seen or deed.whom}"
        place = f" ({plain(deed.by.place)})" if deed.by and deed.by.place else ""
        yield f"- {deed.at:%Y-%m-%d %H:%M} UTC {plain(text)}{place}"
