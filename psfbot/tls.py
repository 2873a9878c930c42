"""The certificate that a server shows: read also where it is not valid, and then with the reason."""

import asyncio
import contextlib
import ssl
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from cryptography import x509
from cryptography.x509.oid import NameOID

from psfbot.plugin.world import SECONDS, Certificate, Unreachable
from psfbot.text import and_join, count, cut, one_line
from psfbot.trouble import EARLY, EXPIRED, OTHER_ADDRESS, OTHER_NAME, invalid, why

NAMED = 3
"""So many names of a certificate are told when it is for others."""
LONGEST = 253
"""Characters of a name, as in the DNS: certificates may hold any text in its place."""
ABOVE = "one of the certificates above it {}"
"""OpenSSL says the same of a certificate and of those that vouch for it."""
NO_NAME = "an authority without a name"


async def look(
    host: str, port: int, addresses: Iterable[str], trust: ssl.SSLContext, *, seconds: float = SECONDS
) -> Certificate:
    """The certificate of a host, asked for at the first of these addresses that takes the call."""
    where = f"{host}:{port}"
    try:
        async with asyncio.timeout(seconds):
            return await first(host, port, tuple(addresses), trust, seconds)
    except TimeoutError:
        raise Unreachable(f"{where} showed no certificate within {seconds:g} seconds.") from None


async def first(host: str, port: int, addresses: tuple[str, ...], trust: ssl.SSLContext, seconds: float) -> Certificate:
    """The same without a deadline for all of it."""
    for left, address in enumerate(addresses, start=1 - len(addresses)):
        try:
            async with asyncio.timeout(seconds / len(addresses)):
                return await handshake(host, address, port, trust)
        except ssl.SSLError as error:
            raise Unreachable(f"{host}:{port} showed no certificate: {why(error)}.") from error
        except UnicodeError as error:
            raise Unreachable(f"{host}:{port} showed no certificate: this is no name of a host.") from error
        except OSError as error:
            if not left:
                raise Unreachable(f"{host}:{port} showed no certificate: {why(error)}.") from error
    raise Unreachable(f"{host}:{port} showed no certificate: its name leads nowhere.")


async def handshake(host: str, address: str, port: int, trust: ssl.SSLContext) -> Certificate:
    """Believe it first; where that fails, look once more without believing, and say what was wrong."""
    try:
        return read(await shown(host, address, port, trust), host)
    except ssl.SSLCertVerificationError as error:
        found = read(await shown(host, address, port, gullible()), host)
        return Certificate(found.host, found.names, found.issuer, found.starts_at, found.ends_at, trouble(found, error))


async def shown(host: str, address: str, port: int, context: ssl.SSLContext) -> bytes:
    """The certificate as it comes over the wire."""
    _, writer = await asyncio.open_connection(address, port, ssl=context, server_hostname=host)
    try:
        found = writer.get_extra_info("ssl_object")
        der = found.getpeercert(binary_form=True) if isinstance(found, ssl.SSLObject) else None
    finally:
        writer.transport.abort()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
    if not der:
        raise ConnectionResetError
    return der


def gullible() -> ssl.SSLContext:
    """Believes anything: for reading what is wrong, and never for telling anything."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def read(der: bytes, host: str) -> Certificate:
    """What a certificate says."""
    try:
        found = x509.load_der_x509_certificate(der)
        names = tuple(cut(one_line(name), LONGEST) for name in names_of(found))
        issuer = one_line(name_of(found.issuer)) or NO_NAME
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType) as error:
        raise Unreachable(f"{host} shows a certificate that I cannot read.") from error
    return Certificate(host, names, issuer, found.not_valid_before_utc, found.not_valid_after_utc)


def names_of(found: x509.Certificate) -> Iterator[str]:
    """Whom it is for."""
    with contextlib.suppress(x509.ExtensionNotFound):
        alternatives = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        yield from alternatives.get_values_for_type(x509.DNSName)
        yield from map(str, alternatives.get_values_for_type(x509.IPAddress))


def name_of(name: x509.Name) -> str:
    """Who made it: the organisation with the name of its key, as far as they are given."""
    found = [name.get_attributes_for_oid(oid) for oid in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME)]
    return " ".join(dict.fromkeys(str(some[0].value) for some in found if some))


def trouble(found: Certificate, error: ssl.SSLCertVerificationError) -> str:
    """Why it is not valid for its host, with what the certificate itself says about that."""
    now = datetime.now(UTC)
    if error.verify_code == EXPIRED:
        return f"it expired on {found.ends_at:%Y-%m-%d}" if found.ends_at <= now else ABOVE.format("has expired")
    if error.verify_code == EARLY:
        early = found.starts_at > now
        return f"it is valid only from {found.starts_at:%Y-%m-%d}" if early else ABOVE.format("is not valid yet")
    if error.verify_code in {OTHER_NAME, OTHER_ADDRESS}:
        return f"it is for {others(found.names)}"
    return invalid(error)


def others(names: tuple[str, ...]) -> str:
    """Some names of a certificate."""
    more = len(names) - NAMED
    told = (*names[:NAMED], f"{count(more, 'other')}") if more > 0 else names
    return and_join(told) or "no name at all"
