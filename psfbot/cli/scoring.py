"""`psfbot catalog score`: how well each service is looked after, what to do about it, and whether it got better."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from psfbot.cli.catalog import FILE, current

if TYPE_CHECKING:
    from psfbot.catalog.model import Catalog
    from psfbot.catalog.score import Card, Scorecard
    from psfbot.catalog.score.trend import Point

WORST = 10
"""So many services with the most to do are named."""
BELOW = "{name}: {percent}, and --fail-under asks for {wanted} %."
NO_PAST = "{path}: no git repository keeps revisions of it since {since}, so there is no trend to show."


@click.command()
@FILE
@click.option("--service", default="", metavar="ID", help="Only this service, rule by rule.")
@click.option("--team", default="", metavar="TEAM", help="Only services that this team answers for.")
@click.option("--json", "as_json", is_flag=True, help="Everything, for scripts.")
@click.option(
    "--against", type=click.Path(path_type=Path), metavar="BASE", help="Only what differs from this catalog, in words."
)
@click.option("--fail-under", type=click.IntRange(0, 100), metavar="N", help="Exit 1 when the score is below N %.")
@click.option("--trend", is_flag=True, help="Also score past revisions, out of git.")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="Where the trend begins; else a year ago.")
def score(  # noqa: PLR0913 - one for each option
    file: Path | None,
    service: str,
    team: str,
    against: Path | None,
    fail_under: int | None,
    since: datetime | None,
    *,
    as_json: bool,
    trend: bool,
) -> None:
    """Score the catalog: how well is each service looked after?

    docs/scorecard.md explains the rules and exemptions. The exit code is 1 only below --fail-under.
    """
    from psfbot.catalog.file import load_or_refuse
    from psfbot.catalog.score import score as judge
    from psfbot.catalog.score.trend import chosen

    if service and team:
        raise click.UsageError("Choose --service or --team, not both.")
    path = file or current()
    catalog = load_or_refuse(path).catalog
    if catalog is None:
        return
    today = datetime.now(UTC).date()
    service, team = meant(catalog, service, team)
    found = judge(catalog, today)
    card = chosen(found, service, team)
    points = past(path, since.date() if since else None, today, service, team) if trend or since else None
    if against:
        compare(catalog, found, against, today)
    elif as_json:
        click.echo(json.dumps(data(found, card, points), indent=2))
    else:
        click.echo("\n".join(page(found, card, service, team)))
        if points is not None:
            click.echo("\n".join(["", *curve(points)]))
    if fail_under is not None:
        fail_below(card, fail_under)


def fail_below(card: "Card", wanted: int) -> None:
    """End with 1 where the score is lower than wanted, or there is none."""
    if card.percent is None or card.percent < wanted:
        click.echo(BELOW.format(name=card.name, percent=card.said, wanted=wanted), err=True)
        sys.exit(1)


def compare(catalog: "Catalog", found: "Scorecard", against: Path, today: date) -> None:
    """Say what the change from another catalog to this one does to the scores, both as of today."""
    from psfbot.catalog.diff import renamed
    from psfbot.catalog.file import load_or_refuse
    from psfbot.catalog.model import Catalog
    from psfbot.catalog.score import score as judge
    from psfbot.catalog.score.moved import moved

    base = load_or_refuse(against).catalog or Catalog()
    told = moved(judge(base, today), found, renamed(base.services, catalog.services))
    click.echo("\n".join(told) or "No score changes.")


def meant(catalog: "Catalog", service: str, team: str) -> tuple[str, str]:
    """The ids behind what was typed: an id, an alias or a name; anything else is refused with the nearest."""
    from psfbot.catalog.book import Book
    from psfbot.catalog.model import Service, Team
    from psfbot.errors import UserError

    if not service and not team:
        return "", ""
    kind, kinds = ("service", Service) if service else ("team", Team)
    names = Book.of(catalog).names
    found = names.find(service or team, ("service",) if service else ("team",))
    hits = [hit.record for hit in found.hits if isinstance(hit.record, kinds)]
    if len(hits) != 1:
        near = found.hits or found.near or names.nearest(service or team, ("service",) if service else ("team",))
        said = ", ".join(getattr(hit.record, "id", hit.name) for hit in near[:3])
        raise UserError(f"The catalog has no {kind} '{service or team}'." + (f" The nearest: {said}." if said else ""))
    return (hits[0].id, "") if service else ("", hits[0].id)


def past(path: Path, since: date | None, today: date, service: str, team: str) -> "list[Point]":
    """The scores of a few revisions, one a day at most."""
    from psfbot.app.history import GitHistory
    from psfbot.catalog.score.trend import a_year_before, last_of_each_day, point, spread
    from psfbot.errors import UserError

    start = since or a_year_before(today)
    history = GitHistory(path)
    days = last_of_each_day((one.at.date(), one) for one in history.all(start))
    if not days:
        raise UserError(NO_PAST.format(path=path, since=start))
    return [point(day, one.id[:9], history.at(one), service, team) for day, one in spread(days)]


def page(found: "Scorecard", card: "Card", service: str, team: str) -> list[str]:
    """For people: one service rule by rule, or many by rule, team and worst."""
    if service:
        return of_service(card)
    lines = [f"{card.name}: {card.said} ({card.kept} of {card.judged} checks kept, {len(card.services)} services)"]
    mine = set(card.services)
    lines += ["", "By rule:"]
    for rule, over in found.rules.items():
        lines.append(row(rule, type(card)(rule, tuple(check for check in over.checks if check.service in mine))))
    if not team:
        lines += ["", "By team:", *(row(id_, one) for id_, one in found.teams.items())]
    worst = [one for one in found.worst if one.name in mine][:WORST]
    lines += ["", "Most to do:", *(row(one.name, one) for one in worst)] if worst else []
    ended = [check for check in card.broken if check.lapsed]
    lines += ["", "Exemptions that ended:", *(f"  {c.service} {c.rule}: {c.until}" for c in ended)] if ended else []
    return [*lines, "", "What to do about one: psfbot catalog score --service ID"]


def of_service(card: "Card") -> list[str]:
    """One service: what is broken first, with its remedy."""
    from psfbot.catalog.score import Mark

    if not card.checks:
        return [f"{card.name} is planned or retired, so it is not scored."]
    lines = [f"{card.name}: {card.said} ({card.kept} of {card.judged} rules kept)"]
    for mark in (Mark.BROKEN, Mark.EXEMPT, Mark.KEPT, Mark.MOOT):
        for check in card.marked(mark):
            lines.append(f"  {mark.value}: {check.rule}: {check.reason}")
            lines += [f"      {check.remedy}"] if check.remedy else []
    return lines


def row(name: str, card: "Card") -> str:
    """One line of a table."""
    return f"  {name:<40} {card.said:>5}  {card.kept} of {card.judged}"


def curve(points: "Sequence[Point]") -> list[str]:
    """The trend, one day a line, with a bar."""
    from psfbot.catalog.score.trend import changed
    from psfbot.text import count

    rise = changed(points)
    said = "" if rise is None else f", {rise:+d} points since {points[0].day}"
    lines = [f"Trend: {count(len(points), 'day')}{said}"]
    for one in points:
        told = one.why if one.percent is None else f"{one.percent:>3} %  {'#' * (one.percent // 5)}"
        lines.append(f"  {one.day}  {one.revision}  {told}")
    return lines


def data(found: "Scorecard", card: "Card", points: "Sequence[Point] | None") -> dict[str, object]:
    """For scripts."""
    services = [
        {"id": id_, **found.cards[id_].numbers, "checks": [check.data for check in found.cards[id_].checks]}
        for id_ in card.services
    ]
    rules = {rule: over.numbers for rule, over in found.rules.items()}
    teams = {id_: over.numbers for id_, over in found.teams.items()}
    made: dict[str, object] = {"name": card.name, **card.numbers, "services": services, "rules": rules, "teams": teams}
    if points is not None:
        made["trend"] = [
            {"day": str(one.day), "revision": one.revision, "percent": one.percent, "why": one.why} for one in points
        ]
    return made
