"""What a typed address names: a host and a path, the wildcards above it, its labels without the public suffix."""

import posixpath
import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from publicsuffixlist import PublicSuffixList

_ADDRESS = re.compile(
    r"(?P<start>(?:[a-z][a-z0-9+.-]*:)?//(?:[^/?#]*@)?)?"
    r"(?P<host>[^/?#:@\s]+)(?::\d*)?(?P<path>/[^?#\s]*)?(?:[?#].*)?",
    re.DOTALL,
)
_LABEL = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_WRAPPING = "<>()[]{}\"'`,;!"


class Address(NamedTuple):
    """A host and the path below it, both lower-case; the path is empty or `/like/this`, with no slash at its end."""

    host: str
    path: str

    def lookups(self) -> Iterator[str]:
        """The address itself, then each shorter path, down to the bare host: the first one listed is meant."""
        path = self.path
        while path:
            yield self.host + path
            path = path.rpartition("/")[0]
        yield self.host

    def wildcards(self) -> Iterator["Address"]:
        """The same path under every `*.` that covers the host, the longest first; a host does not cover itself."""
        _, dot, parent = self.host.partition(".")
        while dot:
            yield Address("*." + parent, self.path)
            _, dot, parent = parent.partition(".")


def read(text: str) -> Address | None:
    """Read a URL or a bare `host.name/path` as a browser would; None when the text is no address.

    User info, port, query and fragment say nothing about the service and are left out. A bare
    word needs a dot to count as a host, and `somebody@a.host` is mail and no address.
    """
    match = _ADDRESS.fullmatch(text.strip(_WRAPPING).casefold().replace("\\", "/"))
    host = _host(match["host"]) if match else None
    if match is None or host is None or not (match["start"] or "." in host):
        return None
    path = posixpath.normpath("/" + unquote(match["path"] or "").lstrip("/"))
    return Address(host, path.casefold().rstrip("/"))


def listed(domain: str) -> str:
    """The key under which a domain of the catalog is looked up, which may carry a path or start with `*.`."""
    return domain.casefold().rstrip("/")


def labels(host: str) -> tuple[str, ...]:
    """All labels of a host before its public suffix; empty when no registry hands out names under that suffix.

    Only ICANN's part of the list counts: hosting companies' suffixes name customers and no services.
    """
    suffix = _suffixes().publicsuffix(host)
    if not suffix or suffix == host:
        return ()
    return tuple(host[: -len(suffix) - 1].split("."))


def _host(text: str) -> str | None:
    """A host name in the letters of the DNS, without the root's dot; None when it cannot be one."""
    if not text.isascii():
        try:
            text = text.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    text = text.removesuffix(".")
    return text if _HOST.fullmatch(text) else None


@cache
def _suffixes() -> "PublicSuffixList":
    """The list of public suffixes, read when first needed: it takes as long as all else at the start."""
    from publicsuffixlist import PublicSuffixList  # noqa: PLC0415 - see above

    return PublicSuffixList(accept_unknown=False, only_icann=True)
