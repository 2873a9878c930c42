"""The kinds of values that a setting may hold, and how each is read from text."""

from pathlib import Path
from typing import Annotated, get_args

from pydantic import AfterValidator, BeforeValidator, SecretStr


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


Words = Annotated[tuple[str, ...], BeforeValidator(split)]
Folders = Annotated[tuple[Path, ...], BeforeValidator(split)]
Secrets = Annotated[tuple[SecretStr, ...], BeforeValidator(split)]
Fingerprints = Annotated[tuple[Annotated[str, AfterValidator(fingerprint)], ...], BeforeValidator(split)]
Repository = Annotated[str, AfterValidator(repository)]
Address = Annotated[str, AfterValidator(address)]


def is_secret(annotation: object) -> bool:
    """Is a secret anywhere in this type?"""
    return annotation is SecretStr or any(is_secret(part) for part in get_args(annotation))
