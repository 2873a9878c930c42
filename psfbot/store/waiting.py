"""What waits for a `yes`: in one place only the newest, be it a page or a proposal, so that it is never another."""

from sqlalchemy import bindparam, delete, update

from psfbot.oncall.page import Asked
from psfbot.proposals.proposal import State
from psfbot.store.tables import pages, proposals

DROP_PAGES = update(pages).where(pages.c.place == bindparam("here"), pages.c.state == Asked.ASKED).values(
    state=Asked.DROPPED
)  # fmt: skip
DROP_PROPOSALS = delete(proposals).where(proposals.c.place == bindparam("here"), proposals.c.state == State.ASKED)
