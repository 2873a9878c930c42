"""The query language: text becomes nodes and nodes become text, and each mistake is named at its character."""

import dataclasses
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias, get_args
from unicodedata import east_asian_width

from psfbot.catalog.model import Role
from psfbot.catalog.near import fold
from psfbot.errors import UserError
from psfbot.text import and_join, cut, one_line, printable, unique

LONGEST = 2000
DEEPEST = 50

Op: TypeAlias = Literal[":", "<", "<=", ">", ">="]
JOINS = {"|": "OR", "&": "AND"}
OPS: dict[str, Op] = {":": ":", "=": ":", "<": "<", "<=": "<=", ">": ">", ">=": ">="}

_HEAD = re.compile(r"([^\W\d][\w.-]*)(:(?:<=|>=|[<>=])|<=|>=|!=|[:<>=])(?!//)")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_JOINT = re.compile(r"\|\|?|&&|&(?=\s|$)")
_BARE = re.compile(r'(?![<>=]|//)(?:(?!&&)[^\s(),"|])+')
_BREAK = re.compile(r'[\s()"|]|&&')
_STRAIGHT = str.maketrans("“”„", '"""')
NOT_OPENED = "this bracket was never opened"
_EXAMPLE = "for example provider:fastly"


class QueryError(UserError):
    """A query that cannot be understood: what is wrong, at which character, and what to write instead.

    `position` counts from 0, the message for people from 1.
    """

    def __init__(self, position: int, wrong: str, remedy: str) -> None:
        """Word the message."""
        super().__init__(f"At character {position + 1}: {wrong} — {remedy}")
        self.position = position

    def pointed(self, text: str) -> str:
        """The query with a caret under the place, for terminals."""
        before = printable(text[: self.position])
        width = sum(2 if east_asian_width(letter) in "WF" else 1 for letter in before)
        return f"{before}{printable(text[self.position :])}\n{' ' * width}^"


@dataclasses.dataclass(frozen=True, slots=True)
class Value:
    """What a field is compared with; `begins` is the star: the beginning is enough."""

    text: str
    begins: bool = False
    position: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Term:
    """A field by its main name, how to compare it, and the values of which one must fit."""

    field: str
    op: Op
    values: tuple[Value, ...]
    position: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Words:
    """Free text: a word or its beginning, or (`whole`, in quotes) whole words side by side."""

    text: str
    whole: bool = False
    position: int = dataclasses.field(default=0, compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Not:
    """Everything else."""

    part: "Node"


@dataclasses.dataclass(frozen=True, slots=True)
class And:
    """What fits all parts."""

    parts: "tuple[Node, ...]"


@dataclasses.dataclass(frozen=True, slots=True)
class Or:
    """What fits at least one part."""

    parts: "tuple[Node, ...]"


Node: TypeAlias = And | Or | Not | Term | Words


@dataclasses.dataclass(frozen=True, slots=True)
class Field:
    """A field as people are told of it; an ordered one can also be compared with `<` and `>`."""

    name: str
    meaning: str
    example: str
    synonyms: tuple[str, ...] = ()
    ordered: bool = False


_OWN = (
    Field("id", "the service's id", "id:docs.python.org"),
    Field("name", "words of its name", 'name:"package index"'),
    Field("domain", "a domain that it answers on", "domain:*.psfhosted.net", ("domains",)),
    Field("alias", "another name of it", "alias:cheeseshop", ("aliases",)),
    Field("owner", "a person or team that answers for it, in any role", 'owner:"Julien Palard"', ("owners",)),
    Field("primary", "its first owner", "primary:mdk"),
    Field("backup", "who stands in for the first owner", "backup:team:infra"),
    Field("escalation", "whom to ask when nobody else answers", "escalation:infra"),
    Field("team", "a team that owns it", "team:docs", ("teams",)),
    Field("person", "a person who owns it or may log in to its hosts", "person:mdk", ("people",)),
    Field("provider", "who does anything for it, in any role", "provider:fastly", ("providers",)),
    Field("region", "where a provider runs it: id, code, alias or location", "region:nyc1", ("dc", "datacenter")),
    Field("arch", "processor architecture", "arch:arm64", ("architecture",)),
    Field("os", "operating system of a host", "os:ubuntu-14.04"),
    Field("host", "a machine, by its full name or the first part of it", "host:docs", ("hosts",)),
    Field("access", "a person or team that may log in to a host", "access:mdk"),
    Field("type", "what kind of service it is", "type:website,api"),
    Field("lifecycle", "how alive it is", "-lifecycle:retired", ("status", "state")),
    Field("tier", "how important it is: 1 (most) to 4", "tier<=2", ordered=True),
    Field("system", "what it is a part of", "system:pypi"),
    Field("tag", "a tag", "tag:nginx", ("tags",)),
    Field("repo", "a repository of it or of its configuration", "repo:python/peps", ("repos",)),
    Field("tool", "what configures it", "tool:salt", ("config",)),
    Field("depends", "a service that it needs directly", "needs:mail.python.org", ("needs", "depends_on")),
    Field("link", "a kind of link that it has", "link:runbook", ("links",)),
    Field("alert", "a plugin that watches it, or a check of that plugin", "alert:pingdom", ("alerts",)),
    Field("oncall", "the rota that is called for it", "oncall:infra", ("on-call",)),
    Field("room", "a room that hears of it", "room:python-infra", ("rooms",)),
    Field("source", "a source that its facts are taken from", "source:pep-11", ("sources",)),
    Field("verified", "when somebody last checked a fact of it", "verified<2026-01-01", ordered=True),
    Field("as_of", "the newest date that its sources speak for", "as_of>=2025-06", ("asof", "as-of"), ordered=True),
    Field("history", "words in what happened to it", 'history:"ubuntu 24.04"'),
    Field("has", "is anything known of this field, or is there such a link?", "-has:owner"),
)
_TAKEN = {name for known in _OWN for name in (known.name, *known.synonyms)}


def _by_role(role: str) -> Field:
    """The field of a hosting role; where the short name is taken, `hosting.` tells them apart."""
    long = f"hosting.{role}"
    meaning = f"the provider in the role {role}"
    return Field(long, meaning, f"{long}:fastly") if role in _TAKEN else Field(role, meaning, f"{role}:fastly", (long,))


BY_ROLE: dict[str, Field] = {role: _by_role(role) for role in get_args(Role)}
"""Hosting role -> the field that asks for it."""
FIELDS: tuple[Field, ...] = (*_OWN, *BY_ROLE.values())
"""All fields; `docs/query.md` prints them as `table` does."""
BY_NAME: dict[str, Field] = {name: known for known in FIELDS for name in (known.name, *known.synonyms)}


def table() -> str:
    """The fields as a table in Markdown; the hosting roles share one row."""
    rows = [("Field", "Also", "What is compared", "Example"), ("---",) * 4]
    for known in _OWN:
        also = ", ".join(f"`{name}`" for name in known.synonyms)
        rows.append((f"`{known.name}`", also, known.meaning, f"`{known.example}`"))
    roles = ", ".join(f"`{known.name}`" for known in BY_ROLE.values())
    rows.append((roles, "`hosting.cdn` …", "the provider in this role", "`cdn:fastly`"))
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def parse(text: str) -> Node:
    """Read a query; whatever cannot be read raises QueryError."""
    if len(text) > LONGEST:
        raise QueryError(LONGEST, f"the query is too long ({len(text):,} characters)", f"keep it to {LONGEST:,}")
    _forbid_small_operators(tokens := tuple(_tokens(text.translate(_STRAIGHT))))
    parser = _Parser(tokens, len(text))
    node = parser.either(0)
    if parser.next.kind:
        raise QueryError(parser.next.position, NOT_OPENED, "leave it out")
    return node


def spell(node: Node) -> str:
    """The shortest text that means this node."""
    match node:
        case Or(parts):
            return " OR ".join(spell(part) for part in parts)
        case And(parts):
            return " ".join(_inside(part, Or) for part in parts)
        case Not(part):
            return "-" + _inside(part, And, Or)
        case Term(name, op, values):
            return name + op + ",".join(_spell_value(value) for value in values)
        case _:
            plain = f"({node.text})" if node.text.lower() in {"or", "and", "not"} else node.text
            return _quote(node.text) if node.whole else plain


def suggest(word: str, known: Mapping[str, str], otherwise: str) -> str:
    """Ask whether the nearest of the known spellings was meant, as people write it; else say something else."""
    from rapidfuzz import fuzz, process  # noqa: PLC0415 - slow to import, and only a mistake needs it

    near = process.extract(word, list(known), scorer=fuzz.ratio, score_cutoff=70, limit=3)
    best = unique(f"'{known[other]}'" for other, likeness, _ in near if likeness == near[0][1])
    return f"did you mean {and_join(best, 'or')}?" if best else otherwise


def shown(text: str) -> str:
    """A person's own words, harmless and short enough for a message."""
    return f"'{cut(one_line(text), 40)}'"


def _inside(part: Node, *wrapped: type[And | Or]) -> str:
    """A part of a larger node, in brackets where it would fall apart without."""
    return f"({spell(part)})" if isinstance(part, wrapped) else spell(part)


def _quote(text: str) -> str:
    """A text in quotes, with quotes inside made harmless."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _spell_value(value: Value) -> str:
    """A value without quotes where it can stand so."""
    bare = _BARE.fullmatch(value.text) and "*" not in value.text.removeprefix("*.")
    return (value.text if bare or value == Value("", begins=True) else _quote(value.text)) + "*" * value.begins


class _Token(NamedTuple):
    """A bracket, an operator, a term or a word, and where it stands and ends."""

    kind: str
    position: int
    end: int
    item: Term | Words | None = None


def _tokens(text: str) -> Iterator[_Token]:
    """Cut the query; a bad term is told at once, bad order is left to the parser."""
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _token(text, at)
        at = token.end
        if token.item and text[at : at + 1].strip("()|&").strip():
            raise QueryError(at, "here a quote touches a word", "put a space between, or all of it in quotes")
        yield token


def _token(text: str, at: int) -> _Token:
    """The token that starts here."""
    if text[at] in "()":
        return _Token(text[at], at, at + 1)
    if text[at] == "-":
        if not text[at + 1 : at + 2].strip(")").strip():
            raise QueryError(at, "a '-' with nothing to leave out", "write it against the term, as -lifecycle:retired")
        return _Token("-", at, at + 1)
    if joint := _JOINT.match(text, at):
        raise QueryError(at, f"'{joint[0]}' joins nothing here", f"write {JOINS[joint[0][0]]}, in upper case")
    if text[at] == '"':
        words, end = _quoted(text, at)
    elif head := _HEAD.match(text, at):
        return _term(text, head)
    else:
        words = _BREAK.split(text[at:], maxsplit=1)[0]
        end = at + len(words)
        if words in {"AND", "OR", "NOT"}:
            return _Token(words, at, end)
        if words[0] in ":<>=" or words.startswith("!="):
            raise QueryError(at, f"{shown(words)} has no field", "write field, sign and value in one, as tier<=2")
    if not fold(words):
        raise QueryError(at, f"{shown(words)} has no letter or digit", "write a word to look for")
    return _Token("word", at, end, Words(words, text[at] == '"', at))


def _quoted(text: str, at: int) -> tuple[str, int]:
    """What stands in the quotes that open here, and where they end."""
    found = _QUOTED.match(text, at)
    if not found:
        raise QueryError(at, "this quote is never closed", 'add a " where it ends')
    return re.sub(r"\\(.)", r"\1", found[1], flags=re.DOTALL), found.end()


def _term(text: str, head: re.Match[str]) -> _Token:
    """A field with its values."""
    name, at, end = head[1].casefold(), head.start(), head.end()
    known = BY_NAME.get(name)
    if known is None:
        otherwise = f"put it in quotes to look for its words, or name a field, {_EXAMPLE}"
        raise QueryError(at, f"no field {shown(head[1])}", suggest(name, {one: one for one in BY_NAME}, otherwise))
    op, values = _op(known, head), list[Value]()
    while not values or text[end : end + 1] == ",":
        value, end = _value(text, end + bool(values), known)
        values.append(value)
    if op != ":" and len(values) > 1:
        raise QueryError(values[1].position, f"'{op}' compares with one value only", f"write {known.name}:a,b")
    return _Token("term", at, end, Term(known.name, op, tuple(values), at))


def _op(known: Field, head: re.Match[str]) -> Op:
    """The comparison, if the field allows it."""
    sign, at = head[2][1:] or head[2] if head[2][0] == ":" else head[2], head.start(2)
    if sign not in OPS:
        raise QueryError(at, f"there is no '{sign}'", f"leave it out with a minus: -{known.name}:…")
    if OPS[sign] != ":" and not known.ordered:
        raise QueryError(at, f"'{known.name}' has no order", f"write a colon, as {known.example}")
    return OPS[sign]


def _value(text: str, at: int, known: Field) -> tuple[Value, int]:
    """The value that starts here, in quotes or bare, with or without its star."""
    if text[at : at + 1] == '"':
        words, end = _quoted(text, at)
        begins = text[end : end + 1] == "*"
        return Value(words, begins, at), end + begins
    found = _BARE.match(text, at)
    if not found:
        raise QueryError(at, f"'{known.name}' has no value here", f"write it right behind, as {known.example}")
    bare = found[0].rstrip("*")
    if "*" in bare.removeprefix("*."):
        raise QueryError(at + bare.rindex("*"), "a star can only end a value", "put a real star in quotes")
    return Value(bare, bare != found[0], at), found.end()


def _forbid_small_operators(tokens: Sequence[_Token]) -> None:
    """`a:b or c:d` is hardly meant as the word "or"; in brackets or quotes it is."""
    kinds = ["", *(token.kind for token in tokens), ""]
    for token, before, after in zip(tokens, kinds, kinds[2:], strict=False):
        word = token.item.text if isinstance(token.item, Words) and not token.item.whole else ""
        between = before in {"term", ")"} and after in {"term", "(", "-", "NOT"}
        if (word.upper() in {"OR", "AND"} and between) or (word.upper() == "NOT" and after in {"term", "("}):
            remedy = f'write {word.upper()}, or "{word}" for the word'
            raise QueryError(token.position, f"'{word}' is only a word", remedy)


class _Parser:
    """Order: NOT binds before AND, and AND before OR."""

    def __init__(self, tokens: Sequence[_Token], end: int) -> None:
        self._tokens, self._at, self._end = tokens, 0, _Token("", end, end)

    @property
    def next(self) -> _Token:
        """What comes next; at the end, a token of no kind."""
        return self._tokens[self._at] if self._at < len(self._tokens) else self._end

    def either(self, depth: int) -> Node:
        """Parts joined by OR."""
        parts = [self._all(depth)]
        while self.next.kind == "OR":
            self._at += 1
            parts.append(self._all(depth))
        flat = [one for part in parts for one in (part.parts if isinstance(part, Or) else (part,))]
        return flat[0] if len(flat) == 1 else Or(tuple(flat))

    def _all(self, depth: int) -> Node:
        """Parts joined by AND or by nothing."""
        parts = [self._one(depth)]
        while self.next.kind not in {"", ")", "OR"}:
            self._at += self.next.kind == "AND"
            parts.append(self._one(depth))
        flat = [one for part in parts for one in (part.parts if isinstance(part, And) else (part,))]
        return flat[0] if len(flat) == 1 else And(tuple(flat))

    def _one(self, depth: int) -> Node:
        """A term, a word, something in brackets, or the opposite of one of these."""
        token = self.next
        if token.item:
            self._at += 1
            return token.item
        if token.kind in {"", ")", "AND", "OR"}:
            raise self._misplaced(token)
        if depth >= DEEPEST:
            raise QueryError(token.position, f"more than {DEEPEST} brackets inside each other", "use fewer")
        self._at += 1
        if token.kind != "(":
            return Not(self._one(depth + 1))
        node = self.either(depth + 1)
        if self.next.kind != ")":
            raise QueryError(token.position, "this bracket is never closed", "add a ) where it ends")
        self._at += 1
        return node

    def _misplaced(self, token: _Token) -> QueryError:
        """Why nothing can be read here."""
        last = self._tokens[self._at - 1] if self._at else None
        if last and last.kind != "(":
            return QueryError(last.position, f"nothing follows {last.kind}", "add a term, or quote it")
        if token.kind in {"AND", "OR"}:
            return QueryError(token.position, f"nothing stands before {token.kind}", "add a term, or quote it")
        if last:
            return QueryError(last.position, "nothing follows this bracket", "add a term and a ), or leave it out")
        wrong = NOT_OPENED if token.kind else "the query is empty"
        return QueryError(token.position, wrong, f"write a word or a field with a value, {_EXAMPLE}")
