"""Names asked for over the DNS: surely none is an answer, and nobody knowing is none."""

from collections.abc import Iterable, Iterator

from dns.asyncbackend import get_backend
from dns.asyncresolver import Resolver
from dns.exception import DNSException, Timeout
from dns.rdata import Rdata
from dns.rdtypes.txtbase import TXTBase
from dns.resolver import NXDOMAIN, NoNameservers, NoResolverConfiguration

from psfbot.plugin.world import SECONDS, Record, RecordKind, Unreachable
from psfbot.text import one_line

LONGEST = 2000
"""Characters of a record that are kept."""


async def look(
    name: str, kind: RecordKind, *, servers: Iterable[str] = (), port: int = 53, seconds: float = SECONDS
) -> tuple[Record, ...]:
    """The records of a name, from these name servers or from those that this machine uses."""
    try:
        resolver = asking(tuple(servers), port)
        answer = await resolver.resolve(
            name.rstrip(".") + ".",
            kind,
            raise_on_no_answer=False,
            lifetime=seconds,
            backend=get_backend("asyncio"),
        )
    except NXDOMAIN:
        return ()
    except Timeout:
        raise Unreachable(f"No name server answered about {name} within {seconds:g} seconds.") from None
    except NoNameservers as error:
        raise Unreachable(f"The name servers cannot say anything about {name}.") from error
    except NoResolverConfiguration as error:
        raise Unreachable("This machine has no name server to ask.") from error
    except (DNSException, OSError, UnicodeError) as error:
        raise Unreachable(f"{name} could not be looked up ({type(error).__name__}).") from error
    found = answer.rrset
    return () if found is None else tuple(sorted((Record(value(one), found.ttl) for one in found), key=order))


def asking(servers: tuple[str, ...], port: int) -> Resolver:
    """What asks these servers, or the machine's own."""
    resolver = Resolver(configure=not servers)
    if servers:
        resolver.nameservers, resolver.port = list(servers), port
    return resolver


def value(one: Rdata) -> str:
    """A record's data in the usual notation, without last dots; a text is one text, however it was cut."""
    if isinstance(one, TXTBase):
        return one_line(b"".join(one.strings).decode("utf-8", "replace"))[:LONGEST]
    return one_line(" ".join(parts(one)))[:LONGEST]


def parts(one: Rdata) -> Iterator[str]:
    """The words of a record; names of hosts lose the dot of the root."""
    for word in one.to_text().split():
        yield word[:-1] if len(word) > 1 and word.endswith(".") else word


def order(record: Record) -> str:
    """Servers answer in any order; people read in one."""
    return record.value
