"""What people type, made plain: quotes, politeness and punctuation out of the way.

Their text comes as they typed it: what a platform wraps or encodes, it undoes itself.
"""

import re
from functools import lru_cache

from psfbot.text import one_line, printable

LONGEST = 2000
"""Characters of a question that are read; longer ones are refused, not guessed at."""

QUOTES = str.maketrans(
    "\u2019\u2018\u02bc\u0060\u00b4\u201c\u201d\u201e\u00ab\u00bb\u2013\u2014\u2026",
    "'''''\"\"\"\"\"-- ",
)
"""Quotes, dashes and the ellipsis that keyboards and phones put in, as the plain ones."""
BACKTICK = "`"
"""The only one of them that is ASCII."""
FILLER = re.compile(  # what addresses the bot, and what is only polite
    r"^!?(?:@?psfbot(?:[:,] ?| (?=\S+ \S))!?|"
    r"(?:please|pls|hey|hi|hello|so|um|uh|well|ok|okay|sorry|quick question|question)[,:!]? |"
    r"(?:can|could|would) (?:you|someone|anyone|somebody|anybody) (?:please )?"
    r"(?:tell me|say|show me|look up|check)[,:]? |"
    r"(?:do you|does (?:anyone|anybody|someone|somebody)|anyone|anybody) (?:happen to )?know[,:]? |"
    r"i(?:'d| would) like to know |i wonder |i am wondering |tell me[,:]? )*",
    re.IGNORECASE,
)
TAIL = re.compile(r"(?:[\s?!.,;:]|[,\s](?:please|pls|thanks|thx|ty|thank you|right now|again))+$", re.IGNORECASE)
SIGNS = " ?!.,;:"
"""What ends most lines and belongs to none."""
POLITE_ENDS = frozenset({"se", "ls", "ks", "hx", "ty", "ou", "ow", "in"})
"""The last letters of what TAIL takes for polite: most lines end otherwise, and need no closer look."""
WRAPPING = " '\"()[]{}<>*_"
"""Signs that people put around a name."""
SHORT = re.compile(r"\b(w(?:ho|hat|here|hen|hich)|how)'?s(?= )", re.IGNORECASE)
ON_CALL = re.compile(r"""(?<![\w:,"-])on-?call\b(?![:=<>-])""", re.IGNORECASE)
"""Outside a query, where `oncall` is a field."""
OPEN_QUERY = re.compile(r"(?:services|list|ls|search|find) (?!services:)(?:.* )?\S+:", re.IGNORECASE)
"""A query whose last field has no value yet: its colon is no punctuation."""


@lru_cache(maxsize=8)  # one line is asked for by several, one after the other
def question(text: str) -> str:
    """The question in plain words: `Hey, who's on-call?!` becomes `who is on call`."""
    words = unaddressed(one_line(straight(text)))
    words = words if OPEN_QUERY.fullmatch(words) else untailed(words)
    if len(words) > 1 and words[0] == words[-1] and words[0] in "'\"":
        words = words[1:-1]
    words = SHORT.sub(in_full, words)
    return (ON_CALL.sub("on call", words) if "call" in words.lower() else words).strip()


def typed(text: str) -> str:
    """The same question as it was typed: somebody's own words in it are kept letter for letter, with their spaces."""
    words = printable(text).strip()
    words = words if len(words) <= LONGEST else one_line(words)
    return words[len(words) - len(unaddressed(straight(words))) :].lstrip()


def straight(typed: str) -> str:
    """The same letters with plain quotes and dashes, each in its place."""
    return typed if typed.isascii() and BACKTICK not in typed else typed.translate(QUOTES)


def unaddressed(words: str) -> str:
    """The words without what addresses the bot and what is only polite before them."""
    polite = FILLER.match(words)
    return words[polite.end() :] if polite else words


def in_full(short: re.Match[str]) -> str:
    """`who's` and `whos` as `who is`."""
    return f"{short[1]} is"


def name(said: str) -> str:
    """A name inside a question, without the quotes and brackets people put around it."""
    return untailed(said.strip(WRAPPING)).strip(WRAPPING)


def untailed(words: str) -> str:
    """The words without the signs and the politeness at their end."""
    bare = words.rstrip(SIGNS)
    return TAIL.sub("", bare) if bare[-1:].isspace() or bare[-2:].lower() in POLITE_ENDS else bare
