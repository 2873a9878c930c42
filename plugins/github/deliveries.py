"""GitHub's API: webhooks that failed, which GitHub sends again when it is asked to, and never by itself."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import BeforeValidator, TypeAdapter, ValidationError

from psfbot.plugin import NotAsked, Payload, Round, Said, Time, Unreachable, fetch, loose

from .runs import listed

LISTED = "{base}/deliveries?per_page=100"
ATTEMPT = "{base}/deliveries/{id}/attempts"
LONGEST = timedelta(days=3)
"""What failed longer ago GitHub does not send again."""
PAUSE = timedelta(minutes=10)
"""How long to wait before the same webhook is asked for once more."""
MOST_TRIES, MOST = 5, 30
"""How often one webhook is asked for, and how many in one round."""
NO_LIST = "this is no list of deliveries"
ACCEPTED = 202


class Delivery(Payload):
    """One attempt to deliver a webhook; all attempts of one webhook share its `guid`."""

    id: Said = ""
    guid: Said = ""
    delivered_at: Time = None
    status_code: Annotated[int, loose(0)] = 0

    @property
    def arrived(self) -> bool:
        """Was it taken?"""
        return 200 <= self.status_code < 300  # noqa: PLR2004 - success


Deliveries: TypeAdapter[tuple[Delivery, ...]] = TypeAdapter(
    Annotated[tuple[Annotated[Delivery, loose(Delivery())], ...], BeforeValidator(listed)]
)


class Tried(Payload):
    """How often a webhook was asked for, and when last."""

    times: int
    at: datetime


def hook_at(api: str, hook: str) -> str:
    """The address of a webhook in the API: `owner/name/123` is a repository's, `owner/123` an organization's."""
    owner, *name, number = hook.split("/")
    return f"{api}/repos/{owner}/{name[0]}/hooks/{number}" if name else f"{api}/orgs/{owner}/hooks/{number}"


async def ask_again(round_: Round, api: str, token: str, hooks: tuple[str, ...]) -> None:
    """Have everything sent again that failed; `Unreachable` where not one of these webhooks could be looked at."""
    headers = {"accept": "application/vnd.github+json", "authorization": f"Bearer {token}"}
    for hook in hooks:
        try:
            await of_one(hook_at(api, hook), round_, headers)
        except NotAsked:
            raise
        except Unreachable as error:
            round_.troubles[hook] = str(error)
        except ValidationError:
            round_.troubles[hook] = NO_LIST
    if hooks and all(hook in round_.troubles for hook in hooks):
        raise Unreachable(next(iter(round_.troubles.values())))


async def of_one(base: str, round_: Round, headers: dict[str, str]) -> None:
    """The same for one webhook of ours."""
    found = Deliveries.validate_python(await fetch(round_, LISTED.format(base=base), headers))
    for one in missed(found, round_.now)[:MOST]:
        key = f"{base} {one.guid}"
        known = round_.memory.get(key)
        tried = known if isinstance(known, Tried) else Tried(times=0, at=round_.now - PAUSE)
        if tried.times >= MOST_TRIES or round_.now - tried.at < PAUSE:
            continue
        round_.memory[key] = Tried(times=tried.times + 1, at=round_.now)
        url = ATTEMPT.format(base=base, id=one.id)
        answer = await round_.world.http.request("POST", url, headers=headers)
        if answer.status != ACCEPTED:
            raise Unreachable(f"GitHub would not send webhook {one.guid} again: it answered {answer.status}.")


def missed(found: tuple[Delivery, ...], now: datetime) -> list[Delivery]:
    """The last attempt of each webhook of which none arrived, the oldest first."""
    attempts: defaultdict[str, list[Delivery]] = defaultdict(list)
    for one in found:
        if one.id and one.guid and one.delivered_at and now - one.delivered_at < LONGEST:
            attempts[one.guid].append(one)
    failed = (its[0] for its in attempts.values() if not any(one.arrived for one in its))
    return list(failed)[::-1]
