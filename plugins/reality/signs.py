"""By what providers are known: their names in the DNS, their addresses, the headers of their servers."""

from collections.abc import Mapping
from ipaddress import ip_address, ip_network
from typing import NamedTuple

FASTLY = "fastly"
NETWORKS = tuple(map(ip_network, ("151.101.0.0/16", "199.232.0.0/16", "146.75.0.0/16")))
"""Where Fastly answers from, as far as its customers' names lead there without an alias."""
SUFFIXES = {
    ".fastly.net": FASTLY,
    ".fastlylb.net": FASTLY,
    ".herokudns.com": "heroku",
    ".herokuapp.com": "heroku",
    ".herokussl.com": "heroku",
    ".readthedocs.io": "readthedocs",
    ".github.io": "github",
    ".pythonanywhere.com": "pythonanywhere",
    ".stspg-customer.com": "statuspage",
}
"""How a name ends that leads to a provider."""
HEADERS: Mapping[str, tuple[tuple[str, str], ...]] = {
    FASTLY: (("x-fastly-request-id", ""), ("x-served-by", "cache-")),
    "heroku": (("via", "vegur"), ("via", "heroku"), ("server", "heroku"), ("reporting-endpoints", "heroku")),
    "readthedocs": (("x-rtd-domain", ""), ("x-rtd-project", ""), ("x-served", "nginx-proxito")),
    "github": (("server", "github.com"), ("x-github-request-id", "")),
}
"""Which header, holding which word, a provider's servers send."""
ISSUERS = {
    "letsencrypt": "let's encrypt",
    "digicert": "digicert",
    "aws": "amazon",
    "google-cloud": "google trust services",
    "gandi": "gandi",
}
"""The authority that a provider runs, as certificates name it."""


class Sight(NamedTuple):
    """What was seen of one host: its names in the DNS, its addresses, and the headers of its page where one came."""

    names: tuple[str, ...]
    addresses: tuple[str, ...]
    headers: Mapping[str, str] | None = None
    status: int = 0

    @property
    def led_to(self) -> str:
        """The provider that its names lead to; nothing where they tell none."""
        return next((SUFFIXES[end] for end in SUFFIXES if self.leading.endswith(end)), "")

    @property
    def leading(self) -> str:
        """The name that leads to a provider, which may be an alias in turn; nothing where none does."""
        return next((name for name in self.names if name.endswith(tuple(SUFFIXES))), "")

    def shows(self, provider: str) -> bool:
        """Is there any sign of this provider?"""
        if self.led_to == provider or (provider == FASTLY and any(map(fastly, self.addresses))):
            return True
        headers = self.headers or {}
        return any(name in headers and word in headers[name].lower() for name, word in HEADERS.get(provider, ()))


def fastly(address: str) -> bool:
    """Is this one of Fastly's addresses?"""
    try:
        return any(ip_address(address) in network for network in NETWORKS)
    except ValueError:
        return False


def issuer_of(said: str) -> str:
    """The provider that an issuer's name stands for; nothing where nobody of ours does."""
    return next((provider for provider, word in ISSUERS.items() if word in said.casefold()), "")
