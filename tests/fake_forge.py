"""A forge in memory: branches, what was asked, and faults that a test lays out."""

from collections.abc import Callable
from dataclasses import dataclass, field

from psfbot.proposals.ports import Draft, Fate, Filed, ForgeDown, Standing


@dataclass
class FakeForge:
    """One catalog; `faults` are raised one after the other, whatever is asked."""

    main: str
    name: str = "a forge"
    form: str = "a request"
    faults: list[ForgeDown] = field(default_factory=list)
    told: tuple[str, ...] = ()
    branches: dict[str, str] = field(default_factory=dict)
    drafts: list[Draft] = field(default_factory=list)
    standings: dict[str, Standing] = field(default_factory=dict)
    looks: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)

    def fault(self) -> None:
        """Fail, if it is to."""
        if self.faults:
            raise self.faults.pop(0)

    async def text(self) -> str:
        self.fault()
        return self.main

    async def file(self, draft: Draft, make: Callable[[str], str]) -> Filed:
        self.fault()
        self.branches[draft.branch] = make(self.main)
        self.drafts.append(draft)
        number = list(self.branches).index(draft.branch) + 1
        return Filed(f"https://forge.example/{number}", str(number), self.told)

    async def look(self, reference: str, branch: str, holds: Callable[[str], bool]) -> Standing:
        self.looks.append(branch)
        self.fault()
        if holds(self.main):
            return Standing(Fate.MERGED, by="lead")
        return self.standings.get(reference, Standing(Fate.OPEN))

    async def drop(self, reference: str, branch: str) -> None:
        del reference
        self.fault()
        self.dropped.append(branch)
        self.branches.pop(branch, None)
