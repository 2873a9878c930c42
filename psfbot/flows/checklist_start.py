"""A run is started, or many at once: where its template does not apply, or something is not known, it is refused."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from psfbot.catalog.book import Book
from psfbot.catalog.model import Service
from psfbot.catalog.nearest import nearest
from psfbot.catalog.query import And, Node, Term, parse, spell
from psfbot.chat.message import Message
from psfbot.checklists.campaign import MOST, Campaign, Exemption, architecture
from psfbot.checklists.ports import Runs
from psfbot.checklists.progress import RANKS
from psfbot.checklists.run import Deed, Kind, Run
from psfbot.checklists.template import Template, Variable
from psfbot.checklists.variables import filled, missing, of_service
from psfbot.checklists.words import by_whom, clock, standing
from psfbot.errors import UserError
from psfbot.flows.checklist import Checklists, Doing, Done, hush
from psfbot.flows.checklist_tell import announce, put, rooms_for
from psfbot.flows.scene import Scene
from psfbot.relay.ports import Ledger
from psfbot.text import and_join, count, cut

NO_TEMPLATE = "There is no checklist called '{said}'.{hint} `checklist templates` lists them."
UNFIT = "'{name}' is not for {service}: it applies to {query}, and {service} does not fit {parts}."
UNASKED = "'{name}' asks for no '{said}'.{hint} It asks for: {known}."
MEANT = " Did you mean {}?"
ASKS = "Tell me {names} first: {questions}. Say: checklist start {name} {service} with {example}"
EMPTY = "{name} cannot be empty: say what it is, or leave it out."
NOT_ONE = "{name} cannot be '{value}': it is one of {allowed}."
NO_RECORD = "{name} cannot be '{value}': the catalog knows no such {kind}.{hint}"
GOES_ON = "Checklist {number} is that already: {name} for {service}, {standing}, started by {who} at {when}."
NO_MUTE = "To silence {service}, you must be one of its owners or a responder, and {reason}. Start it without `mute`."
SECTIONS = {
    "service": "services", "provider": "providers", "region": "regions", "platform": "platforms",
    "person": "people", "team": "teams",
}  # fmt: skip
NOBODY = "No service fits: {query}."
TOO_MANY = "{count} services fit, and a campaign starts at most {most} at once. Narrow it: checklist start {name} for …"
NO_CAMPAIGN = "There is no campaign {number}. `campaigns` lists them."
OPENED = "Campaign {number}, {title}: {runs} started by {who}{target}."


@dataclass(frozen=True, slots=True)
class Order:
    """What somebody wants to start: the values that they give, whether alerts are silenced meanwhile."""

    template: Template
    given: Mapping[str, str]
    message: Message
    mute: bool = False
    target: date | None = None
    campaign: int | None = None


def template_of(lists: Checklists, said: str) -> Template:
    """The template that people mean."""
    name = said.strip().lower()
    known = lists.shelf.templates
    if name in known:
        return known[name]
    raise UserError(NO_TEMPLATE.format(said=cut(said, 60), hint=meant(name, known)))


def meant(word: str, choices: Iterable[str]) -> str:
    """The nearest right word as a question, or nothing where none is near."""
    found = nearest(word, choices)
    return MEANT.format(found[0]) if found else ""


def misfit(template: Template, service: Service, book: Book) -> str:
    """The parts of the template's query that a service does not fit; nothing where it fits."""
    if any(one.id == service.id for one in book.query(template.applies_to)):
        return ""
    node = parse(template.applies_to)
    parts = node.parts if isinstance(node, And) else (node,)
    bad = [spell(part) + instead(part, service) for part in parts if service not in book.index.run(part)]
    return and_join(bad or [template.applies_to], "or")


def instead(part: Node, service: Service) -> str:
    """What the catalog says of a service where it does not fit, as far as that is one word."""
    field = part.field if isinstance(part, Term) else ""
    if field == "arch":
        return f" (it is {architecture(service)})"
    return f" (it is {getattr(service, field)})" if field in {"lifecycle", "tier", "type"} else ""


def fits(template: Template, service: Service, book: Book) -> None:
    """Refuse a service that the template does not apply to, with the reason."""
    if parts := misfit(template, service, book):
        said = UNFIT.format(name=template.name, service=service.id, query=template.applies_to, parts=parts)
        raise UserError(said)


def values(template: Template, service: Service, given: Mapping[str, str], book: Book) -> dict[str, str]:
    """What every variable stands for in this run; whatever nobody knows is asked for."""
    known = of_service(book.catalog, service)
    told = checked(template, given, book)
    found, lacks = dict(known), []
    for name, variable in template.variables.items():
        value = told.get(name) or default(variable, known)
        if value:
            found[name] = value
        elif variable.required:
            lacks.append(name)
    if lacks:
        questions = "; ".join(f"{name}: {template.variables[name].ask}" for name in lacks)
        example = " ".join(f"{name}=…" for name in lacks)
        names = and_join(lacks)
        raise UserError(
            ASKS.format(names=names, questions=questions, name=template.name, service=service.id, example=example)
        )
    return found


def checked(template: Template, given: Mapping[str, str], book: Book) -> dict[str, str]:
    """The values that somebody gives, each for something that the template asks for, and such as may stand there."""
    if strange := next((name for name in given if name not in template.variables), None):
        hint = meant(strange, template.variables)
        listed = ", ".join(template.variables) or "nothing"
        raise UserError(UNASKED.format(name=template.name, said=strange, hint=hint, known=listed))
    return {name: allowed(name, template.variables[name], value, book) for name, value in given.items()}


def default(variable: Variable, known: Mapping[str, str]) -> str:
    """What stands for a variable where nobody says anything, if it is known."""
    text = variable.default or ""
    return "" if missing(text, known) else filled(text, known)


def allowed(name: str, variable: Variable, value: str, book: Book) -> str:
    """A value that may stand for a variable."""
    if not value.strip():
        raise UserError(EMPTY.format(name=name))
    if variable.one_of and value not in variable.one_of:
        raise UserError(NOT_ONE.format(name=name, value=cut(value, 60), allowed=and_join(variable.one_of, "or")))
    section = SECTIONS.get(variable.kind)
    if section and value not in getattr(book.catalog, section):
        hint = meant(value, getattr(book.catalog, section))
        raise UserError(NO_RECORD.format(name=name, value=cut(value, 60), kind=variable.kind, hint=hint))
    return value


def new_run(lists: Checklists, order: Order, service: Service, doing: Doing) -> Run:
    """A run that nobody has kept yet."""
    return Run(
        number=0,
        template=order.template,
        service=service.id,
        values=values(order.template, service, order.given, doing.book),
        started_at=doing.now,
        started_by=doing.hand.who,
        changed_at=doing.now,
        rooms=rooms_for(service.id, order.message, doing.book, lists.platforms),
        campaign=order.campaign,
        target=order.target,
        mute=order.mute,
    )


async def start(lists: Checklists, order: Order, service: Service, doing: Doing) -> Done:
    """Start a run for one service."""
    fits(order.template, service, doing.book)
    if order.mute:
        silences(service, doing)
    fresh = new_run(lists, order, service, doing)

    def work(runs: Runs, ledger: Ledger) -> Done:
        if known := going(runs, service, order.template):
            raise UserError(goes_on(known, doing))
        scene = Scene(ledger, doing.book, lists.platforms, doing.now)
        deed = Deed(kind=Kind.STARTED, at=doing.now, by=doing.hand.who, text=order.template.title)
        run = runs.start(fresh, deed)
        if more := hush(run, (deed,), scene):
            run = runs.add(run, more)
        announce(run, (deed,), doing.lane, scene)
        return Done(run, (deed,))

    return await lists.write(work)


def going(runs: Runs, service: Service, template: Template) -> Run | None:
    """The open run of a template for a service, which may have had another id when that began."""
    names = dict.fromkeys((service.id, *service.aliases, *service.domains))
    return next((run for name in names if (run := runs.of_service(name, template.name))), None)


def silences(service: Service, doing: Doing) -> None:
    """Refuse whoever may not silence the alerts of a service."""
    if RANKS[doing.hand.level] < RANKS["responder"] and not doing.hand.owner:
        raise UserError(NO_MUTE.format(service=service.id, reason=doing.hand.reason))


def goes_on(run: Run, doing: Doing) -> str:
    """There is such a run already."""
    return GOES_ON.format(
        number=run.number,
        name=run.template.name,
        service=run.service,
        standing=standing(run),
        who=by_whom(run.started_by, public=doing.public),
        when=clock(run.started_at, doing.now),
    )


async def start_campaign(
    lists: Checklists, order: Order, query: str, doing: Doing
) -> tuple[Campaign, Sequence[Run], Sequence[Service]]:
    """Start a run for every service that a query finds and the template applies to; those that have one keep it."""
    template, book = order.template, doing.book
    applies = {service.id for service in book.query(template.applies_to)}
    found = [service for service in book.query(query or template.applies_to) if service.id in applies]
    if not found:
        raise UserError(NOBODY.format(query=f"({query}) and ({template.applies_to})" if query else template.applies_to))
    if len(found) > MOST:
        raise UserError(TOO_MANY.format(count=len(found), most=MOST, name=template.name))
    fresh = [new_run(lists, order, service, doing) for service in found]
    campaign = Campaign(
        number=0,
        template=template,
        query=query or template.applies_to,
        target=order.target,
        started_at=doing.now,
        started_by=doing.hand.who,
    )

    def work(runs: Runs, ledger: Ledger) -> tuple[Campaign, Sequence[Run]]:
        kept = runs.start_campaign(campaign)
        free = [run for run, service in zip(fresh, found, strict=True) if going(runs, service, template) is None]
        deed = Deed(kind=Kind.STARTED, at=doing.now, by=doing.hand.who, text=template.title)
        made = [runs.start(one.model_copy(update={"campaign": kept.number}), deed) for one in free]
        tell(kept, made, lists, doing, ledger)
        return kept, made

    kept, made = await lists.write(work)
    started = {run.service for run in made}
    return kept, made, [service for service in found if service.id not in started]


def tell(campaign: Campaign, made: Iterable[Run], lists: Checklists, doing: Doing, ledger: Ledger) -> None:
    """Tell each room once that a campaign begins, and how many of its runs it will hear of."""
    scene = Scene(ledger, doing.book, lists.platforms, doing.now)
    target = f", to be done by {campaign.target}" if campaign.target else ""
    rooms: dict[str, int] = {}
    for run in made:
        for lane in run.rooms:
            rooms[lane] = rooms.get(lane, 0) + 1
    for lane, number in rooms.items():
        if lane != doing.lane:
            said = OPENED.format(
                number=campaign.number,
                title=campaign.template.title,
                runs=count(number, "checklist"),
                who=doing.hand.who.name,
                target=target,
            )
            put(lane, said, scene)


async def exempt(lists: Checklists, number: int, exemption: Exemption) -> Campaign:
    """Leave a service out of a campaign, with a reason and up to a day."""

    def work(runs: Runs, _: Ledger) -> Campaign:
        known = runs.campaign(number)
        if known is None:
            raise UserError(NO_CAMPAIGN.format(number=number))
        changed = known.model_copy(update={"exempt": {**known.exempt, exemption.service: exemption}})
        runs.keep_campaign(changed, known)
        return changed

    return await lists.write(work)
