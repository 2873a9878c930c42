"""The commands as a page of the documentation: `python -m psfbot.commands.manual > docs/commands.md`."""

from collections.abc import Iterable

from psfbot.chat.command import Command, Topic
from psfbot.commands import TOPICS, live

HEAD = """# What you can ask

Ask in plain words. On IRC address the bot (`psfbot: …`, `!…`, or in private); in Slack mention it; in a terminal use
`psfbot ask …` or `psfbot console`. Case, smart quotes, a question mark, "please" and a Slack link around a host name do
not matter. A name may be a host, a URL, an alias, a list address or the beginning of a name; one that only looks similar
is offered, never assumed. `more` shows what did not fit, a number picks from an offered list.

In the phrases below `(a|b)` stands for one of the words, `[x]` for words that may be left out, `{service}` for a name.
The example answers come from a small sample catalog and are checked by the tests.
"""


def as_markdown(topics: Iterable[Topic] = (*TOPICS, *live.TOPICS)) -> str:
    """The whole page."""
    return HEAD + "".join(f"\n## {topic.name.capitalize()}\n\n{topic.about}\n{entries(topic)}" for topic in topics)


def entries(topic: Topic) -> str:
    """The commands of one topic."""
    return "".join(entry(command) for command in topic.commands)


def entry(command: Command) -> str:
    """One command: what it promises, who may say it, how, and examples."""
    level = f"\nNeeds: {command.level.word}.\n" if command.level else ""
    phrases = "\n".join(f"- `{phrase.said}`" for phrase in command.phrases)
    examples = "\n\n".join(f"> {asked}\n{answered}" for asked, answered in command.examples)
    return f"\n### {command.name}\n\n{command.about}\n{level}\n{phrases}\n\n```text\n{examples}\n```\n"


if __name__ == "__main__":
    print(as_markdown(), end="")  # noqa: T201 - this is how the page is made
