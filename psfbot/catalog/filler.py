"""Words of plain speech that stand around the names of a catalog, and are none."""

from psfbot.catalog.spelling import Kind

FILLER = frozenset(
    {"the", "a", "an", "team", "service", "server", "site", "website", "host"}
    | {"people", "person", "folks", "provider", "region", "datacenter"}
)
"""Words that may stand around a name and are left out when nothing is found with them."""

MEANS: dict[str, Kind] = {
    "team": "team", "provider": "provider", "region": "region", "datacenter": "region", "person": "person",
    "service": "service",
}  # fmt: skip
"""Filler that says which kind is meant: `the docs team` is no service."""
COMMON = frozenset(
    """
    about again all also and any api app are as ask blog bot but can chat check code config data dead device did
    document does down every file files for forward free from get group guide had has have help here host hosts
    how image images index internal issue issues it its just key keys line lines list load log logs main me miss
    more most my name names need net new news next none not now number object of off old only open other our out
    over own owner owners page path people person phone platform platforms please private provider providers
    public read region regions root run runs same script server servers service services show site sites some
    source start stop teams tech that the their them then there these they this those time too tool tools under up
    us user users was way we web were what when where which who whom whose why will with without work you your
    """.split()  # noqa: SIM905 - a list of a hundred quoted words is no easier to read
)
"""Words of the language: on their own they are no beginning and no part of a name."""
