"""Start checklists: for one service, or a campaign for many."""

from datetime import date

from psfbot.catalog.model import Service
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.chat.permit import Level
from psfbot.chat.times import until
from psfbot.checklists import words
from psfbot.checklists.campaign import Campaign, Exemption, bar, counted, places
from psfbot.commands.checklist_shown import card, doing, given, who
from psfbot.errors import UserError
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_start import NO_CAMPAIGN, Order, exempt, misfit, start, start_campaign, template_of
from psfbot.text import count, cut, one_line

topic = Topic("starting checklists", "Start a checklist for a service, or a campaign for many.")

USAGE = (
    "I cannot start that. Say which checklist and the exact name of the service: checklist start arm64 www.python.org"
)
NOT_FOR = "'{name}' is not for {service}, so it needs no exemption."
GOES_ON = "Its checklist {number} goes on. To give that up: abort {number} because …"
MOST = 500
NONE = "There is no campaign. Start one: checklist start arm64 for all provider:digitalocean by 2027-03-01"


@topic.says(
    "(checklist|migration|runbook) start {template} [for|on] {service}",
    "(checklist|migration|runbook) start {template} [for|on] {service} with {text}",
    "(start|begin) [the] (checklist|migration|runbook) {template} (for|of|on) {service}",
    "(start|begin) [the] (checklist|migration|runbook) {template} (for|of|on) {service} with {text}",
    "(start|begin) [the|a|an] {template} (checklist|migration|runbook) (for|of|on) {service}",
    level=Level.MEMBER,
    writes=True,
)
async def checklist_start(ask: Ask, template: str, service: Service, text: str = "") -> Answer:
    """Start a checklist for a service; what it must be told stands behind `with`, and `mute` silences alerts meanwhile.

    >>> checklist start arm64 docs.python.org
    'checklist start' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    return await begin(ask, template, service, text, mute=False)


@topic.says(
    "(checklist|migration|runbook) start {template} [for|on] {service} (mute|muted)",
    "(checklist|migration|runbook) start {template} [for|on] {service} with {text} (mute|muted)",
    "(checklist|migration|runbook) start {template} [for|on] {service} (mute|muted) with {text}",
    level=Level.MEMBER,
    writes=True,
)
async def checklist_start_muted(ask: Ask, template: str, service: Service, text: str = "") -> Answer:
    """Start a checklist and silence the alerts of its service until it ends.

    >>> checklist start arm64 docs.python.org mute
    'checklist start muted' needs a member, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    return await begin(ask, template, service, text, mute=True)


async def begin(ask: Ask, template: str, service: Service, text: str, *, mute: bool) -> Answer:
    """Start one."""
    lists = ask.port(Checklists)
    order = Order(template_of(lists, template), given(text) if text else {}, ask.message, mute=mute)
    made = await start(lists, order, service, doing(ask, service.id))
    shown = card(ask, made.run)
    return Answer(f"Started. {shown.fact}", lines=shown.lines, data=shown.data)


@topic.says(
    "(checklist|migration|campaign) start {template} for (all|all services|every service)",
    "(checklist|migration|campaign) start {template} for (all|all services|every service) by {day}",
    "(checklist|migration|campaign) start {template} for (all|all services|every service) {query}",
    "(checklist|migration|campaign) start {template} for (all|all services|every service) {query} by {day}",
    level=Level.RESPONDER,
    writes=True,
)
async def campaign_start(ask: Ask, template: str, query: str = "", day: str = "") -> Answer:
    """Start a checklist for every service that a query finds and the checklist applies to.

    >>> checklist start arm64 for all provider:digitalocean by 2027-03-01
    'campaign start' needs a responder, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    lists = ask.port(Checklists)
    target = until(day, ask.now).date() if day else None
    order = Order(template_of(lists, template), {}, ask.message, target=target)
    campaign, made, kept = await start_campaign(lists, order, query, doing(ask))
    numbers = f" ({made[0].number} to {made[-1].number})" if made else ""
    by = f", to be done by {target}" if target else ""
    fact = (
        f"Campaign {campaign.number}, {campaign.template.name}: {count(len(made), 'checklist')} started{numbers}{by}."
    )
    lines = [f"{run.number} {run.service}" for run in made]
    lines += [f"{service.id} has one already" for service in kept]
    return Answer(fact, lines=lines, data={"campaign": campaign.number, "runs": [run.number for run in made]})


@topic.says("checklist start {text}", "(start|begin) (checklist|migration) {text}")
def checklist_start_help(ask: Ask, text: str) -> Answer:
    """Say what a start needs, when something is missing.

    >>> checklist start arm64
    I cannot start that. Say which checklist and the exact name of the service: checklist start arm64 www.python.org
    """
    raise UserError(USAGE)


@topic.says("(campaigns|list campaigns|migration campaigns)")
async def campaigns(ask: Ask) -> Answer:
    """List the campaigns.

    >>> campaigns
    There is no campaign. Start one: checklist start arm64 for all provider:digitalocean by 2027-03-01
    """
    found = await ask.port(Checklists).read(lambda runs: runs.campaigns())
    if not found:
        return Answer(NONE)
    items = [Item(f"{one.number} {one.template.name}", cut(one.query, 80), "campaign") for one in found[:20]]
    return Answer(f"{count(len(found), 'campaign')}.", items=items)


@topic.says("(campaign|show campaign) {number}", "campaign #{number}")
async def campaign(ask: Ask, number: int) -> Answer:
    """Show a campaign: how far it is, and where each service stands.

    >>> campaign 1
    There is no campaign 1. `campaigns` lists them.
    """
    lists = ask.port(Checklists)
    known = await lists.read(lambda runs: runs.campaign(number))
    if known is None:
        raise UserError(NO_CAMPAIGN.format(number=number))
    found = await lists.read(lambda runs: runs.of_template(known.template.name))
    mine = [run for run in found if run.campaign == number or run.open or run.changed_at >= known.started_at]
    where = places(within(ask, known), mine, known.exempt, ask.now.date())
    stands = ", ".join(f"{count_} {stand}" for stand, count_ in counted(where).items()) or "no service"
    late = (
        f", {(ask.now.date() - known.target).days} days late" if known.target and ask.now.date() > known.target else ""
    )
    target = f" To be done by {known.target}{late}." if known.target else ""
    lines = [
        f"{place.run.number if place.run else '-'} {place.service}: "
        f"{words.standing(place.run) if place.run else place.stand}"
        for place in where
    ]
    lines += [f"{one.service} is exempt until {one.until}, because {one.reason}" for one in known.exempt.values()]
    fact = f"Campaign {number}, {known.template.name} for {known.query}: {bar(where)} {stands}.{target}"
    data = {
        "campaign": number, "query": known.query, "target": str(known.target or ""),
        "places": [{"service": p.service, "stand": p.stand, "run": p.run.number if p.run else None} for p in where],
    }  # fmt: skip
    return Answer(fact, lines=lines, data=data)


def within(ask: Ask, campaign: Campaign) -> list[str]:
    """The services of a campaign; none where its query means nothing any more, since the catalog went on."""
    try:
        found = ask.book.query(f"({campaign.query}) ({campaign.template.applies_to})")
    except UserError:
        return []
    return [service.id for service in found]


@topic.says(
    "exempt {service} from [campaign] {number} until {day} (because|due to) {reason}",
    level=Level.RESPONDER,
    writes=True,
)
async def campaign_exempt(ask: Ask, service: Service, number: int, day: str, reason: str) -> Answer:
    """Leave a service out of a campaign, up to a day and with a reason.

    >>> exempt docs.python.org from campaign 1 until 2027-06-01 because it moves first
    'campaign exempt' needs a responder, and the catalog knows no person with this account. Ask `whoami` for more.
    """
    ends: date = until(day, ask.now).date()
    free = Exemption(service=service.id, by=who(ask), reason=cut(one_line(reason), 300), until=ends)
    lists = ask.port(Checklists)
    known, runs = await lists.read(lambda runs: (runs.campaign(number), runs.runs(limit=MOST)))
    going = [run for run in runs if known and (run.service, run.template.name) == (service.id, known.template.name)]
    if known and not going and misfit(known.template, service, ask.book):
        raise UserError(NOT_FOR.format(name=known.template.name, service=service.id))
    await exempt(lists, number, free)
    lines = [GOES_ON.format(number=run.number) for run in going]
    return Answer(f"{service.id} is exempt from campaign {number} until {ends}, because {free.reason}.", lines=lines)
