"""What psfbot's doctor sees of the catalog's forge: can the branch be read, and may changes be proposed there?"""

from psfbot.app import App
from psfbot.app.forge import remote_forge
from psfbot.app.world import Outside
from psfbot.plugin import Finding, Health
from psfbot.proposals.ports import ForgeDown

WHAT = "catalog's forge"
OFF = "none is set, so a change that is proposed in chat becomes a patch"
SET = "Set PSFBOT_GITHUB_REPO and PSFBOT_GITHUB_TOKEN (or a GitHub App), or PSFBOT_CATALOG_REMOTE."
WELL = "{name}: the catalog is read, and changes may be proposed as {form}"
MEND = (
    "See where proposals go in docs/editing.md: the repository, its branch, and what the token must be allowed to do."
)


async def look(app: App, world: Outside) -> tuple[Finding, ...]:
    """Read the catalog where it lives, and ask whether psfbot may write there; nothing is written."""
    forge = remote_forge(app, world)
    if forge is None:
        return (Finding(WHAT, Health.OFF, OFF, SET),)
    try:
        await forge.text()
        why = await forge.may_write()
    except ForgeDown as error:
        why = str(error)
    if why:
        return (Finding(WHAT, Health.WRONG, why, MEND),)
    return (Finding(WHAT, Health.OK, WELL.format(name=forge.name, form=forge.form)),)
