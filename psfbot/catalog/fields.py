"""What the models allow at a path: which fields, which words."""

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from psfbot.catalog.finding import Path
from psfbot.catalog.model import Catalog


def fields(path: Path) -> list[str]:
    """The names of the fields that may stand in the mapping at a path."""
    kind = _inner(path)
    known = kind.model_fields if isinstance(kind, type) and issubclass(kind, BaseModel) else {}
    return [name for name in known if name != "id"]


def allowed(path: Path) -> list[int | str]:
    """The words that may stand at a path, where only some may."""
    kind = _inner(path)
    return list(get_args(kind)) if get_origin(kind) is Literal else []


def _inner(path: Path) -> Any:
    """The type at a path."""
    kind: Any = Catalog
    for step in path:
        fields_here = getattr(kind, "model_fields", None)
        kind = _bare(fields_here[step].annotation if fields_here else _item(kind))
    return kind


def _item(kind: Any) -> Any:
    """The type of what is in a list or a mapping."""
    return get_args(kind)[1 if get_origin(kind) is Mapping else 0]


def _bare(kind: Any) -> Any:
    """The type without its constraints, and without the permission to be empty."""
    while get_origin(kind) in {Annotated, Union, UnionType}:
        kind = next(one for one in get_args(kind) if one is not NoneType)
    return kind
