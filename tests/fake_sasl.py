"""The server's side of SASL for the fake IRC server: PLAIN, EXTERNAL and SCRAM, as far as tests need it."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

CHUNK = 400
SALT, ROUNDS, NONCE = b"any old salt", 4096, "andtheserver"
MECHANISMS = ("PLAIN", "EXTERNAL", "SCRAM-SHA-256", "SCRAM-SHA-512")


class Wrong(Exception):
    """The client has not proven who it is."""


@dataclass
class Sasl:
    """One client's logins: `hear` is handed what AUTHENTICATE brings; `account` is who has logged in.

    `external` is whose certificate the client is taken to have shown. With `forged`, the server does not know the
    password itself, and signs SCRAM with another.
    """

    passwords: Mapping[str, str] = field(default_factory=dict)
    external: str = ""
    forged: bool = False
    account: str = ""
    mechanism: str = ""
    said: list[bytes] = field(default_factory=list)
    part: str = ""

    def hear(self, word: str) -> list[str]:
        """What the server answers to AUTHENTICATE with this word."""
        if word == "*":
            return self.over("906 {nick} :SASL authentication aborted")
        if not self.mechanism:
            return self.choose(word)
        if len(word) > CHUNK:
            return self.over("905 {nick} :SASL message too long")
        self.part += "" if word == "+" else word
        if len(word) == CHUNK:
            return []
        try:
            self.said.append(base64.b64decode(self.part, validate=True))
            self.part = ""
            challenge = self.step()
        except (Wrong, ValueError, KeyError, binascii.Error):
            return self.over("904 {nick} :SASL authentication failed")
        if challenge is not None:
            return [f"AUTHENTICATE {base64.b64encode(challenge).decode() or '+'}"]
        mask = "{nick}!user@client.fake"
        return [
            f":{{server}} 900 {{nick}} {mask} {self.account} :You are now logged in as {self.account}",
            *self.over("903 {nick} :SASL authentication successful"),
        ]

    def choose(self, mechanism: str) -> list[str]:
        """The client begins."""
        if mechanism not in MECHANISMS:
            known = f":{{server}} 908 {{nick}} {','.join(MECHANISMS)} :are available SASL mechanisms"
            return [known, *self.over("904 {nick} :SASL authentication failed")]
        self.mechanism, self.said, self.part = mechanism, [], ""
        return ["AUTHENTICATE +"]

    def over(self, numeric: str) -> list[str]:
        """This login has ended, one way or the other."""
        self.mechanism = ""
        return [f":{{server}} {numeric}"]

    def step(self) -> bytes | None:
        """The next challenge, or None when it is all proven."""
        match self.mechanism:
            case "PLAIN":
                _, name, password = self.said[-1].decode().split("\0")
                return self.believe(name, self.passwords[name] == password)
            case "EXTERNAL":
                return self.believe(self.external, bool(self.external))
        return self.scram(self.mechanism.removeprefix("SCRAM-").replace("-", "").lower())

    def believe(self, name: str, proven: bool) -> bytes | None:
        """Log them in, or not."""
        if not proven:
            raise Wrong
        self.account = name
        return None

    def scram(self, digest: str) -> bytes | None:
        """RFC 5802, without channel binding."""
        first = self.said[0].decode().removeprefix("n,,")
        name, nonce = (part[2:] for part in first.split(",")[:2])
        challenge = f"r={nonce}{NONCE},s={base64.b64encode(SALT).decode()},i={ROUNDS}"
        match len(self.said):
            case 1:
                return challenge.encode()
            case 2:
                final, _, proof = self.said[1].decode().partition(",p=")
                signed = f"{first},{challenge},{final}".encode()
                salted = hashlib.pbkdf2_hmac(digest, self.passwords[name].encode(), SALT, ROUNDS)
                key = hmac.digest(salted, b"Client Key", digest)
                stored = hashlib.new(digest, key).digest()
                mask = hmac.digest(stored, signed, digest)
                proven = bytes(a ^ b for a, b in zip(mask, base64.b64decode(proof), strict=True))
                if proven != key:
                    raise Wrong
                own = hmac.digest(b"a guess" if self.forged else salted, b"Server Key", digest)
                return b"v=" + base64.b64encode(hmac.digest(own, signed, digest))
        return self.believe(name, proven=True)
