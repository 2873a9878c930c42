"""`/api/docs`: the JSON side explained to people, and to programs as `/api/openapi.json`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from psfbot.web import look
from psfbot.web.declared import JSON, Declared, Told
from psfbot.web.fresh import fresh
from psfbot.web.openapi import SCHEMAS, Schema, document, plain

TOLD_OF_DOCUMENT = Told(
    about="This description of every address, as OpenAPI 3.1.", gives=JSON, example="/api/openapi.json", tagged=True
)
TOLD_OF_PAGE = Told(about="The same as a page for people.", gives="text/html", example="/api/docs")
WORDS = {"string": "text", "integer": "number", "boolean": "true or false", "null": "null", "object": "object"}


@dataclass(frozen=True)
class Typed:
    """What a field may hold: words, and the shape that they name, if they name one."""

    text: str
    shape: str = ""


class Docs:
    """The two addresses that describe the others."""

    def __init__(self, routes: Sequence[Route]) -> None:
        """Keep what is to be described."""
        self._described = [route for route in routes if isinstance(route, Declared)]
        self._own = [
            Declared("/api/openapi.json", self.document, TOLD_OF_DOCUMENT),
            Declared("/api/docs", self.page, TOLD_OF_PAGE),
        ]

    def routes(self) -> list[Route]:
        """The addresses."""
        return [*self._own]

    @cached_property
    def made(self) -> Schema:
        """The description, made when it is first asked for: it stays the same while the bot runs."""
        return document([*self._described, *self._own])

    async def document(self, request: Request) -> Response:
        """The description for programs."""
        return fresh(request, JSONResponse(self.made))

    async def page(self, _: Request) -> Response:
        """The description for people."""
        addresses = [(plain(route.path), route.told) for route in (*self._described, *self._own)]
        return look.page(
            "docs.html",
            "The JSON API",
            about=self.made["info"]["description"],
            addresses=[(path, told, self.made["paths"][path]["get"]) for path, told in addresses],
            shapes=[
                (name, one.get("description", ""), list(fields(one)), one.get("enum", ()))
                for name, one in self.made["components"]["schemas"].items()
            ],
            typed=typed,
        )


def fields(shape: Schema) -> Iterator[tuple[str, list[Typed], str]]:
    """The fields of a shape: how each is called, what it holds, and what that means."""
    for name, schema in shape.get("properties", {}).items():
        yield name, typed(schema), schema.get("description", "")


def typed(schema: Any) -> list[Typed]:
    """What a value may be, in words."""
    if "anyOf" in schema:
        found: list[Typed] = []
        for one in schema["anyOf"]:
            found += [Typed(" or "), *typed(one)] if found else typed(one)
        return found
    if "$ref" in schema:
        return [Typed("", schema["$ref"].removeprefix(SCHEMAS))]
    if "enum" in schema or "const" in schema:
        return [Typed(", ".join(str(one) for one in schema.get("enum", [schema.get("const")])))]
    if schema.get("type") == "array":
        return [Typed("list of "), *typed(schema.get("items", {}))]
    if isinstance(schema.get("additionalProperties"), dict):
        return [Typed("by name: "), *typed(schema["additionalProperties"])]
    if schema.get("format") in {"date-time", "date"}:
        return [Typed("time in UTC" if schema["format"] == "date-time" else "day")]
    return [Typed(WORDS.get(schema.get("type", ""), "anything"))]
