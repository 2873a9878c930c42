"""Answers that a client may keep, if it asks each time whether they still hold: a catalog changes at a reload."""

from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

KEPT = "no-cache"
"""Keep it, and ask before it is used: a fact that was mended is seen at once, and an unchanged one costs no bytes."""
LENGTH = 32


def fresh(request: Request, response: Response) -> Response:
    """The answer with a tag that its bytes alone decide, or a short word that the client has it already."""
    tag = f'"{sha256(bytes(response.body)).hexdigest()[:LENGTH]}"'
    response.headers["etag"] = tag
    response.headers["cache-control"] = KEPT
    if response.status_code != 200 or not known(request.headers.get("if-none-match", ""), tag):  # noqa: PLR2004
        return response
    kept = ("etag", "cache-control", "content-location", "content-security-policy")
    return Response(
        status_code=304, headers={name: response.headers[name] for name in kept if name in response.headers}
    )


def known(given: str, tag: str) -> bool:
    """Is this tag among those that a client names? A weak one is as good; a proxy that compresses makes it so."""
    return any(one.strip().removeprefix("W/") in {tag, "*"} for one in given.split(","))
