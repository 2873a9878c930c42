"""SCRAM (RFC 5802, 7677): both sides prove that they know the password, and neither says it."""

import hmac
import stringprep
import unicodedata
from base64 import b64decode, b64encode
from dataclasses import dataclass
from hashlib import new, pbkdf2_hmac

LEAST, MOST = 4096, 1_000_000
"""Rounds of hashing: fewer would let an impostor guess the password, more would hold the bot up for seconds."""
FORBIDDEN = (
    stringprep.in_table_c12, stringprep.in_table_c21_c22, stringprep.in_table_c3, stringprep.in_table_c4,
    stringprep.in_table_c5, stringprep.in_table_c6, stringprep.in_table_c7, stringprep.in_table_c8,
    stringprep.in_table_c9,
)  # fmt: skip


class Untrusted(Exception):
    """The other side broke the rules, or could not prove that it is who it should be."""


@dataclass
class Scram:
    """The client's side of one exchange; `proven` once the server has shown that it knows the password, too."""

    account: str
    password: str
    digest: str
    nonce: str
    first: str = ""
    signature: bytes = b""
    proven: bool = False

    def respond(self, challenge: bytes) -> bytes:
        """The next thing to say."""
        if not self.first:
            name = self.account.replace("=", "=3D").replace(",", "=2C")
            self.first = f"n={name},r={self.nonce}"
            return f"n,,{self.first}".encode()
        try:
            said = challenge.decode()
        except UnicodeDecodeError:
            raise Untrusted("the server's answer is not text") from None
        if not self.signature:
            return self.prove(said)
        self.verify(said)
        return b""

    def prove(self, said: str) -> bytes:
        """Show that we know the password, for the salt and the rounds that the server names."""
        given = fields(said)
        nonce, rounds = given.get("r", ""), given.get("i", "")
        if "m" in given or not nonce.startswith(self.nonce) or nonce == self.nonce:
            raise Untrusted("the server's nonce does not continue ours")
        if not (rounds.isascii() and rounds.isdecimal() and LEAST <= int(rounds[:9]) <= MOST):
            raise Untrusted(f"the server wants {rounds[:9] or 'no'} rounds of hashing; {LEAST} to {MOST} are right")
        salted = pbkdf2_hmac(self.digest, prepared(self.password), binary(given.get("s", "")), int(rounds))
        without = f"c={b64encode(b'n,,').decode()},r={nonce}"
        message = f"{self.first},{said},{without}".encode()
        client = self.mac(salted, b"Client Key")
        stored = new(self.digest, client).digest()
        proof = bytes(a ^ b for a, b in zip(client, self.mac(stored, message), strict=True))
        self.signature = self.mac(self.mac(salted, b"Server Key"), message)
        return f"{without},p={b64encode(proof).decode()}".encode()

    def verify(self, said: str) -> None:
        """Does the server know the password?"""
        given = fields(said)
        if "e" in given:
            raise Untrusted(f"the server refused: {given['e']}")
        if not hmac.compare_digest(binary(given.get("v", "")), self.signature):
            raise Untrusted("the server could not prove that it knows the password")
        self.proven = True

    def mac(self, key: bytes, message: bytes) -> bytes:
        """HMAC with this exchange's digest."""
        return hmac.digest(key, message, self.digest)


def fields(said: str) -> dict[str, str]:
    """`r=abc,s=QSXC,i=4096` by letter."""
    return {letter: value for letter, _, value in (part.partition("=") for part in said.split(","))}


def binary(text: str) -> bytes:
    """What a base64 word stands for."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise Untrusted("the server's answer is not base64") from None


def prepared(password: str) -> bytes:
    """The password as SASLprep (RFC 4013) has it, so that it does not matter how a keyboard puts accents together."""
    if password.isascii():
        return password.encode()
    mapped = "".join(
        " " if stringprep.in_table_c12(character) else character
        for character in password
        if not stringprep.in_table_b1(character)
    )
    text = unicodedata.normalize("NFKC", mapped)
    return (password if any(table(c) for c in text for table in FORBIDDEN) else text).encode()
