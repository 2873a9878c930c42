"""Lines as a server sends them, for the tests of what proves that a line was shown."""

from psfbot.platforms.irc.line import Line
from psfbot.platforms.irc.proof import Proofs

LABEL = frozenset({"labeled-response", "echo-message", "batch"})
ECHO = frozenset({"echo-message"})
PING = frozenset()


def fold(name):
    return name.lower()


def proofs(caps):
    return Proofs(fold, nick="psfbot", caps=caps)


def server(command, *params, **tags):
    return Line(command, params, host="irc.example.org", tags=tags)


def echo(target, words, nick="psfbot", command="PRIVMSG", **tags):
    return Line(command, (target, words), nick=nick, user="~p", host="h", tags=tags)
