"""A plugin: everything that one integration brings, registered on one object."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import TypeVar

from pydantic import BaseModel

from psfbot.chat.command import Topic
from psfbot.oncall.ports import Pager, RotaSource
from psfbot.plugin.hooks import FORM, JSON, Contents, Hook, Proof, Reader, in_force, reading, same, shape_of
from psfbot.plugin.looking import Arguments, Check, Drift, Evidence, Examine, Poll, Round, Survey, Surveyor
from psfbot.relay.alert import Alert
from psfbot.settings import Configuration

Verify = Callable[[Hook, "Configuration | None"], Proof]
Rehearse = Callable[[Hook, "Configuration | None"], Hook]
MakeRota = Callable[["Configuration | None"], RotaSource | None]
MakePager = Callable[["Configuration | None"], Pager | None]
Ask = Callable[[Round], Awaitable[Iterable[Alert]]]
Look = TypeVar("Look", bound=Callable[..., Awaitable[Evidence]])
Search = Callable[[Survey], Awaitable[Iterable[Drift]]]


@dataclass
class Plugin(Topic):
    """One integration.

    `settings` is a model of its own settings, read from `PSFBOT_<NAME>_…`. A plugin
    that reads webhooks either registers `verify` (its sender signs), or its settings
    have a `hook_secret`, which the sender's URL then ends in.
    """

    settings: type[Configuration] | None = None
    reads: Callable[[Hook], Contents] | None = field(default=None, init=False)
    verifies: Verify | None = field(default=None, init=False)
    identifies: Callable[[Hook], str] | None = field(default=None, init=False)
    rehearses: Rehearse | None = field(default=None, init=False)
    makes_rota: MakeRota | None = field(default=None, init=False)
    makes_pager: MakePager | None = field(default=None, init=False)
    polls: list[Poll] = field(default_factory=list, init=False)
    checks: dict[str, Check] = field(default_factory=dict, init=False)
    surveyors: list[Surveyor] = field(default_factory=list, init=False)
    examines: Examine | None = field(default=None, init=False)

    def alerts(self, shape: type[BaseModel]) -> Callable[[Reader], Reader]:
        """Turn webhooks of this shape, posted to /hooks/<name>, into alerts.

        The function is handed the payload (and the `Hook`, if it takes two arguments) and
        returns an alert, several, `Ignored` or `Stale`. A `ValueError` that it or the
        payload's validators raise puts the webhook in quarantine, with those words as the reason.
        """

        def keep(read: Reader) -> Reader:
            self.reads = reading(shape_of(shape), read)
            return read

        return keep

    def verify(self, function: Verify) -> Verify:
        """Tell a genuine webhook from a forged one, by its signature; it must never raise."""
        self.verifies = function
        return function

    def delivery(self, function: Callable[[Hook], str]) -> Callable[[Hook], str]:
        """Name a delivery, the same for every attempt of it; an empty name means that each one counts."""
        self.identifies = function
        return function

    def delivery_of(self, hook: Hook) -> str:
        """What makes this delivery one of a kind: as the plugin says, else the body itself."""
        return self.identifies(hook) if self.identifies else sha256(hook.body).hexdigest()

    def rehearse(self, function: Rehearse) -> Rehearse:
        """Make a recorded webhook one that is sent now: its times moved, its signature made."""
        self.rehearses = function
        return function

    def rota(self, function: MakeRota) -> MakeRota:
        """Make, from the settings, what knows who is on call; nothing where it is not set up. Asked for once."""
        self.makes_rota = function
        return function

    def pager(self, function: MakePager) -> MakePager:
        """Make, from the settings, what calls people; nothing where it is not set up. Asked for once."""
        self.makes_pager = function
        return function

    def poll(self, *, every: float) -> Callable[[Ask], Ask]:
        """Ask for yourself every so many seconds: the function returns the alerts that hold now.

        It is handed a `Round` and returns what it found, changed or not: psfbot keeps what tells something new.
        It raises `Unreachable` when nothing could be found out, and `NotSetUp` where the settings leave it off.
        """

        def keep(look: Ask) -> Ask:
            self.polls.append(Poll(f"{self.name}.{look.__name__}", every, look))
            return look

        return keep

    def check(self, name: str, shape: type[Arguments]) -> Callable[[Look], Look]:
        """Check a step of a checklist by itself: the function is handed its arguments and a `Sight`.

        The name is what templates write; no two plugins may bring the same. The first line of the docstring is
        what people are told that it checks. It raises `Unreachable` when it could not check.
        """

        def keep(look: Look) -> Look:
            about = (look.__doc__ or "").strip().partition("\n")[0]
            self.checks[name] = Check(name, about, shape, look)
            return look

        return keep

    def drift(self, function: Search) -> Search:
        """Compare the catalog with what is out there: the function is handed a `Survey` and returns each difference.

        The first line of its docstring is what people are told that it compares.
        """
        about = (function.__doc__ or "").strip().partition("\n")[0]
        self.surveyors.append(Surveyor(f"{self.name}.{function.__name__}", about, function))
        return function

    def doctor(self, function: Examine) -> Examine:
        """Look whether this integration is set up well, for `psfbot doctor`: a `Finding` for each part of it."""
        self.examines = function
        return function

    def rehearsal(self, body: bytes, now: datetime, settings: Configuration | None = None) -> Hook:
        """A recorded body as its sender would post it now, for `psfbot try`: headers, secret, times, signature."""
        kind = JSON if body.lstrip()[:1] in {b"{", b"["} else FORM
        hook = Hook({"content-type": kind}, body, now, next(iter(hook_secrets(settings)), ""))
        return self.rehearses(hook, settings) if self.rehearses else hook

    def proof(self, hook: Hook, settings: Configuration | None) -> Proof:
        """Is this webhook from whom it says it is from?"""
        if self.verifies:
            return self.verifies(hook, settings)
        secrets = hook_secrets(settings)
        if not secrets:
            return Proof.UNREADY
        return Proof.GENUINE if same(hook.secret, secrets) else Proof.FORGED


def hook_secrets(settings: Configuration | None) -> tuple[str, ...]:
    """The secrets that a sender's URL may end in: several while one replaces the other; an empty one is none."""
    return in_force(getattr(settings, "hook_secret", None) or ())
