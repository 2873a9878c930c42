"""What a plugin may do: everything that a plugin file imports from psfbot is here.

A plugin makes one `plugin = Plugin("name", about="…")` at module level and registers
functions on it with decorators. Making it registers nothing globally: the app asks for it.
"""

from psfbot.catalog.book import Book
from psfbot.catalog.model import Catalog, Host, Person, Platform, Provider, Region, Room, Service, Team
from psfbot.chat.answer import Answer, Cite, Item, Link, Outcome
from psfbot.chat.command import Ask, Command, Slot, Topic
from psfbot.chat.message import Message, Speaker
from psfbot.chat.permit import Level
from psfbot.errors import UserError
from psfbot.oncall.page import Paging, Signal
from psfbot.oncall.ports import OutOfReach, Pager, RotaSource
from psfbot.oncall.shift import Shift
from psfbot.plugin.asking import fetch
from psfbot.plugin.contract import Plugin, hook_secrets
from psfbot.plugin.foreign import Plain, Said, Time, links, loose, when
from psfbot.plugin.hooks import Contents, Hook, Ignored, Payload, Proof, Stale, in_force, numbered, same, signed
from psfbot.plugin.looking import (
    Arguments,
    Drift,
    Evidence,
    Examination,
    Finding,
    Health,
    Keeping,
    NotSetUp,
    Relaying,
    Round,
    Sight,
    Survey,
    Verdict,
)
from psfbot.plugin.rst import csv_table, simple_table
from psfbot.plugin.surveying import each, text_at
from psfbot.plugin.world import Certificate, Http, NotAsked, NotPublic, Record, RecordKind, Response, Unreachable, World
from psfbot.relay.alert import Alert, AlertLink, Severity, State
from psfbot.relay.remark import Remark
from psfbot.settings import Configuration
from psfbot.settings.values import Address, Secrets, Words

__all__ = [
    "Address", "Alert", "AlertLink", "Answer", "Arguments", "Ask", "Book", "Catalog", "Certificate", "Cite", "Command",
    "Configuration", "Contents", "Drift", "Evidence", "Examination", "Finding", "Health", "Hook", "Host", "Http",
    "Ignored", "Item", "Keeping", "Level", "Link", "Message", "NotAsked", "NotPublic", "NotSetUp", "OutOfReach",
    "Outcome", "Pager", "Paging", "Payload", "Person", "Plain", "Platform", "Plugin", "Proof", "Provider", "Record",
    "RecordKind", "Region", "Relaying", "Remark", "Response", "Room", "RotaSource", "Round", "Said", "Secrets",
    "Service", "Severity", "Shift", "Sight", "Signal", "Slot", "Speaker", "Stale", "State", "Survey", "Team", "Time",
    "Topic", "Unreachable", "UserError", "Verdict", "Words", "World", "csv_table", "each", "fetch", "hook_secrets",
    "in_force", "links", "loose", "numbered", "same", "signed", "simple_table", "text_at", "when",
]  # fmt: skip
