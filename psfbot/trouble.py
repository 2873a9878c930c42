"""What went wrong on the way to another machine, in words: the first cause that says something."""

import socket
import ssl
from collections.abc import Iterator

EXPIRED, EARLY, SELF_SIGNED, SELF_SIGNED_ABOVE, NO_ISSUER, OTHER_NAME, OTHER_ADDRESS = 10, 9, 18, 19, 20, 62, 64
"""Numbers by which OpenSSL knows what is wrong with a certificate."""
NO_FIRST = 21
INVALID = {
    EXPIRED: "it has expired",
    EARLY: "it is not valid yet",
    SELF_SIGNED: "nobody vouches for it: it is signed by itself",
    SELF_SIGNED_ABOVE: "its authority is not one that is trusted",
    NO_ISSUER: "its authority is not one that is trusted, or a certificate between the two is missing",
    NO_FIRST: "its authority is not one that is trusted, or a certificate between the two is missing",
    OTHER_NAME: "it is for another name",
    OTHER_ADDRESS: "it is for another address",
}
WORDS: tuple[tuple[type[BaseException], str], ...] = (
    (ssl.SSLError, "it does not speak the TLS of today"),
    (socket.gaierror, "its name leads nowhere"),
    (ConnectionRefusedError, "the connection was refused"),
    (ConnectionResetError, "the connection was cut"),
    (BrokenPipeError, "the connection was cut"),
    (TimeoutError, "it did not answer in time"),
)
BY_NAME = {
    "ConnectTimeout": "it did not answer in time",
    "ReadTimeout": "it did not answer in time",
    "ReadError": "the connection was cut",
    "WriteError": "the connection was cut",
    "ProxyError": "the proxy refused",
    "RemoteProtocolError": "it does not speak HTTP, or broke off",
}


def causes(error: BaseException) -> Iterator[BaseException]:
    """An error, and all that it came from."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        one = waiting.pop(0)
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        waiting += one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += filter(None, (one.__cause__, one.__context__))


def invalid(error: BaseException) -> str:
    """Why a certificate did not count, if that is what went wrong."""
    for one in causes(error):
        if isinstance(one, ssl.SSLCertVerificationError):
            return INVALID.get(one.verify_code, one.verify_message.rstrip("."))
    return ""


def why(error: BaseException) -> str:
    """The cause in words; one that nobody foresaw gives its name, and never its text, which may hold anything."""
    if wrong := invalid(error):
        return f"its certificate is not valid ({wrong})"
    found = list(causes(error))
    for kind, words in WORDS:
        if any(isinstance(one, kind) for one in found):
            return words
    if unreachable := next((one for one in found if isinstance(one, OSError) and one.strerror), None):
        return str(unreachable.strerror).lower()
    return BY_NAME.get(type(error).__name__, type(error).__name__)
