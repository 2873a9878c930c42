"""Bytes into clean UTF-8, whatever an editor or a download did to them."""

import re

from psfbot.catalog.finding import Slip

MOST = 100
"""So many lines with bad bytes or characters are told; a file with more is no text at all."""

UTF8_BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
HIDDEN = tuple(mark.encode() for mark in "\u0085\u2028\u2029\ufeff")
"""What YAML lets pass and nobody sees; three of them end a line for YAML only, so that all later places are wrong."""
FORBIDDEN = "[^\t -~\u00a0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
"""What YAML does not allow, and what is hidden; as a pattern it takes long to compile, and is rarely needed."""

NOT_UTF8 = "this byte (0x{:02x}) is not UTF-8: save the file as UTF-8"
NOT_UTF8_AT_ALL = "this file is not UTF-8 (it looks like UTF-16): save it as UTF-8"
CONTROL = "an invisible character (U+{:04X}): remove it"
BOM = "a byte order mark before the first character: save the file as UTF-8 without BOM"


def clean(text: bytes | str) -> tuple[bytes, list[Slip]]:
    """The text with ordinary line ends and without a mark before it; positions stay as people see them.

    It looks no closer than it can in no time: what libyaml then finds unreadable is for `scrub`.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    if data.startswith(UTF16) or b"\0" in data[:4]:
        return b"", [Slip(1, 1, NOT_UTF8_AT_ALL, "encoding")]
    slips = []
    if data.startswith(UTF8_BOM):
        data = data[len(UTF8_BOM) :]
        slips.append(Slip(1, 1, BOM, "byte-order-mark", "warning"))
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if any(mark in data for mark in HIDDEN):
        data, more = scrub(data)
        slips += more
    return data, slips


def scrub(data: bytes) -> tuple[bytes, list[Slip]]:
    """Replace what is not UTF-8 and what YAML forbids, one slip a line, so that the rest can be read."""
    slips: list[Slip] = []
    lines = []
    for number, raw in enumerate(data.split(b"\n"), 1):
        try:
            line = raw.decode()
        except UnicodeDecodeError as error:
            column = len(raw[: error.start].decode()) + 1
            slips.append(Slip(number, column, NOT_UTF8.format(raw[error.start]), "encoding"))
            line = raw.decode(errors="replace")
        if found := re.search(FORBIDDEN, line):
            slips.append(Slip(number, found.start() + 1, CONTROL.format(ord(found[0])), "control-character"))
            line = re.sub(FORBIDDEN, " ", line)
        lines.append(line)
    return "\n".join(lines).encode(), slips[:MOST]
