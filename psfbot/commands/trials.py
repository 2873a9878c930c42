"""Try an alert: post a recorded webhook to the bot itself."""

from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.flows.trial import Trial

topic = Topic("trials", "See what an alert looks like before the first real one comes.")


@topic.says("try {plugin} {payload}", level=Level.ADMIN, writes=True)
async def try_(ask: Ask, plugin: str, payload: str) -> Answer:
    """Post a recorded webhook of a plugin to the bot, as its sender would.

    >>> try pingdom http_down
    'try' needs an admin, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    posted = await ask.port(Trial).post(plugin, payload)
    return Answer(f"{plugin} {payload}: {posted.answer}", data={"status": posted.status})


@topic.says("(trials|try|what can i try)")
def trials(ask: Ask) -> Answer:
    """List the recorded webhooks that `try` can post.

    >>> help trials
    trials: List the recorded webhooks that `try` can post.
    """
    recorded = ask.port(Trial).recorded
    items = [Item(plugin, ", ".join(names), "plugin") for plugin, names in recorded.items()]
    return Answer("Say for example: try pingdom http_down", items=items)
