"""Certificates and keys for loopback: a certificate is its own authority, is good for a month, and is made at once."""

import base64
import hashlib
import shutil
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from requiring import require

LOOPBACK = "subjectAltName=IP:127.0.0.1,DNS:localhost"


@dataclass(frozen=True)
class Certificate:
    """One file that holds a certificate and its key: a client trusts the server that has it by naming it as CA file."""

    pem: Path

    @classmethod
    def make(cls, folder: Path, name: str, *, hosts: str = LOOPBACK) -> Self:
        """A new one, `name`.pem in the folder; `hosts` are whom it is for, as OpenSSL writes them."""
        pem, key = folder / f"{name}.pem", folder / f"{name}.key"
        extensions = ["basicConstraints=critical,CA:TRUE", "keyUsage=critical,digitalSignature,keyCertSign", hosts]
        command = ["req", "-x509", "-config", "-", "-subj", f"/CN={name}", "-days", "30"]
        command += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", str(key)]
        for extension in extensions:
            command += ["-addext", extension]
        config = b"[req]\ndistinguished_name = name\n[name]\n"
        pem.write_bytes(openssl(*command, given=config) + key.read_bytes())
        key.unlink()
        pem.chmod(0o600)
        return cls(pem)

    def fingerprint(self, algorithm: str = "sha512") -> str:
        """What services and pins know it by, in small hexadecimal."""
        begin, end = "-----BEGIN CERTIFICATE-----", "-----END CERTIFICATE-----"
        text = self.pem.read_text("ascii")
        body = text[text.index(begin) : text.index(end) + len(end)]
        return hashlib.new(algorithm, ssl.PEM_cert_to_DER_cert(body)).hexdigest()

    def trusted(self, client: Self | None = None) -> ssl.SSLContext:
        """What a client needs to believe the server that shows it, and to show one of its own."""
        context = ssl.create_default_context(cafile=str(self.pem))
        if client:
            context.load_cert_chain(client.pem)
        return context


def ecdsa_key(file: Path) -> str:
    """Make a private key of the curve P-256; its public key as services want it, compressed and in base64."""
    openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", str(file))
    public = openssl("ec", "-in", str(file), "-pubout", "-conv_form", "compressed", "-outform", "DER")
    return base64.b64encode(public[-33:]).decode()


def openssl(*arguments: str, given: bytes = b"") -> bytes:
    """What OpenSSL's command line answers."""
    if not shutil.which("openssl"):
        require("OpenSSL is not here: apt-get install openssl")
    command = ["openssl", *arguments]
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout  # noqa: S603 - ours
