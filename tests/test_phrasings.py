"""Hundreds of ways to ask, with and without slips: the right answer or a question back, never a wrong answer."""

from collections.abc import Iterator

import pytest
from conftest import GUEST

from psfbot.chat import clean
from psfbot.commands import commands, live
from psfbot.flows.understand import Table, understand

TABLE = Table(commands(), live.commands)
SAID = """
owner docs.python.org | who owns docs.python.org? · Who owns docs.python.org · WHO OWNS DOCS.PYTHON.ORG?? · who runs docs.python.org
owner docs.python.org | who maintains docs.python.org · who manages the docs · who is responsible for docs.python.org · whose is docs.python.org
owner docs.python.org | who looks after docs.python.org · who do I contact about docs.python.org · who should I ask about docs.python.org
owner docs.python.org | docs.python.org owner? · owner of docs.python.org · owner docs · owners of the docs · maintainer docs.python.org
owner docs.python.org | contact for docs.python.org · contacts docs · whoowns docs.python.org · who-owns docs · responsible for docs.python.org
owner docs.python.org | hey, who owns doc.python.org please? · can you tell me who owns docs? · does anyone know who owns docs.python.org
owner docs.python.org | “who owns docs.python.org” · who owns `docs.python.org`? · who owns <https://docs.python.org>?
owner docs.python.org | who owns https://docs.python.org/3/library/ · who owns http://DOCS.python.org:443/ · who owns docs.python.org. · who owns documentation
owner docs.python.org | whom do I ask about docs.python.org · who is in charge of docs.python.org · who takes care of the documentation · who owns docs@python.org
owner docs.python.org | tell me who owns docs · who can fix docs.python.org · the docs maintainers · whose service is docs.python.org
owner downloads | who owns www.python.org/ftp/ · owner of https://www.python.org/ftp/python/3.12.0/Python-3.12.0.tgz · who runs ftp.python.org
owner downloads | who maintains python downloads · whose is downloads · who owns https://www.python.org/ftp/
owner www.python.org | who owns www.python.org · who owns python.org · who runs https://www.python.org/downloads/ · whose is www.python.org/
owner exampleindex | who owns exampleindex · who runs test exampleindex · who owns https://exampleindex.org/ · who owns test.exampleindex.org
owner mail.python.org | who runs mailman · who owns mail.python.org · whose is mail.python.org
owner salt-master | who owns salt · who owns salt-master · who maintains the salt master
owner loadbalancer | who owns the lb · who owns haproxy · owner of the load balancers
owner infra | who owns the infra team · who owns infra · who runs the infrastructure staff · owner infra · who owns #python-infra
owner docs | who owns the docs team · owner of the docs team
owner hg.nyc1.psf.io | who owns hg.nyc1.psf.io · owner of ssh://hg.nyc1.psf.io
owner docs.python.org | who owns https://github.com/python/docsbuild-scripts · owner of github.com/python/docsbuild-scripts/issues/7
owner docs.python.org | psfbot: who owns docs · !owner docs · psfbot, owner docs · @psfbot: !owner docs
owner digitalocean | who owns digitalocean · contact for digital ocean · owner of DO
service docs.python.org | what is docs.python.org · what's docs.python.org? · show docs.python.org · info on docs.python.org · describe docs
service docs.python.org | tell me about docs.python.org · service docs · service docs.python.org · docs.python.org · catalog docs.python.org · about the docs
service fastly | what is fastly · fastly · show fastly · tell me about fastly
service nyc1 | nyc1 · what is nyc1 · describe nyc1
service mdk | mdk · show mdk
where docs.python.org | where is docs.python.org hosted · where's docs.python.org hosted? · where does docs.python.org run · where is docs.python.org
where docs.python.org | where does docs live · where is docs running · hosting of docs.python.org · what provider is docs.python.org on · who hosts docs.python.org
where docs.python.org | which region is docs.python.org in · what cdn is docs.python.org behind · location of docs · what hosts docs.python.org
where mail.python.org | where is mail.python.org hosted · where is mailman run · which datacenter is mail.python.org in
runs on fastly | what runs on fastly · what's on fastly · what is behind fastly · services on fastly
runs on fastly | what is hosted on fastly · which services are on fastly · everything on fastly · what services sit behind fastly
uses fastly | which services use fastly · what uses Fastly? · everything using fastly
uses salt-master | what uses salt · which services use the salt master
runs on digitalocean | what runs on digitalocean · what runs on digital ocean · what is hosted at DO · services on digitalocean
runs on nyc1 | what runs in nyc1 · what is in nyc1 · what's in nyc1 · services in nyc1 · what runs at nyc1 · region nyc1 · datacenter nyc1 · dc nyc1
runs on nyc1 | what is in DigitalOcean nyc1 · what runs in digital ocean nyc1 · what's in do nyc1
runs on salt-master | what runs on salt
runs on ams1 | what is in ams1 · what runs in ams1 · what is in Amsterdam
runs on arm64 | what runs on arm64 · which services are on arm64 · what is on arm64
arch unknown | whose architecture is unknown · arch unknown · architecture unknown
arch arm64 | arch arm64 · architecture arm64
team infra | who is in the infra team · who's in infra · team infra · members of infra · who is on the infra team · infra members
team infra | who is in infrastructure staff · who are the members of infra
person mdk | who is Julien Palard · who is mdk · person mdk · who's Julien Palard? · whois mdk
person ee | who is Ee Durbin · who is ee
owns mdk | what does mdk own · what does Julien Palard maintain · which services does mdk run · services of mdk · what is mdk responsible for
owns infra | what does infra own · what does the infra team look after · everything owned by infra
oncall | who is on call · who's on call? · whos oncall · who is on-call now · oncall · on call · who is oncall right now · is anyone on call
oncall docs.python.org | who is on call for docs.python.org · oncall for docs · on-call docs.python.org · who's oncall for docs tonight
breaks salt-master | what breaks if salt-master goes down · what breaks when salt fails · impact of salt-master · what depends on salt-master
breaks fastly | what breaks if fastly goes down · what goes down with fastly · blast radius of fastly
breaks nyc1 | what breaks if nyc1 goes away · what fails without nyc1
needs docs.python.org | what does docs.python.org need · what does docs depend on · dependencies of docs.python.org · needs docs
path docs.python.org | path to docs.python.org · how does a request reach docs.python.org · what is in front of docs.python.org
host mail.ams1.psf.io | what os is mail.ams1.psf.io on · host mail.ams1.psf.io · which os does mail.ams1.psf.io run
access docs.nyc1.psf.io | who has access to docs.nyc1.psf.io · who can log in to docs.nyc1.psf.io · who has ssh access to docs.nyc1
access docs.python.org | who has access to docs.python.org · who can ssh to docs
hosts ubuntu 20.04 | which hosts are still on ubuntu 20.04 · which hosts are on ubuntu 20.04 · hosts on ubuntu 20.04
role registrar | who is our registrar · role registrar · who does registrar for us
role dns | who does dns · who provides our dns · what do we use for dns
role cdn | who is our cdn · who is our cdn provider
role | where are backups · where are our backups kept
serving docs.python.org | what cdn is in front of docs.python.org · what monitors docs.python.org · who monitors docs
tracker docs.python.org | which tracker for docs.python.org · how do I report a problem with docs · tracker for docs · where do I report docs.python.org
documentation docs.python.org | docs for docs.python.org · documentation of docs.python.org
runbook docs.python.org | runbook docs · runbook for docs.python.org · how do I restart docs.python.org
repo docs.python.org | repo of docs.python.org · source code of docs · where is the repo of docs · how is docs.python.org deployed
purge docs.python.org | who can purge docs.python.org · how do I purge docs
record | can I have a redirect · who adds a dns record
status page fastly | status page of fastly · statuspage of Fastly
edit docs.python.org | edit docs.python.org · suggest docs.python.org · how do I change docs.python.org
history docs.python.org | what happened to docs.python.org · history of docs · past docs
history dyn | what happened to dyn · history of dyn · when was dyn retired
alive hg.python.org | is hg.python.org still alive · is hg.python.org archived · is hg.python.org still in use · lifecycle of hg.python.org
platform aarch64-apple-darwin | what tier is aarch64-apple-darwin · tier of aarch64-apple-darwin · platform aarch64-apple-darwin
platform docs.python.org | what tier is docs.python.org · tier of docs · which tier has the docs · what is the tier of docs
teams | list teams · teams · which teams are there
people | list people · people
providers | list providers · which providers are there
regions | list regions · regions
platforms | list platforms
hosts | list hosts · hosts · all machines
lacking owner | services without owner · services without an owner · which services have no owner
lacking runbook | services without a runbook · list services without runbook
tier 1 | list services with tier 1 · services in tier 1 · which services are in tier 1 · tier 1 services · list tier 1 services
search oncall:* | services oncall:*
search has:oncall | services has:oncall
platforms 2 | platforms tier 2 · which platforms are in tier 2 · tier 2
incidents | incidents · what's down · what is broken · alerts · what's on fire? · is anything down
whoami | whoami · who am i · what may I do
version | version · ping · which version is this
help | help · what can you do · commands
"""
CASES = [
    (line.partition("|")[0].strip(), text.strip()) for line in SAID.strip().splitlines()
    for text in line.partition("|")[2].split("·")
]  # fmt: skip


def reading_of(text, book):
    reading = understand(clean.question(text), TABLE, book, GUEST)
    if reading is None or not reading.taken:
        return None
    values = [getattr(v, "id", getattr(v, "name", v)) for v in reading.arguments.values()]
    return " ".join([reading.command.name, *map(str, values)])


def slips(text: str) -> Iterator[str]:
    """The text with one slip in a word of four letters or more: swapped, doubled, missing."""
    for start, word in places(text):
        middle = start + len(word) // 2
        yield text[:middle] + text[middle + 1] + text[middle] + text[middle + 2 :]
        yield text[:middle] + text[middle] + text[middle:]
        yield text[:middle] + text[middle + 1 :]


def places(text: str) -> Iterator[tuple[int, str]]:
    at = 0
    for word in text.split(" "):
        if len(word) > 3 and word.strip("?.!").isascii():
            yield at, word
        at += len(word) + 1


def test_the_table_is_large():
    assert len(CASES) >= 200


@pytest.mark.parametrize(("wanted", "text"), CASES, ids=[text for _, text in CASES])
def test_a_question_is_read_as_meant(book, wanted, text):
    assert reading_of(text, book) == wanted


@pytest.mark.parametrize(("wanted", "text"), CASES, ids=[text for _, text in CASES])
def test_a_slip_never_leads_to_another_answer(book, wanted, text):
    for slipped in slips(text):
        read = reading_of(slipped, book)

        assert read is None or same_subject(read, wanted), f"{slipped!r} was read as {read}"


def same_subject(read: str, wanted: str) -> bool:
    """A slip may ask for less or show a list, but never speaks about another thing."""
    return read == wanted or any(read.startswith(f"{command} ") for command in FREE)


FREE = ("search", "lacking", "uses", "runs on", "hosts", "role", "help with", "record", "arch", "platform")
"""Commands that take words as they are: they answer that they know nothing of that name."""
