"""A generated catalog of any size: about 1.2 kB and 47 lines a service, all main fields, invented names."""

import random
from pathlib import Path

ARCHITECTURES = ("amd64", "arm64", "multi", "unknown")
LIFECYCLES = ("production",) * 6 + ("archive", "deprecated", "experimental", "unknown")
ROOTS = ("docs", "mail", "wiki", "api", "cdn", "db", "web", "ci", "bot", "news", "shop", "files")


def catalog(services: int, seed: int = 1) -> str:
    """The text of a catalog with this many services, the same for the same seed."""
    draw = random.Random(seed)
    people = max(50, services // 20)
    parts = [head(people)]
    parts += [service(number, people, draw) for number in range(services)]
    return "".join(parts)


def head(people: int) -> str:
    """Everything but the services."""
    lines = ["schema_version: 1", "sources:"]
    lines += [f"  source-{n}:\n    title: Source {n}\n    date: 2026-0{n + 1}-01" for n in range(9)]
    lines.append("people:")
    lines += [f"  person-{n}:\n    name: Invented Person {n}" for n in range(people)]
    lines.append("teams:")
    lines += [f"  team-{n}:\n    name: Invented Team {n}\n    members:\n      - person: person-{n}" for n in range(40)]
    lines.append("providers:")
    lines += [f"  provider-{n}:\n    name: Invented Provider {n}\n    provides: [origin, cdn]" for n in range(20)]
    lines.append("regions:")
    lines += [f"  region-{n}:\n    provider: provider-{n % 20}\n    code: r{n}\n    kind: region" for n in range(60)]
    return "\n".join(lines) + "\nservices:\n"


def service(number: int, people: int, draw: random.Random) -> str:
    """One service; it needs only earlier ones, so there are no rings."""
    root, region = ROOTS[number % len(ROOTS)], draw.randrange(60)
    needs = sorted({draw.randrange(number) for _ in range(2)}) if number else []
    depends = "".join(
        f"      - service: s{n:06}.example.org\n        strength: {draw.choice(('hard', 'hard', 'soft'))}\n"
        for n in needs
    )
    return f"""\
  # {root} number {number}
  s{number:06}.example.org:
    name: {root.capitalize()} {number}
    description: An invented service that stands for something which people use every day, number {number}.
    type: {draw.choice(("website", "api", "bot"))}
    domains:
      - s{number:06}.example.org
      - {root}{number}.example.net
    aliases: [{root}-{number}, {root} of team {number}]
    lifecycle: {draw.choice(LIFECYCLES)}
    tier: {draw.choice((1, 2, 3, 4))}
    owners:
      - ref: person:person-{draw.randrange(people)}
        role: primary
      - ref: team:team-{draw.randrange(40)}
        role: backup
    contacts:
      - type: email
        value: owners-{number}@example.org
    hosting:
      - role: origin
        provider: provider-{region % 20}
        region: region-{region}
        architecture: {draw.choice(ARCHITECTURES)}
        hosts:
          - name: h{number}.region-{region}.example.org
            os: Ubuntu 24.04
      - role: cdn
        provider: provider-{draw.randrange(20)}
    depends_on:{"" if depends else " []"}
{depends}    repos:
      - url: https://example.org/code/{root}-{number}
        role: code
    links:
      - type: runbook
        url: https://example.org/runbooks/{root}-{number}
    alerts:
      pingdom: [check-{number}]
    tags: [{root}, tag-{number % 50}]
    history:
      - date: 2024-05-0{number % 9 + 1}
        fact: Moved to region-{region}.
        source: source-{number % 9}
    provenance:
      default:
        source: source-{number % 9}
        as_of: 2026-0{number % 9 + 1}-01
      owners:
        source: source-{(number + 1) % 9}
        as_of: 2026-0{(number + 1) % 9 + 1}-01
        verified: 2026-0{(number + 2) % 9 + 1}-15
"""


def written(folder: Path, services: int) -> Path:
    """A catalog of this size as a file."""
    file = folder / f"catalog-{services}.yaml"
    file.write_text(catalog(services), "utf-8")
    return file
