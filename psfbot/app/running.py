"""A running bot as its parts see it: what they may use of it, whoever makes it."""

from collections.abc import Mapping
from typing import Protocol

from psfbot.app import App
from psfbot.app.world import Outside
from psfbot.flows.deliver import Courier
from psfbot.flows.oncall import Roster
from psfbot.flows.relay import Relay
from psfbot.plugin import Configuration
from psfbot.relay.ports import Platform
from psfbot.store.db import Database
from psfbot.store.inbox import SqlInbox
from psfbot.store.ledger import SqlStore
from psfbot.web.metrics import Counters


class Running(Protocol):
    """The parts of a running bot that are made of each other."""

    @property
    def app(self) -> App:
        """Its settings, catalog and plugins."""

    @property
    def db(self) -> Database:
        """Its database."""

    @property
    def inbox(self) -> SqlInbox:
        """Where letters are kept."""

    @property
    def store(self) -> SqlStore:
        """Where incidents are kept."""

    @property
    def world(self) -> Outside:
        """How far it reaches."""

    @property
    def secrets(self) -> tuple[dict[str, Configuration], tuple[str, ...]]:
        """The plugins' own settings, and warnings about them."""

    @property
    def counters(self) -> Counters:
        """Its numbers."""

    @property
    def platforms(self) -> Mapping[str, Platform]:
        """Where it speaks."""

    @property
    def rooms(self) -> Mapping[str, str]:
        """The first room of each."""

    @property
    def relay(self) -> Relay:
        """What tells rooms."""

    @property
    def courier(self) -> Courier:
        """What tells people."""

    @property
    def roster(self) -> Roster:
        """Who is on call, and who knows the pager."""

    @property
    def port(self) -> int:
        """Where its web server listens, 0 before it does."""

    @property
    def leads(self) -> bool:
        """Is it the one that acts?"""

    @property
    def stays_here(self) -> bool:
        """Is it a demo?"""

    def ring(self) -> None:
        """A letter was kept."""

    def courier_bell(self) -> None:
        """Something is to be told."""
