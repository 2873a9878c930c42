"""What people write where a query belongs, put into the language of queries, or a word on what is wrong with it."""

import re

from psfbot.catalog.index import CLOSED, LINKS, MAIN_NAMES
from psfbot.catalog.model import Catalog
from psfbot.catalog.names import How, Kind, Names
from psfbot.catalog.near import fold
from psfbot.catalog.query import BY_NAME, QueryError

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_SIGNED = re.compile(r"(?<![\w.-])([^\W\d][\w.-]*)(?:[:=])-(?=\w)([^\s,()\"]+)")
_JOINT = re.compile(r"(?<!\S)(?:\|\|?|&&?)(?!\S)")
_NOT = re.compile(r"(?:(?:that |which )?(?:are |is )?not|non) (.+)", re.IGNORECASE)
_SPOKEN = re.compile(r'[^:<>="()]+')
_HAS = re.compile(r"(?:with )?(?:an?|any) ([\w -]+)", re.IGNORECASE)
_IS = re.compile(r"(?:with |in |of |where )?([\w-]+) (?:is )?(.+)", re.IGNORECASE)
_APART = re.compile(r"([^\W\d][\w.-]*):([^\s:,\"()<>=]+(?: (?!OR\b|AND\b|NOT\b)[^\s:,\"()<>=-][^\s:,\"()<>=]*)+)(?!\S)")
BY_KIND: dict[Kind, str] = {"provider": "provider", "region": "region", "person": "owner", "team": "owner"}
"""Kinds whose names stand for the services that belong to them, and the field that says so."""


def forbid_signed_values(text: str) -> None:
    """A minus belongs before the field: the one in `provider:-fastly` is passed over. `|` and `&&` join nothing."""
    bare = _QUOTED.sub(lambda quoted: "_" * len(quoted[0]), text)
    if joint := _JOINT.search(bare):
        word = "OR" if joint[0][0] == "|" else "AND"
        raise QueryError(joint.start(), f"'{joint[0]}' joins nothing here", f"write {word}, in upper case")
    found = _SIGNED.search(bare)
    if found and found[1].casefold() in BY_NAME:
        raise QueryError(
            found.start(2) - 1, "a '-' before the value", f"write it before the field, as -{found[1]}:{found[2]}"
        )


def field_of(said: str) -> str | None:
    """The field or kind of link that people call so: `an owner`, `runbooks`, `on-call rota`."""
    words = fold(said).replace("on call", "oncall").removesuffix(" rota")
    for word in (words, words.removesuffix("s"), words.partition(" ")[0]):
        for name in (word, word.replace(" ", "_"), word.replace(" ", "-")):
            if name in LINKS - MAIN_NAMES:
                return name
            if name in BY_NAME and name != "has":
                return BY_NAME[name].name
    return None


def spoken(text: str, names: Names) -> str | None:
    """Plain words as a query: `tier 1`, `a runbook`, or a provider, region, person or team by its exact name."""
    if not _SPOKEN.fullmatch(text):
        return None
    if (has := _HAS.fullmatch(text)) and (field := field_of(has[1])):
        return f"has:{field}"
    if (found := _IS.fullmatch(text)) and (name := BY_NAME.get(found[1].casefold())) and name.name != "has":
        return f'{name.name}:"{found[2]}"'
    words = text.casefold().removesuffix(" services").removesuffix(" ones")
    refused = _NOT.fullmatch(words)
    words = refused[1] if refused else words
    for field in ("lifecycle", "arch", "type"):
        values = {name: name for value in CLOSED[field][1](Catalog()).values() for name in value}
        if value := values.get(words) or values.get(words.removesuffix("s")):
            return f"-{field}:{value}" if refused else f"{field}:{value} OR ({text})"
    for kind, field in BY_KIND.items():
        hits = [hit for hit in names.find(text, (kind,)).hits if hit.how is How.EXACT]
        if len(hits) == 1:
            value = f'"{kind}:{hits[0].id}"' if field == "owner" else hits[0].id
            return f"{field}:{value} OR ({text})"
    return None


def quoted(text: str) -> str | None:
    """The same query with a value of several words in quotes: `owner:ee durbin` asks for the word `durbin` besides."""
    found = _APART.search(text)
    if found is None or not all(map(fold, found[2].split())):
        return None
    return f'{text[: found.start(2)]}"{found[2]}"{text[found.end() :]}'
