"""Catalogs as people write them by hand: comments everywhere, odd indents, brackets, quotes, texts of several lines.

`ugly` makes one of a neat catalog; it says the same, but for emoji and empty fields that are put in. `change` draws a
change that somebody might want.
"""

import re
from itertools import pairwise

from psfbot.catalog.change import Add, Remove, Rename, Retire, Set, Verify
from psfbot.catalog.editing import quoting
from psfbot.catalog.editing.node import parsed
from psfbot.catalog.model import Catalog

WORDS = [
    "naïve",
    "🐍 snakes",
    "colon: here",
    "# no comment",
    "it's",
    '"said"',
    "plain",
    "trailing -",
    "[list]",
    "no",
    "Łódź",
]


def sentence(draw, least=1):
    """A text with all that makes trouble in YAML."""
    return " ".join(draw.choice(WORDS) for _ in range(draw.randint(least, 6)))


def ugly(text, draw, steps=12):
    """The same catalog, written as badly as the catalog permits."""
    for _ in range(steps):
        root = parsed(text)
        sections = [key for key in root.keys if key.value.keys]
        section = draw.choice([*sections, sections[-1], sections[-1]])
        record = draw.choice(section.value.keys)
        text = draw.choice((several_lines, requoted, in_brackets, with_empty, to_the_left, quoted_key))(
            text, record, draw
        )
    if draw.random() < 0.4:
        text = wider(text, draw.choice((2, 3)))
    text = commented(text, draw)
    if draw.random() < 0.3:
        text = text.rstrip("\n")
    if draw.random() < 0.4:
        text = text.replace("\n", "\r\n")
    return "\ufeff" * (draw.random() < 0.3) + text


def wider(text, times):
    """Every step of indentation is two or three times as wide."""
    return re.sub(
        "(?m)^( +)(- )?", lambda found: found[1] * times + ("-" + " " * (2 * times - 1)) * bool(found[2]), text
    )


def leaves(record):
    """The texts of a record with their keys, which stand on a line each."""
    return [key for key in record.value.keys if key.value.kind == "scalar" and not record.value.flow]


def several_lines(text, record, draw):
    """A description or note as a block of text, in quotes or without, over several lines."""
    keys = [key for key in leaves(record) if key.name in {"description", "note", "location"} and key.value.data]
    if not keys:
        return text
    key = draw.choice(keys)
    said = sentence(draw, 3)
    lead = " " * (key.column + 2 + draw.randint(0, 3))
    words = said.split(" ")
    middle = len(words) // 2
    first, second = " ".join(words[:middle]), " ".join(words[middle:])
    style = draw.choice(("> # folded", ">-", "|-  # as it is", "'", '"'))
    if style in {"'", '"'}:
        new = quoting.quoted(said, style) if style == '"' else "'" + said.replace("'", "''") + "'"
        at = new.rfind(" ")
        new = new[:at] + "\n" + lead + new[at + 1 :] if at > 2 else new
    else:
        new = f"{style}\n{lead}{first}\n{lead}{second}"
        if style[0] == "|":
            new = f"{style}\n{lead}{said}"
    return text[: key.value.start] + new + text[key.value.end :]


def requoted(text, record, draw):
    """A plain text in quotes."""
    keys = [key for key in leaves(record) if isinstance(key.value.data, str) and not key.value.style]
    keys = [key for key in keys if "\n" not in text[key.value.start : key.value.end]]
    if not keys:
        return text
    key = draw.choice(keys)
    value = key.value.data
    style = draw.choice("'\"")
    new = quoting.double(value) if style == '"' else "'" + value.replace("'", "''") + "'"
    return text[: key.value.start] + new + text[key.value.end :]


def in_brackets(text, record, draw):
    """A list, or a whole record, on one line."""
    lists = [key for key in record.value.keys if key.value.kind == "list" and not record.value.flow]
    if draw.random() < 0.2 and record.value.kind == "mapping" and not record.value.flow:
        return text[: record.end] + ": " + quoting.inline(record.value.data) + text[record.value.end :]
    if not lists:
        return text
    key = draw.choice(lists)
    return text[: key.end] + ": " + quoting.inline(key.value.data) + text[key.value.end :]


def with_empty(text, record, draw):
    """A field without a value."""
    if record.value.flow or record.value.key("note") or record.value.kind != "mapping":
        return text
    line = text.rfind("\n", 0, record.value.keys[0].start) + 1
    return (
        text[:line]
        + " " * record.value.keys[0].column
        + draw.choice(("note:\n", "note: ~\n", "note: # none\n"))
        + text[line:]
    )


def to_the_left(text, record, draw):
    """A list as far left as its key."""
    lists = [key for key in record.value.keys if key.value.kind == "list" and not key.value.flow and key.value.items]
    lists = [key for key in lists if not record.value.flow and key.value.column > key.column]
    if not lists:
        return text
    key = draw.choice(lists)
    by = key.value.column - key.column
    start = text.find("\n", key.end) + 1
    end = text.find("\n", key.value.end) + 1 or len(text)
    moved = re.sub(f"(?m)^ {{{by}}}", "", text[start:end])
    return text[:start] + moved + text[end:]


def quoted_key(text, record, draw):
    """The id of a record in quotes."""
    if text[record.start] in "'\"":
        return text
    quote = draw.choice("'\"")
    return text[: record.start] + quote + record.name + quote + text[record.end :]


def commented(text, draw):
    """Comments on lines of their own, in odd columns, and behind values."""
    inside = set()
    for leaf in parsed(text).leaves():
        first, last = text.count("\n", 0, leaf.start), text.count("\n", 0, leaf.end)
        inside |= set(range(first, last + 1)) if first != last else set()
    lines = text.split("\n")
    done = []
    for number, (bare, following) in enumerate(pairwise([*lines, ""])):
        line = bare
        free = number not in inside and number - 1 not in inside
        if free and line.strip() and draw.random() < 0.1:
            column = len(line) - len(line.lstrip()) + draw.choice((0, 0, 2, -1, 5))
            done.append(" " * max(column, 0) + f"# comment {draw.randint(0, 10**9)} é🐍 key: value")
        if number not in inside and line.strip() and not line.lstrip().startswith("#") and draw.random() < 0.1:
            plain = following.strip() == "" or re.match(r" *(- |[\w\"'.]+[\w\"'. -]*:)", following)
            line = f"{bare}  # behind {draw.randint(0, 10**9)}" if plain else bare
        done.append(line)
        if free and draw.random() < 0.03:
            done.append("")
    return "\n".join(done)


def change(catalog: Catalog, draw):
    """A change that somebody might want, and the record it is about."""
    kind = draw.choice(("services", "services", "services", "people", "teams", "providers"))
    id_ = draw.choice(sorted(getattr(catalog, kind)))
    record = getattr(catalog, kind)[id_]
    who = f"{kind}/{id_}"
    free = [
        Set(who, "note", sentence(draw)),
        Set(who, "name", sentence(draw)),
        Add(who, "alias", sentence(draw)),
        Verify(who),
        Rename(who, f"renamed-{draw.randint(0, 999)}"),
        Set(who, "note", "none"),
    ]
    if record.aliases:
        free += [
            Remove(who, "alias", draw.choice(record.aliases)),
            Set(who, "aliases", f"{record.aliases[0]}, other one"),
        ]
    if kind == "people":
        free += [
            Set(who, "irc", f"acc{draw.randint(0, 999)}"),
            Set(who, "email", "x@example.org"),
            Set(who, "timezone", "Europe/Paris"),
        ]
    if kind == "teams":
        free += [
            Add(who, "contact", "team@example.org"),
            Set(who, f"members.{draw.choice(sorted(catalog.people))}", "lead"),
        ]
    if kind == "providers":
        free += [
            Set(who, "homepage", "https://example.org/#a"),
            Set(who, "lifecycle", "deprecated"),
            Add(who, "provides", "dns"),
        ]
    if kind == "services":
        person, other = draw.choice(sorted(catalog.people)), draw.choice(sorted(catalog.services))
        free += [
            Set(who, "description", sentence(draw, 2)),
            Set(who, "owner", person),
            Set(who, "backup", f"person:{person}"),
            Set(who, "tier", str(draw.randint(1, 4))),
            Set(who, "lifecycle", "deprecated"),
            Add(who, "owner", f"{person} as backup"),
            Set(who, "architecture", "arm64"),
            Set(who, "cdn", draw.choice(sorted(catalog.providers))),
            Set(who, "runbook", "https://example.org/a?b=c#d"),
            Add(who, "link", "dashboard https://example.org/d"),
            Add(who, "domain", f"d{draw.randint(0, 999)}.example.org"),
            Add(who, "tag", f"t{draw.randint(0, 99)}"),
            Add(who, "depends_on", f"{other} as soft"),
            Retire(who, sentence(draw)),
            Remove(who, "owner", person),
            Set(who, "alerts.pingdom", f"c{draw.randint(0, 999)}, d{draw.randint(0, 999)}"),
            Set(who, "config.tool", "salt"),
            Remove(who, "hosting.cdn"),
            Remove(who, "domains"),
            Remove(who, "config"),
            Set(who, "verified", "today"),
        ]
    return draw.choice(free), (kind, id_)
