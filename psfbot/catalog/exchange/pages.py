"""The catalog as a page in Markdown, like an overview of the infrastructure that somebody keeps by hand."""

import re
from collections.abc import Iterable, Mapping, Sequence

from psfbot.catalog import words
from psfbot.catalog.exchange.private import public
from psfbot.catalog.model import Catalog, Lifecycle, Provider, Service, Team
from psfbot.text import one_line

TITLE = "# The PSF's services"
HEAD = "Made from the service catalog by `psfbot catalog export --to markdown`. Change the catalog, not this page."
LIFECYCLES: Mapping[Lifecycle, str] = {
    "production": "In production", "experimental": "Experimental", "planned": "Planned", "deprecated": "Deprecated",
    "archive": "Archives", "unknown": "Of unknown state", "retired": "Retired",
}  # fmt: skip
TEAM = ("Team", "Members", "Contact")
PROVIDER = ("Provider", "Does", "Status page", "Services")
COLUMNS = ("Service", "Purpose", "Owner", "Contact", "Runs", "Tier")
NOTHING = "-"
FEW = 2

SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~&!])")
"""What Markdown, a table or HTML would take for something else than the letter."""
LIST = re.compile(r"^(\s*)([-+=]|\d+[.)])(?=\s|$)")


def markdown(catalog: Catalog, *, private: bool = False) -> str:
    """The page: services by lifecycle, then the teams, then the providers."""
    seen = catalog if private else public(catalog)
    lines = [TITLE, "", HEAD]
    for lifecycle, title in LIFECYCLES.items():
        found = [one for one in seen.services.values() if one.lifecycle == lifecycle]
        if found:
            lines += ["", f"## {title}", "", *table(COLUMNS, (row(seen, one, private=private) for one in found))]
    if seen.teams:
        lines += ["", "## Teams", "", *table(TEAM, (behind(seen, one, private=private) for one in seen.teams.values()))]
    if seen.providers:
        lines += ["", "## Providers", "", *table(PROVIDER, (place(seen, one) for one in seen.providers.values()))]
    return "\n".join(lines) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; an empty cell shows that nobody knows."""
    ruled = [f"| {' | '.join(cell or NOTHING for cell in row)} |" for row in rows]
    return [f"| {' | '.join(head)} |", f"| {' | '.join('---' for _ in head)} |", *ruled]


def row(catalog: Catalog, service: Service, *, private: bool) -> list[str]:
    """One service."""
    asked, runs = words.ask_whom(catalog, service), words.runs(catalog, service, brief=True)
    site = next((one.url for one in service.links if one.type == "site"), "")
    main = next((f"https://{name}/" for name in service.domains if "*" not in name and "/" not in name), site)
    return [
        link(service.id, main),
        text(service.description),
        "" if asked == words.NOBODY else text(asked),
        reach(words.reach(catalog, service, public=not private)[:FEW]),
        "" if runs == words.NOWHERE else text(runs),
        "" if service.tier == "unknown" else str(service.tier),
    ]


def reach(found: Iterable[str]) -> str:
    """Ways to reach somebody, in one cell."""
    return " <br> ".join(text(one) for one in found)


def behind(catalog: Catalog, team: Team, *, private: bool) -> list[str]:
    """One team."""
    people = ", ".join(words.person(catalog, f"person:{one.person}") for one in team.members)
    return [text(team.name), text(people), reach(words.reach_team(team, public=not private))]


def place(catalog: Catalog, provider: Provider) -> list[str]:
    """One provider, and what is on it."""
    used = [one.id for one in catalog.services.values() if any(entry.provider == provider.id for entry in one.hosting)]
    page = provider.status_page or ""
    return [
        link(provider.name, provider.homepage or ""),
        text(", ".join(provider.provides)),
        link(page.partition("://")[2].rstrip("/"), page) if page else "",
        text(", ".join(used)),
    ]


def text(said: str) -> str:
    """A text that is only that, in a table too."""
    return LIST.sub(r"\1\\\2", SPECIAL.sub(r"\\\1", one_line(said)))


def link(label: str, url: str) -> str:
    """A link, or its label alone; what would end the address is escaped in it."""
    safe = {"(": "%28", ")": "%29", "<": "%3C", ">": "%3E", "|": "%7C", "\\": "%5C", " ": "%20", '"': "%22", "`": "%60"}
    return f"[{text(label)}]({''.join(safe.get(one, one) for one in one_line(url))})" if url else text(label)
