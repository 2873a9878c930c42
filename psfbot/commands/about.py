"""About the bot itself: help, who you are to it, and which version answers."""

from psfbot import __version__
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Command, Topic
from psfbot.chat.permit import standing
from psfbot.errors import UserError
from psfbot.text import count

NOT_LOGGED_IN = "you are not logged in to services, and a nick proves nothing"
LOG_IN = "Log in with `/msg NickServ IDENTIFY ACCOUNT PASSWORD` (`/msg NickServ HELP REGISTER`: no account yet), and ask again."
BE_KNOWN = "To be known, have your account added to the catalog's `people`: {place}"

topic = Topic("about", "Help, who you are to the bot, and its version.")


@topic.says(
    "help", "help (me|please|me please)", "commands", "usage", "man", "manual", "what can (you|i|we) (do|say|ask)", "h"
)
def help_(ask: Ask) -> Answer:
    """List what can be asked; `help COMMAND` explains one.

    >>> help
    Ask in plain words, for example: who owns docs.python.org · what runs on fastly · who is on call.
    """
    items = [Item(command.name, command.about.rstrip("."), "command") for command in ask.commands]
    fact = "Ask in plain words, for example: who owns docs.python.org · what runs on fastly · who is on call."
    return Answer(fact, lines=["`help COMMAND` shows how to say it."], items=items)


@topic.says("(help|man|manual|explain|how do i use|usage) {command}", "help (with|on|for|about) {command}")
def help_with(ask: Ask, command: str) -> Answer:
    """Explain one command, with examples.

    >>> help owner
    owner: Name the people to ask about a service, in order, and how to reach them.
    """
    wanted = command.lower()
    found = next((c for c in ask.commands if c.name == wanted or wanted in words_of(c)), None)
    if found is None:
        names = ", ".join(c.name for c in ask.commands)
        raise UserError(f"I know no command '{command}'. There are: {names}.")
    ways = [f"Say: {phrase.said}" for phrase in found.phrases[:3]]
    examples = [f"Example: {asked}" for asked, _ in found.examples[:3]]
    need = [f"Needs: {found.level.word}."] if found.level else []
    return Answer(f"{found.name}: {found.about}", lines=[*ways, *examples, *need])


def words_of(command: Command) -> frozenset[str]:
    """The words that name a command: those that its phrases start with."""
    return frozenset(head for phrase in command.phrases for head in phrase.heads if len(head) > 3)  # noqa: PLR2004


@topic.says("whoami", "who am i", "who do you think i am", "what may i do", "what can i change")
def whoami(ask: Ask) -> Answer:
    """Say who you are to the bot, what you may do, and why.

    >>> whoami
    You are guest: anyone, because the catalog knows no person with this account.
    """
    speaker = ask.message.speaker
    held = standing(speaker, ask.catalog)
    name = ask.person.name if ask.person else speaker.name
    nobody = ask.message.platform == "irc" and not speaker.account
    reason = NOT_LOGGED_IN if nobody else held.reason
    lines = [] if ask.person or speaker.operator else [LOG_IN if nobody else BE_KNOWN.format(place=ask.edit_page)]
    data = {"name": name, "person": speaker.person, "level": held.level.word, "reason": reason}
    on_irc = ask.message.platform == "irc" and speaker.account
    shown = f"{name} (services account {speaker.account})" if on_irc else name
    return Answer(f"You are {shown}: {held.level.word}, because {reason}.", lines=lines, data=data)


@topic.says("version", "which version (is this|are you)", "what version (is this|are you)", "ping")
def version(ask: Ask) -> Answer:
    """Say which psfbot answers, and how much its catalog holds.

    >>> version
    psfbot …
    """
    holds = ", ".join(
        count(len(records), noun, plural)
        for records, noun, plural in (
            (ask.catalog.services, "service", ""),
            (ask.catalog.providers, "provider", ""),
            (ask.catalog.people, "person", "people"),
        )
    )
    why = (
        ask.book.refused
        if ask.message.local
        else ask.book.refused.replace(ask.book.path or "catalog.yaml", "catalog.yaml")
    )
    notes = [f"A newer catalog is refused: {why}"] if why else []
    return Answer(f"psfbot {__version__}; the catalog holds {holds}.", notes=notes, data={"version": __version__})


@topic.says("more", "next")
def more(ask: Ask) -> Answer:
    """Show the lines of the last answer that did not fit.

    >>> more
    There is no more to show.
    """
    return Answer("There is no more to show.")
