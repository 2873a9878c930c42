"""Turn an environment and a TOML file into a frozen model that knows where each of its values came from."""

import ast
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from inspect import getsource
from itertools import pairwise
from pathlib import Path
from textwrap import dedent
from typing import ClassVar, Literal, Self, cast

from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

from psfbot.errors import UserError
from psfbot.settings.values import is_secret

OURS = "PSFBOT_"
ELSEWHERE = frozenset({"PSFBOT_CONFIG", "PSFBOT_TEST_REQUIRE", "PSFBOT_TEST_MUTATIONS"})
"""Names that are ours but no field: where the TOML file is, and what the tests must not skip."""

LOGIN = re.compile(r"//[^/@\s]*@")
"""A name and a password in an address: nobody is shown them."""
TYPES = {"int_parsing": "a whole number", "float_parsing": "a number", "bool_parsing": "true or false"}
"""What pydantic calls a mistake -> what a person should write instead."""

Origin = Literal["default", "environment", "file"]


def on_disk(path: str) -> str:
    """Read a file for real; tests hand in files of their own instead."""
    return Path(path).read_text(encoding="utf-8")


class Configuration(BaseModel):
    """A set of settings: each field has a description (the text under it) and an example.

    A plugin that brings settings of its own subclasses this and says how their names start.
    """

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, allow_inf_nan=False, defer_build=True
    )
    names_start_with: ClassVar[str] = OURS
    _origins: Mapping[str, Origin] = PrivateAttr(default_factory=dict)

    def model_post_init(self, context: Mapping[str, Origin] | None, /) -> None:
        """Remember where each value came from; `read` hands that in as the context."""
        self._origins = context or {}

    @classmethod
    def read(
        cls,
        environ: Mapping[str, str],
        config: str | None = None,
        *,
        read_file: Callable[[str], str] = on_disk,
        plugin_prefixes: Collection[str] = (),
    ) -> tuple[Self, tuple[str, ...]]:
        """Weigh environment, TOML file and defaults; also return what an operator should be warned about.

        `config` is the path of a TOML file and goes before `PSFBOT_CONFIG`. `plugin_prefixes` are the names of
        plugins that bring settings of their own, which only they can judge.
        """
        path = config or environ.get("PSFBOT_CONFIG", "")
        toml = _toml(path, read_file) if path else {}
        file = _Source("file", toml, cls.names_start_with.removeprefix(OURS).lower(), f" in {path}")
        sources = (file, _Source("environment", environ, cls.names_start_with))
        given: dict[str, object] = {}
        givers: dict[str, _Source] = {}
        for source in sources:
            taken = dict(_taken(cls, source, read_file))
            given |= taken
            givers |= dict.fromkeys(taken, source)
        try:
            settings = cls._made(given, {name: source.origin for name, source in givers.items()})
        except ValidationError as error:
            raise UserError("\n".join(_complaints(cls, error, givers))) from None
        return settings, tuple(warning for source in sources for warning in _warnings(cls, source, plugin_prefixes))

    @classmethod
    def _made(cls, given: Mapping[str, object], origins: Mapping[str, Origin]) -> Self:
        """Check what was given; where nothing was, the defaults need no check, and none is built."""
        if given:
            return cls.model_validate(given, context=origins)
        return cast("Self", cls.model_construct())

    @classmethod
    def description_of(cls, field: str) -> str:
        """Give the text under a field; it is read from the source when somebody asks, so that starting stays fast."""
        return _texts(cls).get(field, "")

    @classmethod
    def example_of(cls, field: str) -> str:
        """Give a value that would be right."""
        return str((cls.model_fields[field].examples or [""])[0])

    @classmethod
    def is_secret(cls, field: str) -> bool:
        """Must this field never be shown?"""
        return is_secret(cls.model_fields[field].annotation)

    def origin_of(self, field: str) -> Origin:
        """Say where the value of a field came from."""
        return self._origins.get(field, "default")


@cache
def _texts(model: type[Configuration]) -> Mapping[str, str]:
    """The string that stands under each field of a model and of those that it builds on."""
    found: dict[str, str] = {}
    for part in reversed(model.__mro__):
        if issubclass(part, Configuration):
            body = ast.parse(dedent(getsource(part))).body[0]
            for field, text in pairwise(getattr(body, "body", ())):
                match field, text:
                    case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(said))):
                        found[name] = " ".join(said.split())
    return found


@dataclass(frozen=True)
class _Source:
    """One place that values come from, with its own way to spell names."""

    origin: Origin
    values: Mapping[str, object]
    prefix: str
    place: str = ""

    def spell(self, field: str) -> str:
        """Name a field as it is written in this place; `from_` is `from`, which no field can be called in Python."""
        name = field.removesuffix("_")
        return self.prefix + (name if self.origin == "file" else name.upper())

    def show(self, field: str, example: str) -> str:
        """Write a whole line that would be right."""
        return f'{self.spell(field)} = "{example}"' if self.origin == "file" else f"{self.spell(field)}={example}"


def _read(name: str, path: str, read_file: Callable[[str], str]) -> str:
    """Read a file that a setting names, or tell which setting named a file that cannot be read."""
    try:
        return read_file(path)
    except OSError as error:
        why = error.strerror or error
        raise UserError(f"{name} names {path}, which I cannot read: {why}. Try `ls -l {path}`.") from None
    except UnicodeDecodeError:
        raise UserError(f"{name} names {path}, which is not text in UTF-8. Save it as such.") from None


def _toml(path: str, read_file: Callable[[str], str]) -> Mapping[str, object]:
    """Read the file of settings."""
    import tomllib  # noqa: PLC0415 - most bots are set up by their environment alone

    try:
        return tomllib.loads(_read("PSFBOT_CONFIG", path, read_file))
    except tomllib.TOMLDecodeError as error:
        raise UserError(f'{path} is not valid TOML: {error}. A line looks like irc_host = "irc.libera.chat".') from None


def _taken(
    model: type[Configuration], source: _Source, read_file: Callable[[str], str]
) -> Iterator[tuple[str, object]]:
    """Go through what a source says about each field; an empty value says nothing."""
    for field in model.model_fields:
        value = source.values.get(source.spell(field), "")
        if model.is_secret(field):
            value = _secret(source, field, value, read_file)
        elif isinstance(value, str):
            value = value.strip()
        if value != "":
            yield field, value


def _secret(source: _Source, field: str, value: object, read_file: Callable[[str], str]) -> object:
    """Fetch a secret that lies in a file of its own."""
    name, in_file = source.spell(field), source.spell(f"{field}_file")
    path = source.values.get(in_file, "")
    if path == "":
        return value
    if value != "":
        raise UserError(f"Both {name} and {in_file} are set{source.place}. Keep one of them.")
    text = _read(in_file, str(path), read_file).rstrip("\r\n")
    if not text:
        raise UserError(f"{in_file} names {path}, which is empty. Write the secret into it, or unset {in_file}.")
    return text


def _complaints(model: type[Configuration], error: ValidationError, givers: Mapping[str, _Source]) -> Iterator[str]:
    """Put what pydantic found into words: one line a problem, with a value that would be right."""
    for problem in error.errors(include_url=False):
        field = str(problem["loc"][0])
        source = givers[field]
        wrong = "" if model.is_secret(field) else f" is {LOGIN.sub('//…@', repr(problem['input']))}, but"
        plain = problem["msg"].removeprefix("Value error, ").removeprefix("Input should be ")
        should = TYPES.get(problem["type"], plain)
        example = source.show(field, model.example_of(field))
        yield f"{source.spell(field)}{source.place}{wrong} should be {should}. Try {example}"


def _warnings(model: type[Configuration], source: _Source, plugin_prefixes: Collection[str]) -> Iterator[str]:
    """Name what nobody reads, with the nearest name that somebody does."""
    known = {source.spell(field) for field in model.model_fields}
    known |= {source.spell(f"{field}_file") for field in model.model_fields if model.is_secret(field)}
    theirs = tuple(f"{source.spell(name.replace('-', '_'))}_" for name in plugin_prefixes)
    for name in sorted(source.values.keys() - known - ELSEWHERE):
        if name.startswith(source.prefix) and not name.startswith(theirs):
            from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

            own = [right.removeprefix(source.prefix) for right in sorted(known)]
            near = get_close_matches(name.removeprefix(source.prefix), own, n=1)
            hint = f"Did you mean {source.prefix}{near[0]}?" if near else "`psfbot settings` lists those that I know."
            yield f"{name}{source.place} is not a setting that I know. {hint}"
