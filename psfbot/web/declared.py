"""Addresses of the JSON side that say of themselves what they take and give, so that their description cannot lag."""

from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from psfbot.errors import StoreBusy

Result = TypeVar("Result")

JSON = "application/json"
BUSY = "The storage cannot be read now; `Retry-After` says when to ask again."


class Shown(BaseModel):
    """Anything that is shown as JSON."""

    model_config = ConfigDict(frozen=True, from_attributes=True)


class Refusal(Shown):
    """Why there is no answer, in one sentence."""

    error: str


class Unknown(Refusal):
    """Why there is no answer, and the ids of what was perhaps meant, best first."""

    near: tuple[str, ...]


class Handler(Protocol):
    """What answers a request."""

    async def __call__(self, request: Request, /) -> Response:
        """Answer it."""


@dataclass(frozen=True)
class Told:
    """What an address says of itself.

    `gives` is the shape of the answer, or its media type where there is none; `takes` are its parameters. `path` says
    what stands for the parts of the address, `refuses` when it answers otherwise (`near`: a 404 offers names), and
    `example` is an address to try. One that is `tagged` has an ETag, by which a client asks whether it still holds.
    """

    about: str
    gives: type[BaseModel] | str
    example: str
    takes: type[BaseModel] | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    refuses: Mapping[int, str] = field(default_factory=dict)
    near: bool = False
    tagged: bool = False


async def read(work: Awaitable[Result]) -> Result:
    """Read from the store, or say that it cannot be read now."""
    try:
        return await work
    except StoreBusy as busy:
        raise HTTPException(503, str(busy), {"retry-after": "30"}) from busy


class Declared(Route):
    """A route of the JSON side, with what it says of itself."""

    def __init__(self, path: str, endpoint: Handler, told: Told) -> None:
        """Keep both together."""
        super().__init__(path, endpoint)
        self.told = told
