"""How pages look: a template, what is shown in it, and headers that let a page load nothing from elsewhere."""

import re
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

HERE = Path(__file__).parent
SAFE = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}
"""A page has a style sheet of its own, a form that leads to itself, and nothing else."""
CODE = re.compile(r"`([^`]+)`")
PAGE = re.compile(r"https?://[^\s<>\"'()]+[^\s<>\"'().,;:]")


@cache
def templates() -> Environment:
    """The templates, read once."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    made.filters |= {"linked": linked, "coded": coded}
    made.tests["page"] = is_page
    return made


def page(template: str, title: str, *, status: int = 200, **shown: object) -> HTMLResponse:
    """A page, made of its template."""
    text = templates().get_template(template).render({"title": title, "asked": "", **shown})
    return HTMLResponse(text, status, SAFE)


async def style(_: Request) -> Response:
    """The one style sheet."""
    return FileResponse(HERE / "static" / "psfbot.css", headers={"cache-control": "public, max-age=3600"})


def linked(text: str) -> Markup:
    """Words in which the addresses of pages lead there."""
    said, at = Markup(), 0
    for found in PAGE.finditer(text):
        said += escape(text[at : found.start()])
        said += Markup('<a href="{0}" rel="noreferrer">{0}</a>').format(found[0])
        at = found.end()
    return said + escape(text[at:])


def is_page(url: str) -> bool:
    """Can this be opened, and is no place in a file?"""
    return url.startswith(("https://", "http://"))


def coded(text: str) -> Markup:
    """Words in which what stands between backticks is code."""
    parts = (
        Markup("<code>{0}</code>").format(part) if at % 2 else escape(part) for at, part in enumerate(CODE.split(text))
    )
    return Markup().join(parts)
