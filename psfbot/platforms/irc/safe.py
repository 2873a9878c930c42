"""No text can end its line early, start another, or dress up as something that it is not."""

import re

CTCP = "\x01"
FORMATTING = "\x02\x03\x04\x06\x0f\x11\x12\x13\x16\x1d\x1e\x1f"
"""Bold, colours, blink, reset, monospace, reverse, italics, strike and underline, in the old and the new codes."""
CODES = re.compile(
    r"\x03(?:[0-9]{1,2}(?:,[0-9]{1,2})?)?"
    r"|\x04(?:[0-9A-Fa-f]{6}(?:,[0-9A-Fa-f]{6})?)?"
    f"|[{FORMATTING}]"
)
"""A formatting code with the numbers that belong to it."""
CONTROLS = re.compile("[\x00\x05\x07-\x0e\x10\x14\x15\x17-\x1c\x7f-\x9f\u2028\u2029]")
"""What a server, a terminal or a log may take for the end of a line or an order: all but CTCP's mark and formatting."""
HALVES = re.compile("[\ud800-\udfff]")
"""Halves of characters, which cannot be sent as UTF-8."""
HIDDEN = re.compile("[\u200b\u200e\u200f\u061c\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
"""What turns the direction of reading, or cannot be seen; the joiners of emoji and of scripts are not among them."""


def one_line(text: str) -> str:
    """Let no line be more than one: each control character becomes a space, one for one.

    CTCP's mark and our own formatting stay, as this is for all that is sent, also answers to CTCP.
    """
    if text.isprintable():  # no control, half or mark is
        return text
    return HALVES.sub("\ufffd", CONTROLS.sub(" ", text))


def plain(text: str) -> str:
    """Foreign text without formatting, colours, CTCP, and marks that hide or reorder what is read."""
    if text.isprintable():
        return text
    return one_line(HIDDEN.sub("", CODES.sub("", text)).replace(CTCP, " "))
