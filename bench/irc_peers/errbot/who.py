"""The same question, answered by Errbot from a dict."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from errbot import BotPlugin, Message, botcmd

KNOWN: dict[str, list[str]] = json.loads(Path(os.environ["ANSWERS"]).read_text("utf-8"))


class Who(BotPlugin):
    """Knows owners."""

    @botcmd
    def who_owns(self, _message: Message, args: str) -> Iterator[str]:
        """Say whom to ask about a service."""
        yield from KNOWN.get(args.rstrip("?"), ["I know no such service."])
