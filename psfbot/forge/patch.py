"""No forge: a change is a patch in a folder, for whoever keeps the catalog; it is merged once the file says so."""

import asyncio
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from psfbot.proposals.making import between
from psfbot.proposals.ports import Draft, Fate, Filed, ForgeDown, Standing
from psfbot.proposals.proposal import PREFIX
from psfbot.proposals.wording import mail

UNWRITABLE = "I cannot write {file}: {why}. Check PSFBOT_PROPOSALS_DIR."
UNREADABLE = "I cannot read the catalog: {why}."
AT = "{file} in the folder {folder}"


@dataclass(frozen=True)
class PatchForge:
    """A folder of patches; `catalog` is the file that is in force."""

    folder: Path
    catalog: Path
    name: str = "the folder of patches"
    form: str = "a patch"

    async def text(self) -> str:
        """The catalog in force."""
        try:
            return (await asyncio.to_thread(self.catalog.read_bytes)).decode()
        except (OSError, UnicodeDecodeError) as error:
            raise ForgeDown(UNREADABLE.format(why=error)) from error

    async def file(self, draft: Draft, make: Callable[[str], str]) -> Filed:
        """Write the patch; an earlier one of the same branch is replaced."""
        text = await self.text()
        changed = await asyncio.to_thread(make, text)
        file = self._of(draft.branch)
        await asyncio.to_thread(write, file, mail(draft.author, draft.at, draft.message, between(text, changed)))
        return Filed(draft.page or AT.format(file=file.name, folder=self.folder.name), file.name)

    async def look(self, reference: str, branch: str, holds: Callable[[str], bool]) -> Standing:
        """Merged, once the catalog in force has the change; until then people may take the patch."""
        del reference, branch  # the file alone decides
        merged = await asyncio.to_thread(holds, await self.text())
        return Standing(Fate.MERGED if merged else Fate.OPEN)

    async def drop(self, reference: str, branch: str) -> None:
        """Delete the patch."""
        del reference  # the branch names the file as well
        try:
            self._of(branch).unlink(missing_ok=True)
        except OSError as error:
            raise ForgeDown(UNWRITABLE.format(file=self._of(branch).name, why=error.strerror)) from error

    def _of(self, branch: str) -> Path:
        """The file of a branch."""
        return self.folder / f"{branch.removeprefix(PREFIX)}.patch"


def write(file: Path, text: str) -> None:
    """Put a file in its place, whole."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=file.parent, prefix=".new-", delete=False) as beside:
            beside.write(text.encode())
        Path(beside.name).chmod(0o644)
        Path(beside.name).replace(file)
    except OSError as error:
        raise ForgeDown(UNWRITABLE.format(file=file.name, why=error.strerror), wrong=True) from error
