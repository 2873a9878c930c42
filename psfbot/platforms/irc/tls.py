"""TLS as psfbot speaks it: 1.2 or newer, and always with a server that has shown who it is."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256, sha512
from pathlib import Path

from psfbot.errors import UserError

CANNOT = "{setting} names {path}, which I cannot use: {why}. {hint}"
CA_HINT = "It should hold certificates in PEM form."
CERT_HINT = "It should hold a certificate and its unencrypted key, both in PEM form."
WRONG = "the server's certificate is not one of PSFBOT_IRC_TLS_FINGERPRINTS; its SHA-256 fingerprint is {found}"
SHA256_DIGITS = 64


@dataclass(frozen=True)
class Trust:
    """Which servers to believe, and what to show them.

    `pins` are fingerprints in lower-case hex without colons. Where there are any, they replace the check against
    certificate authorities: the right certificate may be self-signed, and no authority can make a wrong one right.
    """

    ca: Path | None = None
    pins: tuple[str, ...] = ()
    certificate: Path | None = None

    def context(self) -> ssl.SSLContext:
        """Make ready for a connection; files are read anew, because certificates are renewed."""
        context = ssl.create_default_context()
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca:
            try:
                context.load_verify_locations(self.ca)
            except OSError as error:
                raise UserError(cannot("PSFBOT_IRC_TLS_CA", self.ca, error, CA_HINT)) from None
        if self.certificate:
            try:
                context.load_cert_chain(self.certificate, password=no_password)
            except (OSError, ValueError) as error:
                raise UserError(cannot("PSFBOT_IRC_CLIENT_CERT", self.certificate, error, CERT_HINT)) from None
        if self.pins:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return context

    def check(self, certificate: bytes) -> str:
        """What is wrong with the server's certificate (DER) although the handshake went well; "" if nothing is."""
        if not self.pins or pinned(certificate, self.pins):
            return ""
        return WRONG.format(found=sha256(certificate).hexdigest())


def pinned(certificate: bytes, pins: Sequence[str]) -> bool:
    """Does a certificate have one of these fingerprints?"""
    short, long = sha256(certificate).hexdigest(), sha512(certificate).hexdigest()
    return any(
        pin.replace(":", "").lower() == (short if len(pin.replace(":", "")) == SHA256_DIGITS else long) for pin in pins
    )


def no_password() -> str:
    """An encrypted key is refused; OpenSSL would ask at the terminal for its password."""
    raise ValueError("its key is encrypted")


def cannot(setting: str, path: Path, error: Exception, hint: str) -> str:
    """Say which file is of no use, and why."""
    why = (isinstance(error, OSError) and not isinstance(error, ssl.SSLError) and error.strerror) or ""
    return CANNOT.format(setting=setting, path=path, why=why or str(error) or "it cannot be read", hint=hint)
