"""Bytes become lines: in whatever encoding somebody types, and however broken one line is, the next one is read."""

import re
from dataclasses import dataclass

from irc.client import NickMask, _rfc_1459_command_regexp
from irc.message import Tag

from psfbot.platforms.irc.line import Line

LONGEST = 32768
"""Bytes of a line after which the rest of it is left out; a server may send 8191 of tags and 512 of the message."""
LINE_END = re.compile(b"\r?\n")
ENCODINGS = ("utf-8", "cp1252", "latin-1")
"""Tried in this order, line by line; the last one takes anything."""


@dataclass
class Buffer:
    """Keeps the beginning of a line until its end comes."""

    begun: bytes = b""
    skipping: bool = False

    def feed(self, data: bytes) -> list[str]:
        """Every line that is whole now."""
        *whole, self.begun = LINE_END.split(self.begun + data)
        if whole and self.skipping:
            del whole[0]
            self.skipping = False
        if len(self.begun) > LONGEST:
            self.begun, self.skipping = b"", True
        return [decoded(line) for line in whole if line]


def decoded(line: bytes) -> str:
    """The characters of a line, whatever its sender uses."""
    for encoding in ENCODINGS[:-1]:
        try:
            return line.decode(encoding)
        except UnicodeDecodeError:
            continue
    return line.decode(ENCODINGS[-1])


def read(text: str) -> Line | None:
    """One line taken apart by the library's own rules; None where nothing can be made of it."""
    match = _rfc_1459_command_regexp.match(text)
    if match is None:
        return None
    tags, source, command, argument = match.group("tags", "prefix", "command", "argument")
    if not command.isalnum():
        return None
    nick, user, host = sender(source) if source else ("", "", "")
    known = {tag["key"]: tag["value"] or "" for tag in Tag.from_group(tags)} if tags else {}
    return Line(command.upper(), parameters(argument or ""), nick, user, host, known)


def parameters(argument: str) -> tuple[str, ...]:
    """The words of a line; what follows a colon is one of them, with its spaces.

    The library cuts at every kind of space, also at the codes for italics and underline.
    """
    words, colon, rest = argument.partition(" :")
    return (*filter(None, words.split(" ")), *([rest] if colon else ()))


def sender(source: str) -> tuple[str, str, str]:
    """Nick, user and host; a server has a host only."""
    mask = NickMask(source)
    if mask.userhost is None and "." in source:
        return "", "", source
    return mask.nick, mask.user or "", mask.host or ""
