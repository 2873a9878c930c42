"""What was seen of a server's certificate, and when: kept, so that a question about its end has an answer."""

from datetime import datetime

from psfbot.relay.incident import Fact


class Shown(Fact):
    """A certificate as it was seen: `instead` is who was asked in place of the host, `trouble` why it is not valid."""

    host: str
    port: int = 443
    names: tuple[str, ...] = ()
    issuer: str
    starts_at: datetime
    ends_at: datetime
    trouble: str = ""
    instead: str = ""
    seen_at: datetime
