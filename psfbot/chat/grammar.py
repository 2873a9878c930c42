"""Phrases that people say, as anchored patterns over a small grammar.

`who (owns|runs) [the] {service}`: plain words, `(one|of|these)`, `[perhaps]`, and `{slot}`.
A pattern covers the whole line or it does not match: the bot never guesses at half a sentence.
"""

import re
from dataclasses import dataclass
from functools import cached_property

TOKEN = re.compile(r"\[(?P<maybe>[^\[\]()]+)\]|\((?P<any>[^()]+)\)|\{(?P<slot>\w+)\}|(?P<word>[^\s\[\](){}]+)")


def choices(value: str) -> str:
    """Alternatives, the longest first: `hosting of docs` is not hosting of something called "of docs"."""
    return "|".join(re.escape(word) for word in sorted(value.split("|"), key=len, reverse=True))


@dataclass(frozen=True)
class Match:
    """How a phrase fits a line: what was said in each slot, and how much of the line was plain words."""

    slots: dict[str, str]
    plain: int


@dataclass(frozen=True)
class Phrase:
    """One way to say something."""

    said: str

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """The phrase as a regular expression over a cleaned line."""
        return self.compiled(len(self.tokens))

    def compiled(self, size: int, slot: str = ".+?") -> re.Pattern[str]:
        """So many tokens from the first one as a regular expression."""
        parts: list[str] = []
        for at, (kind, value) in enumerate(self.tokens[:size]):
            lead = " " if parts and at not in self.glued else ""
            if kind == "maybe":
                words = choices(value)
                parts.append(f"(?:{lead}(?:{words}))?" if parts else f"(?:(?:{words}) )?")
                continue
            body = {"any": f"(?:{choices(value)})", "slot": f"(?P<{value}>{slot})"}
            parts.append((lead if self.has_solid(len(parts)) else "") + body.get(kind, re.escape(value)))
        return re.compile("".join(parts), re.IGNORECASE)

    @cached_property
    def glued(self) -> frozenset[int]:
        """The places of the tokens that touch the one before, as the number does in `#{number}`."""
        ends = {match.end(): at + 1 for at, match in enumerate(TOKEN.finditer(self.said))}
        return frozenset(ends[match.start()] for match in TOKEN.finditer(self.said) if match.start() in ends)

    def breaks_off(self, line: str, *, anywhere: bool) -> bool:
        """Is the line a start of the phrase, and what belongs in a slot is left out? `anywhere`: words are too."""
        kinds = [kind for kind, _ in self.tokens]
        if kinds[0] not in {"any", "word"}:
            return False
        size = len(kinds) if "slot" in kinds else 0
        stops = (at for at in range(1, size) if anywhere or kinds[at] == "slot")
        return any(self.compiled(at, r"\S+").fullmatch(line) for at in stops)

    def has_solid(self, before: int) -> bool:
        """Does a token that is always there stand before this one?"""
        return any(kind != "maybe" for kind, _ in self.tokens[:before])

    def may_fit(self, lower: str) -> bool:
        """Does the line hold every word that the phrase asks for? Cheaper than its pattern, which most lines miss."""
        for asked in self.asked:
            for choice in asked:
                if choice in lower:
                    break
            else:
                return False
        return True

    @cached_property
    def bare(self) -> bool:
        """Is it one slot and no word, so that it fits every line?"""
        return [kind for kind, _ in self.tokens] == ["slot"]

    @cached_property
    def asked(self) -> tuple[tuple[str, ...], ...]:
        """The words that a line must hold, one of each of these."""
        return tuple(tuple(value.lower().split("|")) for kind, value in self.tokens if kind in {"any", "word"})

    @property
    def apart(self) -> tuple[frozenset[str], ...]:
        """Of each of `asked`, the words one of which stands in a line by itself; nothing where words may touch."""
        return () if self.glued else tuple(frozenset(c.partition(" ")[0] for c in choices) for choices in self.asked)

    @cached_property
    def tokens(self) -> tuple[tuple[str, str], ...]:
        """The phrase cut into (kind, value)."""
        found = tuple((m.lastgroup or "", m[m.lastgroup or 0]) for m in TOKEN.finditer(self.said))
        if "".join(TOKEN.sub("", self.said).split()):
            msg = f"cannot read the phrase {self.said!r}: brackets do not nest"
            raise ValueError(msg)
        return found

    @cached_property
    def heads(self) -> frozenset[str]:
        """The words that a line may start with to fit; the empty word stands for any."""
        first: set[str] = set()
        for token in TOKEN.finditer(self.said):
            kind, value = token.lastgroup, token[token.lastgroup or 0]
            if kind == "slot" or 1 in self.glued:
                return frozenset(first | {""})
            first |= {choice.split()[0].lower() for choice in value.split("|")}
            if kind != "maybe":
                break
        return frozenset(first)

    @cached_property
    def words(self) -> frozenset[str]:
        """All plain words of the phrase: the vocabulary that typing slips are measured against."""
        values = (value for kind, value in self.tokens if kind != "slot")
        return frozenset(word.lower() for value in values for choice in value.split("|") for word in choice.split())

    @cached_property
    def slots(self) -> frozenset[str]:
        """The names of the slots."""
        return frozenset(value for kind, value in self.tokens if kind == "slot")

    def match(self, line: str) -> Match | None:
        """The slots of a line that fits as a whole, else nothing; who tries many phrases asks `may_fit` before."""
        found = self.pattern.fullmatch(line)
        if found is None:
            return None
        slots = {name: value.strip() for name, value in found.groupdict().items()}
        return Match(slots, len(line) - sum(map(len, slots.values())))

    def placed(self, line: str) -> dict[str, slice]:
        """Where in a line that fits each slot stands."""
        found = self.pattern.fullmatch(line)
        return {name: slice(*found.span(name)) for name in self.slots} if found else {}
