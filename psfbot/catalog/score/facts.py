"""Rules of the scorecard about facts: where it runs, what it needs, who watches it, and who says so."""

from collections.abc import Iterator

from psfbot.catalog.graph import BY_ROLE
from psfbot.catalog.model import Service, Tier
from psfbot.catalog.score.sight import ANSWERING, UNKNOWN, Sight, Verdict, broken, kept, moot
from psfbot.text import and_join, count, unique

URGENT: tuple[Tier, ...] = (1, 2)
"""Tiers whose services need a runbook and somebody who is called."""
WITHIN: dict[Tier, int] = {1: 180, 2: 270, 3: 365, 4: 730, "unknown": 365}
"""Tier -> days after which somebody should look again whether the record is still true."""
PAGER = "pagerduty"
GOING = frozenset({"deprecated", "retired"})
NOT_URGENT = "its tier is {}, and only tiers 1 and 2 need it"
NOWHERE = "the catalog does not say where it runs"


def runbook(service: Service, sight: Sight) -> Verdict:  # noqa: ARG001 - every rule is handed the same
    """A service of tier 1 or 2 links to a runbook."""
    if any(link.type == "runbook" for link in service.links):
        return kept("it links to a runbook")
    if service.tier not in URGENT:
        return moot(NOT_URGENT.format(service.tier))
    return broken(f"tier {service.tier}, and it links to no runbook")


def alerts(service: Service, sight: Sight) -> Verdict:
    """A service of tier 1 or 2 is watched by some check, and somebody is called: a PagerDuty service or a rota."""
    watching = [name for name, checks in service.alerts.items() if name != PAGER and checks]
    teams = {owner.ref.removeprefix("team:") for owner in sight.owners(service, *ANSWERING, "escalation")}
    called = bool(service.alerts.get(PAGER) or service.oncall or teams & sight.rotas)
    if service.tier not in URGENT and not (watching and called):
        return moot(NOT_URGENT.format(service.tier))
    missing = ["no check of it is named"] * (not watching)
    missing += ["neither a PagerDuty service nor a rota answers for it"] * (not called)
    if missing:
        return broken(f"tier {service.tier}, but {and_join(missing)}")
    return kept(f"{and_join(watching)} watches it, and somebody is called")


def region(service: Service, sight: Sight) -> Verdict:
    """Each place where it runs names a region of its provider, where the catalog knows regions of that provider."""
    divided = {one.provider for one in sight.catalog.regions.values()}
    origins = [entry for entry in service.hosted("origin") if entry.provider in divided]
    foreign = [
        f"{entry.region} is no region of {entry.provider}"
        for entry in service.hosting
        if entry.region and getattr(sight.catalog.regions.get(entry.region), "provider", None) != entry.provider
    ]
    missing = [f"no region of {entry.provider} is named" for entry in origins if not entry.region]
    if foreign or missing:
        return broken("; ".join(unique([*foreign, *missing])))
    if not origins:
        return moot("nothing of it runs where the catalog knows regions")
    return kept(f"it runs in {and_join(unique(entry.region or '' for entry in origins))}")


def architecture(service: Service, sight: Sight) -> Verdict:  # noqa: ARG001
    """The architecture of every origin is known."""
    origins = service.hosted("origin")
    if not origins:
        return broken(NOWHERE)
    unknown = [entry.provider for entry in origins if entry.architecture in {None, UNKNOWN}]
    if unknown:
        places = "" if unknown == [UNKNOWN] else f" on {and_join(unique(unknown))}"
        return broken(f"nobody says which architecture it has{places}")
    return kept(f"it runs on {and_join(unique(str(entry.architecture) for entry in origins))}")


def going(service: Service, sight: Sight) -> Verdict:
    """What is in production needs no service, provider or region that is deprecated or retired."""
    if service.lifecycle != "production":
        return moot(f"it is not in production: {service.lifecycle}")
    found = unique(gone(service, sight))
    return broken(f"it needs {and_join(found)}") if found else kept("nothing that it needs is on its way out")


def gone(service: Service, sight: Sight) -> Iterator[str]:
    """What a service needs that is on its way out, or gone."""
    known = sight.catalog
    needed = [known.services.get(one.service) for one in service.depends_on]
    places = [
        place
        for entry in service.hosting
        for place in (known.providers.get(entry.provider), known.regions.get(entry.region or ""))
    ]
    for one in (*needed, *places):
        if one and one.lifecycle in GOING:
            yield f"{one.id} ({one.lifecycle})"


def ring(service: Service, sight: Sight) -> Verdict:
    """It does not need itself through others, in whatever way they need each other."""
    found = sight.rings.get(service.id)
    if found:
        return broken(f"it needs itself: {' -> '.join((*found, found[0]))}")
    return kept("it does not need itself") if service.depends_on else moot("it needs no other service")


def provenance(service: Service, sight: Sight) -> Verdict:  # noqa: ARG001
    """Its record names a source for whatever no entry of its own covers."""
    default = service.provenance.get("default")
    if default and default.cites:
        return kept(f"it rests on {count(len(default.cites), 'source')}")
    if default and default.verified:
        return kept(f"somebody vouched for it on {default.verified}")
    some = f"only {and_join(sorted(service.provenance))} has a source" if service.provenance else "it names no source"
    return broken(some)


def verified(service: Service, sight: Sight) -> Verdict:
    """Somebody checked the whole record within the days that its tier allows; a source's own date is no check."""
    days = WITHIN[service.tier]
    default = service.provenance.get("default")
    if default is None or default.verified is None:
        stated = f"; its sources are as of {default.as_of}" if default and default.as_of else ""
        return broken(f"nobody has verified it yet{stated}")
    age = (sight.today - default.verified).days
    if age > days:
        return broken(f"verified on {default.verified}, {age} days ago; tier {service.tier} allows {days}")
    return kept(f"verified on {default.verified}")


def repo_and_config(service: Service, sight: Sight) -> Verdict:  # noqa: ARG001
    """Its repository is known, and what configures it."""
    missing = ["repository"] * (not service.repos) + ["configuration"] * (service.config is None)
    if missing:
        return broken(f"no {and_join(missing, 'or')} is named")
    return kept("its repository and configuration are named")


def status_page(service: Service, sight: Sight) -> Verdict:
    """Every provider that takes it down has a status page in the catalog."""
    needed = unique(entry.provider for entry in service.hosting if BY_ROLE[entry.role] == "hard")
    providers = [one for id_ in needed if (one := sight.catalog.providers.get(id_))]
    if not providers:
        return moot("no provider that could take it down is known")
    without = [one for one in providers if not one.status_page]
    if without:
        who = and_join([one.name for one in without])
        return broken(f"no status page is known of {who}", [("providers", one.id) for one in without])
    return kept(f"{and_join([one.name for one in providers])}: {count(len(providers), 'status page')} known")
