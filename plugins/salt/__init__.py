"""Salt: do psf-salt's server list, roles and HAProxy map agree with the catalog?"""

from collections.abc import Iterable

from pydantic import Field

from psfbot.plugin import Address, Configuration, Drift, Plugin, Survey, text_at

from . import proxied, served


class Settings(Configuration):
    """Where the files of psf-salt are read."""

    names_start_with = "PSFBOT_SALT_"

    url: Address = Field(
        default="https://raw.githubusercontent.com/python/psf-salt/HEAD", examples=["https://salt.example.org/files"]
    )
    """Address of the folder that holds psf-salt's files; public ones need no token."""
    servers: str = Field(default="docs/salt-server-list.rst", examples=["salt-server-list.rst"])
    """The list of servers there, which Salt itself writes."""
    roles: str = Field(default="pillar/prod/roles.sls", examples=["pillar/prod/roles.sls"])
    """The file with the roles there."""
    haproxy: str = Field(default="pillar/base/haproxy.sls", examples=["pillar/base/haproxy.sls"])
    """The file with HAProxy's services and redirects there."""


plugin = Plugin(
    "salt", about="Compares the catalog with psf-salt: servers, roles and what HAProxy serves.", settings=Settings
)


@plugin.drift
async def servers(survey: Survey) -> Iterable[Drift]:
    """Does Salt's list of servers agree with the machines of the catalog?"""
    if not survey.wants("server-unlisted", "server-unknown", "server-system"):
        return []
    return list(served.listed(await read(survey, settings_of(survey).servers), survey))


@plugin.drift
async def roles(survey: Survey) -> Iterable[Drift]:
    """Does a role of Salt match each machine of the catalog?"""
    if not survey.wants("role-unmatched"):
        return []
    return list(served.matched(await read(survey, settings_of(survey).roles), survey))


@plugin.drift
async def haproxy(survey: Survey) -> Iterable[Drift]:
    """Does HAProxy serve the domains of the services that need the load balancer, and no others?"""
    if not survey.wants("proxy-unlisted", "proxy-unknown"):
        return []
    return list(proxied.mapped(await read(survey, settings_of(survey).haproxy), survey))


async def read(survey: Survey, path: str) -> str:
    """A file of psf-salt."""
    return await text_at(survey, f"{settings_of(survey).url.rstrip('/')}/{path}")


def settings_of(survey: Survey) -> Settings:
    """The settings in force, the defaults where nobody set any."""
    return survey.settings if isinstance(survey.settings, Settings) else Settings()
