"""Checklists: which are open, how each stands, what can be started, how far a migration is."""

from collections.abc import Sequence

from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.checklists import words
from psfbot.checklists.campaign import (
    ARCHITECTURE,
    Campaign,
    Exemption,
    Place,
    Stand,
    architectures,
    bar,
    counted,
    places,
)
from psfbot.checklists.export import markdown
from psfbot.checklists.run import Run
from psfbot.checklists.template import Template
from psfbot.checklists.variables import service_of
from psfbot.commands.checklist_shown import card, ending, item, name_of
from psfbot.errors import UserError
from psfbot.flows.checklist import Checklists
from psfbot.flows.checklist_start import template_of
from psfbot.text import and_join, count, cut

topic = Topic("checklists", "Migrations and other procedures, step by step: how they stand, and what can be started.")

NONE_OPEN = "No checklist is open. Start one: checklist start arm64 www.python.org (`checklist templates` lists them)."
NO_TEMPLATES = "There are no templates. A plugin brings them as YAML files in its folder."
IN_PRIVATE = (
    "The story of a checklist holds its evidence, which is not for public rooms: ask for it in a room of the team, "
    "in private, or by `psfbot checklist export {number}`."
)
STANDS = {"slipped": "was done, and is true no more", "confirm": "waits for a second person"}
"""How a step stands, where its state alone says too little."""
SHOWN = 20
MOST = 1000
"""Open checklists that are counted."""
BLOCKERS = 8


@topic.says(
    "(checklists|checklist|open checklists|list checklists|migrations|tasks|my tasks|my checklists|runbooks)",
    "(show|list) [me] [the|all|open|my] (checklists|migrations|tasks)",
    "(which|what) (checklists|migrations) (are open|are running|are on)",
)
async def checklists(ask: Ask) -> Answer:
    """List the open checklists, those with a step for you first.

    >>> checklists
    No checklist is open. Start one: checklist start arm64 www.python.org (`checklist templates` lists them).
    """
    found = await ask.port(Checklists).read(lambda runs: runs.runs(limit=MOST))
    if not found:
        return Answer(NONE_OPEN, data={"checklists": []})
    me = ask.person.id if ask.person else ""
    mine = [run for run in found if me and any(run.mark(step.id).whom == me for step in run.next)]
    first = [*mine, *(run for run in found if run not in mine)]
    yours = [words.title(run, step) for run in mine for step in run.next if run.mark(step.id).whom == me]
    lines = [f"For you: {', '.join(yours)}."] if yours else []
    more = f"; the first {SHOWN}" if len(found) > SHOWN else ""
    data = {"checklists": [summary(run) for run in first[:SHOWN]]}
    fact = f"{count(len(found), 'open checklist')}{more}."
    return Answer(fact, lines=lines, items=[item(run) for run in first[:SHOWN]], data=data)


def summary(run: Run) -> dict[str, object]:
    """A run in a list, for scripts."""
    return {
        "number": run.number, "name": run.template.name, "service": run.service, "course": run.course.value,
        "over": run.over, "total": len(run.template.steps), "stale": run.stale,
        "next": [run.spot(step.id) for step in run.next],
    }  # fmt: skip


@topic.says(
    "(checklist|migration|tasks of|tasks of checklist|show checklist|status of checklist) {number}",
    "(checklist|show checklist) #{number}",
    "show me [the] checklist {number}",
    "(how is|how far is|how goes) checklist {number}",
)
async def checklist(ask: Ask, number: int) -> Answer:
    """Show a checklist: how far it is, and a line for each step, the next ones first.

    >>> checklist 3
    There is no checklist 3. `checklists` lists those that are open.
    """
    return card(ask, await ask.port(Checklists).get(number))


@topic.says(
    "(checklist|step|show step) {run}.{step}",
    "what is step {run}.{step}",
)
async def checklist_step(ask: Ask, run: int, step: int) -> Answer:
    """Show one step: why, its gate, what its check saw, how to take it back, where it comes from.

    >>> checklist 3.4
    There is no checklist 3. `checklists` lists those that are open.
    """
    from psfbot.checklists.progress import Refused, step_of  # noqa: PLC0415 - the name `step` is the number here
    from psfbot.checklists.view import bare, row  # noqa: PLC0415 - as above

    known = await ask.port(Checklists).get(run)
    found = step_of(known, str(step))
    if isinstance(found, Refused):
        raise UserError(found.words)
    shown = row(known, found, ask.now)
    shown = bare(shown) if ask.message.public else shown
    about = [
        ("Why", shown.why), ("Gate", shown.gate), ("Waits for", ", ".join(shown.needs)), ("Check", shown.seen),
        ("Done by", f"{shown.by}: {shown.said}".rstrip(": ")), ("Past a gate", shown.past),
        ("For", name_of(ask, shown.assigned) if shown.assigned else ""), ("Who may tick it", shown.who),
        ("Evidence", shown.evidence if shown.evidence != "none" else ""),
        ("Way back", shown.rollback), ("From", ", ".join(from_(ask, one) for one in shown.sources)),
    ]  # fmt: skip
    lines = [f"{name}: {text}" for name, text in about if text]
    last = "POINT OF NO RETURN: two people confirm it. " if shown.point_of_no_return else ""
    stands = STANDS.get(shown.state, f"is {shown.state}")
    return Answer(f"{shown.spot} {stands}. {last}{shown.text}", lines=lines, data={"step": shown.model_dump()})


def from_(ask: Ask, cite: str) -> str:
    """A source by its title and address, where the catalog knows it."""
    known = ask.catalog.sources.get(cite)
    return f"{known.title} {known.url or ''}".strip() if known else cite


@topic.says(
    "(checklist templates|templates|list templates|what can i start|checklist types)",
    "(which|what) (checklists|migrations|templates) (can i start|can be started|are there|do you have|exist)",
)
def checklist_templates(ask: Ask) -> Answer:
    """List what can be started.

    >>> help checklist templates
    checklist templates: List what can be started.
    """
    shelf = ask.port(Checklists).shelf
    known = [template for _, template in sorted(shelf.templates.items())]
    items = [Item(one.name, f"{one.title}, {count(len(one.steps), 'step')}", "template") for one in known]
    notes = [f"Not usable: {fault}" for fault in shelf.faulty] if ask.message.local else []
    data = {"templates": [one.model_dump(mode="json") for one in known]}
    fact = f"{count(len(known), 'template')}. Say: checklist start {known[0].name} SERVICE" if known else NO_TEMPLATES
    return Answer(fact, items=items, notes=notes, data=data)


@topic.says(
    "(checklist template|template) {name}", "(what are the|show the|show me the) steps of [the] {name} [checklist]"
)
def checklist_template(ask: Ask, name: str) -> Answer:
    """Show the steps of a template before anybody starts it.

    >>> help checklist template
    checklist template: Show the steps of a template before anybody starts it.
    """
    found = template_of(ask.port(Checklists), name)
    lines = [found.about, f"For: {found.applies_to}"]
    lines += [f"Asks for {key}: {one.ask}" for key, one in found.variables.items()]
    lines += [
        f"{at}. {cut(' '.join(one.text.split()), 200)}{' (POINT OF NO RETURN)' * one.point_of_no_return}"
        for at, one in enumerate(found.steps, 1)
    ]
    fact = f"{found.name}: {found.title}, {count(len(found.steps), 'step')}."
    return Answer(fact, lines=lines, data={"template": found.model_dump(mode="json")})


@topic.says("checklist export {number}", "export [the] checklist {number}", "checklist {number} [as] (export|markdown)")
async def checklist_export(ask: Ask, number: int) -> Answer:
    """Print a checklist with its evidence and everything that was done as Markdown.

    >>> checklist export 3
    There is no checklist 3. `checklists` lists those that are open.
    """
    lists = ask.port(Checklists)
    run = await lists.get(number)
    if ask.message.public:
        raise UserError(IN_PRIVATE.format(number=number))
    page = markdown(run, await lists.read(lambda runs: runs.deeds(number)))
    title, _, rest = page.partition("\n")
    return Answer(title, data={"markdown": page}, code=rest.strip("\n"))


@topic.says(
    "checklist (patch|change|changes|diff) {number}",
    "(patch|diff) (of|for) checklist {number}",
    "what does checklist {number} change",
)
async def checklist_patch(ask: Ask, number: int) -> Answer:
    """Show the change of the catalog that a checklist ends in, as a patch on the file as it is now.

    >>> checklist patch 3
    There is no checklist 3. `checklists` lists those that are open.
    """
    lists = ask.port(Checklists)
    run = await lists.get(number)
    ends = lists.proposal(run, ask.now.date())
    lines = ending(run, ends)
    fact, *more = lines or ["It changes nothing in the catalog."]
    more = [] if ends.diff else more
    return Answer(fact, lines=more, data={"patch": ends.diff, "changes": list(ends.words)}, code=ends.diff)


@topic.says(
    "(migration status|checklist status|campaign status|status of migration) {name}",
    "how far is [the] [migration] {name} [migration]",
    "how far (are we with|is the migration to|have we come with) [the] {name}",
)
async def migration_status(ask: Ask, name: str) -> Answer:
    """Draw how far a migration is over all services that it applies to, and say who is at which step.

    >>> help migration status
    migration status: Draw how far a migration is over all services that it applies to, and say who is at which step.
    """
    lists = ask.port(Checklists)
    template = template_of(lists, name.strip().removesuffix(" migration"))
    found, campaigns = await lists.read(lambda runs: (runs.of_template(template.name), runs.campaigns()))
    exempt = {key: one for known in reversed(campaigns) for key, one in known.exempt.items() if of(known, template)}
    services = [service.id for service in ask.book.query(template.applies_to)]
    return picture(ask, template, places(services, found, exempt, ask.now.date()), exempt)


def of(campaign: Campaign, template: Template) -> bool:
    """Is it a campaign of this template?"""
    return campaign.template.name == template.name


def picture(ask: Ask, template: Template, found: Sequence[Place], exempt: dict[str, Exemption]) -> Answer:
    """How far, drawn; then who is at what, and what is not known."""
    numbers = counted(found)
    wanted = len(found) - numbers.get(Stand.EXEMPT, 0)
    finished = numbers.get(Stand.FINISHED, 0)
    share = 100 * finished // wanted if wanted else 0
    rest = ", ".join(f"{number} {stand}" for stand, number in numbers.items() if stand is not Stand.FINISHED)
    unknown = architectures(ask.catalog)
    about = any(change.set == ARCHITECTURE for change in template.ends_in)
    said = f"; {count(unknown.get('unknown', 0), 'service')} have an unknown architecture" if about else ""
    more = f", {rest}" if rest else ""
    fact = f"{template.name}: {bar(found)} {finished} of {wanted} finished ({share}%){more}{said}."
    going = [place for place in found if place.run and place.run.open]
    lines = [blocker(ask, place.run) for place in going[:BLOCKERS] if place.run]
    lines += [f"… and {len(going) - BLOCKERS} more that go on"] if len(going) > BLOCKERS else []
    if waiting := [place.service for place in found if place.stand is Stand.WAITING]:
        lines.append(f"Not started: {cut(', '.join(waiting), 300)}")
    lines += [
        f"Exempt: {one.service} until {one.until}, because {one.reason} ({one.by.name})"
        for one in exempt.values()
        if one.holds(ask.now.date())
    ]
    if about:
        spread = and_join([f"{number} {word}" for word, number in sorted(unknown.items())])
        lines.append(f"All services in use by architecture: {spread}.")
    data = {
        "template": template.name, "finished": finished, "wanted": wanted, "architectures": unknown,
        "places": [{"service": p.service, "stand": p.stand, "run": p.run.number if p.run else None} for p in found],
    }  # fmt: skip
    return Answer(fact, lines=lines, data=data)


def blocker(ask: Ask, run: Run) -> str:
    """Who is at which step of a run, and what holds it up."""
    held = [step for step in run.template.steps if run.mark(step.id).state.value == "blocked"]
    at = held or list(run.next)
    if not at:
        return f"{run.number} {run.service}: {words.standing(run)}"
    step, mark = at[0], run.mark(at[0].id)
    whom = name_of(ask, mark.whom) if mark.whom else first_owner(ask, run.service)
    why = f", blocked: {cut(mark.text, 120)}" if held else ""
    if not why and not ask.message.public and mark.seen and mark.seen.verdict != "passed":
        why = f", {words.looks(mark.seen, ask.now)}"
    return f"{run.number} {run.service}: {words.standing(run)}, at {words.title(run, step)}, waits for {whom}{why}"


def first_owner(ask: Ask, service_id: str) -> str:
    """Who answers for a service."""
    service = service_of(ask.catalog, service_id)
    owner = next(iter(service.owners), None) if service else None
    kind, _, id_ = owner.ref.partition(":") if owner else ("", "", "")
    record = (ask.catalog.people if kind == "person" else ask.catalog.teams).get(id_)
    return record.name if record else "nobody that I know of"
