"""What the models allow at a path: which fields, which words."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from psfbot.catalog.finding import Path
from psfbot.catalog.model import Catalog


def fields(path: Path, top: type[BaseModel] = Catalog) -> list[str]:
    """The names of the fields that may stand in the mapping at a path; the id of the catalog's records is their key."""
    kind = _inner(path, top)
    known = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    return [name for name in known if name != "id" or top is not Catalog]


def allowed(path: Path, top: type[BaseModel] = Catalog) -> list[int | str]:
    """The words that may stand at a path, where only some may."""
    kind = _inner(path, top)
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def kind(path: Path) -> Any:
    """The type of what may stand at a path of the catalog, without its constraints: `str`, a model, a tuple of them."""
    return _inner(path, Catalog)


def _inner(path: Path, top: type[BaseModel]) -> Any:
    """The type at a path; nothing where it is one of several, which only the value tells apart."""
    kind: Any = top
    for step in path:
        fields_here = getattr(kind, "model_fields", None)
        if fields_here is not None and step not in fields_here:
            return None
        kind = _bare(fields_here[step].annotation if fields_here else _item(kind))
    return kind


def _item(kind: Any) -> Any:
    """The type of what is in a list or a mapping."""
    inner = get_args(kind)
    return inner[1 if get_origin(kind) in {Mapping, dict} and len(inner) > 1 else 0] if inner else None


def _bare(kind: Any) -> Any:
    """The type without its constraints, and without the permission to be empty."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = next(one for one in get_args(kind) if one is not NoneType)
    return kind
