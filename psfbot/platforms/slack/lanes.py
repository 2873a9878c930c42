"""Work that waits its turn: in order for one person in one place, beside each other for all others."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

Work = Callable[[], Awaitable[None]]

MOST = 20
"""Things that one person may have waiting in one place; who sends more is not heard out."""


@dataclass
class Lanes:
    """Runs work lane by lane; a bug ends one piece of it, never a lane."""

    bug: Callable[[Exception], object] = str
    waiting: dict[object, deque[Work]] = field(default_factory=dict)
    tasks: set["asyncio.Task[None]"] = field(default_factory=set)

    def begin(self, lane: object, work: Work) -> bool:
        """Put work at the end of a lane; False when too much waits there."""
        if lane in self.waiting:
            if len(self.waiting[lane]) >= MOST:
                return False
            self.waiting[lane].append(work)
            return True
        self.waiting[lane] = deque([work])
        task = asyncio.get_running_loop().create_task(self.empty(lane))
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return True

    async def empty(self, lane: object) -> None:
        """Do what waits in one lane, one after the other."""
        try:
            while self.waiting[lane]:
                try:
                    await self.waiting[lane].popleft()()
                except Exception as error:  # noqa: BLE001 - a bug in one piece of work is told, and harms no other
                    self.bug(error)
        finally:
            del self.waiting[lane]

    async def end(self, seconds: float) -> None:
        """Let what was begun end, for so long; what is left is given up."""
        if self.tasks:
            await asyncio.wait(set(self.tasks), timeout=seconds)
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
