"""The two lines to PagerDuty: its REST API, and the door that events go in by."""

import httpx2

from pagerduty import EventsApiV2Client, RestApiV2Client

from .client import READ_SECONDS, WRITE_SECONDS, Line
from .door import as_https, door
from .settings import Settings

REST_PER_MINUTE = 600.0
"""Of the 960 calls that PagerDuty allows each key, so that there is room for its other users."""
EVENTS_PER_MINUTE = 100.0
"""Of about 120 for each integration."""


def rest_line(settings: Settings, transport: httpx2.BaseTransport | None = None) -> Line[RestApiV2Client]:
    """The REST API, with the operator's token."""
    token = settings.token.get_secret_value() if settings.token else ""

    def make() -> RestApiV2Client:
        way = door(settings.api_url, READ_SECONDS, transport)
        client = RestApiV2Client(token, settings.from_, base_url=as_https(settings.api_url), transport=way)
        client.timeout = int(READ_SECONDS)
        return client

    return Line(make, "PSFBOT_PAGERDUTY_TOKEN", REST_PER_MINUTE)


def events_line(settings: Settings, transport: httpx2.BaseTransport | None = None) -> Line[EventsApiV2Client]:
    """The Events API, with the key of the operator's integration."""
    key = settings.events_key.get_secret_value() if settings.events_key else ""

    def make() -> EventsApiV2Client:
        way = door(settings.events_address, WRITE_SECONDS, transport)
        client = EventsApiV2Client(key, base_url=as_https(settings.events_address), transport=way)
        client.timeout = int(WRITE_SECONDS)
        return client

    return Line(make, "PSFBOT_PAGERDUTY_EVENTS_KEY", EVENTS_PER_MINUTE)
