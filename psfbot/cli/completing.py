"""What a shell completes: words of questions, people, plugins and their recorded webhooks.

A broken catalog or a wrong setting completes nothing, because a prompt is no place to complain.
"""

from click import Context, Parameter

from psfbot.errors import UserError


def questions(context: Context, _: Parameter, typed: str) -> list[str]:
    """The next word of a question; of a name with several words, the one that comes next."""
    from psfbot.app import start
    from psfbot.platforms.continuing import continuations

    line = " ".join([*(context.params.get("text") or ()), typed])
    try:
        app = start(once=True)
        found = list(continuations(line, app.book.names, app.desk.table.own))
    except UserError:
        return []
    words = [name.split(" ")[line[len(line) - length :].count(" ") :] for name, length in found]
    return list({word[0].casefold(): word[0] for word in reversed(words) if word}.values())[::-1]


def people(_: Context, __: Parameter, typed: str) -> list[str]:
    """People of the catalog by their ids."""
    from psfbot.app import start

    try:
        return sorted(person for person in start(once=True).book.catalog.people if person.startswith(typed.lower()))
    except UserError:
        return []


def plugins(_: Context, __: Parameter, typed: str) -> list[str]:
    """Plugins that read webhooks."""
    from psfbot.app import start

    try:
        found = start().plugins.found
    except UserError:
        return []
    return sorted(name for name, plugin in found.items() if plugin.reads and name.startswith(typed))


def payloads(context: Context, _: Parameter, typed: str) -> list[str]:
    """The recorded webhooks of the plugin that was named."""
    from psfbot.plugins import payloads as recorded

    plugin = context.params.get("plugin") or ""
    return [name for name in recorded(plugin) if name.startswith(typed)] if plugin in plugins(context, _, "") else []
