"""PEP 11: do the platforms of the catalog have the tiers and contacts that the PEP gives them?"""

from collections.abc import Iterable

from pydantic import Field

from psfbot.plugin import Address, Configuration, Drift, Plugin, Survey, text_at

from .compared import compared


class Settings(Configuration):
    """Where the PEP is read."""

    names_start_with = "PSFBOT_PEP11_"

    url: Address = Field(
        default="https://raw.githubusercontent.com/python/peps/HEAD/peps/pep-0011.rst",
        examples=["https://peps.example.org/pep-0011.rst"],
    )
    """Address of the PEP's source."""


plugin = Plugin("pep11", about="Compares the platforms of the catalog with the tables of PEP 11.", settings=Settings)


@plugin.drift
async def platforms(survey: Survey) -> Iterable[Drift]:
    """Do tiers and contacts of platforms agree with PEP 11?"""
    if not survey.wants("platform-tier", "platform-contacts", "platform-unlisted", "platform-unknown"):
        return []
    settings = survey.settings if isinstance(survey.settings, Settings) else Settings()
    return list(compared(await text_at(survey, settings.url), survey))
