"""Probe: psfbot's own looks at pages, certificates and names, as the catalog declares them."""

from contextlib import suppress

from psfbot.plugin import Alert, Examination, Finding, Health, NotSetUp, Plugin, Round, Unreachable

from .declared import SOURCE, Declared, declared
from .looked import all_silent, blindness, look_at, told
from .looks import at_certificate, at_name, at_page, settings_of
from .settings import Settings

NO_SERVER = "no name server answers about any of {count} names"
NONE = 'The catalog declares none. Write alerts: {probe: ["https://HOST/", "tls:HOST"]} under a service.'
REACH = "May this machine ask the internet? Is the host one that the catalog names? See docs/operations/reach.md."
QUICK = 5.0
"""Seconds that one look may take while somebody waits for the doctor."""

plugin = Plugin(SOURCE, about="What psfbot sees for itself of pages, certificates and names.", settings=Settings)


@plugin.poll(every=60)
async def pages(look: Round) -> list[Alert]:
    """Ask every page that is declared; where all are silent at once, psfbot doubts itself first."""
    known = read(look)
    probes, need = known.pages, settings_of(look).failures
    found = await look_at(probes, at_page, look)
    if all_silent(found):
        return blindness(found, need, look)
    return [*told(found, probes, need, look), *blindness(found, need, look)]


@plugin.poll(every=3600)
async def certificates(look: Round) -> list[Alert]:
    """Look at every certificate that is declared; a host that shows none says nothing about its end."""
    probes = read(look).certificates
    return told(await look_at(probes, at_certificate, look), probes, settings_of(look).failures, look)


@plugin.poll(every=300)
async def names(look: Round) -> list[Alert]:
    """Look up every name that is declared."""
    probes = read(look).names
    found = await look_at(probes, at_name, look)
    if all_silent(found):
        raise Unreachable(NO_SERVER.format(count=len(found)))
    return told(found, probes, settings_of(look).failures, look)


def read(look: Round) -> Declared:
    """What the catalog declares; what cannot be read of it is told as a trouble of this round."""
    known = declared(look.book)
    look.troubles.update({said: f"{service}: {why}" for (service, said), why in known.faults.items()})
    return known


@plugin.doctor
async def examine(examination: Examination) -> list[Finding]:
    """Can everything be read that the catalog declares, and can psfbot look from here?"""
    known = declared(examination.book)
    wrong = [
        Finding(f"'{said}'", Health.WRONG, why, f"Change it under services.{service}.alerts.probe in the catalog.")
        for (service, said), why in known.faults.items()
    ]
    counts = {"page": known.pages, "certificate": known.certificates, "name": known.names}
    if not any(counts.values()):
        return wrong or [Finding("declared", Health.OFF, "nothing", NONE)]
    told_of = ", ".join(f"{len(found)} {noun}{'' if len(found) == 1 else 's'}" for noun, found in counts.items())
    return [*wrong, Finding("declared", Health.OK, told_of), *await views(examination, known)]


async def views(examination: Examination, known: Declared) -> list[Finding]:
    """One look at each certificate, which shows whether psfbot reaches them; what they show is for the poll to tell."""
    if not known.certificates:
        return []
    look = Round(Settings(seconds=QUICK), examination.book, examination.world, examination.now)
    with suppress(NotSetUp):
        await look_at(known.certificates, at_certificate, look)
    if not look.troubles:
        return [Finding("view", Health.OK, "every certificate can be looked at")]
    said, why = next(iter(look.troubles.items()))
    seen = (
        f"{len(look.troubles)} of {len(known.certificates)} certificates cannot be looked at; the first: {said}: {why}"
    )
    return [Finding("view", Health.WRONG, seen, REACH)]
