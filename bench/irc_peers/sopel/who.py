"""The same question, answered by Sopel from a dict."""

import json
import os
from pathlib import Path

from sopel import plugin
from sopel.bot import SopelWrapper
from sopel.trigger import Trigger

KNOWN: dict[str, list[str]] = json.loads(Path(os.environ["ANSWERS"]).read_text("utf-8"))


@plugin.rule(r"$nickname: who owns (\S+?)\?$")
def who_owns(bot: SopelWrapper, trigger: Trigger) -> None:
    """Say whom to ask about a service."""
    for line in KNOWN.get(trigger.group(1), ["I know no such service."]):
        bot.say(line)
