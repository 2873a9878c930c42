"""Who is on call: the rota where there is one, else the honest way to reach somebody."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from psfbot.catalog import words
from psfbot.catalog.model import OnCall, Service, Team
from psfbot.chat.answer import Answer, Item
from psfbot.chat.command import Ask, Topic
from psfbot.commands.duty import NO_PAGE, age, behind, clock, meant, name, reach, reach_team, until, watches, zone
from psfbot.commands.when import DAY, PARTS, in_question, moment_of
from psfbot.oncall import find
from psfbot.oncall.shift import Shift, Watch
from psfbot.text import unique

topic = Topic("on call", "Who is on call, and how to reach them.")

DAYS = f"[on] [next|this] ({DAY})"
WHEN = f"[in the|at] [{'|'.join(PARTS)}]"
REMEMBERED = timedelta(days=30)
FORGOTTEN = "Overrides and swaps of so long ago are not kept; this is what the rota says."
REACHED = (
    "I cannot tell from here. `incidents` lists what is open and who has taken it; "
    "`timeline 12` shows who was told, and when."
)


@topic.says(
    "on call",
    "who is on call [now|right now]",
    "(is anyone|is anybody|who are|anyone) on call",
    "(pager|rota|whos-oncall|who-is-oncall)",
    "on call (for|of) [the] {target}",
    "on call {target}",
    "who is on call (for|of|at|on|in) [the] {target} [now|right now]",
    "who (has|holds|carries) [the] pager",
    "on call at {time}",
    "on call {target} at {time}",
    "on call (for|of) [the] {target} at {time}",
    "who is on call at {time}",
    "who is on call (for|of|on) [the] {target} (at|on) {time}",
    "(rota|schedule|on call rota|on call schedule) [of|for] [the] {rota}",
    "who is on call (in|by|on) [the] (rota|schedule) {rota}",
    "(rota|schedule) {rota} at {time}",
    f"[who is|who will be] on call {DAYS} {WHEN}",
    f"[who is|who will be] on call this ({'|'.join(PARTS)})",
    f"[who is|who will be] on call {DAYS} {WHEN} [at] {{time}}",
    "[who is|who will be] on call [at] {hour}:{minute}",
    "[who is|who will be] on call [on] {year}-{month}-{day}",
    "[who is|who will be] on call in {time}",
    f"[who is|who will be] on call [for|of|at] [the] {{target}} {DAYS} {WHEN}",
    f"[who is|who will be] on call [for|of|at] [the] {{target}} {DAYS} {WHEN} [at] {{time}}",
    "[who is|who will be] on call [for|of|at] [the] {target} [at] {hour}:{minute}",
    "[who is|who will be] on call [for|of|at] [the] {target} [on] {year}-{month}-{day}",
    "[who is|who will be] on call [for|of|at] [the] {target} in {time}",
    f"(rota|schedule) [of|for] [the] {{rota}} {DAYS} {WHEN}",
    f"(rota|schedule) [of|for] [the] {{rota}} {DAYS} {WHEN} [at] {{time}}",
    "(rota|schedule) [of|for] [the] {rota} [at] {hour}:{minute}",
)
async def oncall(  # noqa: PLR0913 - a time has many parts; the question itself says them best
    ask: Ask,
    *,
    target: Service | Team | None = None,
    rota: str = "",
    time: str = "",
    hour: int = 0,
    minute: str = "",
    year: int = 0,
    month: int = 0,
    day: str = "",
) -> Answer:
    """Say who is on call, now or at another time; where no rota is known, name the team and how to reach it.

    >>> who is on call?
    No rota is known. Reach PSF Infrastructure Team: infrastructure-staff@python.org · #python-infra (on Libera.Chat) (as of 12:00 UTC; this does not page).
    >>> oncall docs tomorrow 9:00
    No rota is known for docs.python.org. Reach docs.python.org administrators: https://github.com/python/docsbuild-scripts/issues (as of 12:00 UTC; this does not page).
    """
    parts = f"{hour}:{minute}" if minute else f"{year}-{month}-{day}" if day else ""
    return await answered(ask, target, rota, in_question(ask.message.text) or time or parts)


async def answered(ask: Ask, target: Service | Team | None, rota: str, time: str) -> Answer:
    """Who is on call at a time, by the rota that is meant."""
    at = moment_of(time, ask.now, zone(ask))
    duty = meant(ask, rota) if rota else find.rota_of(ask.catalog, target)
    if duty is None:
        return honest(ask, target)
    known = await watches(ask, at)
    found = told(ask, duty, known[duty.id], target, at)
    others = [] if target or rota else [other for other in ask.catalog.oncall.values() if other.id != duty.id]
    return found if not others else with_others(ask, found, others, known, at)


def told(ask: Ask, duty: OnCall, watch: Watch, target: Service | Team | None, at: datetime) -> Answer:
    """Who is on call by one rota at a moment, until when, who is behind them, and how to reach them."""
    whose = f"{target.id}" if target else duty.id
    beyond = find.is_beyond(duty, watch, at)
    shifts = () if beyond else watch.at(at)
    team = ask.catalog.teams.get(duty.team)
    data = {
        "target": target.id if target else None, "rota": duty.id, "team": duty.team, "at": at.isoformat(),
        "on_call": [shift.model_dump(mode="json") for shift in shifts], "source": watch.source,
        "known_at": watch.known_at.isoformat() if watch.known_at else None,
    }  # fmt: skip
    notes = (*age(ask, watch), *forgotten(ask, at))
    if beyond:
        asked = f"{watch.source} was asked about {find.AHEAD.days} days from {clock(ask, watch.known_at or ask.now)} on"
        fact = (
            f"{whose}: I do not know who is on call at {clock(ask, at)}: {asked}. {reach_team(ask, team)} ({NO_PAGE})."
        )
        return Answer(fact, notes=notes, data=data)
    if not shifts:
        when = "now" if at == ask.now else f"at {clock(ask, at)}"
        fact = f"{whose}: I know of nobody who is on call {when}. {reach_team(ask, team)} ({NO_PAGE})."
        return Answer(fact, notes=notes, data=data)
    first = shifts[0]
    tense = "will be" if at > ask.now else "was"
    now = f"{name(ask, first)} is on call" if at == ask.now else f"at {clock(ask, at)} it {tense} {name(ask, first)}"
    backup = f" Back-up: {who}." if (who := behind(ask, shifts)) else ""
    fact = f"{whose}: {now}, {until(ask, first)}.{backup} ({sentence(NO_PAGE)})"
    lines = [f"{name(ask, shift)}: {ways}" for shift in shifts if (ways := reach(ask, shift))]
    lines += [line for line in (taken(first), following(ask, watch, first)) if line]
    lines.append(f"{reach_team(ask, team)}.")
    return Answer(fact, lines=lines, notes=notes, data=data)


def forgotten(ask: Ask, at: datetime) -> tuple[str, ...]:
    """That overrides of long ago are not known any more, where that matters."""
    return (FORGOTTEN,) if at < ask.now - REMEMBERED else ()


def sentence(words_: str) -> str:
    """Words as a sentence of their own."""
    return f"{words_[:1].upper()}{words_[1:]}."


def taken(shift: Shift) -> str:
    """Why it is this person's turn, where the rotation alone does not say."""
    return f"It is their turn by an {shift.reason}." if shift.source == "override" else (
        f"It is their turn by a {shift.reason}." if shift.source in {"cover", "swap"} else ""
    )  # fmt: skip


def following(ask: Ask, watch: Watch, shift: Shift) -> str:
    """Who comes next, and when."""
    then = watch.primary(shift.until) if shift.until else None
    if then is None or shift.until is None or then.level > shift.level:
        return ""
    return f"Next: {name(ask, then)}, from {clock(ask, shift.until)}."


def with_others(ask: Ask, answer: Answer, others: list[OnCall], known: Mapping[str, Watch], at: datetime) -> Answer:
    """The same answer, and in few words who is on call by the other rotas."""
    items = []
    for duty in others:
        first = known[duty.id].primary(at)
        if find.is_beyond(duty, known[duty.id], at):
            items.append(Item(duty.id, "not known for that time", "rota"))
            continue
        items.append(Item(duty.id, f"{name(ask, first)}, {until(ask, first)}" if first else "nobody", "rota"))
    return Answer(answer.fact, lines=answer.lines, items=items, notes=answer.notes, data=answer.data)


@topic.says(
    "(did|has|was) [the|my|that|our] (page|pager|call) (reach|reached|get to|arrive|arrived|answered|taken) "
    "[them|him|her|anyone|anybody|us|me]",
    "(who|has anyone|has anybody|did anyone|did anybody) (answered|answer|took|taken) [the|my|that] page",
)
def reached(ask: Ask) -> Answer:
    """Say where it is written whether a page reached somebody; the catalog alone cannot know.

    >>> did the page reach them
    I cannot tell from here. `incidents` lists what is open and who has taken it; `timeline 12` shows who was told, and when.
    """
    return Answer(REACHED)


def honest(ask: Ask, target: Service | Team | None) -> Answer:
    """There is no rota: name the team, how to reach it, and that nobody was paged."""
    team = team_of(ask, target)
    at = f"as of {ask.now:%H:%M} UTC; {NO_PAGE}"
    whose = f" for {target.id}" if target else ""
    data = {"target": target.id if target else None, "rota": None, "team": team.id if team else None}
    if team is None:
        return Answer(f"No rota is known{whose}, and the catalog names no team to reach ({at}).", data=data)
    ways = reach_team(ask, team)
    lines = []
    if isinstance(target, Service):
        lines.append(f"{target.id}: ask {words.ask_whom(ask.catalog, target)}.")
        more = [c for c in words.reach(ask.catalog, target, public=ask.message.public) if c not in ways]
        lines += [f"Also: {' · '.join(unique(more))}."] if more else []
    return Answer(f"No rota is known{whose}. {ways} ({at}).", lines=lines, data=data)


def team_of(ask: Ask, target: Service | Team | None) -> Team | None:
    """The team to reach: the one asked for, the service's own, else the one that everything escalates to."""
    if isinstance(target, Team):
        return target
    if isinstance(target, Service):
        refs = [owner.ref.partition(":")[2] for owner in target.owners if owner.ref.startswith("team:")]
        owners = [ask.catalog.teams[ref] for ref in refs if ref in ask.catalog.teams]
        with_contact = [team for team in owners if team.contacts]
        if with_contact:
            return with_contact[0]
    return ask.catalog.teams.get("infra")
