"""Errbot's settings for the bench: nothing holds it back, and only the plugins that it needs are on."""

import logging
import os

NICK = os.environ["NICK"]
BACKEND = "IRC"
BOT_IDENTITY = {"nickname": NICK, "server": "127.0.0.1", "port": int(os.environ["IRC_PORT"])}
BOT_DATA_DIR = os.environ["FOLDER"]
BOT_EXTRA_PLUGIN_DIR = os.path.dirname(__file__)  # noqa: PTH120 - Errbot wants text
BOT_LOG_FILE = None
BOT_LOG_LEVEL = logging.WARNING
BOT_ADMINS = ("nobody!*@*",)
BOT_ALT_PREFIXES = (NICK,)
BOT_ALT_PREFIX_SEPARATORS = (":", ",")
CHATROOM_PRESENCE = (os.environ["ROOM"],)
CORE_PLUGINS = ("ACLs", "ChatRoom")
IRC_CHANNEL_RATE = IRC_PRIVATE_RATE = None
AUTOINSTALL_DEPS = False
