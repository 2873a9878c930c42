"""What people read of a proposal: title, body and commit message, and what rooms hear of it."""

import re
from binascii import b2a_qp
from datetime import datetime
from email.utils import format_datetime, formataddr

from psfbot.catalog.impact import Web
from psfbot.proposals.making import Made
from psfbot.proposals.proposal import Author, Proposal, signed
from psfbot.proposals.reviewers import touches_rights
from psfbot.text import and_join, count, cut, one_line

SUBJECT = 72
"""Characters of a commit's first line that every page of a code host shows whole."""
LONGEST = 60_000
"""Characters of a body: GitHub takes some more."""
FEW = 8
"""So many services are named of those that hang on a changed one."""
ADMIN = "This touches who somebody is, who belongs to a team or what a team may do, so it needs an admin's review."
SEVERAL = "{about}: {count}"
HIDDEN_VALUE = "A value here is not for everybody; the diff has it."
HANGS = "{service}: {hard} go down with it{soft}{names}."
NOTHING_HANGS = "{service}: nothing in the catalog hangs on it."
FROM = "{source}, by {who}, on {day:%Y-%m-%d}"
MAGIC = re.compile(r"([\\`*_{}\[\]<>#|~!])")
"""Signs that Markdown takes for its own."""
SKIPS = re.compile(r"\[(skip ci|ci skip|no ci|skip actions|actions skip)\]", re.IGNORECASE)
"""What GitHub takes in a commit for the order to leave its checks out; no value and no reason may give it."""


def title(proposal: Proposal) -> str:
    """What changes, in one line."""
    words = [one_line(word) for word in proposal.shown]
    if len(words) == 1:
        words = [checked(words[0])]
        return cut(words[0] if len(words[0]) <= SUBJECT else shorter(words[0]), SUBJECT)
    return cut(SEVERAL.format(about=proposal.about, count=count(len(words), "change")), SUBJECT)


def shorter(word: str) -> str:
    """`docs.python.org: tier: 2 -> 1` without what it was before, since what it will be tells more."""
    head, arrow, new = word.rpartition(" -> ")
    return f"{': '.join(head.split(': ')[:2])}{arrow}{new}"


def message(proposal: Proposal) -> str:
    """The commit message."""
    why = [f"Because {one_line(proposal.because)}"] if proposal.because else []
    origin = f"Proposed by {plain_name(proposal.by)} in psfbot ({proposal.source}) on {proposal.asked_at:%Y-%m-%d}."
    words = "\n".join(f"- {one_line(word)}" for word in proposal.shown)
    return checked("\n\n".join([title(proposal), words, *why, origin]))


def checked(text: str) -> str:
    """A text that keeps no check from running."""
    return SKIPS.sub(r"(\1)", text)


def body(proposal: Proposal, made: Made, warnings: tuple[str, ...] = ()) -> str:
    """The body of the pull request, in Markdown."""
    parts = ["\n".join(f"- {markdown(word)}" for word in proposal.shown)]
    if proposal.words != proposal.shown:
        parts.append(HIDDEN_VALUE)
    if touches_rights(made):
        parts.append(f"**{ADMIN}**")
    if proposal.because:
        parts.append(f"### Why\n\n{markdown(proposal.because)}")
    parts.append(f"### Where it comes from\n\n{markdown(origin(proposal))}")
    if said := impact(made):
        parts.append("### What hangs on it\n\n" + "\n".join(f"- {markdown(line)}" for line in said))
    if all_warnings := (*made.warnings, *warnings):
        parts.append("### Worth a second look\n\n" + "\n".join(f"- {markdown(line)}" for line in all_warnings))
    parts.append(f"Proposal {proposal.number} of psfbot. The same edit proposed again updates this one.")
    return cut("\n\n".join(parts), LONGEST) + "\n"


def origin(proposal: Proposal) -> str:
    """Where a proposal comes from, by whom and when."""
    return FROM.format(source=proposal.source, who=plain_name(proposal.by), day=proposal.asked_at)


def plain_name(author: Author) -> str:
    """A name in one line."""
    return one_line(author.name) or "somebody"


def impact(made: Made) -> list[str]:
    """What hangs on the services that a change is about, a line each."""
    known = [(made.after, id_) for section, id_ in made.records if section == "services" and id_ in made.after.services]
    return [struck_by(Web(catalog), id_) for catalog, id_ in known]


def struck_by(web: Web, service: str) -> str:
    """What goes down with a service."""
    found = web.breaks("service", service)
    if not found.struck:
        return NOTHING_HANGS.format(service=service)
    names = [one.service.id for one in found.struck]
    more = [f"{len(names) - FEW} more"] if len(names) > FEW else []
    soft = f", {count(len(found.soft), 'more is', 'more are')} degraded" if found.soft else ""
    return HANGS.format(
        service=service,
        hard=count(len(found.hard), "service"),
        soft=soft,
        names=f": {and_join([*names[:FEW], *more])}",
    )


def markdown(text: str) -> str:
    """Somebody's words so that Markdown shows them as they are, and calls nobody by an @ or an issue by its number."""
    return MAGIC.sub(r"\\\1", one_line(text)).replace("@", "@<!-- -->").replace("\\#", "\\#<!-- -->")


def mail(author: Author, at: datetime, text: str, diff: str) -> str:
    """A change as a patch that `git am` takes; anybody may read it, so its author goes by an address for all."""
    subject, _, rest = text.partition("\n")
    name = signed(author.name).replace("@", " at ")  # git takes the first address that it finds in the line
    who = formataddr((name, author.public_address))
    head = f"From: {who}\nDate: {format_datetime(at)}\nSubject: [PATCH] {subject}\n"
    code, content = "8bit", f"{rest.strip()}\n---\n\n{diff}-- \npsfbot\n"
    if "\r" in diff:  # git takes bare Windows line ends for the mail's own
        code, content = "quoted-printable", "\n".join(map(quoted, content.split("\n")))
    kind = f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: {code}\n"
    return f"From {'0' * 40} Mon Sep 17 00:00:00 2001\n{head}{kind}\n{content}"


def quoted(line: str) -> str:
    """A line of a mail with its Windows end as quoted-printable."""
    return b2a_qp(line.removesuffix("\r").encode()).decode() + ("=0D" if line.endswith("\r") else "")
