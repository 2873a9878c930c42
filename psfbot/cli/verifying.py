"""`psfbot catalog verify`: where the catalog and what is out there differ, each with its place and a proposed edit."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfbot.cli.catalog import FILE

if TYPE_CHECKING:
    from psfbot.catalog.finding import Finding
    from psfbot.flows.verify import Report
    from psfbot.plugin import Drift

SHOWN = 20
"""So many things that could not be looked at are named."""
EDIT = "    psfbot catalog {}"
IGNORED = "ignored until {until}: {id} {kind}: {message}"
BLIND = "could not look: {what}: {why}"
MORE = "could not look: and {} more; --json names them all"
OFF = "not set up: {}"
NONE = "no drift"


@click.command()
@FILE
@click.option("--only", multiple=True, metavar="KIND", help="Only this kind, search or plugin; may be repeated.")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True)
def verify(file: Path | None, only: tuple[str, ...], form: str, *, as_json: bool) -> None:
    """Compare the catalog with what is out there.

    DNS, web servers, certificates, psf-salt, PEP 11, GitHub, PagerDuty: it asks and changes nothing. docs/drift.md
    explains the kinds, and how to ignore one until a day.

    The exit code is 0 without drift and 1 with some. What could not be looked at is no drift, and is named by itself.
    """
    import asyncio

    from psfbot.app.surveying import survey

    found = asyncio.run(survey(file, only))
    report = found.report
    placed = findings(report.drifts, found.path)
    form = "json" if as_json else form
    said = {"text": as_text, "json": as_json_, "github": as_github}[form](report, placed)
    if said:
        click.echo(found.told(said))
    if form != "json":
        click.echo(found.told("\n".join([*beside(report), f"{found.path}: {summary(report)}."])), err=True)
    sys.exit(1 if report.drifts else 0)


def findings(drifts: "Sequence[Drift]", path: Path) -> "list[Finding]":
    """Each drift at its place in the file."""
    from psfbot.catalog.finding import Finding
    from psfbot.catalog.placed import placed

    facts = [(one.section, one.id, one.path) for one in drifts]
    places = placed(path.read_bytes(), facts) if facts else []
    return [
        Finding(
            str(path), line, column, f"{one.kind}: {one.message}", one.kind, "warning",
            "/".join(filter(None, (one.section, one.id, one.path))),
        )
        for one, (line, column) in zip(drifts, places, strict=True)
    ]  # fmt: skip


def as_text(report: "Report", placed: "Sequence[Finding]") -> str:
    """A line each, as compilers write it, and below it what to type."""
    lines = []
    for one, drift in zip(placed, report.drifts, strict=True):
        lines.append(f"{one.file}:{one.line}:{one.column}: {one.message}")
        lines += [EDIT.format(drift.edit)] if drift.edit else []
    return "\n".join(lines)


def as_json_(report: "Report", placed: "Sequence[Finding]") -> str:
    """Everything, for programs."""
    drifts = [
        {
            "kind": drift.kind, "section": drift.section, "id": drift.id, "path": drift.path,
            "message": drift.message, "edit": drift.edit, "file": one.file, "line": one.line, "column": one.column,
        }
        for one, drift in zip(placed, report.drifts, strict=True)
    ]  # fmt: skip
    ignored = [
        {"kind": one.kind, "id": one.id, "until": str(one.ignored_until), "message": one.message}
        for one in report.ignored
    ]
    data = {
        "at": report.at.isoformat(), "drifts": drifts, "ignored": ignored, "not_looked_at": dict(report.troubles),
        "not_set_up": list(report.off), "searches": {one.search: one.about for one in report.seen},
    }  # fmt: skip
    return json.dumps(data, indent=2, ensure_ascii=False)


def as_github(report: "Report", placed: "Sequence[Finding]") -> str:
    """Annotations, with the proposed edit in the message."""
    from dataclasses import replace

    from psfbot.catalog.finding import as_github as annotations

    return annotations(
        replace(one, message=f"{one.message}. psfbot catalog {drift.edit}" if drift.edit else one.message)
        for one, drift in zip(placed, report.drifts, strict=True)
    )


def beside(report: "Report") -> list[str]:
    """What is no drift: what is ignored, what could not be looked at, and what is off."""
    lines = [
        IGNORED.format(until=one.ignored_until, id=one.id, kind=one.kind, message=one.message) for one in report.ignored
    ]
    troubles = list(report.troubles.items())
    lines += [BLIND.format(what=what, why=why) for what, why in troubles[:SHOWN]]
    lines += [MORE.format(len(troubles) - SHOWN)] if len(troubles) > SHOWN else []
    return lines + ([OFF.format(", ".join(report.off))] if report.off else [])


def summary(report: "Report") -> str:
    """How it went, in one line."""
    from psfbot.text import count

    told = count(len(report.drifts), "fact") if report.drifts else ""
    parts = [f"{told} {'differs' if len(report.drifts) == 1 else 'differ'}" if told else NONE]
    parts += [f"{len(report.ignored)} ignored"] if report.ignored else []
    parts += [f"{count(len(report.troubles), 'thing')} could not be looked at"] if report.troubles else []
    return "; ".join(parts)
