"""The OpenAPI 3.1 document of the JSON side, made from what its routes declare and from the shapes of their answers."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.convertors import Convertor

from psfbot import __version__
from psfbot.catalog.model import Part
from psfbot.catalog.schema import DESCRIPTIONS
from psfbot.web.declared import JSON, Declared, Refusal, Told, Unknown
from psfbot.web.meanings import MEANINGS
from psfbot.web.records import ShownPerson

VERSION = "3.1.0"
TITLE = "psfbot"
ABOUT = (
    "Everything that anybody may read: the service catalog, incidents, checklists and proposed changes. Nothing here "
    "needs an account, and nothing here changes anything. Private contacts, evidence and bodies of alerts are left out."
)
WRONG = "Something else is wrong; the sentence says what."
SAME = "Unchanged since the answer whose `ETag` was sent as `If-None-Match`."
TAG = "Names this very answer; it changes with any fact in it."
TRY = "For example: `{example}`"
SCHEMAS = "#/components/schemas/"
OWN = "Shown"
"""How the shapes of some nouns are called here, and not outside."""

Schema = dict[str, Any]


def document(routes: Sequence[Declared]) -> Schema:
    """The whole document."""
    shapes: set[type[BaseModel]] = {Refusal, Unknown}
    shapes |= {route.told.gives for route in routes if not isinstance(route.told.gives, str)}
    return {
        "openapi": VERSION,
        "info": {
            "title": TITLE,
            "version": __version__,
            "description": ABOUT,
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "paths": {plain(route.path): {"get": operation(route)} for route in routes},
        "components": {"schemas": schemas(shapes)},
    }


def plain(path: str) -> str:
    """The address as OpenAPI writes it: `/incidents/{number:int}` without the kind of its part."""
    return re.sub(r"{(\w+):\w+}", r"{\1}", path)


def operation(route: Declared) -> Schema:
    """What a GET of one address takes and gives."""
    told = route.told
    words = re.findall(r"\w+", plain(route.path))
    return {
        "operationId": "_".join(word for word in words if word not in {"api", "v1"}),
        "summary": told.about,
        "description": TRY.format(example=told.example),
        "parameters": [*in_path(route.param_convertors, told), *in_query(told.takes)],
        "responses": responses(told),
    }


def in_path(parts: Mapping[str, Convertor[Any]], told: Told) -> Iterator[Schema]:
    """The parts of the address that stand for something."""
    for name, kind in parts.items():
        schema = {"type": "integer", "minimum": 0} if kind.regex == "[0-9]+" else {"type": "string"}
        yield {"name": name, "in": "path", "required": True, "description": told.path[name], "schema": schema}


def in_query(takes: type[BaseModel] | None) -> Iterator[Schema]:
    """What may stand behind the question mark."""
    shape = takes.model_json_schema() if takes else {}
    for name, schema in shape.get("properties", {}).items():
        kept = {key: value for key, value in schema.items() if key not in {"title", "description"}}
        yield {
            "name": name,
            "in": "query",
            "required": name in shape.get("required", ()),
            "description": schema["description"],
            "schema": kept,
        }


def responses(told: Told) -> Schema:
    """Every answer there is: the one that is wanted, and those that say why not."""
    fine: Schema = {"description": told.about, "content": content(told.gives)}
    found: Schema = {"200": fine}
    if told.tagged:
        fine["headers"] = {"ETag": {"description": TAG, "schema": {"type": "string"}}}
        found["304"] = {"description": SAME}
    for status, why in sorted(told.refuses.items()):
        shape = Unknown if told.near and status == 404 else Refusal  # noqa: PLR2004
        found[str(status)] = {"description": why, "content": content(shape)}
    return {**found, "default": {"description": WRONG, "content": content(Refusal)}}


def content(gives: type[BaseModel] | str) -> Schema:
    """The form of a body: JSON of a shape, or something else."""
    if isinstance(gives, str):
        return {gives: {}}
    return {JSON: {"schema": {"$ref": SCHEMAS + gives.__name__.removeprefix(OWN)}}}


def schemas(shapes: Iterable[type[BaseModel]]) -> Schema:
    """The shapes of all answers and of what they hold, as JSON Schema: every field is there, and is explained."""
    wanted = sorted(shapes, key=lambda shape: shape.__name__)
    _, made = models_json_schema([(one, "serialization") for one in wanted], ref_template=SCHEMAS + "{model}")
    found = {name.removeprefix(OWN): schema for name, schema in made["$defs"].items()}
    if len(found) < len(made["$defs"]):
        msg = "two shapes have one name outside: rename one of them"
        raise ValueError(msg)
    facts = {one.__name__.removeprefix(OWN) for shape in (Part, ShownPerson) for one in below(shape)}
    for name, schema in found.items():
        schema.pop("title", None)
        if "properties" in schema:
            schema.pop("additionalProperties", None)
            schema["required"] = list(schema["properties"])
            explain(name, schema["properties"], DESCRIPTIONS if name in facts else {})
    renamed: Schema = with_own_names(dict(sorted(found.items())))
    return renamed


def explain(name: str, properties: Schema, catalogs: Mapping[str, str]) -> None:
    """Say of each field what it means."""
    for field, schema in properties.items():
        schema.pop("title", None)
        own = (f"{name}.{field}", f"{name.removeprefix('One')}.{field}")
        said = next((MEANINGS[key] for key in own if key in MEANINGS), "")
        schema.setdefault("description", said or catalogs.get(field) or MEANINGS.get(field, ""))


def below(shape: type[BaseModel]) -> Iterator[type[BaseModel]]:
    """A shape, and all that are made from it."""
    yield shape
    for one in shape.__subclasses__():
        yield from below(one)


def with_own_names(found: Any) -> Any:
    """The same with each reference by the name that is used outside."""
    if isinstance(found, dict):
        return {
            key: value.replace(SCHEMAS + OWN, SCHEMAS) if key == "$ref" else with_own_names(value)
            for key, value in found.items()
        }
    return [with_own_names(one) for one in found] if isinstance(found, list) else found
