"""Column types that mean the same on SQLite and PostgreSQL: times, words and models."""

from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import BigInteger, CursorResult, Dialect, Integer, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeDecorator, TypeEngine

M = TypeVar("M", bound=BaseModel)

Id = BigInteger().with_variant(Integer, "sqlite")
"""A number that the database gives; SQLite counts only a plain INTEGER up by itself."""

LARGEST_ID = 2**63 - 1
"""A larger number is nobody's, and both databases choke on it."""


class Moment(TypeDecorator[datetime]):
    """A point in time: aware in, aware and in UTC out.

    PostgreSQL has a type for it. SQLite keeps ISO 8601 text of one fixed length, so that
    its order is the order of time.
    """

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column type underneath."""
        own = TIMESTAMP(timezone=True) if dialect.name == "postgresql" else Text()
        return dialect.type_descriptor(own)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """A time as the database takes it; one without a zone is a bug and refused."""
        if value is None:
            return None
        if value.tzinfo is None:
            msg = f"{value!r} has no time zone"
            raise ValueError(msg)
        at = value.astimezone(UTC)
        return at if dialect.name == "postgresql" else at.isoformat(timespec="microseconds")

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the same for all
        """A time as psfbot uses it."""
        if value is None:
            return None
        at: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
        return at.astimezone(UTC)


def storable(text: str) -> str:
    """The text with a visible sign for what PostgreSQL refuses: NUL, and halves of a character.

    Senders choose their own keys and ids, so both do come; the same text always becomes the same.
    """
    if "\0" in text:
        text = text.replace("\0", "\u2400")
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


class Words(TypeDecorator[str]):
    """Text that both databases take, enum members as their values."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same for all
        """Text as the database takes it."""
        return None if value is None else storable(str(value))


class Model(TypeDecorator[M]):
    """A pydantic model as JSON text."""

    impl = Text
    cache_ok = True

    def __init__(self, kind: type[M]) -> None:
        """Keep which model comes out."""
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: M | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - the same for all
        """The model as JSON; NUL stays harmless there, since JSON escapes it."""
        return None if value is None else value.model_dump_json()

    def process_result_value(self, value: Any, dialect: Dialect) -> M | None:  # noqa: ARG002 - the same for all
        """The model again."""
        return None if value is None else self.kind.model_validate_json(value)


def given(result: CursorResult[Any]) -> int:
    """The number that the database gave to a row that was inserted."""
    key: Any = result.inserted_primary_key
    return int(key[0])
