"""The check of a container image, over the registry API: does its manifest list name these platforms?"""

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, NamedTuple
from urllib.parse import quote, urlencode, urlsplit

from pydantic import AfterValidator, Field

from psfbot.plugin import Arguments, Evidence, Response, Sight, Unreachable

from .settings import settings_of
from .verdicts import Words, failed, judged, listed, unknown

LISTS = (
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
)
SINGLE = (
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.v2+json",
)
ACCEPT = {"accept": ", ".join((*LISTS, *SINGLE))}
IMAGE = re.compile(
    r"(?:(?P<host>localhost|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+(?=[:/])|[A-Za-z0-9-]+(?=:\d+/))(?P<port>:\d{1,5})?/)?"
    r"(?P<name>[a-z0-9]+(?:[._/-]+[a-z0-9]+)*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
HERE = frozenset({"localhost", "127.0.0.1"})
"""Registries on this machine speak without TLS."""
PARAMETER = re.compile(r'(\w+)="([^"]*)"')
OK, UNPROVEN, FORBIDDEN, MISSING = 200, 401, 403, 404
ANYTHING = "unknown/unknown"
"""What attestations call their platform."""


class Image(NamedTuple):
    """An image by its registry's address, its name there, and a tag or a digest."""

    registry: str
    name: str
    reference: str

    def at(self, kind: str, what: str) -> str:
        """The address of a part of it."""
        return f"{self.registry}/v2/{quote(self.name)}/{kind}/{what}"


def an_image(value: str) -> str:
    """Refuse what names no image."""
    if not IMAGE.fullmatch(value):
        msg = "an image, as registry.example.org/team/name:tag"
        raise ValueError(msg)
    return value


class Built(Arguments):
    """An image, and the platforms that it should be built for."""

    image: Annotated[str, AfterValidator(an_image)]
    platforms: Annotated[Words, Field(min_length=1)] = ("linux/amd64", "linux/arm64")


async def image_platform(wanted: Built, sight: Sight) -> Evidence:
    """A container image is built for these platforms."""
    image = read(wanted.image, sight)
    if image is None:
        return unknown(f"{wanted.image} names no registry, and PSFBOT_MIGRATIONS_REGISTRY_URL is not set")
    response, headers = await fetch(image.at("manifests", image.reference), image, sight)
    if response.status == MISSING:
        return failed(f"{wanted.image}: the registry has no such image")
    if response.status in {UNPROVEN, FORBIDDEN}:
        return unknown(f"{wanted.image}: the registry does not show it to strangers (status {response.status})")
    if response.status != OK:
        return unknown(f"{wanted.image}: the registry answered {response.status}")
    manifest = held(response)
    if "manifests" in manifest:
        platforms, kind = sorted(set(platforms_in(manifest))), "a manifest list for"
    else:
        platforms, kind = [await only_platform(manifest, image, headers, sight)], "a single image, no list, for"
    missing = [
        one for one in wanted.platforms if not any(found == one or found.startswith(f"{one}/") for found in platforms)
    ]
    digest = response.headers.get("docker-content-digest", "")
    tail = f", not for {listed(missing, 'or')}" if missing else ""
    seen = f"{wanted.image}: {kind} {listed(platforms) or 'nothing'}{tail}{f' ({digest})' if digest else ''}"
    return judged(not missing, seen, platforms=platforms, digest=digest)


def read(text: str, sight: Sight) -> Image | None:
    """An image as it is written; nothing where nobody says which registry has it."""
    found = IMAGE.fullmatch(text)
    if found is None:
        return None
    reference = found["digest"] or found["tag"] or "latest"
    if found["host"]:
        scheme = "http" if found["host"] in HERE else "https"
        return Image(f"{scheme}://{found['host']}{found['port'] or ''}", found["name"], reference)
    ours = settings_of(sight).registry_url
    return Image(ours, found["name"], reference) if ours else None


async def fetch(url: str, image: Image, sight: Sight) -> tuple[Response, Mapping[str, str]]:
    """Ask a registry, with the token that it gives to anybody where it wants one; also the headers that opened it."""
    ask = sight.world.http.request
    response = await ask("GET", url, headers=ACCEPT, follow=True)
    kind, _, rest = response.headers.get("www-authenticate", "").partition(" ")
    told = dict(PARAMETER.findall(rest))
    if response.status != UNPROVEN or kind.lower() != "bearer" or not told.get("realm"):
        return response, ACCEPT
    if urlsplit(told["realm"]).scheme not in {"https", urlsplit(image.registry).scheme}:
        raise Unreachable("the registry sends for its token to an address that is not encrypted")
    question = {"scope": told.get("scope") or f"repository:{image.name}:pull"}
    question |= {"service": told["service"]} if told.get("service") else {}
    answer = await ask("GET", f"{told['realm']}?{urlencode(question)}", headers={"accept": "application/json"})
    if answer.status != OK:
        return response, ACCEPT
    token = held(answer)
    headers = {**ACCEPT, "authorization": f"Bearer {token.get('token') or token.get('access_token') or ''}"}
    return await ask("GET", url, headers=headers, follow=True), headers


def held(response: Response) -> dict[str, Any]:
    """What a registry answered; Unreachable where that is no JSON object."""
    value = response.json()
    if not isinstance(value, dict):
        raise Unreachable("the registry did not answer with a JSON object")
    return value


def platforms_in(manifest: Mapping[str, Any]) -> Iterator[str]:
    """The platforms of a manifest list, without attestations."""
    entries = manifest["manifests"]
    for entry in entries if isinstance(entries, list) else ():
        found = entry.get("platform") if isinstance(entry, dict) else None
        if isinstance(found, dict) and (named := written(found)) != ANYTHING:
            yield named


def written(found: Mapping[str, Any]) -> str:
    """A platform as people write it: linux/arm64, linux/arm/v7."""
    parts = (found.get("os", "unknown"), found.get("architecture", "unknown"), found.get("variant", ""))
    return "/".join(str(part) for part in parts if part)


async def only_platform(manifest: Mapping[str, Any], image: Image, headers: Mapping[str, str], sight: Sight) -> str:
    """What a single image is built for; its configuration tells."""
    config = manifest.get("config")
    digest = config.get("digest") if isinstance(config, dict) else None
    if not isinstance(digest, str) or not re.fullmatch(r"[a-z0-9]+:[0-9a-f]{32,128}", digest):
        raise Unreachable("the registry's manifest names neither platforms nor a configuration")
    response = await sight.world.http.request("GET", image.at("blobs", digest), headers=headers, follow=True)
    if response.status != OK:
        raise Unreachable(f"the registry answered {response.status} when asked what the image is built for")
    return written(held(response))
