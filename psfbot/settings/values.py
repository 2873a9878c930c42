"""The kinds of values that a setting may hold, and how each is read from text."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, get_args

from pydantic import AfterValidator, BeforeValidator, SecretStr

_PLACE = r"\[[0-9a-fA-F:.]+\]|[^\s=:/\[\]]+"
DETOUR = re.compile(
    rf"(?:(?P<host>{_PLACE})(?::(?P<port>\d{{1,5}}))?=)?(?P<plain>http://)?(?P<address>{_PLACE}):(?P<to>\d{{1,5}})"
)
"""`host:port=address:port`: where to connect in place of a host."""
SERVER = re.compile(r"(?:(?P<v4>[\d.]+)|\[(?P<v6>[0-9a-fA-F:.]+)\])(?::(?P<port>\d{1,5}))?")
"""`address:port` of a name server."""
LAST_PORT = 65535


def split(value: object) -> object:
    """Cut a list at commas and line ends; a TOML array is one already."""
    if not isinstance(value, str):
        return value
    return tuple(part.strip() for part in value.replace("\n", ",").split(",") if part.strip())


def lower(value: object) -> object:
    """Let people shout: `INFO` is `info`."""
    return value.lower() if isinstance(value, str) else value


def address(value: str) -> str:
    """Refuse what is no web address, and drop the slash at the end so that paths can be joined to it."""
    if not value.startswith(("https://", "http://")):
        msg = "an address that starts with https:// or http://"
        raise ValueError(msg)
    return value.rstrip("/")


def repository(value: str) -> str:
    """Refuse what does not name a repository on GitHub."""
    owner, slash, name = value.partition("/")
    if not (owner and slash and name) or "/" in name or " " in value:
        msg = "owner/name"
        raise ValueError(msg)
    return value


def fingerprint(value: str) -> str:
    """Bring a certificate's fingerprint into one spelling: lower-case hex digits and no colons."""
    plain = value.replace(":", "").lower()
    if len(plain) not in {64, 128} or set(plain) - set("0123456789abcdef"):
        msg = "the SHA-256 or SHA-512 fingerprint of a certificate: 64 or 128 hex digits"
        raise ValueError(msg)
    return plain


def detour(value: str) -> str:
    """Refuse what does not say where to connect."""
    found = DETOUR.fullmatch(value)
    if not found or any(int(port or 0) > LAST_PORT for port in found.group("port", "to")):
        msg = "address:port, or host:port=address:port, with http:// before the address for one without TLS"
        raise ValueError(msg)
    return value


def server(value: str) -> str:
    """Refuse what is no address of a name server."""
    found = SERVER.fullmatch(value)
    try:
        ip_address((found["v4"] or found["v6"]) if found else "")
    except ValueError:
        msg = "the IP address of a name server, with :port behind it where that is not 53 (IPv6 in brackets)"
        raise ValueError(msg) from None
    return value


Words = Annotated[tuple[str, ...], BeforeValidator(split)]
Folders = Annotated[tuple[Path, ...], BeforeValidator(split)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(split)]
Fingerprints = Annotated[tuple[Annotated[str, AfterValidator(fingerprint)], ...], BeforeValidator(split)]
Repository = Annotated[str, AfterValidator(repository)]
Address = Annotated[str, AfterValidator(address)]
Detours = Annotated[tuple[Annotated[str, AfterValidator(detour)], ...], BeforeValidator(split)]
NameServer = Annotated[str, AfterValidator(server)]


def is_secret(annotation: object) -> bool:
    """Is a secret anywhere in this type?"""
    return annotation is SecretStr or any(is_secret(part) for part in get_args(annotation))
