"""Checks of web pages: their status, their headers, how fast they are, and whether Fastly is in front."""

import re
from statistics import median
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints

from psfbot.plugin import Arguments, Evidence, Response, Sight

from .verdicts import Name, Web, Words, bare, failed, judged, listed, passed, several

Status = Annotated[str, StringConstraints(pattern=r"^[1-5]([0-9]{2}|xx)$")]
ERROR = 400
POP = re.compile(r"\bcache-[a-z]{3,5}[\w-]*", re.IGNORECASE)
"""How Fastly's machines call themselves in `x-served-by`, as cache-lga21931-LGA."""
TIMER = re.compile(r"\bS\d+(\.\d+)?,\s*VS\d+", re.IGNORECASE)
"""`x-timer` as Fastly's Varnish writes it."""


class Page(Arguments):
    """A page, and the name to ask it under where that is not the one in its address."""

    url: Web
    host: Name | None = None
    method: Literal["GET", "HEAD"] = "GET"


class StatusOf(Page):
    """A page and what it should answer: `200`, several as `200,301`, or a class as `5xx`."""

    status: Annotated[tuple[Status, ...], BeforeValidator(several), Field(min_length=1)] = ("200",)
    contains: str = ""
    follow: bool = False


class HeaderOf(Page):
    """A page and the headers that its answer should have, or with `absent` should not have."""

    header: Annotated[Words, Field(min_length=1)]
    contains: str = ""
    absent: bool = False


class LatencyOf(Page):
    """A page and the seconds within which half of its answers should come."""

    at_most: Annotated[float, Field(gt=0, le=60)]
    times: Annotated[int, Field(ge=1, le=10)] = 3


class FastlyOf(Page):
    """A page that should be served through Fastly, or with `absent` should not be."""

    absent: bool = False


async def ask(page: Page, sight: Sight, *, follow: bool = False) -> Response:
    """Ask for a page under its name."""
    headers = {"host": page.host} if page.host else {}
    return await sight.world.http.request(page.method, page.url, headers=headers, follow=follow)


def called(page: Page, response: Response) -> str:
    """A page as evidence names it, with who was asked in its place."""
    return f"{bare(page.url)}{f' as {page.host}' if page.host else ''}{response.aside}"


async def http_status(page: StatusOf, sight: Sight) -> Evidence:
    """A page answers with this status, and with these words in it."""
    response = await ask(page, sight, follow=page.follow)
    status, data = str(response.status), {"status": response.status, "seconds": round(response.seconds, 3)}
    seen = f"{called(page, response)} answered {status} in {response.seconds:.2f} s"
    if not any(wanted in {status, f"{status[0]}xx"} for wanted in page.status):
        return failed(f"{seen}, not {listed(page.status, 'or')}", **data)
    if page.contains and page.contains not in response.text:
        return failed(f"{seen}, without the words '{page.contains}'", **data)
    return passed(seen + (f", with the words '{page.contains}'" if page.contains else ""), **data)


async def http_header(page: HeaderOf, sight: Sight) -> Evidence:
    """A page's answer has these headers, or surely has them not."""
    response = await ask(page, sight)
    names = [name.lower() for name in page.header]
    found = {name: response.headers[name] for name in names if name in response.headers}
    wrong = [name for name, value in found.items() if page.contains.lower() not in value.lower()]
    seen = f"{called(page, response)} answered {response.status} "
    if response.status >= ERROR:
        return failed(f"{seen}: an error page's headers prove nothing", status=response.status)
    if page.absent:
        there = [name for name in found if name not in wrong]
        words = f"with {listed(there)}, which should not be there" if there else f"without {listed(names, 'or')}"
        return judged(not there, seen + words, headers=found)
    if missing := [name for name in names if name not in found]:
        return failed(f"{seen}without {listed(missing, 'or')}", headers=found)
    shown = listed([f"{name}: {value}" for name, value in found.items()])
    tail = f", where {listed(wrong)} should contain '{page.contains}'" if wrong else ""
    return judged(not wrong, f"{seen}with {shown}{tail}", headers=found)


async def http_latency(page: LatencyOf, sight: Sight) -> Evidence:
    """A page answers fast enough, in the middle of several tries."""
    times: list[float] = []
    for _ in range(page.times):
        response = await ask(page, sight)
        if response.status >= ERROR:
            return failed(f"{called(page, response)} answered {response.status}: an error page's speed proves nothing")
        times.append(response.seconds)
    middle = median(times)
    tries = "in one try" if page.times == 1 else f"in the middle of {page.times} tries"
    seen = f"{called(page, response)} answered in {middle:.3f} s {tries}, {page.at_most:g} s are allowed"
    return judged(middle <= page.at_most, seen, seconds=[round(one, 4) for one in times])


async def fastly(page: FastlyOf, sight: Sight) -> Evidence:
    """A page is served through Fastly, by the headers that it leaves; an error page counts as none."""
    response = await ask(page, sight)
    found = signs(response)
    data = {"status": response.status, "signs": found, "cache": response.headers.get("x-cache", "")}
    by = next((entry.provider for entry in sight.service.hosted("cdn")), "none")
    named = f"the catalog names {by} as its CDN"
    if page.absent:
        server = response.headers.get("server", "unnamed")
        words = f"signs of Fastly: {listed(found)}" if found else f"no sign of Fastly (server: {server})"
        return judged(not found, f"{called(page, response)}: {words}; {named}", **data)
    if not found:
        return failed(f"{called(page, response)} answered {response.status} without a sign of Fastly; {named}", **data)
    seen = f"{called(page, response)} answered {response.status} through Fastly ({listed(found)}); {named}"
    return judged(response.status < ERROR, seen, **data)


def signs(response: Response) -> list[str]:
    """What in an answer tells of Fastly; Varnish alone could be anybody's."""
    headers = response.headers
    own = [f"{name}: {headers[name]}" for name in ("x-fastly-request-id",) if headers.get(name)]
    if POP.search(headers.get("x-served-by", "")):
        own.append(f"x-served-by: {headers['x-served-by']}")
    if "varnish" in headers.get("via", "").lower() and TIMER.search(headers.get("x-timer", "")):
        own.append(f"via: {headers['via']}")
    return own + ([f"x-cache: {headers['x-cache']}"] if own and headers.get("x-cache") else [])
