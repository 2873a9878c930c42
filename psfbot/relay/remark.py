"""What somebody wrote about a problem where its source keeps it: for the timeline and the rooms, no alert."""

from typing import Annotated

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict

from psfbot.relay.alert import Key, Line, Words, in_utc


class Remark(BaseModel):
    """One note, in its writer's words.

    `source` and `key` name the problem as its alerts do. `event` is the source's own id of this report, which comes
    only once; `by` is who wrote it, as the source calls them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    source: Key
    key: Key
    text: Words
    by: Line = ""
    event: Key
    at: Annotated[AwareDatetime, AfterValidator(in_utc)]
